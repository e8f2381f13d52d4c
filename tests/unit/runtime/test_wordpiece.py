"""The light tokenizer against the tokenizers library, on the real vocabulary."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lavimo.runtime import minilm
from lavimo.runtime.wordpiece import SEP, UNKNOWN, WordPieces

FOLDER = minilm.find()
PIECES = WordPieces(FOLDER / "vocab.txt")
LIBRARY = minilm._tokenizer(FOLDER / "tokenizer.json")

PRINTABLE = "".join(c for c in string.printable if c.isprintable() and c != "[")


@given(st.text(PRINTABLE, max_size=80))
def test_equals_the_library_on_printable_ascii(text: str) -> None:
    assert PIECES.ids(text, minilm.MAX_TOKENS) == LIBRARY.encode(text).ids


@given(st.lists(st.sampled_from(sorted(LIBRARY.get_vocab())[5000:]), max_size=12))
def test_equals_the_library_on_words_of_the_vocabulary(words: list[str]) -> None:
    text = " ".join(words)
    found = PIECES.ids(text, minilm.MAX_TOKENS)
    assert found is None or found == LIBRARY.encode(text).ids


@pytest.mark.parametrize(
    "text",
    [
        "A person kicks with the left leg.",
        "  double   spaces, don't-stop!  ",
        "counterclockwise moonwalking zxqvk",
        "w" * 101,
        "walk " * 300,
        "1234567890 x2 [".rstrip(" ["),
        "",
    ],
)
def test_equals_the_library_on_sentences(text: str) -> None:
    assert PIECES.ids(text, minilm.MAX_TOKENS) == LIBRARY.encode(text).ids


def test_what_is_not_plain_is_left_to_the_library() -> None:
    for text in ("naïve", "tab\there", "nul\0", "[MASK]", "跳"):
        assert PIECES.ids(text, 128) is None


def test_long_words_are_unknown_and_long_texts_are_cut() -> None:
    assert PIECES.ids("w" * 101, 128) == [101, UNKNOWN, SEP]
    assert len(PIECES.ids("walk " * 300, 128) or []) == 128


def test_the_vocabulary_file_is_the_tokenizers_own() -> None:
    lines = (FOLDER / "vocab.txt").read_text("utf-8").split("\n")[:-1]
    assert LIBRARY.get_vocab() == {word: number for number, word in enumerate(lines)}
