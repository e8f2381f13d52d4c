"""Independent jobs in several processes, in the order in which they end."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

Job = TypeVar("Job")
Done = TypeVar("Done")


def in_processes(do: Callable[[Job], Done], jobs: Sequence[Job], workers: int) -> Iterator[Done]:
    """`do` of every job, started in the given order; one process where `workers` is 1.

    `do` is a function of a module, jobs and answers can be pickled. A broken pool is no loss: its
    jobs are done here.
    """
    if workers < 2 or len(jobs) < 2:
        yield from map(do, jobs)
        return
    waiting = list(jobs)
    running: dict[Future[Done], Job] = {}
    try:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            while waiting or running:
                while waiting and len(running) < workers + 2:
                    job = waiting.pop(0)
                    running[pool.submit(do, job)] = job
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    result = future.result()
                    del running[future]
                    yield result
    except BrokenProcessPool:
        # No process could be started (a script without a `__main__` guard), or one was killed.
        yield from map(do, [*running.values(), *waiting])
