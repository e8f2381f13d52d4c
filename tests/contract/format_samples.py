"""A small valid file of every format in the table, made on the spot, and ways to damage it.

Loaded by path from the contract test, the fuzz test and benchmarks/fuzz.py.
"""

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from lavimo import formats
from lavimo.motion import rotations as rot
from lavimo.motion.clip import Motion, from_rotations
from lavimo.motion.skeleton import SMPL_22

FRAMES = 12

BONES = """
lhipjoint root 0.57 -0.75 0.35 2.4 -
lfemur lhipjoint 0.34 -0.94 0 7.2 rx,ry,rz 0,0,20
ltibia lfemur 0.34 -0.94 0 7.5 rx 0,0,20
lfoot ltibia 0.07 -0.18 0.98 2.4 rx,rz -90,0,20
ltoes lfoot 0 0 1 1.2 rx -90,0,20
rhipjoint root -0.57 -0.75 0.35 2.4 -
rfemur rhipjoint -0.34 -0.94 0 7.2 rx,ry,rz 0,0,-20
rtibia rfemur -0.34 -0.94 0 7.5 rx 0,0,-20
rfoot rtibia -0.07 -0.18 0.98 2.4 rx,rz -90,0,-20
rtoes rfoot 0 0 1 1.2 rx -90,0,-20
lowerback root 0 1 0 2 rx,ry,rz
upperback lowerback 0 1 0 2 rx,ry,rz
thorax upperback 0 1 0 2 rx,ry,rz
lowerneck thorax 0 1 0 1.7 rx,ry,rz
upperneck lowerneck 0 1 0 1.7 rx,ry,rz
head upperneck 0 1 0 1.7 rx,ry,rz
lclavicle thorax 0.94 0.34 0 3.6 ry,rz
lhumerus lclavicle 1 0 0 5 rx,ry,rz 180,-30,-90
lradius lhumerus 1 0 0 3.5 rx 180,-30,-90
lwrist lradius 1 0 0 1.7 ry 0,90,90
rclavicle thorax -0.94 0.34 0 3.6 ry,rz
rhumerus rclavicle -1 0 0 5 rx,ry,rz 180,30,90
rradius rhumerus -1 0 0 3.5 rx 180,30,90
rwrist rradius -1 0 0 1.7 ry 0,-90,-90
"""


def walk(frames: int = FRAMES, fps: float = 20.0) -> Motion:
    """A 22-joint body that swings its limbs and goes along +z (synthetic)."""
    t = np.arange(frames) / 20
    local = rot.identity(frames, 22)
    axis = np.array([1.0, 0.0, 0.0])
    for joint, sign in ((1, 1), (2, -1), (16, -1), (17, 1)):
        local[:, joint] = rot.from_axis_angle(axis, sign * 0.4 * np.sin(6 * t))
    for joint in (4, 5):
        local[:, joint] = rot.from_axis_angle(axis, 0.3 + 0.2 * np.sin(6 * t))
    root = np.stack([0 * t, 0.92 + 0 * t, 1.2 * t], axis=-1).astype(np.float32)
    return from_rotations(SMPL_22, local, fps, root=root)


def bvh(folder: Path, motion: Motion | None = None) -> Path:
    return formats.write(motion or walk(), folder / "walk.bvh")


def glb(folder: Path, motion: Motion | None = None) -> Path:
    return formats.write(motion or walk(), folder / "walk.glb")


def npy(folder: Path, motion: Motion | None = None) -> Path:
    path = folder / "walk.npy"
    np.save(path, (motion or walk()).positions)
    return path


def amc(folder: Path, motion: Motion | None = None) -> Path:
    """An AMC of as many frames as `motion` has, beside its ASF."""
    asf = [":version 1.10", ":name TEST", ":units", "  mass 1.0", "  length 0.45", "  angle deg",
           ":root", "  order TX TY TZ RX RY RZ", "  axis XYZ", "  position 0 0 0",
           "  orientation 0 0 0", ":bonedata"]  # fmt: skip
    children: dict[str, list[str]] = {}
    moving: list[tuple[str, int]] = []
    for number, line in enumerate(BONES.split("\n")[1:-1], 1):
        name, parent, x, y, z, length, dofs, *axis = line.split()
        children.setdefault(parent, []).append(name)
        turned = axis[0].replace(",", " ") if axis else "0 0 0"
        asf += ["  begin", f"    id {number}", f"    name {name}", f"    direction {x} {y} {z}",
                f"    length {length}", f"    axis {turned} XYZ"]  # fmt: skip
        if dofs != "-":
            asf.append("    dof " + dofs.replace(",", " "))
            moving.append((name, dofs.count(",") + 1))
        asf.append("  end")
    asf += [":hierarchy", "  begin"]
    asf += [f"    {parent} {' '.join(names)}" for parent, names in children.items()] + ["  end"]
    (folder / "01.asf").write_text("\n".join(asf) + "\n")
    lines = [":FULLY-SPECIFIED", ":DEGREES", ":SAMPLES-PER-SECOND 30"]
    for frame in range(len(motion or walk())):
        lines += [str(frame + 1), f"root {0.1 * frame:.3f} 17.5 {0.4 * frame:.3f} 0 5 0"]
        lines += [
            " ".join([name, *(f"{3 * np.sin(frame / 3 + at):.4f}" for at in range(width))])
            for name, width in moving
        ]
    path = folder / "01_01.amc"
    path.write_text("\n".join(lines) + "\n")
    return path


def deepmimic(folder: Path, motion: Motion | None = None) -> Path:
    rows = []
    for frame in range(len(motion or walk())):
        row = [1 / 30, 0.03 * frame, 0.88, 0.0]
        for width in (4, 4, 4, 4, 1, 4, 4, 1, 4, 1, 4, 4, 1):
            row += [1.0, 0.0, 0.0, 0.0] if width == 4 else [-0.2 * np.sin(frame / 3)]
        rows.append([round(float(value), 6) for value in row])
    path = folder / "walk.json"
    path.write_text(json.dumps({"Loop": "wrap", "Frames": rows}))
    return path


def body_model(folder: Path) -> Path:
    """A body model of five vertices a joint in the layout of SMPL-H, for both sexes."""
    joints = np.zeros((22, 3))
    for joint, parent in enumerate(SMPL_22.parents.tolist()[1:], 1):
        joints[joint] = joints[parent] + SMPL_22.offsets[joint]
    template = np.repeat(joints, 5, axis=0) + np.tile(np.linspace(-0.05, 0.05, 5), 22)[:, None]
    for sex in ("male", "female"):
        (folder / sex).mkdir(parents=True, exist_ok=True)
        np.savez(
            folder / sex / "model.npz",
            v_template=template,
            shapedirs=np.stack([0.1 * template] + [0 * template] * 9, axis=-1),
            J_regressor=np.kron(np.eye(22), np.full((1, 5), 0.2)),
        )
    return folder


def amass(folder: Path, motion: Motion | None = None) -> Path:
    """Needs LAVIMO_SMPLH to name a folder made by `body_model`."""
    motion = motion or walk()
    assert motion.rotations is not None
    half = np.arccos(np.clip(motion.rotations[..., :1], -1, 1))
    axis = rot.normalise(motion.rotations[..., 1:].astype(np.float64))
    poses = (2 * half * axis).astype(np.float64)
    upright = np.array([np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0])  # y up to z up
    root = rot.multiply(upright[None], motion.rotations[:, 0].astype(np.float64))
    angle = 2 * np.arccos(np.clip(root[:, :1], -1, 1))
    poses[:, 0] = angle * rot.normalise(root[:, 1:])
    trans = motion.positions[:, 0][:, [0, 2, 1]] * np.array([1, -1, 1])
    path = folder / "walk_poses.npz"
    np.savez(path, poses=np.pad(poses.reshape(len(poses), 66), ((0, 0), (0, 90))), trans=trans,
             betas=np.zeros(16), gender="male", mocap_framerate=float(motion.fps))  # fmt: skip
    return path


_FBX_HEAD = b"Kaydara FBX Binary  \x00\x1a\x00" + (7400).to_bytes(4, "little")


def fbx(folder: Path, motion: Motion | None = None) -> Path:
    """Only the head of a binary FBX: there is no writer to make a whole one with."""
    path = folder / "walk.fbx"
    path.write_bytes(_FBX_HEAD + bytes(200))
    return path


SAMPLES: dict[str, Callable[..., Path]] = {
    "bvh": bvh, "glb": glb, "fbx": fbx, "deepmimic": deepmimic, "npy": npy, "amass": amass,
    "amc": amc,
}  # fmt: skip

_EXTREMES = (
    b"nan", b"inf", b"-1", b"0", b"1e309", b"999999999", b"2147483648", b"-0.0", b"1e-320", b"",
    b"00000001", b"1_0", b"99999999999999999999999999", b"0x10", b"1e5", b"-1e30", b"'", b"{", b"}",
    b"[[[[", b"\x00", b"\xff\xfe", b"#", b"//", b"\r", b"null", b"true", b'"a"',
)  # fmt: skip
_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def damaged(data: bytes, seed: int) -> bytes:
    """The file after one to four random accidents; the same for the same seed."""
    dice = random.Random(seed)
    for _ in range(dice.randint(1, 4)):
        data = dice.choice(_ACCIDENTS)(data, dice)
    return data


def _cut(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randint(0, len(data))]


def _flip(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.randint(1, 20)):
        if changed:
            changed[_place(len(changed) - 1, dice)] = dice.randrange(256)
    return bytes(changed)


def _place(length: int, dice: random.Random) -> int:
    # Headers are short and matter most.
    return min(length, dice.randint(0, dice.choice((64, 1024, max(length, 1)))))


def _number(data: bytes, dice: random.Random) -> bytes:
    numbers = list(_NUMBER.finditer(data[:20_000]))
    if not numbers:
        return data
    found = numbers[min(len(numbers) - 1, _place(len(numbers) - 1, dice))]
    return data[: found.start()] + dice.choice(_EXTREMES) + data[found.end() :]


def _insert(data: bytes, dice: random.Random) -> bytes:
    at = _place(len(data), dice)
    return data[:at] + dice.choice(_EXTREMES) * dice.choice((1, 2, 50)) + data[at:]


def _drop(data: bytes, dice: random.Random) -> bytes:
    at = _place(len(data), dice)
    return data[:at] + data[at + dice.randint(1, 200) :]


def _repeat(data: bytes, dice: random.Random) -> bytes:
    at = _place(len(data), dice)
    piece = data[at : at + dice.randint(1, 400)]
    return data[:at] + piece * dice.choice((2, 3, 40)) + data[at + len(piece) :]


def _swap(data: bytes, dice: random.Random) -> bytes:
    lines = data.split(b"\n")
    a, b = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def _word(data: bytes, dice: random.Random) -> bytes:
    at = _place(max(len(data) - 8, 0), dice)
    big = dice.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, len(data), 0x80000000))
    return data[:at] + big.to_bytes(4, "little") + data[at + 4 :]


_ACCIDENTS = (_cut, _flip, _number, _number, _insert, _drop, _repeat, _swap, _word)


def cases(folder: Path, name: str, seeds: Iterator[int]) -> Iterator[tuple[int, Path]]:
    """Damaged copies of the sample of one format, written one after the other to one path."""
    whole = SAMPLES[name](folder).read_bytes()
    path = SAMPLES[name](folder)
    for seed in seeds:
        path.write_bytes(damaged(whole, seed))
        yield seed, path
