"""The built-in pipeline from Python."""

import json
from datetime import datetime, timedelta

import pytest

import bespoke

MILESTONES = [
    (10, "Loading user profile..."),
    (25, "Initializing CV tailoring engine..."),
    (50, "Generating tailored CV with AI..."),
    (75, "Generating cover letter..."),
    (95, "Rendering preview..."),
]


def test_makes_a_preview(store, profile, posting):
    with bespoke.Runner(store) as runner:
        job = runner.submit("apply", {"profile": profile, "posting": posting}, owner="ada", tags=["web"])
        percents = [change.job.percent for change in runner.watch(job.id, owner="ada") if change.kind == "snapshot"]
        done = runner.get(job.id)
        assert done.state == "succeeded" and done.label == "Preview ready!" and done.percent == 100
        assert percents == sorted(percents) and percents[-1] == 100
        assert [(phase.percent, phase.label) for phase in done.phases] == MILESTONES
        assert all(phase.started_at <= phase.ended_at for phase in done.phases)
        result = runner.result(job.id)
        assert "<html" in result["previews"]["html"]
        assert runner.output(job.id, "load_profile")["profile"]["basics"]["name"] == profile["basics"]["name"]
        assert runner.input(job.id)["posting"] == posting
        assert [found.id for found in runner.list(owner="ada", tags=["web"])] == [job.id]
        assert runner.list(owner="eve") == []


def test_input_is_judged_at_submit(profile):
    with bespoke.Runner("memory:") as runner:
        with pytest.raises(bespoke.InvalidArgument) as caught:
            runner.submit("apply", {"profile": profile})
        assert "posting" in caught.value.message and caught.value.code == "invalid_argument"
        assert runner.list() == []


def test_rerenders_with_fewer_changes_and_no_model(store, profile, posting):
    with bespoke.Runner(store) as runner:
        job = runner.submit("apply", {"profile": profile, "posting": posting})
        runner.wait(job.id)
        result = runner.result(job.id)
    ids = [change["id"] for change in result["changes"]]
    assert len(ids) > 1
    again = bespoke.rerender(result, ids[:1])
    assert [change["id"] for change in again["changes"] if change.get("accepted", True)] == ids[:1]
    assert again["previews"]["html"] != result["previews"]["html"]
    with pytest.raises(bespoke.InvalidArgument):
        bespoke.rerender(result, ["no such change"])


@pytest.mark.parametrize("asynchronous", [False, True])
def test_asks_the_host_for_a_profile(profile, posting, asynchronous):
    asked = []

    def find(profile_id, owner):
        asked.append((profile_id, owner))
        if profile_id == "nobody":
            raise bespoke.NotFound("no such profile")
        return profile

    async def find_async(profile_id, owner):
        return find(profile_id, owner)

    apply = bespoke.Apply(profile_source=find_async if asynchronous else find)
    with bespoke.Runner("memory:", pipelines=[apply]) as runner:
        job = runner.submit("apply", {"profile_id": "7", "posting": posting}, owner="ada")
        assert runner.wait(job.id).state == "succeeded"
        missing = runner.wait(runner.submit("apply", {"profile_id": "nobody", "posting": posting}).id)
        assert missing.state == "failed" and missing.error.code == "not_found" and missing.error.phase == "load_profile"
        assert asked == [("7", "ada"), ("nobody", "")]


def test_holds_the_phases_that_ask_no_model(profile, posting):
    with bespoke.Runner("memory:", pipelines=[bespoke.Apply(least_phase_time=0.05)]) as runner:
        job = runner.wait(runner.submit("apply", {"profile": profile, "posting": posting}).id)
    assert job.state == "succeeded"
    for phase in job.raw["phases"]:
        if not phase["name"].startswith("generate_"):
            begun, ended = (datetime.fromisoformat(phase[end].rstrip("Z")) for end in ("started_at", "ended_at"))
            assert ended - begun >= timedelta(milliseconds=49), phase["name"]


def test_events_are_ready_to_be_sent(profile, posting):
    with bespoke.Runner("memory:") as runner:
        job = runner.submit("apply", {"profile": profile, "posting": posting}, owner="ada")
        frames = [frame.decode() for frame in runner.sse(job.id, owner="ada")]
        ids = []
        for frame in frames:
            assert frame.endswith("\n\n")
            fields = dict(line.split(": ", 1) for line in frame.strip().split("\n"))
            data = json.loads(fields["data"])
            assert data["kind"] == fields["event"]
            if fields["event"] == "snapshot":
                assert int(fields["id"]) == data["job"]["revision"]
                ids.append(int(fields["id"]))
            else:
                assert "id" not in fields
        assert ids == sorted(set(ids))
        assert json.loads(frames[-1].split("data: ")[1])["job"]["state"] == "succeeded"
        # A client that comes back after the end hears of it once more, and is let go.
        again = list(runner.sse(job.id, owner="ada", last_event_id=str(ids[-1])))
        assert len(again) == 1 and again[0].startswith(b"id: %d\n" % ids[-1])
        with pytest.raises(bespoke.NotFound):
            runner.sse(job.id, owner="eve")
