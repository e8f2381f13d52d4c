"""Films, strips and sheets on avatars: the twin of the figure's scene."""

from pathlib import Path

import numpy as np
import pytest

from lavimo.errors import RenderError
from lavimo.motion.clip import Motion
from lavimo.render import actor, avatar, film, sheet

pytest.importorskip("numba", reason="numba not installed: pip install lavimo[video]")


@pytest.fixture(scope="module")
def person() -> avatar.Avatar:
    return avatar.load("a03")


def test_both_kinds_of_scene_have_one_face(walk: Motion, person: avatar.Avatar):
    for who in (person, None):
        scene = actor.staged(walk.positions[:4], 20.0, who, size=(48, 64))
        pictures = list(scene.play())
        assert (scene.frames, scene.width, scene.height) == (4, 48, 64)
        assert [p.size for p in pictures] == [(48, 64)] * 4
        np.testing.assert_array_equal(np.asarray(pictures[2]), np.asarray(scene.draw(2)))


def test_the_theme_is_light_or_dark(walk: Motion, person: avatar.Avatar):
    corners = [
        float(np.asarray(
            actor.Actor(walk.positions[:2], 20.0, person, size=64, theme=theme).draw(0)
        )[:8, :8].mean())
        for theme in ("light", "dark")
    ]  # fmt: skip
    assert corners[0] > 170
    assert corners[1] < 60


@pytest.mark.parametrize("size", [8, (100, 9000)])
def test_sizes_that_no_one_means_are_refused(walk: Motion, person: avatar.Avatar, size):
    with pytest.raises(RenderError, match="pixels"):
        actor.Actor(walk.positions, 20.0, person, size=size)


def test_films_and_sheets_take_an_avatar(walk: Motion, person: avatar.Avatar, tmp_path: Path):
    from PIL import Image

    out = film.save(walk.positions[:6], tmp_path / "a.webp", size=48, avatar=person)
    with Image.open(out) as picture:
        assert (picture.n_frames, picture.size) == (6, (48, 48))
    clip = walk.positions[:10]
    rows = [("walk", [("a", clip), ("b", clip), ("c", clip)])]
    two = [person, avatar.load("a12")]
    shot = np.asarray(sheet.contact_sheet(rows, columns=2, tile=(40, 60), avatars=two), np.int16)
    tiles = [shot[60:120, 14 + 94 * i : 54 + 94 * i] for i in range(3)]
    assert np.abs(tiles[0] - tiles[1]).max() > 60
    np.testing.assert_array_equal(tiles[0], tiles[2])
