"""Pipelines whose phases are Python functions."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Callable, Dict, List, Mapping, Optional, TypeVar, Union

Seconds = Union[int, float, timedelta]
Function = TypeVar("Function", bound=Callable[..., Any])


def millis(value: Seconds) -> int:
    return round((value.total_seconds() if isinstance(value, timedelta) else value) * 1000)


@dataclass(frozen=True)
class Retry:
    """How often a failed attempt is made again, and how long the wait before it grows (seconds or timedelta)."""

    max_attempts: int = 4
    initial_backoff: Seconds = 0.5
    multiplier: float = 2.0
    max_backoff: Seconds = 30.0

    def _write(self) -> Dict[str, Any]:
        return {
            "max_attempts": self.max_attempts,
            "initial_backoff_ms": millis(self.initial_backoff),
            "multiplier": self.multiplier,
            "max_backoff_ms": millis(self.max_backoff),
        }


class PhaseContext:
    """What a phase sees of its job."""

    def __init__(self, event: Mapping[str, Any], answer: Callable[[Dict[str, Any]], None]) -> None:
        self.job_id: str = event["job"]
        self.owner: str = event["owner"]
        self.pipeline: str = event["pipeline"]
        self.version: int = event["version"]
        self.phase: str = event["phase"]
        self.attempt: int = event["attempt"]
        self.model: str = event["model"]
        #: The job's input as submitted.
        self.input: Any = event["input"]
        #: The outputs of the finished phases, by name.
        self.outputs: Dict[str, Any] = event["outputs"]
        self._answer = answer
        self._over = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for this phase any more: the job was cancelled, the attempt timed out, the runner closes.
        Coroutines are cancelled by themselves; functions should look here now and then."""
        return self._over.is_set()

    def wait_cancelled(self, timeout: Optional[float] = None) -> bool:
        """Waits until `cancelled`, at most `timeout` seconds: a sleep that ends early."""
        return self._over.wait(timeout)

    def progress(self, fraction: float, note: Optional[str] = None) -> None:
        """Moves the percent to `fraction` (0 to 1) of the way to the next milestone, and says that the phase isn't stale.
        With a note the job's label shows it, until the phase ends."""
        answer: Dict[str, Any] = {"answer": "progress", "fraction": fraction}
        if note is not None:
            answer["note"] = note
        self._answer(answer)

    def stream(self, text: str) -> None:
        """Streams text to watchers."""
        self._answer({"answer": "text", "text": text})


@dataclass
class _Phase:
    spec: Dict[str, Any]
    work: Optional[Callable[..., Any]] = None
    parse: Optional[Callable[..., Any]] = None


class Pipeline:
    """A named, versioned list of phases, in the order in which they are declared.

    invoice = bespoke.Pipeline("invoice", version=1)

    @invoice.phase("fetch", label="Fetching orders...", percent=10)
    async def fetch(ctx: bespoke.PhaseContext) -> dict:
        return await load_orders(ctx.input["customer"])
    """

    def __init__(
        self,
        name: str,
        *,
        version: int = 1,
        done_label: str = "Done",
        keep_succeeded: Optional[Seconds] = None,
        keep_failed: Optional[Seconds] = None,
        on_old_version: str = "continue",
    ) -> None:
        self.name = name
        self.version = version
        self._options: Dict[str, Any] = {"done_label": done_label, "on_old_version": on_old_version}
        if keep_succeeded is not None:
            self._options["keep_succeeded_ms"] = millis(keep_succeeded)
        if keep_failed is not None:
            self._options["keep_failed_ms"] = millis(keep_failed)
        self._phases: Dict[str, _Phase] = {}

    def _add(
        self,
        kind: str,
        name: str,
        label: Optional[str],
        percent: Optional[float],
        retry: Optional[Retry],
        timeout: Optional[Seconds],
        stale_after: Optional[Seconds],
        repeatable: bool,
        **more: Any,
    ) -> _Phase:
        if name in self._phases:
            raise ValueError(f'pipeline {self.name} has a phase "{name}" already')
        spec: Dict[str, Any] = {"name": name, "label": label or name, "kind": kind, "repeatable": repeatable, **more}
        if percent is not None:
            spec["percent"] = percent
        if retry is not None:
            spec["retry"] = retry._write()
        if timeout is not None:
            spec["timeout_ms"] = millis(timeout)
        if stale_after is not None:
            spec["stale_after_ms"] = millis(stale_after)
        self._phases[name] = _Phase(spec)
        return self._phases[name]

    def phase(
        self,
        name: str,
        *,
        label: Optional[str] = None,
        percent: Optional[float] = None,
        retry: Optional[Retry] = None,
        timeout: Optional[Seconds] = None,
        stale_after: Optional[Seconds] = None,
        repeatable: bool = False,
    ) -> Callable[[Function], Function]:
        """Declares the function below, or the coroutine, as a phase. It gets a PhaseContext and returns the phase's output,
        which must be JSON. An exception fails the attempt, which is retried; raise PhaseFailed(retryable=False) for what a
        retry can't mend. `repeatable`: running it twice costs and changes nothing."""
        phase = self._add("host", name, label, percent, retry, timeout, stale_after, repeatable)

        def declare(function: Function) -> Function:
            phase.work = function
            return function

        return declare

    def llm_phase(
        self,
        name: str,
        *,
        label: Optional[str] = None,
        percent: Optional[float] = None,
        retry: Optional[Retry] = None,
        timeout: Optional[Seconds] = None,
        parse: Union[str, Callable[..., Any]] = "text",
        expected_tokens: int = 800,
    ) -> Callable[[Function], Function]:
        """Declares a phase that asks the runner's model. The function below builds the request: it gets a PhaseContext and
        returns an LlmRequest, or a string as the only message; it may run again after a crash. The call itself is the
        library's: journaled, retried, streamed. `parse` makes the output of the answer: "text", "json", or a function of
        (PhaseContext, LlmResponse) that returns the output, or an LlmRequest to ask again."""
        by_host = callable(parse)
        phase = self._add(
            "llm",
            name,
            label,
            percent,
            retry,
            timeout,
            None,
            False,
            parse="host" if by_host else parse,
            expected_tokens=expected_tokens,
        )
        phase.parse = parse if callable(parse) else None

        def declare(function: Function) -> Function:
            phase.work = function
            return function

        return declare

    def wait_for_signal(
        self,
        name: str,
        *,
        label: Optional[str] = None,
        percent: Optional[float] = None,
        signal: Optional[str] = None,
        timeout: Optional[Seconds] = None,
    ) -> Pipeline:
        """Declares a phase that waits, for a person or an event, until Runner.signal is called; its output is the signal's
        payload. The signal is named like the phase unless `signal` says otherwise."""
        more: Dict[str, Any] = {"signal": signal or name}
        if timeout is not None:
            more["signal_timeout_ms"] = millis(timeout)
        self._add("signal", name, label, percent, None, None, None, False, **more)
        return self

    def _write(self) -> Dict[str, Any]:
        phases: List[Dict[str, Any]] = [dict(phase.spec) for phase in self._phases.values()]
        for place, spec in enumerate(phases):
            if self._phases[spec["name"]].work is None and spec["kind"] != "signal":
                raise ValueError(f'phase "{spec["name"]}" of pipeline {self.name} has no function')
            # Without percents the phases share the way evenly.
            spec.setdefault("percent", 100.0 * place / len(phases))
        return {"name": self.name, "version": self.version, "phases": phases, **self._options}


@dataclass
class Apply:
    """The built-in pipeline "apply". `prompts` replace built-in ones by name. `profile_source` is a function, or a
    coroutine, of (profile_id, owner) that returns a JSON Resume, or raises NotFound; inputs may then name a profile.
    `least_phase_time` holds the phases that ask no model so long, to be seen in a demonstration."""

    prompts: Dict[str, str] = field(default_factory=dict)
    profile_source: Optional[Callable[..., Any]] = None
    least_phase_time: Seconds = 0

    def _write(self) -> Dict[str, Any]:
        config: Dict[str, Any] = {"pipeline": "apply", "prompts": self.prompts}
        config["least_phase_time_ms"] = millis(self.least_phase_time)
        if self.profile_source is not None:
            config["profile_source"] = "host"
        return config
