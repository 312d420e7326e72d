"""The calls of a runner for coroutines."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Callable, List, Optional, TypeVar

from .job import Job
from .pipeline import Seconds

if TYPE_CHECKING:
    from .runner import Runner

Result = TypeVar("Result")


class AsyncCalls:
    """The calls of a runner for coroutines: the same names and arguments, to be awaited. `watch` and `sse` of the runner
    itself are for coroutines as they are."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def _call(self, function: Callable[..., Result], *arguments: Any, **named: Any) -> Result:
        return await self._runner._calls.call(lambda: function(*arguments, **named))

    async def submit(self, pipeline: str, input: Any = None, **options: Any) -> Job:
        return await self._call(self._runner.submit, pipeline, input, **options)

    async def get(self, id: str, *, owner: Optional[str] = None) -> Job:
        return await self._call(self._runner.get, id, owner=owner)

    async def list(self, **query: Any) -> List[Job]:
        return await self._call(self._runner.list, **query)

    async def input(self, id: str, *, owner: Optional[str] = None) -> Any:
        return await self._call(self._runner.input, id, owner=owner)

    async def result(self, id: str, *, owner: Optional[str] = None) -> Any:
        return await self._call(self._runner.result, id, owner=owner)

    async def output(self, id: str, phase: str, *, owner: Optional[str] = None) -> Any:
        return await self._call(self._runner.output, id, phase, owner=owner)

    async def cancel(self, id: str, *, owner: Optional[str] = None) -> Job:
        return await self._call(self._runner.cancel, id, owner=owner)

    async def signal(self, id: str, name: str, payload: Any = None, *, owner: Optional[str] = None) -> Job:
        return await self._call(self._runner.signal, id, name, payload, owner=owner)

    async def resume(self, id: str, **options: Any) -> Job:
        return await self._call(self._runner.resume, id, **options)

    async def fork(self, id: str, from_phase: str, **options: Any) -> Job:
        return await self._call(self._runner.fork, id, from_phase, **options)

    async def delete(self, id: str, *, owner: Optional[str] = None) -> None:
        await self._call(self._runner.delete, id, owner=owner)

    async def delete_owner(self, owner: str) -> int:
        return await self._call(self._runner.delete_owner, owner)

    async def purge(self, ended_for: Optional[Seconds] = None, *, owner: Optional[str] = None) -> int:
        return await self._call(self._runner.purge, ended_for, owner=owner)

    async def wait(self, id: str, timeout: Optional[float] = None, *, owner: Optional[str] = None) -> Job:
        """Holds no thread."""
        loop = asyncio.get_running_loop()
        deadline = None if timeout is None else loop.time() + timeout
        job: Optional[Job] = None
        with self._runner.watch(id, owner=owner) as watch:
            while not watch.over:
                left = None if deadline is None else deadline - loop.time()
                if left is not None and left <= 0:
                    break
                change = await watch.next_async(left)
                if change is None:
                    continue
                job = change.job
                if job.ended or job.waits_for_signal:
                    return job
        return job if job is not None and not watch.over else await self.get(id, owner=owner)

    async def wait_until_idle(self, timeout: Optional[float] = None) -> bool:
        return await self._call(self._runner.wait_until_idle, timeout)
