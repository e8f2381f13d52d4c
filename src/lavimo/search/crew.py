"""Worker processes for indexing that survive what single files do to them."""

import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import connection, get_context, parent_process

from lavimo.gallery.contract import FileRecord
from lavimo.search.making import Made, MotionEncoder, Order, make

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_encoder: MotionEncoder | None = None
"""The model of a worker process, set once when it starts."""


def done(orders: Sequence[Order], encoder: MotionEncoder, workers: int) -> Iterator[Made]:
    """What becomes of each order, as they end: in this process, or in `workers` others.

    A file that kills the process that reads it (out of memory, a fault in a library) gets a
    record with an error, and the work goes on.
    """
    if workers < 2 or len(orders) < 2:
        yield from (make(order, encoder) for order in orders)
        return
    waiting, suspects = deque(orders), deque[Order]()
    while waiting or suspects:
        crew = _start(encoder, workers)
        if crew is None:  # a script without a `__main__` guard
            yield from (make(order, encoder) for order in (*waiting, *suspects))
            return
        running: dict[Future[Made], Order] = {}
        finished = False
        try:
            yield from _run(crew, waiting, suspects, running, workers)
            finished = True
        except BrokenProcessPool:
            if len(running) == 1 and len(next(iter(running.values())).jobs) == 1:
                yield _lost(next(iter(running.values())))
            else:
                suspects.extend(single for order in running.values() for single in _singles(order))
        finally:
            crew.shutdown(wait=finished, cancel_futures=True)


def _run(
    crew: ProcessPoolExecutor,
    waiting: deque[Order],
    suspects: deque[Order],
    running: dict[Future[Made], Order],
    workers: int,
) -> Iterator[Made]:
    """Keep the crew busy; suspects run alone, so that a second death names the file."""
    while waiting or suspects or running:
        while not running and suspects:
            order = suspects.popleft()
            running[crew.submit(_work, order)] = order
        while not suspects and waiting and len(running) < workers + 1:
            order = waiting.popleft()
            running[crew.submit(_work, order)] = order
        ended, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            made = future.result()
            del running[future]
            yield made


def _singles(order: Order) -> list[Order]:
    """An order file by file; its captions are left to the one who asked."""
    return [
        replace(order, jobs=(job,), known=(known,), texts=())
        for job, known in zip(order.jobs, order.known, strict=True)
    ]


def _lost(order: Order) -> Made:
    job, known = order.jobs[0], order.known[0]
    record = FileRecord(
        path=job.path,
        sha256=known.sha256,
        bytes=known.bytes,
        mtime_ns=known.mtime_ns,
        format=job.path.suffix.lower().lstrip("."),
        error=f"{job.path} ended the process that read it (out of memory?); please report it.",
        signature=known.signature,
    )
    return Made((record,), {}, (), {})


def _start(encoder: MotionEncoder, workers: int) -> ProcessPoolExecutor | None:
    with _single_threaded():
        crew = ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(encoder,)
        )
        try:
            for future in [crew.submit(_ready) for _ in range(workers)]:
                future.result()
        except BrokenProcessPool:
            crew.shutdown(wait=False)
            return None
    return crew


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Processes started inside use one BLAS thread each: the workers fill the cores already."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _begin(encoder: MotionEncoder) -> None:
    global _encoder
    _encoder = encoder
    # Ctrl-C is the parent's business; and a worker must not outlive a parent that was killed.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _ready() -> None:
    return None


def _work(order: Order) -> Made:
    assert _encoder is not None
    return make(order, _encoder)
