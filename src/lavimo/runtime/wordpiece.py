"""Tokens of one plain sentence without loading a tokenizer.

A search from the command line has one short sentence. Reading the vocabulary of 30,522 pieces into
a tokenizer costs as much as the sentence's way through the network; looking its few words up in the
file's bytes costs nothing. Only printable ASCII is read here, where BERT's rules are simple (lower
case, white space and punctuation part words, longest pieces first); everything else is left to the
tokenizers library, which a test compares this with.
"""

import mmap
import re
from pathlib import Path

CLS, SEP, UNKNOWN = 101, 102, 100
LONGEST_WORD = 100

_WORDS = re.compile(r"[a-z0-9]+|[^a-z0-9\s]")


class WordPieces:
    """The vocabulary as the bytes of its file: the number of a piece is that of its line."""

    def __init__(self, vocabulary: Path) -> None:
        with vocabulary.open("rb") as stream:
            self._lines = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)[:]

    def ids(self, text: str, most: int) -> list[int] | None:
        """Numbers of at most `most` tokens, special ones included; None for what is not plain.

        Square brackets are not plain: the names of special tokens are written in them.
        """
        if not (text.isascii() and text.isprintable()) or "[" in text:
            return None
        found: list[int] = []
        for word in _WORDS.findall(text.lower()):
            found += self._pieces(word)
        return [CLS, *found[: most - 2], SEP]

    def _pieces(self, word: str) -> list[int]:
        """The longest pieces that make up a word, from its beginning; unknown if one is missing."""
        if len(word) > LONGEST_WORD:
            return [UNKNOWN]
        found: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                number = self._number(("##" if start else "") + word[start:end])
                if number is not None:
                    break
            else:
                return [UNKNOWN]
            found.append(number)
            start = end
        return found

    def _number(self, piece: str) -> int | None:
        line = piece.encode() + b"\n"
        if self._lines.startswith(line):
            return 0
        at = self._lines.find(b"\n" + line)
        return None if at < 0 else self._lines.count(b"\n", 0, at + 1)
