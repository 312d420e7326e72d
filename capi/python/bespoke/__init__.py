"""Persistent, resumable preview jobs inside a Python backend.

    import bespoke

    with bespoke.Runner("sqlite:preview_jobs_data/jobs.db", llm="openai:gpt-5-mini") as runner:
        job = runner.submit("apply", {"profile": profile, "posting": posting}, owner="user-42", key=request_id)
        for change in runner.watch(job.id):
            print(f"{change.job.percent:3.0f}% {change.job.label}")
"""

from ._library import version
from .aio import AsyncCalls
from .documents import pdf, rerender
from .errors import (
    AlreadyExists,
    BudgetExceeded,
    Cancelled,
    Closed,
    Conflict,
    Error,
    Forked,
    Internal,
    InterruptedTooOften,
    InvalidArgument,
    JobFailed,
    LeaseLost,
    LlmBadOutput,
    LlmFailure,
    LlmRejected,
    LlmUnavailable,
    NoSpace,
    NotFound,
    OutOfMemory,
    PayloadTooLarge,
    PhaseFailed,
    RateLimited,
    Stale,
    StoreCorrupt,
    StoreUnavailable,
    Timeout,
    UnknownPipeline,
    Unsupported,
)
from .job import Change, ErrorInfo, Job, PhaseRecord, Pulse, Usage, Waiting
from .llm import LlmClient, LlmRequest, LlmResponse, Message
from .pipeline import Apply, PhaseContext, Pipeline, Retry
from .runner import Runner
from .watch import EventStream, Watch

__version__ = "0.1.0"

__all__ = [name for name in dir() if not name.startswith("_")]
