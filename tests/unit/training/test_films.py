"""What training shows of a film: the same change as its motion, then its own cut and speed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lavimo.features.directions import WIDTH, Poses, from_motion
from lavimo.motion.clip import Motion, mirror_positions
from lavimo.presets import Augment, Filming, resolve
from lavimo.training import augment
from lavimo.training.corpus import _others, _visit, batches
from lavimo.training.films import (
    MEDIANS,
    NEAR,
    Visit,
    as_if_tracked,
    film_of,
    like,
    pairs,
    plain_film,
)

STILL = Filming(tracks=0.0, damage=0.0)


def changed(mirrored: bool = False, speed: float = 1.0, frames: int = 60) -> augment.Change:
    return augment.Change(speed, 0, frames, False, mirrored)


def poses_of(walk: Motion) -> Poses:
    return from_motion(walk.positions, 20.0)


def test_poses_change_as_positions_do(walk: Motion) -> None:
    for change in (changed(mirrored=True), augment.Change(1.0, 10, 50, False, False)):
        by_rows = change.poses(poses_of(walk))
        by_positions = from_motion(change.positions(walk.positions), 20.0)
        np.testing.assert_allclose(by_rows.limbs, by_positions.limbs, atol=2e-3)
    quick = changed(speed=1.25, frames=48)
    assert len(quick.positions(walk.positions)) == 48
    assert len(quick.poses(poses_of(walk))) == 24


def test_a_drawn_change_keeps_within_the_longest() -> None:
    everything = Augment(mirror=0.5, speed=0.2, crop=0.9, in_place=0.5, rig=0.0)
    rng = np.random.default_rng(0)
    for frames in (2, 30, 41, 400, 1000):
        for _ in range(20):
            change = augment.drawn(frames, everything, 200, rng)
            positions = np.zeros((frames, 22, 3), np.float32)
            assert 2 <= len(change.positions(positions)) <= 201


def test_undamaged_joints_are_the_motions_own_but_for_the_path(walk: Motion) -> None:
    poses, rng = poses_of(walk), np.random.default_rng(1)
    film = film_of(Visit(poses, changed(), ()), STILL, rng)
    error = np.linalg.norm((film.limbs - poses.limbs).reshape(-1, 9, 3), axis=-1)
    assert np.median(error) < 1e-5, "only bridged limbs may differ"
    across = np.hypot(film.path[:, 0] * 0.5, film.path[:, 1] * 0.5)
    speed = np.linalg.norm(poses.path, axis=1)
    assert (across <= speed + 1e-5).all()
    assert np.abs(film.path).max() > 0.01


def test_damage_is_as_large_as_measured(walk: Motion) -> None:
    rng = np.random.default_rng(2)
    clean = poses_of(walk).limbs.reshape(-1, 9, 3)
    angles = []
    for _ in range(200):
        found = as_if_tracked(poses_of(walk), 1.0, rng).limbs.reshape(-1, 9, 3)
        angles.append(np.degrees(np.arccos(np.clip((found * clean).sum(-1), -1, 1))))
    median = np.median(np.concatenate(angles), axis=0)
    assert (np.abs(median / np.degrees(MEDIANS) - 1) < 0.5).all(), median
    assert median[1] > median[5] > median[0]


def test_a_film_shows_the_side_that_its_mirrored_motion_shows(walk: Motion) -> None:
    film = film_of(
        Visit(poses_of(walk), changed(mirrored=True), ()), STILL, np.random.default_rng(3)
    )
    twin = from_motion(mirror_positions(walk.positions), 20.0)
    assert np.median(np.abs(film.limbs - twin.limbs)) < 2e-3


def test_tracks_are_taken_in_their_share(walk: Motion) -> None:
    mark = Poses(np.full((30, WIDTH), 9, np.float32), np.zeros(30, np.float32),
                 np.zeros((30, 3), np.float32))  # fmt: skip
    rng = np.random.default_rng(4)
    visit = Visit(poses_of(walk), changed(), (mark,))
    taken = [film_of(visit, Filming(tracks=0.6), rng).limbs[0, 0] == 9 for _ in range(400)]
    assert np.mean(taken) == pytest.approx(0.6, abs=0.08)


def test_films_are_cut_and_timed_on_their_own(walk: Motion) -> None:
    free = Filming(crop=1.0, crop_least=0.45, speed=0.25, damage=0.0)
    rng = np.random.default_rng(5)
    lengths = [len(film_of(Visit(poses_of(walk), changed(), ()), free, rng)) for _ in range(200)]
    assert min(lengths) < 16
    assert max(lengths) > 30


def with_films(tiny: Any, *changes: str) -> Any:
    pose = '{"layers":1,"dim":24,"heads":2,"ff":48,"dropout":0.0,"norm":"pre","pool":"cls+mean"}'
    return resolve(
        "lavimo_small",
        [f"model.pose.tower={pose}", "sampling.batch=4", "sampling.pairs=10",
         "sampling.synthetic=8", *changes],
    )  # fmt: skip


def test_pairs_hold_the_batchs_own_clips_first_and_others_after(tiny_corpus: Any) -> None:
    corpus, _ = tiny_corpus
    preset = with_films(corpus, "augment.mirror=0", "augment.speed=0", "augment.crop=0",
                        "filming.path_drop=0")  # fmt: skip
    clips = {clip.id: clip for clip in (*corpus.real, *corpus.synthetic)}
    found = list(batches(corpus, preset, 0, 0))
    assert found
    for batch in found:
        assert batch.pairs is not None
        assert len(batch.pairs.motion.values) == len(batch.pairs.film.values) == 10
        for place, name in enumerate(batch.ids):
            rows = batch.pairs.motion.values[place][batch.pairs.motion.mask[place]].numpy()
            np.testing.assert_allclose(rows[:, :WIDTH], clips[name].poses.limbs, atol=1e-6)


def test_alike_clips_are_those_that_move_alike(
    some_poses: Callable[[int, int], Poses],
) -> None:
    clips = [some_poses(50, seed) for seed in range(30)]
    rng = np.random.default_rng(0)
    twins = [
        replace(one, limbs=(one.limbs + rng.normal(0, 0.05, one.limbs.shape)).astype(np.float32))
        for one in clips
    ]
    found = like([*clips, *twins])
    assert found.shape == (60, NEAR)
    assert all(place not in row for place, row in enumerate(found))
    assert (found[:, 0] == (np.arange(60) + 30) % 60).mean() > 0.9


def visited(clips: Any, preset: Any) -> Any:
    return [_visit(clip, preset, np.random.default_rng(0)) for clip in clips]


def test_mirror_images_of_the_batch_are_told_apart(tiny_corpus: Any) -> None:
    corpus, _ = tiny_corpus
    preset = with_films(corpus, "sampling.near=0", "sampling.pairs=8", "sampling.twins=0.5")
    visits = visited(list(corpus.real[:4]), preset)
    twins = _others(corpus, preset, visits, np.random.default_rng(0))[:2]
    for twin, own in zip(twins, visits, strict=False):
        assert twin.clip is own.clip
        mine, theirs = (one.change.poses(one.clip.poses) for one in (own, twin))
        np.testing.assert_allclose(theirs.rows, mine.mirrored().rows, atol=1e-6)


def test_near_clips_are_drawn_beside_the_batch(tiny_corpus: Any) -> None:
    corpus, _ = tiny_corpus
    clips = list(corpus.real[:4])
    preset = with_films(corpus, "sampling.near=1", "sampling.pairs=6", "sampling.twins=0")
    near = {
        corpus.pool[place].id for clip in clips for place in corpus.nearest[corpus.places[clip.id]]
    }
    others = _others(corpus, preset, visited(clips, preset), np.random.default_rng(0))
    ids = [one.clip.id for one in others]
    assert len(ids) == len(set(ids)) == 2
    assert not {clip.id for clip in clips} & set(ids)
    assert sum(name in near for name in ids) >= 1


def test_two_processes_share_the_pairs(tiny_corpus: Any) -> None:
    corpus, _ = tiny_corpus
    preset = with_films(corpus)
    whole = next(batches(corpus, preset, 0, 0)).pairs
    parts = [next(batches(corpus, preset, 0, 0, rank=r, world=2)).pairs for r in (0, 1)]
    assert whole is not None
    sums = [part.film.values.sum().item() for part in parts if part is not None]
    assert sum(sums) == pytest.approx(whole.film.values.sum().item(), abs=1e-3)
    assert [len(part.film.values) for part in parts if part is not None] == [5, 5]


@pytest.mark.parametrize("video", ["own", "shuffled", "noise", "off"])
def test_ways_to_show_films(tiny_corpus: Any, video: str) -> None:
    corpus, _ = tiny_corpus
    preset = with_films(corpus, f"sampling.video={video}", "filming.damage=0",
                        "filming.crop=0", "filming.speed=0", "filming.path_drop=1")  # fmt: skip
    batch = next(batches(corpus, preset, 0, 0))
    if video == "off":
        assert batch.pairs is None
        return
    assert batch.pairs is not None
    both = zip(batch.pairs.motion.values, batch.pairs.film.values, strict=True)
    near = [float((m[:3, :WIDTH] - f[:3, :WIDTH]).abs().mean()) < 0.02 for m, f in both]
    assert sum(near) >= 8 if video == "own" else sum(near) <= 2


def test_what_a_clip_is_judged_by_is_fixed(walk: Motion) -> None:
    poses = poses_of(walk)
    np.testing.assert_array_equal(plain_film("a", poses, (), 100), plain_film("a", poses, (), 100))
    assert np.abs(plain_film("a", poses, (), 100) - plain_film("b", poses, (), 100)).max() > 0.01
    assert len(plain_film("a", poses, (), 7)) == 7


def test_noise_is_not_a_film(tiny_corpus: Any, walk: Motion) -> None:
    preset = with_films(None, "sampling.video=noise", "filming.path_drop=0")
    rows = pairs([Visit(poses_of(walk), changed(), ())], preset, np.random.default_rng(0))
    lengths = np.linalg.norm(rows.films[0][:, :3], axis=1)
    assert lengths.std() > 0.1, "directions have length one, noise does not"


def test_only_clips_with_a_track_ask_once_there_are_some(tiny_corpus: Any) -> None:
    import torch

    from lavimo.models import build
    from lavimo.training import judge

    corpus, val = tiny_corpus
    preset = with_films(corpus, "loss.reconstruction.weight=0")
    torch.manual_seed(0)
    system = build(preset.model, preset.loss, corpus.sentence_bank())
    everyone = judge.score(system, corpus, val)
    assert 0 <= everyone["v2m/R@1"] <= everyone["v2m/R@10"] <= 100
    assert everyone["score"] == pytest.approx(
        np.mean([
            np.mean([v for k, v in everyone.items() if k[:3] in ("t2m", "m2t")]),
            np.mean([v for k, v in everyone.items() if k[:3] == "v2m"]),
        ])
    )  # fmt: skip
    tracked = {clip.id: (clip.poses,) for clip in val.clips[:2]}
    one = judge.score(system, replace(corpus, tracks=tracked), val)
    assert one["v2m/R@1"] in (0, 50, 100), "two clips ask"
    assert {k: v for k, v in one.items() if "2m/" in k and k[0] == "t"} == {
        k: v for k, v in everyone.items() if "2m/" in k and k[0] == "t"
    }
