"""One progress object: a bar in a terminal, plain lines in a pipe, silence in tests."""

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol, runtime_checkable


@runtime_checkable
class Task(Protocol):
    """One piece of long work that is being done."""

    def advance(self, count: int = 1, note: str = "") -> None:
        """Report `count` more units done; `note` is shown beside the rate."""
        ...


@runtime_checkable
class Progress(Protocol):
    """Where long work reports to."""

    def task(self, name: str, total: int, unit: str = "clips") -> AbstractContextManager[Task]:
        """Open a task of `total` units; use as `with progress.task(...) as task`."""
        ...


class _SilentTask:
    def advance(self, count: int = 1, note: str = "") -> None:
        pass


class Silent:
    """Reports nothing: the default of library calls and tests."""

    @contextmanager
    def task(self, name: str, total: int, unit: str = "clips") -> Iterator[Task]:
        """Open a task of `total` units."""
        yield _SilentTask()


class _LineTask:
    def __init__(self, name: str, total: int, unit: str, every: float) -> None:
        self.name, self.total, self.unit, self.every = name, total, unit, every
        self.done, self.started, self.last = 0, time.monotonic(), 0.0

    def advance(self, count: int = 1, note: str = "") -> None:
        self.done += count
        now = time.monotonic()
        if now - self.last < self.every and self.done < self.total:
            return
        self.last = now
        print(
            status_line(self.name, self.done, self.total, self.unit, now - self.started, note),
            file=sys.stderr,
            flush=True,
        )


class Lines:
    """Plain lines on stderr, at most one every `every` seconds: for pipes and logs."""

    def __init__(self, every: float = 5.0) -> None:
        self.every = every

    @contextmanager
    def task(self, name: str, total: int, unit: str = "clips") -> Iterator[Task]:
        """Open a task of `total` units."""
        yield _LineTask(name, total, unit, self.every)


class _BarTask:
    def __init__(self, name: str, total: int, unit: str) -> None:
        self.name, self.total, self.unit = name, total, unit
        self.done, self.started, self.last = 0, time.monotonic(), 0.0

    def advance(self, count: int = 1, note: str = "") -> None:
        self.done += count
        now = time.monotonic()
        if now - self.last < 0.1 and self.done < self.total:
            return
        self.last = now
        line = status_line(self.name, self.done, self.total, self.unit, now - self.started, note)
        print(f"\r\x1b[2K{line}", end="", file=sys.stderr, flush=True)


class Bar:
    """One line of a terminal, rewritten in place."""

    @contextmanager
    def task(self, name: str, total: int, unit: str = "clips") -> Iterator[Task]:
        """Open a task of `total` units."""
        task = _BarTask(name, total, unit)
        try:
            yield task
        finally:
            if task.done:
                print(file=sys.stderr, flush=True)


def status_line(name: str, done: int, total: int, unit: str, seconds: float, note: str = "") -> str:
    """`Indexing 120/400 clips, 63.1 clips/s, 4 s left, note`."""
    rate = done / seconds if seconds > 0 else 0.0
    parts = [f"{name} {done}/{total} {unit}", f"{rate:.1f} {unit}/s"]
    if rate > 0 and done < total:
        parts.append(f"{_duration((total - done) / rate)} left")
    if note:
        parts.append(note)
    return ", ".join(parts)


def for_stream() -> Progress:
    """A bar when stderr is a terminal, plain lines otherwise."""
    return Bar() if sys.stderr.isatty() else Lines()


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
