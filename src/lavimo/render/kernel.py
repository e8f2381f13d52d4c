"""Compiling the inner loops of the raster: numba, strict floating point, kept on disk."""

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from lavimo.errors import MissingExtra
from lavimo.files import cache_folder

try:
    import numba
except ImportError as error:
    raise MissingExtra("Drawing avatars", "video") from error

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a function of arrays and numbers when it is first called, and keep the machine code.

    One thread and no `fastmath`, which lets the compiler reorder sums: pictures are the same
    bytes on every run and every x86 processor (RENDERING.md 5.2).
    """
    # A type checker that tests put around functions is nothing that numba can compile.
    plain = inspect.unwrap(function)
    return cast(Function, numba.njit(cache=True, error_model="numpy")(plain))


def _keep_where_allowed() -> None:
    """Machine code lies beside the module; a read-only installation keeps it in the cache."""
    config: Any = numba.config
    if not config.CACHE_DIR and not os.access(Path(__file__).parent, os.W_OK):
        config.CACHE_DIR = str(cache_folder() / "numba")


_keep_where_allowed()
