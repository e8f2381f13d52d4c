"""Train, val and test: lists of ids, and the walls between them."""

import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from lavimo.errors import DataError

SPLITS = ("train", "val", "test")


@runtime_checkable
class HasSplit(Protocol):
    """Anything that knows its id and the split it belongs to."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def split(self) -> str:
        """One of `SPLITS`."""
        ...


_Item = TypeVar("_Item", bound=HasSplit)


def read_ids(path: str | Path) -> list[str]:
    """Ids of a split file, one a line, plain or `.gz`; `name` also finds `name.gz`.

    Raises DataError when it is missing, empty or not text.
    """
    path = Path(path)
    packed = path.with_name(path.name + ".gz")
    path = packed if not path.is_file() and packed.is_file() else path
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as a list of ids ({error}).") from error
    ids = text.split()
    if not ids:
        raise DataError(f"{path} lists no ids; a split file has one a line.")
    return ids


def of_split(items: Iterable[_Item], split: str) -> list[_Item]:
    """The items of one split. Raises DataError for an unknown or empty one."""
    if split not in SPLITS:
        raise DataError(f"There is no split {split!r}; known: {', '.join(SPLITS)}.")
    kept = [item for item in items if item.split == split]
    if not kept:
        raise DataError(f"The data hold no {split} split; mark rows with `split` in the manifest.")
    return kept


def for_training(items: Sequence[_Item]) -> tuple[list[_Item], list[_Item]]:
    """Train and val items. Test items never pass: what chooses a checkpoint takes only these."""
    return (
        [item for item in items if item.split == "train"],
        [item for item in items if item.split == "val"],
    )


def refuse_test(items: Iterable[HasSplit]) -> None:
    """Raise DataError when an item of a test split is among `items`."""
    for item in items:
        if item.split == "test":
            raise DataError(f"{item.id} is of a test split, which is never trained or tuned on.")
