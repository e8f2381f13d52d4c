"""Contact sheets show the telling moments and never overflow."""

import numpy as np
import pytest

from lavimo.errors import RenderError
from lavimo.motion.clip import Motion
from lavimo.render import sheet


def test_moments_are_the_middles_of_equal_parts():
    assert sheet.moments(10, 5).tolist() == [1, 3, 5, 7, 9]
    assert sheet.moments(1, 4).tolist() == [0, 0, 0, 0]


def test_the_telling_moment_is_the_one_that_differs(walk: Motion):
    still = np.repeat(walk.positions[:1], 40, axis=0)
    still[23, 20] += np.array([0.3, 0.9, 0], np.float32)
    assert sheet.key_moment(still) == 23
    shown = np.asarray(sheet.strip(still, size=(60, 80), count=5), np.float32)
    tiles = [shown[:, 60 * i : 60 * (i + 1)] for i in range(5)]
    differs = [np.abs(tile - tiles[0]).max() > 30 for tile in tiles]
    assert differs == [False, False, True, False, False]


def test_a_sheet_has_a_place_for_every_clip(walk: Motion):
    clip = walk.positions[:10]
    one = sheet.contact_sheet([("walk", [("a", clip)])], columns=3, tile=(40, 60))
    grid = sheet.contact_sheet(
        [("walk", [("a", clip), ("b", clip)]), ("run", [("c" * 500, clip)])],
        columns=3, tile=(40, 60), theme="dark", title="Two queries",
    )  # fmt: skip
    assert one.width == 14 + 3 * 40 + 14
    assert grid.width == one.width + 3 * 40 + 14
    assert grid.height > 2 * 60


def test_long_captions_end_in_an_ellipsis():
    from PIL import ImageFont

    font = ImageFont.load_default(12)
    cut = sheet.shortened("a person walks \n and walks and walks", 80, font)
    assert cut.endswith("…")
    assert font.getlength(cut) <= 80
    assert sheet.shortened("short", 80, font) == "short"


def test_an_empty_sheet_is_refused():
    with pytest.raises(RenderError, match="at least one clip"):
        sheet.contact_sheet([("nothing", [])])
