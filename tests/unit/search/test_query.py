"""What a query is taken for, and the sentences for those that are none."""

from pathlib import Path

import pytest

from lavimo.errors import QueryError
from lavimo.motion.clip import Motion
from lavimo.search.query import MAX_CHARACTERS, MAX_WORDS, Query, parse


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "my walk.bvh"
    path.write_text("HIERARCHY")
    return str(path)


def test_words_become_one_sentence() -> None:
    query = parse(["a", "person\n kicks ", "left\x00"])
    assert query.text == "a person kicks left"
    assert query.kind == "text"
    assert not query.examples
    assert not query.ids


def test_a_file_is_told_by_its_suffix(file: str) -> None:
    assert parse(file).examples == (file,)
    assert parse([file + "#Take 1"]).examples == (file + "#Take 1",)
    assert parse(Path(file)).kind == "example"


def test_words_that_mention_a_file_are_words(file: str) -> None:
    assert parse("walks like in walk.bvh").text == "walks like in walk.bvh"


def test_text_example_and_id_go_together(file: str, walk: Motion) -> None:
    query = parse(["slowly", file, walk, "id: 3f9a"])
    assert (query.text, query.ids) == ("slowly", ("3f9a",))
    assert query.examples == (file, walk)
    assert query.kind == "both"
    assert str(query) == f"slowly + {file} + a motion + 3f9a"


def test_kind_overrides_the_suffix(file: str) -> None:
    assert parse("walk.bvh", "text").text == "walk.bvh"
    assert parse("3f9a", "id").ids == ("3f9a",)
    bare = Path(file).rename(Path(file).with_suffix(""))
    assert parse(str(bare), "motion").examples == (str(bare),)


def test_a_folder_called_like_a_word_does_not_get_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "walk").mkdir()
    monkeypatch.chdir(tmp_path)
    assert parse("walk").text == "walk"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ([], "empty"),
        ("?!", "empty"),
        ("\udcff\udcfe", "UTF-8"),
        ("walk " * (MAX_WORDS + 1), "301 words"),
        ("w" * (MAX_CHARACTERS + 1), "2001 characters"),
        ("jump " * 10_000, "10000 words"),
        ("nowhere/walk.bvh", "is not there"),
        ("walk.glb#Jumping Jacks", "is not there"),
        (Path("nowhere"), "is not there"),
        ("id:", "names no row"),
        ("x" * 5000 + ".bvh", "is not there"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(query: str, message: str) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        parse(query)
    assert "\n" not in str(caught.value)


def test_a_folder_is_no_example(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="is a folder"):
        parse(tmp_path)


def test_limits_are_allowed_to_be_reached() -> None:
    assert len(parse("walk " * MAX_WORDS).text.split()) == MAX_WORDS
    assert parse(Query(text="walk").text).text == "walk"
