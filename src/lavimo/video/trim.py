"""Leave out of a network what leads only to outputs that nobody asks for.

The landmark network also draws heat maps and a silhouette; without them it takes two fifths of
the time and gives the same landmarks, bit for bit. The file stays as it was published: the
copy in memory gets shorter lists. Source: the TensorFlow Lite schema (a flatbuffer; fields keep
their numbers for ever): Model.subgraphs 2, SubGraph.outputs 2, .operators 3, Operator.inputs 1,
.outputs 2.
"""

import struct
from collections.abc import Collection

_INT = struct.Struct("<i")
_OFFSET = struct.Struct("<I")
_FIELD = struct.Struct("<H")
_SUBGRAPHS, _OUTPUTS, _OPERATORS = 2, 2, 3
_OPERATOR_INPUTS, _OPERATOR_OUTPUTS = 1, 2


def with_outputs(model: bytes, keep: Collection[int]) -> bytes:
    """The network with the outputs numbered `keep` and the operators that these need."""
    data = bytearray(model)
    graph = _follow(data, _vector(data, _follow(data, 0), _SUBGRAPHS) + 4)
    outputs, operators = _vector(data, graph, _OUTPUTS), _vector(data, graph, _OPERATORS)
    wanted = [number for at, number in enumerate(_numbers(data, outputs)) if at in keep]
    needed, kept = set(wanted), []
    places = [operators + 4 * (1 + n) for n in range(_length(data, operators))]
    for table in [_follow(data, place) for place in reversed(places)]:
        if needed.intersection(_numbers(data, _vector(data, table, _OPERATOR_OUTPUTS))):
            needed.update(_numbers(data, _vector(data, table, _OPERATOR_INPUTS)))
            kept.append(table)
    _INT.pack_into(data, outputs, len(wanted))
    for at, number in enumerate(wanted):
        _INT.pack_into(data, outputs + 4 * (1 + at), number)
    _INT.pack_into(data, operators, len(kept))
    for place, table in zip(places, reversed(kept), strict=False):
        _OFFSET.pack_into(data, place, table - place)
    return bytes(data)


def _follow(data: bytearray, place: int) -> int:
    return place + int(_OFFSET.unpack_from(data, place)[0])


def _vector(data: bytearray, table: int, field: int) -> int:
    """Place of a vector that is a field of a table; its first four bytes are its length."""
    catalogue = table - int(_INT.unpack_from(data, table)[0])
    return _follow(data, table + int(_FIELD.unpack_from(data, catalogue + 4 + 2 * field)[0]))


def _length(data: bytearray, vector: int) -> int:
    return int(_INT.unpack_from(data, vector)[0])


def _numbers(data: bytearray, vector: int) -> tuple[int, ...]:
    return struct.unpack_from(f"<{_length(data, vector)}i", data, vector + 4)
