"""Find human motion by sentence, by example and by film."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lavimo.formats import read, write
    from lavimo.gallery import Gallery
    from lavimo.motion.clip import Motion
    from lavimo.motion.skeleton import Skeleton
    from lavimo.runtime.encoder import load_model
    from lavimo.search.searcher import Searcher

__version__ = "0.1.0"
__all__ = ["Gallery", "Motion", "Searcher", "Skeleton", "load_model", "read", "write"]

_HOMES = {
    "read": "lavimo.formats",
    "write": "lavimo.formats",
    "Gallery": "lavimo.gallery",
    "Motion": "lavimo.motion.clip",
    "Skeleton": "lavimo.motion.skeleton",
    "load_model": "lavimo.runtime.encoder",
    "Searcher": "lavimo.search.searcher",
}


def __getattr__(name: str) -> Any:
    # Names are looked up on first use, so that `import lavimo` costs nothing.
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'lavimo' has no attribute {name!r}")
