"""Names of files and clips as words."""

import pytest

from lavimo.search.names import words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("walk_left_01", "walk left"),
        ("CharacterArmature|Kick_Left", "kick left"),
        ("Rig_Medium|Walking_A", "walking"),
        ("WalkForwardFast", "walk forward fast"),
        ("walk-turn-right_normal_003", "walk turn right normal"),
        ("cmu_14_31", ""),
        ("Take 001", ""),
        ("07_01", ""),
        ("HTTPJump", "http jump"),
        ("прыжок_вверх", "прыжок вверх"),
        ("", ""),
    ],
)
def test_words(name, words):
    assert words_of(name) == words
