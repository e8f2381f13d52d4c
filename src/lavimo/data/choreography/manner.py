"""Manners: how mood, age and pace change posture, size and tempo of every action."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lavimo.data.choreography.programme import FPS, Event
from lavimo.shapes import Float

PACE = {"slow": 0.68, "normal": 1.0, "fast": 1.35}
EXTENT = {"small": 0.62, "normal": 1.0, "large": 1.38}


@dataclass(frozen=True)
class Manner:
    """Posture offsets in radians (pitch forward), factors of tempo and size, and unrest."""

    tempo: float = 1.0
    extent: float = 1.0
    sink: float = 0.0
    """Pelvis lower by this share of its height: knees stay bent."""
    back: float = 0.0
    head: float = 0.0
    shrug: float = 0.0
    elbows: float = 0.0
    """Hands further out (positive) or closer."""
    wobble: float = 1.0
    """Factor of the idle movement of trunk and head."""
    sway: float = 0.0
    """Slow sideways swaying of the pelvis in metres."""
    bounce: float = 0.0
    """Quick up and down of trunk and shoulders, radians."""


MANNERS = {
    "normal": Manner(),
    "tired": Manner(0.72, 0.72, 0.035, 0.3, 0.38, -0.08, 0.0, 1.6, 0.012),
    "old": Manner(0.66, 0.6, 0.06, 0.5, -0.2, 0.05, 0.03, 1.3, 0.008),
    "angry": Manner(1.28, 1.2, 0.03, 0.16, -0.05, 0.16, 0.14, 0.8),
    "happy": Manner(1.15, 1.22, 0.0, -0.08, -0.18, 0.02, 0.1, 1.4, 0.0, 0.1),
    "sad": Manner(0.7, 0.66, 0.015, 0.24, 0.6, -0.12, -0.04, 0.6),
    "proud": Manner(0.94, 1.12, 0.0, -0.2, -0.16, 0.0, 0.16, 0.5),
    "drunk": Manner(0.82, 1.05, 0.045, 0.06, 0.2, -0.05, 0.12, 4.5, 0.075),
    "childlike": Manner(1.2, 1.3, 0.01, -0.03, -0.1, 0.03, 0.16, 2.4, 0.012, 0.14),
}


def dress(
    channels: dict[str, Float[np.ndarray, "frames _"]],
    events: Sequence[Event],
    random: np.random.Generator,
    sign: float,
) -> None:
    """Lay posture, unrest and breathing of the events' manners over sampled channels, in place.

    `sign` is -1 where the programme is the mirror image of itself: unrest is mirrored with it.
    """
    frames = len(channels["root"])
    times = np.arange(frames) / FPS
    parts = {name: np.zeros(frames) for name in ("sink", "back", "head", "shrug", "elbows")}
    unrest = {name: np.zeros(frames) for name in ("wobble", "sway", "bounce")}
    for event in events:
        weight = _envelope(times, event.start, event.end, times[-1])
        manner = MANNERS[event.style]
        for table in (parts, unrest):
            for name in table:
                table[name] += weight * getattr(manner, name)
    channels["height"][:, 0] -= parts["sink"]
    channels["spine"][:, 0] += parts["back"]
    channels["head"][:, 0] += parts["head"]
    channels["shrug"] += parts["shrug"][:, None]
    for side, out in (("left", 1.0), ("right", -1.0)):
        channels[f"arm_{side}"][:, 0] += out * parts["elbows"]
        # A bent back carries the shoulders along; hanging hands stay plumb.
        channels[f"arm_{side}"][:, 2] += 0.8 * parts["back"] * (channels[f"arm_{side}"][:, 1] < 0)
    _stir(channels, times, unrest, random, sign)


def _stir(
    channels: dict[str, Float[np.ndarray, "frames _"]],
    times: Float[np.ndarray, " frames"],
    unrest: dict[str, Float[np.ndarray, " frames"]],
    random: np.random.Generator,
    sign: float,
) -> None:
    """Idle movement: a few slow waves on trunk, head and hands, breathing, swaying, bouncing."""
    wobble = unrest["wobble"]
    for track, size in (("spine", 0.018), ("head", 0.035), ("arm_left", 0.02), ("arm_right", 0.02)):
        wave = _waves(times, random) * (size * wobble)[:, None]
        flips = (
            np.array([1.0, sign, sign]) if track in ("spine", "head") else np.array([sign, 1, 1])
        )
        name = track
        if sign < 0 and track.startswith("arm"):
            name = "arm_right" if track == "arm_left" else "arm_left"
        channels[name][:, :3] += wave * flips
    breath = np.sin(2 * np.pi * (0.27 * times + random.random()))
    channels["spine"][:, 0] -= 0.012 * breath
    channels["shrug"] += 0.012 * breath[:, None]
    slow = np.sin(2 * np.pi * (0.42 * times + random.random()))
    channels["sway"][:, 0] += sign * unrest["sway"] * slow
    channels["spine"][:, 1] -= sign * 1.2 * unrest["sway"] * slow
    beat = np.abs(np.sin(np.pi * (1.9 * times + random.random())))
    channels["shrug"] += (unrest["bounce"] * 0.5 * beat)[:, None]
    channels["spine"][:, 0] += unrest["bounce"] * 0.5 * (beat - 0.5)


def _waves(
    times: Float[np.ndarray, " frames"], random: np.random.Generator
) -> Float[np.ndarray, "frames 3"]:
    rates = random.uniform([[0.15], [0.35], [0.6]], [[0.3], [0.55], [0.9]], (3, 3))
    phases = random.uniform(0, 2 * np.pi, (3, 3))
    waves = np.sin(2 * np.pi * rates * times[:, None, None] + phases)
    return np.asarray(np.tensordot(waves, np.array([0.5, 0.3, 0.2]), axes=([1], [0])))


def _envelope(
    times: Float[np.ndarray, " frames"], start: float, end: float, last: float
) -> Float[np.ndarray, " frames"]:
    """One inside the event, eased over 0.4 s into its neighbours; whole at the clip's ends."""

    def rises(at: float) -> Float[np.ndarray, " frames"]:
        u = np.clip((times - at) / 0.4 + 0.5, 0, 1)
        return np.asarray(u * u * (3 - 2 * u))

    before = np.ones_like(times) if start <= 1e-6 else rises(start)
    after = np.zeros_like(times) if end >= last - 1e-6 else rises(end)
    return np.asarray(before - after)
