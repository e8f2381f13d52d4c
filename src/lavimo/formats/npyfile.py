"""NumPy's array files read with suspicion: no pickles, no more memory than the file is long."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import numpy as np

from lavimo.errors import FormatError

_DAMAGE = (
    ValueError, TypeError, KeyError, IndexError, OverflowError, SyntaxError, MemoryError,
    RecursionError, EOFError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def read_array(stream: IO[bytes], size: int, name: str) -> np.ndarray:
    """The array of one .npy stream of `size` bytes.

    Numbers, and short texts as AMASS keeps them; structured and pickled content is refused.
    Raises FormatError naming `name`.
    """
    with damage_is_format_error(name):
        shape, fortran, dtype = _header(stream, name)
        if dtype.hasobject:
            raise FormatError(
                f"{name} holds pickled Python objects, which lavimo never runs; save plain numbers."
            )
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


def _header(stream: IO[bytes], name: str) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    elif version == (2, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(stream)
    else:
        raise FormatError(f"{name} is an array file of version {version}; save it again.")
    return tuple(shape), bool(fortran), dtype


class Archive:
    """The arrays of an .npz file, read one at a time and only when asked for."""

    def __init__(self, stream: IO[bytes], name: str, limit: int) -> None:
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
