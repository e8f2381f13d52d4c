"""NumPy's array files read with suspicion: no pickles, no more memory than the file is long."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import numpy as np

from lavimo.errors import FormatError

_DAMAGE = (
    ValueError, TypeError, KeyError, IndexError, OverflowError, SyntaxError, MemoryError, EOFError,
    NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip

_LONGEST_HEADER = 10_000
_DESCR = re.compile(r"""['"]descr['"]\s*:\s*['"]([<>|=]?[fiubSUO]\d{0,4})['"]""")
_ORDER = re.compile(r"""['"]fortran_order['"]\s*:\s*(True|False)""")
_SHAPE = re.compile(r"""['"]shape['"]\s*:\s*\(([\d,\s]{0,100})\)""")


def read_array(stream: IO[bytes] | zipfile.ZipExtFile, size: int, name: str) -> np.ndarray:
    """The array of one .npy stream of `size` bytes.

    Numbers, and short texts as AMASS keeps them; structured and pickled content is refused.
    Raises FormatError naming `name`.
    """
    with damage_is_format_error(name):
        shape, fortran, dtype = _header(stream, name)
        if dtype.kind not in "fiubSU" or dtype.itemsize == 0:
            raise FormatError(f"{name} holds {dtype} values; save plain numbers.")
        count = 1
        for length in shape:
            count *= int(length)
        if min(shape, default=1) < 0 or count * dtype.itemsize > size:
            raise FormatError(
                f"{name} declares an array of {shape}, more than it holds; the file is cut off."
            )
        data = stream.read(count * dtype.itemsize)
        if len(data) != count * dtype.itemsize:
            raise FormatError(f"{name} ends before its array does; the file is cut off.")
        flat = np.frombuffer(data, dtype)
        return flat.reshape(shape, order="F" if fortran else "C")


@contextmanager
def damage_is_format_error(name: str) -> Iterator[None]:
    """Whatever a damaged array or archive sets off becomes one sentence."""
    try:
        yield
    except _DAMAGE as error:
        raise FormatError(f"{name} is damaged and cannot be read; save it again.") from error


def _header(
    stream: IO[bytes] | zipfile.ZipExtFile, name: str
) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, order and type. NumPy writes its header as Python source; nothing is evaluated."""
    start = stream.read(8)
    if len(start) < 8 or not start.startswith(b"\x93NUMPY"):
        raise FormatError(f"{name} is no array file of NumPy's; save it again.")
    width = 2 if start[6] == 1 else 4
    length = int.from_bytes(stream.read(width), "little")
    if start[6] not in (1, 2, 3) or length > _LONGEST_HEADER:
        raise FormatError(f"{name} has a header that NumPy does not write; save it again.")
    text = stream.read(length).decode("utf-8")
    kind, order, shape = (pattern.search(text) for pattern in (_DESCR, _ORDER, _SHAPE))
    if kind is not None and kind[1].endswith("O"):
        raise FormatError(
            f"{name} holds pickled Python objects, which lavimo never runs; save plain numbers."
        )
    if kind is None or order is None or shape is None:
        raise FormatError(f"{name} holds no plain array of numbers; save one.")
    lengths = tuple(int(word) for word in shape[1].replace(",", " ").split())
    return lengths, order[1] == "True", np.dtype(kind[1])


class Archive:
    """The arrays of an .npz file, read one at a time and only when asked for."""

    def __init__(self, stream: IO[bytes] | zipfile.ZipExtFile, name: str, limit: int) -> None:
        self.name, self.limit = name, limit
        with damage_is_format_error(name):
            self.zip = zipfile.ZipFile(stream)
            self.entries = {
                info.filename.removesuffix(".npy"): info for info in self.zip.infolist()
            }

    def __contains__(self, key: str) -> bool:
        return key in self.entries

    def __getitem__(self, key: str) -> np.ndarray:
        """One array. Raises FormatError when it is missing, too large, pickled or damaged."""
        if key not in self.entries:
            held = ", ".join(sorted(self.entries)[:8])[:200] or "nothing"
            raise FormatError(f"{self.name} holds no array {key!r} (it holds {held}).")
        info = self.entries[key]
        if info.file_size > self.limit:
            raise FormatError(f"{self.name}: its array {key!r} is too large to be a motion's.")
        with damage_is_format_error(self.name), self.zip.open(info) as stream:
            return read_array(stream, info.file_size, f"{self.name} [{key}]")
