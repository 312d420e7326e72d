"""Models in Python, and phases that ask a model."""

import asyncio

import pytest

import bespoke


def letter_pipeline(parse="text"):
    pipeline = bespoke.Pipeline("letter")

    @pipeline.llm_phase("draft", label="Writing...", percent=10, parse=parse, retry=bespoke.Retry(initial_backoff=0.001))
    def draft(ctx):
        return bespoke.LlmRequest([bespoke.Message("user", f"Write to {ctx.input}")], temperature=0.5)

    return pipeline


def stream_words(request, stream):
    assert request.messages[0].content == "Write to Ada" and request.temperature == 0.5 and request.owner == "ada"
    for word in ("Dear ", "Ada"):
        stream(word)


async def answer_later(request, stream):
    await asyncio.sleep(0)
    return bespoke.LlmResponse("Dear Ada", bespoke.Usage(7, 2, 30), model="m-1", request_id="r-1")


class OwnClient(bespoke.LlmClient):
    name = "own"

    def complete(self, request, stream):
        return "Dear Ada"


@pytest.mark.parametrize("model", [stream_words, answer_later, OwnClient()])
def test_a_model_of_ones_own(model):
    with bespoke.Runner("memory:", llm=model, pipelines=[letter_pipeline()]) as runner:
        job = runner.submit("letter", "Ada", owner="ada")
        text = "".join(change.text for change in runner.watch(job.id))
        assert text == runner.result(job.id) == "Dear Ada"
        usage = runner.get(job.id).usage
        if model is answer_later:
            assert (usage.input_tokens, usage.output_tokens, usage.cost_micro_usd) == (7, 2, 30)
        else:
            assert usage.certainty == "unknown"


def test_it_drives_the_built_in_pipeline(profile, posting):
    asked = []

    def nonsense(request, stream):
        asked.append(request)
        raise bespoke.LlmFailure("no credit", code="llm_rejected", advice="fatal", detail="account 7")

    with bespoke.Runner("memory:", llm=nonsense) as runner:
        failed = runner.wait(runner.submit("apply", {"profile": profile, "posting": posting}).id)
        assert failed.state == "failed" and failed.error.code == "llm_rejected" and failed.error.phase == "generate_cv"
        assert failed.error.message == "no credit" and failed.error.detail == "account 7"
        assert len(asked) == 1 and asked[0].schema is not None
        # Contact data never goes to a model.
        assert profile["basics"]["email"] not in str(asked[0].messages)


def test_failures_are_retried_as_the_client_says():
    calls = []

    def flaky(request, stream):
        calls.append(1)
        if len(calls) < 3:
            raise bespoke.LlmFailure("busy", code="rate_limited", advice="retry", retry_after=0.001)
        return "at last"

    with bespoke.Runner("memory:", llm=flaky, pipelines=[letter_pipeline()]) as runner:
        done = runner.wait(runner.submit("letter", "Ada").id)
        assert done.state == "succeeded" and len(calls) == 3


def test_parse_by_json():
    with bespoke.Runner("memory:", llm=lambda request, stream: '{"a": 1}', pipelines=[letter_pipeline("json")]) as runner:
        job = runner.submit("letter", "Ada")
        assert runner.wait(job.id).state == "succeeded" and runner.result(job.id) == {"a": 1}


def test_parse_by_a_function_that_asks_again():
    prompts = []

    def model(request, stream):
        prompts.append(request.messages[-1].content)
        return "short" if len(prompts) == 1 else "a longer letter"

    async def parse(ctx, response):
        if len(response.text) < 10:
            return bespoke.LlmRequest([bespoke.Message("user", "Longer, please.")])
        return {"letter": response.text, "to": ctx.input}

    with bespoke.Runner("memory:", llm=model, pipelines=[letter_pipeline(parse)]) as runner:
        job = runner.submit("letter", "Ada")
        assert runner.wait(job.id).state == "succeeded"
        assert runner.result(job.id) == {"letter": "a longer letter", "to": "Ada"}
        assert prompts == ["Write to Ada", "Longer, please."]


def test_a_job_may_name_a_model():
    first = OwnClient()
    second = OwnClient()
    second.name = "second"
    second.complete = lambda request, stream: "from the second"
    with bespoke.Runner("memory:", llm=first, models=[second], pipelines=[letter_pipeline()]) as runner:
        job = runner.submit("letter", "Ada", model="host:second")
        assert runner.wait(job.id).model == "host:second" and runner.result(job.id) == "from the second"
        with pytest.raises(bespoke.InvalidArgument):
            runner.submit("letter", "Ada", model="host:third")


def test_a_chain_goes_on_with_the_next_model():
    def broke(request, stream):
        raise bespoke.LlmFailure("no credit", code="llm_rejected", advice="next_model")

    with bespoke.Runner("memory:", llm=[broke, OwnClient()], pipelines=[letter_pipeline()]) as runner:
        job = runner.submit("letter", "Ada")
        done = runner.wait(job.id)
        assert done.state == "succeeded" and done.phases[0].model == "host:own" and runner.result(job.id) == "Dear Ada"


def test_a_budget_ends_a_job_and_a_larger_one_lets_it_go_on():
    def model(request, stream):
        return bespoke.LlmResponse("Dear Ada", bespoke.Usage(900, 100, 5))

    with bespoke.Runner("memory:", llm=model, pipelines=[letter_pipeline()]) as runner:
        job = runner.submit("letter", "Ada", budget={"tokens": 1})
        failed = runner.wait(job.id)
        assert failed.state == "failed" and failed.error.code == "budget_exceeded"
        runner.resume(job.id, budget={"tokens": 100_000})
        assert runner.wait_until_idle(60)
        assert runner.get(job.id).state == "succeeded"
