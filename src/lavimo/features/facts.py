"""What a motion measurably does: facts with spans, tags and attributes for filters, sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fact:
    """One measured thing: `value` in `unit`, on a `side`, from `start` to `end` seconds.

    `side` is left, right, both, forward, backward or "" (none).
    """

    name: str
    value: float
    unit: str
    side: str
    start: float
    end: float

    def __str__(self) -> str:
        value = f" {self.value:.3g} {self.unit}".rstrip() if self.unit else ""
        side = f" {self.side}" if self.side else ""
        return f"{self.name}{side}{value} ({self.start:.1f}-{self.end:.1f} s)"


@dataclass(frozen=True)
class Description:
    """All facts of a clip in order of time, its tags, and one value a name for filters.

    `attrs` holds numbers (metres, degrees with left positive, metres per second, counts) and
    words (`posture`, `direction`, `pace`).
    """

    facts: tuple[Fact, ...]
    tags: tuple[str, ...]
    attrs: Mapping[str, float | str] = field(default_factory=dict)

    def named(self, *names: str) -> tuple[Fact, ...]:
        """The facts of these names."""
        return tuple(fact for fact in self.facts if fact.name in names)

    def sentences(self) -> tuple[str, ...]:
        """Truthful captions made of the facts, the most telling first; may be empty."""
        from lavimo.features.wording import sentences

        return sentences(self)

    def matches(self, text: str) -> tuple[str, ...]:
        """What was measured that a text asks for, each as a short phrase."""
        from lavimo.features.claims import matches

        return matches(self, text)

    def contradicts(self, text: str) -> tuple[str, ...]:
        """Why a text cannot be true of this motion, each one sentence; empty when it may be.

        Conservative: it speaks only where a side or a direction was measured clearly.
        """
        from lavimo.features.claims import contradicts

        return contradicts(self, text)
