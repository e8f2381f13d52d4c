"""The glTF 2.0 container: JSON and binary chunks, accessors as arrays, the node tree.

Knows nothing of motion. A file that points to other files is refused and those files are never
opened: a search over a folder must not be led elsewhere by what it reads. Every size is checked
against the bytes that are there before anything is allocated.
Source: Khronos glTF 2.0 specification, sections 3.6, 4.4 and 5.1.
"""

import base64
import binascii
import json
import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from lavimo.errors import FormatError
from lavimo.shapes import Float

MAX_BYTES = 1 << 30
MAX_VALUES = 50_000_000
_COMPONENTS: dict[int, type[np.generic]] = {
    5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32,
    5126: np.float32,
}  # fmt: skip
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}


@dataclass(frozen=True, eq=False)
class GltfFile:
    """A parsed file: the JSON tree, its buffers, and for each node the one above it (-1: none)."""

    name: str
    tree: dict[str, Any]
    buffers: tuple[bytes, ...]
    parents: tuple[int, ...]
    arrays: dict[int, Float[np.ndarray, "count width"]] = field(default_factory=dict)

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """The nodes as in the file."""
        found: list[dict[str, Any]] = self.tree.get("nodes", [])
        return found

    def accessor(self, index: int) -> Float[np.ndarray, "count width"]:
        """The values of an accessor as float64 `(count, width)`; kept, as clips share them.

        Normalised integers become 0 to 1 or -1 to 1. Raises FormatError when it points past the
        end of its buffer.
        """
        if index not in self.arrays:
            self.arrays[index] = _accessor(self, self.tree["accessors"][index])
        return self.arrays[index]


def load(path: str | Path) -> GltfFile:
    """The parsed file; asking again for an unchanged file costs nothing.

    Raises FormatError for anything that is no self-contained glTF 2.0 file.
    """
    path = Path(path)
    try:
        state = path.stat()
    except OSError as error:
        raise FormatError(f"{path} cannot be read: {error.strerror or error}.") from error
    if state.st_size > MAX_BYTES:
        raise FormatError(f"{path} is larger than 1 GB; export the skeleton without textures.")
    return _load(os.fspath(path), state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=3)
def _load(path: str, _changed: int, _size: int) -> GltfFile:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise FormatError(f"{path} cannot be read: {error.strerror or error}.") from error
    name = Path(path).name
    text, binary = _chunks(name, data)
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{name}: its JSON part is damaged; export the file again.") from error
    if not isinstance(tree, dict) or not isinstance(tree.get("asset"), dict):
        raise FormatError(f"{name} is JSON but no glTF file; its `asset` entry is missing.")
    if not str(tree["asset"].get("version", "2.0")).startswith("2"):
        raise FormatError(f"{name} is glTF {tree['asset']['version']}; export it as glTF 2.0.")
    needs = {"KHR_draco_mesh_compression", "EXT_meshopt_compression"} & set(
        tree.get("extensionsRequired", ())
    )
    if "EXT_meshopt_compression" in needs:
        raise FormatError(f"{name} is compressed with meshopt; export it without compression.")
    with damaged_means_format_error(name):
        buffers = tuple(
            _buffer(name, row, number, binary) for number, row in enumerate(tree.get("buffers", []))
        )
        return GltfFile(name, tree, buffers, _parents(name, tree.get("nodes", [])))


class damaged_means_format_error:
    """Inside this block a missing key, a wrong type or a bad index is the file's fault."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        wrong = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
        if isinstance(error, wrong):
            raise FormatError(
                f"{self.name} is no valid glTF file ({type(error).__name__}: {error}); "
                "export it again."
            ) from error


def _chunks(name: str, data: bytes) -> tuple[bytes, bytes]:
    if data[:4] != b"glTF":
        if not data.lstrip()[:1] == b"{":
            raise FormatError(f"{name} is neither GLB nor glTF JSON.")
        return data, b""
    header = np.frombuffer(data[:20].ljust(20, b"\0"), "<u4")
    version, length, size = int(header[1]), int(header[2]), int(header[3])
    if version != 2:
        raise FormatError(f"{name} is GLB version {version}; export it as glTF 2.0.")
    if length > len(data) or 20 + size > len(data):
        raise FormatError(
            f"{name} is cut off: its header says {length} bytes, the file has {len(data)}."
        )
    text, rest = data[20 : 20 + size], data[20 + size :]
    if len(rest) < 8:
        return text, b""
    size = int(np.frombuffer(rest[:4], "<u4")[0])
    if rest[4:8] != b"BIN\0":
        return text, b""
    if size > len(rest) - 8:
        raise FormatError(
            f"{name} is cut off: {size} bytes of data declared, {len(rest) - 8} left."
        )
    return text, rest[8 : 8 + size]


def _buffer(name: str, row: dict[str, Any], number: int, binary: bytes) -> bytes:
    uri = row.get("uri")
    if uri is None:
        data = binary if number == 0 else b""
    elif isinstance(uri, str) and uri.startswith("data:") and ";base64," in uri[:100]:
        try:
            data = base64.b64decode(uri.split(",", 1)[1], validate=True)
        except (binascii.Error, ValueError) as error:
            raise FormatError(f"{name}: buffer {number} is no valid base64.") from error
    else:
        raise FormatError(
            f"{name} keeps its data in another file ({str(uri)[:60]}), which is never opened; "
            "export one self-contained .glb."
        )
    if int(row["byteLength"]) > len(data):
        raise FormatError(
            f"{name}: buffer {number} declares {row['byteLength']} bytes and holds {len(data)}; "
            "the file is cut off."
        )
    return data


def _parents(name: str, nodes: list[dict[str, Any]]) -> tuple[int, ...]:
    parents = [-1] * len(nodes)
    for above, node in enumerate(nodes):
        for child in node.get("children", ()):
            if not 0 <= child < len(nodes) or parents[child] != -1 or child == above:
                raise FormatError(f"{name}: node {child} has two parents; the tree is damaged.")
            parents[child] = above
    top = [node for node, above in enumerate(parents) if above < 0]
    reached = 0
    while top:
        reached += 1
        top.extend(nodes[top.pop()].get("children", ()))
    if reached != len(nodes):
        raise FormatError(f"{name}: nodes that are their own ancestors; the tree is damaged.")
    return tuple(parents)


def _accessor(file: GltfFile, row: dict[str, Any]) -> Float[np.ndarray, "count width"]:
    kind, width, count = _COMPONENTS[row["componentType"]], _WIDTHS[row["type"]], int(row["count"])
    if count < 0 or count * width > MAX_VALUES:
        raise FormatError(f"{file.name}: an accessor declares {count} elements; that cannot be.")
    if "bufferView" in row:
        raw = _view(file, row["bufferView"], int(row.get("byteOffset", 0)), kind, width, count)
    else:
        raw = np.zeros((count, width), kind)
    if "sparse" in row:
        raw = _with_sparse(file, row["sparse"], raw)
    with np.errstate(invalid="ignore"):  # signalling NaNs; whoever uses the values checks them
        values = raw.astype(np.float64)
    if row.get("normalized") and kind is not np.float32:
        values = np.maximum(values / float(np.iinfo(raw.dtype).max), -1.0)
    return values


def _view(
    file: GltfFile, number: int, offset: int, kind: type[np.generic], width: int, count: int
) -> np.ndarray:
    view = file.tree["bufferViews"][number]
    buffer = file.buffers[view["buffer"]]
    size = np.dtype(kind).itemsize
    stride = int(view.get("byteStride", size * width))
    start, length = int(view.get("byteOffset", 0)), int(view["byteLength"])
    needed = offset + (stride * (count - 1) + size * width if count else 0)
    if min(start, offset, length) < 0 or stride < size * width:
        raise FormatError(f"{file.name}: a buffer view has an impossible offset or stride.")
    if needed > length or start + length > len(buffer):
        raise FormatError(
            f"{file.name}: an accessor reaches past the end of its data; the file is cut off."
        )
    if count == 0:
        return np.zeros((0, width), kind)
    return np.ndarray(
        (count, width), np.dtype(kind).newbyteorder("<"), buffer, start + offset, (stride, size)
    )


def _with_sparse(file: GltfFile, row: dict[str, Any], raw: np.ndarray) -> np.ndarray:
    count, places, values = int(row["count"]), row["indices"], row["values"]
    if not 0 <= count <= len(raw):
        raise FormatError(f"{file.name}: a sparse accessor replaces more values than it has.")
    kind = _COMPONENTS[places["componentType"]]
    at = _view(file, places["bufferView"], int(places.get("byteOffset", 0)), kind, 1, count)
    new = _view(
        file, values["bufferView"], int(values.get("byteOffset", 0)), raw.dtype.type, raw.shape[1],
        count,
    )  # fmt: skip
    filled = raw.copy()
    filled[at[:, 0].astype(np.int64)] = new
    return filled
