"""Reads one FBX file in a process of its own and writes what it found to standard output.

`python -m lavimo.formats.fbx_child list FILE` gives the names of the takes as JSON,
`... read FILE [TAKE]` an npz. Run by `lavimo.formats.fbx`, never by hand: ufbx 0.0.5 crashes
when Python's garbage collector touches its objects, at exit too, so the collector is off, every
object stays referenced and the process leaves by `os._exit`.
"""

import gc
import io
import json
import os
import sys
from typing import Any

import numpy as np

MOST_TRANSFORMS = 20_000_000
"""Nodes times frames; above that the child gives up instead of running for an hour."""


def main(arguments: list[str]) -> None:
    """Do what the parent asks."""
    gc.disable()
    import ufbx

    job, path = arguments[:2]
    scene = ufbx.load_file(path)
    keep: list[Any] = [scene]
    if job == "list":
        answer = json.dumps([stack.name for stack in scene.anim_stacks]).encode()
    else:
        answer = _sampled(scene, arguments[2] if len(arguments) > 2 else None, keep)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    os._exit(0)


def _sampled(scene: Any, take: str | None, keep: list[Any]) -> bytes:
    nodes = _chosen(scene, keep)
    stacks = list(scene.anim_stacks)
    keep += stacks
    stack = None
    if stacks:
        named = [s for s in stacks if s.name == take] or stacks
        stack = max(named, key=lambda s: s.time_end - s.time_begin)
    fps = float(scene.settings.frames_per_second) or 30.0
    times = [0.0]
    if stack is not None:
        end = stack.time_end if stack.time_end > stack.time_begin else _last_key(scene, keep)
        count = round((end - stack.time_begin) * fps) + 1
        if not 0 < count * len(nodes) < MOST_TRANSFORMS:
            os._exit(3)
        times = [stack.time_begin + frame / fps for frame in range(count)]
    values = np.empty((len(times), len(nodes), 10))
    for column, node in enumerate(nodes):
        for row, time in enumerate(times):
            transform = (
                node.local_transform if stack is None
                else ufbx_transform(stack.anim, node, time)
            )  # fmt: skip
            keep.append(transform)
            values[row, column] = _numbers(transform)
    place = {node.element_id: column for column, node in enumerate(nodes)}
    parents = [place.get(n.parent.element_id, -1) if n.parent is not None else -1 for n in nodes]
    buffer = io.BytesIO()
    np.savez(
        buffer,
        values=values,
        rest=np.array([_numbers(node.local_transform) for node in nodes]),
        parents=np.array(parents, np.int64),
        bones=np.array([node.bone is not None for node in nodes]),
        text=np.frombuffer(
            json.dumps({
                "names": [node.name for node in nodes],
                "take": None if stack is None else stack.name,
                "takes": [s.name for s in stacks],
                "up": int(scene.settings.axes.up),
            }).encode(), np.uint8),
        numbers=np.array([fps, float(scene.settings.unit_meters)]),
    )  # fmt: skip
    return buffer.getvalue()


def _last_key(scene: Any, keep: list[Any]) -> float:
    """Time of the last key of all curves: for takes whose file names no range."""
    last = 0.0
    for curve in scene.anim_curves:
        keys = list(curve.keyframes)
        keep += [curve, *keys]
        last = max(last, max((key.time for key in keys), default=0.0))
    return last


def ufbx_transform(anim: Any, node: Any, time: float) -> Any:
    """Local transform of a node at a time."""
    import ufbx

    return ufbx.evaluate_transform(anim, node, time)


def _chosen(scene: Any, keep: list[Any]) -> list[Any]:
    """Bones and everything above them, parents first; without bones all nodes but meshes."""
    nodes = list(scene.nodes)
    keep += nodes
    bones = [n for n in nodes if n.bone is not None] or [n for n in nodes if n.mesh is None]
    wanted = set()
    for node in bones:
        while node is not None and node.element_id not in wanted:
            wanted.add(node.element_id)
            node = node.parent
            keep.append(node)
    return sorted((n for n in nodes if n.element_id in wanted), key=lambda n: n.node_depth)


def _numbers(transform: Any) -> list[float]:
    t, r, s = transform.translation, transform.rotation, transform.scale
    return [t.x, t.y, t.z, r.w, r.x, r.y, r.z, s.x, s.y, s.z]


if __name__ == "__main__":
    main(sys.argv[1:])
