"""How much a film from somebody else may cost, and how the decoding process is held to it."""

from contextlib import suppress
from dataclasses import dataclass

from lavimo.errors import VideoError


@dataclass(frozen=True)
class Limits:
    """What is refused, and when the decoding process is ended."""

    seconds: float = 600.0
    """Longest film, or longest part of one when a part is asked for."""
    edge: int = 4096
    """Longest edge of the picture in pixels."""
    frames: int = 40_000
    """Most pictures decoded: eleven minutes at 60 a second."""
    memory: int = 3 << 30
    """Bytes of address space of the decoding process."""
    cpu: int = 900
    """CPU seconds of the decoding process."""
    patience: float = 60.0
    """Seconds without a sign of life from the decoding process."""


LIMITS = Limits()


def confine(memory: int, cpu: int) -> None:
    """Hold this process to so many bytes and CPU seconds, where the system can."""
    try:
        import resource
    except ImportError:  # Windows has no such limits; the patience of the parent remains
        return
    for kind, wanted in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):
            hard = resource.getrlimit(kind)[1]
            least = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(kind, (least, least))


def check_size(name: str, width: int, height: int, limits: Limits) -> None:
    """VideoError unless the picture has a usable size."""
    if width < 1 or height < 1:
        raise VideoError(f"{name} does not say how large its picture is; convert it to MP4.")
    if max(width, height) > limits.edge:
        raise VideoError(
            f"{name} is {width} x {height} pixels, more than {limits.edge} on an edge; "
            "scale it down."
        )


def check_length(name: str, seconds: float, limits: Limits) -> None:
    """VideoError when a film, or the part asked for, is too long."""
    if seconds > limits.seconds:
        raise VideoError(
            f"{name} is longer than {limits.seconds:g} seconds; cut out the part that matters."
        )


def check_count(name: str, frames: int, limits: Limits) -> None:
    """VideoError when too many pictures have been decoded."""
    if frames > limits.frames:
        raise VideoError(
            f"{name} holds more than {limits.frames} pictures; cut out the part that matters."
        )
