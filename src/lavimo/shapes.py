"""Array types with shapes for signatures: jaxtyping under a type checker and in tests.

Importing jaxtyping costs more than importing numpy, and a search should start in a quarter of a
second; so outside tests (which load jaxtyping first) these names stand for the plain array type.
"""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING or "jaxtyping" in sys.modules:
    from jaxtyping import Bool, Float, Float16, Float32, Int, Int8, Int16, Int32, Int64, UInt8
else:

    class _Plain:
        def __class_getitem__(cls, item):
            return item[0]

    Bool = Float = Float16 = Float32 = Int = Int8 = Int16 = Int32 = Int64 = UInt8 = _Plain

__all__ = ["Bool", "Float", "Float16", "Float32", "Int", "Int8", "Int16", "Int32", "Int64", "UInt8"]
