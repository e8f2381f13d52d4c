"""Narrow questions that R@k hides: is left left, and does the model know unseen programmes?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lavimo.data.sample import Sample
from lavimo.errors import EvaluationError
from lavimo.evaluation.protocols import Result, Task, judge
from lavimo.progress import Progress, Silent
from lavimo.runtime.directions import direction_words
from lavimo.shapes import Float32

FAMILIES: dict[str, str] = {"wave": "wave", "raise": "raise-up", "turn": "walk-turn"}
"""Kinds of Bandai-Namco action that exist for either side, by the beginning of their label."""


@dataclass(frozen=True)
class PairAccuracy:
    """Share of (left clip, right clip) pairs that a sided query puts in the right order.

    1.0 is perfect, 0.5 is chance. `families` holds the same a kind of action.
    """

    accuracy: float
    families: dict[str, float]
    queries: int
    pairs: int


def side_accuracy(
    samples: Sequence[Sample], scores: Float32[np.ndarray, "clips clips"]
) -> PairAccuracy:
    """Does "left hand" put left-hand clips of any style above right-hand clips?

    `scores`: first captions (rows) against motions (columns). Every clip of a sided action asks
    with its first caption; each pair of one clip of its side and one of the other counts, ties a
    half. Raises EvaluationError when no action exists for both sides. Source: PROBE.md, 1.
    """
    families: dict[str, float] = {}
    right_order, pairs, queries = 0.0, 0, 0
    for family, start in FAMILIES.items():
        sides = _sides(samples, start)
        if min(map(len, sides)) == 0:
            continue
        won, count, asked = _compared(samples, scores, sides)
        if count:
            families[family] = won / count
            right_order, pairs, queries = right_order + won, pairs + count, queries + asked
    if not pairs:
        raise EvaluationError("No action is there for both sides; side accuracy needs some.")
    return PairAccuracy(right_order / pairs, families, queries, pairs)


def _sides(samples: Sequence[Sample], start: str) -> tuple[list[int], list[int]]:
    chosen: tuple[list[int], list[int]] = ([], [])
    for number, one in enumerate(samples):
        if (one.action or "").startswith(start):
            words = direction_words((one.action or "").replace("-", " "))
            if "left" in words:
                chosen[0].append(number)
            elif "right" in words:
                chosen[1].append(number)
    return chosen


def _compared(
    samples: Sequence[Sample],
    scores: Float32[np.ndarray, "clips clips"],
    sides: tuple[list[int], list[int]],
) -> tuple[float, int, int]:
    won, count, asked = 0.0, 0, 0
    for mine, other in (sides, sides[::-1]):
        side = "left" if mine is sides[0] else "right"
        for query in mine:
            # A caption that names no side cannot be asked for one.
            if side not in direction_words(samples[query].texts[0]):
                continue
            asked += 1
            better = scores[query, mine][:, None] - scores[query, other][None, :]
            won += float((better > 0).sum()) + 0.5 * float((better == 0).sum())
            count += better.size
    return won, count, asked


def choreography_test(
    score: Callable[[Sequence[Sample]], Float32[np.ndarray, "clips clips"]],
    samples: Sequence[Sample],
    *,
    seed: int = 0,
) -> tuple[Result, Result]:
    """Strict T2M and M2T over unseen choreographed programmes, first caption each.

    `score` turns samples into first captions against motions; `samples` come from
    `choreographed_samples`.
    """
    return judge(Task(samples, score(samples)), "strict", seed=seed)


def choreographed_samples(count: int, progress: Progress | None = None) -> list[Sample]:
    """The first `count` test programmes as samples; canonical positions.

    Their seeds are those of the test range, which nothing trains on.
    """
    from lavimo.data.captions import Caption
    from lavimo.data.choreography import FPS, LICENCE, SOURCE, TEST_SEEDS, choreograph
    from lavimo.features.canonical import canonical_positions

    samples = []
    with (progress or Silent()).task("Choreographing", count) as task:
        for seed in TEST_SEEDS[:count]:
            clip = choreograph(seed)
            samples.append(
                Sample(
                    id=f"choreography-{seed}",
                    positions=canonical_positions(clip.positions),
                    captions=tuple(Caption(text, "programme") for text in clip.captions),
                    source=SOURCE,
                    licence=LICENCE,
                    split="test",
                    duration=len(clip.positions) / FPS,
                )
            )
            task.advance()
    return samples
