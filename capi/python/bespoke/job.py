"""What is known of a job, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Dict, List, Mapping, Optional

from .errors import JobFailed

ENDED = frozenset({"succeeded", "failed", "cancelled"})


def _time(text: Optional[str]) -> Optional[datetime]:
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00"))


@dataclass(frozen=True)
class Usage:
    """Tokens and money, in millionths of a US dollar. `certainty` (of the tokens) and `cost_certainty` are "reported",
    "estimated" or "unknown". An LlmClient that doesn't know the cost leaves it None."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_micro_usd: Optional[int] = None
    certainty: str = "reported"
    cost_certainty: str = "reported"

    @classmethod
    def _read(cls, tree: Mapping[str, Any]) -> Usage:
        return cls(tree["input_tokens"], tree["output_tokens"], tree["cost_micro_usd"], tree["certainty"], tree["cost_certainty"])


@dataclass(frozen=True)
class ErrorInfo:
    """An error that is stored with a job. `detail` is for its owner only: a traceback, a provider's words."""

    code: str
    message: str
    phase: str = ""
    attempt: int = 0
    retryable: bool = False
    detail: str = ""

    @classmethod
    def _read(cls, tree: Optional[Mapping[str, Any]]) -> Optional[ErrorInfo]:
        if tree is None:
            return None
        return cls(
            tree["code"], tree["message"], tree["phase"], tree["attempt"], tree["retryable"], tree["detail"]
        )


@dataclass(frozen=True)
class Waiting:
    """Why a job rests ("retry", "limit", "signal", "scheduled"), and until when at the latest."""

    reason: str
    until: Optional[datetime]
    signal: str = ""


@dataclass(frozen=True)
class PhaseRecord:
    """What has become of one phase."""

    name: str
    label: str
    percent: float
    state: str
    started_at: Optional[datetime]
    ended_at: Optional[datetime]
    attempts: int
    usage: Usage
    error: Optional[ErrorInfo]
    model: str  # that it asks, or asked last


@dataclass(frozen=True)
class Job:
    """A snapshot of a job. `raw` is the JSON that it was read from, the same in every language."""

    id: str
    owner: str
    pipeline: str
    version: int
    state: str
    phase: str
    label: str
    percent: float
    revision: int
    attempt: int
    attempts_used: int
    max_attempts: int
    waiting: Optional[Waiting]
    error: Optional[ErrorInfo]
    phases: List[PhaseRecord]
    usage: Usage
    model: str
    tags: List[str]
    key: str
    created_at: datetime
    updated_at: datetime
    started_at: Optional[datetime]
    ended_at: Optional[datetime]
    expires_at: Optional[datetime]
    traceparent: str
    raw: Dict[str, Any] = field(repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether it has succeeded, failed or was cancelled."""
        return self.state in ENDED

    @property
    def waits_for_signal(self) -> bool:
        return self.waiting is not None and self.waiting.reason == "signal"

    def raise_if_failed(self) -> Job:
        """Raises JobFailed for a job that has failed or was cancelled; returns the job otherwise."""
        if self.state not in ("failed", "cancelled"):
            return self
        error = self.error or ErrorInfo("cancelled", f"job {self.id} was cancelled")
        place = f" in phase {error.phase}" if error.phase else ""
        raise JobFailed(
            f"{error.code}{place}: {error.message}", code=error.code, retryable=error.retryable, detail=error.detail
        )

    @classmethod
    def _read(cls, tree: Dict[str, Any]) -> Job:
        waiting = tree["waiting"]
        return cls(
            id=tree["id"],
            owner=tree["owner"],
            pipeline=tree["pipeline"],
            version=tree["version"],
            state=tree["state"],
            phase=tree["phase"],
            label=tree["label"],
            percent=tree["percent"],
            revision=tree["revision"],
            attempt=tree["attempt"],
            attempts_used=tree["attempts_used"],
            max_attempts=tree["max_attempts"],
            waiting=None if waiting is None else Waiting(waiting["reason"], _time(waiting["until"]), waiting["signal"] or ""),
            error=ErrorInfo._read(tree["error"]),
            phases=[
                PhaseRecord(
                    phase["name"],
                    phase["label"],
                    phase["percent"],
                    phase["state"],
                    _time(phase["started_at"]),
                    _time(phase["ended_at"]),
                    phase["attempts"],
                    Usage._read(phase["usage"]),
                    ErrorInfo._read(phase["error"]),
                    phase["model"],
                )
                for phase in tree["phases"]
            ],
            usage=Usage._read(tree["usage"]),
            model=tree["model"],
            tags=tree["tags"],
            key=tree["key"],
            created_at=_time(tree["created_at"]),  # type: ignore[arg-type]
            updated_at=_time(tree["updated_at"]),  # type: ignore[arg-type]
            started_at=_time(tree["started_at"]),
            ended_at=_time(tree["ended_at"]),
            expires_at=_time(tree["expires_at"]),
            traceparent=tree["traceparent"],
            raw=tree,
        )


@dataclass(frozen=True)
class Pulse:
    """Where a job stands, at a glance."""

    state: str
    percent: float
    revision: int


@dataclass(frozen=True)
class Change:
    """What a watcher is told. `kind` is "snapshot" (`job` is new), "text" (`text` goes on at byte `offset` of what (phase,
    attempt) streams) or "reset" (what was streamed for `phase` before is void). `job` is the newest snapshot of this watch,
    whatever the kind."""

    kind: str
    job: Job
    phase: str = ""
    attempt: int = 0
    offset: int = 0
    text: str = ""
