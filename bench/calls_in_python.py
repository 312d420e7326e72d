"""What a call costs from Python: a status poll, and a snapshot read from the store. Needs the package and the library:

PYTHONPATH=capi/python BESPOKE_LIBRARY=build/lib/libbespoke_c.so.1 python3 bench/calls_in_python.py [STORE]
"""

import sys
import time

import bespoke


def measure(store):
    pipeline = bespoke.Pipeline("one")
    pipeline.phase("only", percent=10)(lambda ctx: ctx.wait_cancelled())
    with bespoke.Runner(store, pipelines=[pipeline], grace=0) as runner:
        job = runner.submit("one")
        for name, call, times in (("poll", lambda: runner.poll(job.id), 200_000), ("get", lambda: runner.get(job.id), 10_000)):
            began = time.perf_counter_ns()
            for _ in range(times):
                call()
            cost = (time.perf_counter_ns() - began) / times
            print(f"Python  {store.split(':')[0]:8} Runner.{name:4}      {cost:8.0f} ns")


measure("memory:")
if len(sys.argv) > 1:
    measure(sys.argv[1])
