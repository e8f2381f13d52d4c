"""What was asked: a sentence, films, motions and stored rows to be like, or all together."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lavimo.errors import QueryError
from lavimo.motion.clip import Motion
from lavimo.search.films import STILLS, Film, is_film

Kind = Literal["auto", "text", "motion", "video", "id"]
KINDS: tuple[Kind, ...] = ("auto", "text", "motion", "video", "id")
Part = str | Path | Motion | Film

MAX_WORDS = 300
MAX_CHARACTERS = 2000
ID_PREFIX = "id:"


@dataclass(frozen=True, eq=False)
class Query:
    """A parsed question. At least one of the four is there; examples are motions or files.

    A file may name one of its clips: `walk.glb#Jumping Jacks`. Films are files or were watched
    already.
    """

    text: str = ""
    examples: tuple[Motion | str, ...] = ()
    ids: tuple[str, ...] = ()
    films: tuple[Film | str, ...] = ()

    @property
    def kind(self) -> Literal["text", "example", "both", "film"]:
        """What confidence is calibrated by: a sentence, an example, a film, or both together."""
        if not self.text:
            return "film" if self.films else "example"
        return "both" if self.examples or self.ids or self.films else "text"

    def __str__(self) -> str:
        names = [
            example.source.path or "a motion" if isinstance(example, Motion) else example
            for example in self.examples
        ]
        names += [film.path or "a film" if isinstance(film, Film) else film for film in self.films]
        return " + ".join([*([self.text] if self.text else []), *names, *self.ids])


def parse(parts: Part | Sequence[Part], kind: Kind = "auto") -> Query:
    """The question in one or several parts: words, motion files, videos, `id:...`, objects.

    Words are joined into one sentence; several examples are averaged. What a word is, is told by
    its beginning (`id:`) or by the suffix of a motion file or a video; `kind` overrides that for
    all words.
    Raises QueryError for nothing, for too much, and for a file that is not there.
    """
    words: list[str] = []
    examples: list[Motion | str] = []
    ids: list[str] = []
    films: list[Film | str] = []
    for part in [parts] if isinstance(parts, str | Path | Motion | Film) else parts:
        if isinstance(part, Motion):
            examples.append(part)
        elif isinstance(part, Film):
            films.append(part)
        elif isinstance(part, Path):
            files = films if kind == "video" or (kind == "auto" and is_film(part)) else examples
            files.append(_existing(str(part)))
        elif kind == "id" or (kind == "auto" and part.strip().startswith(ID_PREFIX)):
            ids.append(_id(part))
        elif kind == "video" or (kind == "auto" and _is_film_name(part)):
            films.append(_existing(part))
        elif kind == "motion" or (kind == "auto" and _is_file_name(part)):
            examples.append(_existing(part))
        else:
            words.append(part)
    text = sentence(" ".join(words)) if words else ""
    if not (text or examples or ids or films):
        raise QueryError(_NOTHING)
    return Query(text, tuple(examples), tuple(ids), tuple(films))


_NOTHING = (
    "The query is empty; write a sentence such as "
    '"a person kicks with the left leg", or name a motion file or a video.'
)


def sentence(text: str) -> str:
    """A sentence with its white space in order; QueryError when nobody could search for it."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise QueryError("The query is no valid UTF-8 text; type it again.") from error
    # NUL and other control signs come from pasted binary data; they mean nothing to a model.
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if not any(c.isalnum() for c in plain):
        raise QueryError(_NOTHING)
    count = plain.count(" ") + 1
    if count > MAX_WORDS or len(plain) > MAX_CHARACTERS:
        raise QueryError(
            f"The query has {count} words and {len(plain)} characters, the limits are {MAX_WORDS} "
            f"and {MAX_CHARACTERS}; describe one motion in a sentence."
        )
    return plain


def _id(part: str) -> str:
    found = part.strip().removeprefix(ID_PREFIX).strip()
    if not found:
        raise QueryError("`id:` names no row; copy the id of a hit, such as id:3f9a0c.")
    return found


def _is_film_name(part: str) -> bool:
    if is_film(part):
        return _exists(part) or " " not in part or os.sep in part
    return part.lower().endswith(STILLS) and _exists(part)


def _is_file_name(part: str) -> bool:
    """By suffix alone, or because a path with a separator is there; a plain word never is."""
    if "." not in part and os.sep not in part:
        return False  # most sentences; spares the import of the formats
    from lavimo.formats import MOTION_SUFFIXES

    name = part.partition("#")[0] if not _exists(part) else part
    if Path(name).suffix.lower() in MOTION_SUFFIXES:
        # "walks like in walk.bvh" ends in a suffix as well, but no file is called that.
        return _exists(name) or " " not in name or os.sep in name
    return os.sep in name and _exists(name)


def _existing(part: str) -> str:
    name, mark, _ = part.partition("#")
    if _exists(part):
        name, mark = part, ""
    if not _exists(name):
        raise QueryError(
            f"{name} is not there; correct the path, or search for it as words with `--kind text`."
        )
    if Path(name).is_dir():
        raise QueryError(f"{name} is a folder; name one file in it.")
    return part if mark else name


def _exists(name: str) -> bool:
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # too long, or a NUL inside
        return False
