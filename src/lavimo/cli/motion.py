"""`lavimo info`, `lavimo convert` and `lavimo features`: motion files in, facts and files out."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lavimo.errors import FormatError, LavimoError, SkeletonError
from lavimo.motion.clip import Motion

_MOST_NAMES = 8


def info_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo info`."""
    parser.add_argument("file", help="a motion file; file.glb#Clip names one clip of it")
    parser.add_argument("--json", action="store_true", help="the same as one JSON object")
    _reading_options(parser)
    parser.epilog = "example: lavimo info walk.bvh"


def info(args: argparse.Namespace) -> int:
    """Print what a motion file holds, how it was understood, and what is wrong with it."""
    from lavimo import formats

    motion = _read(args.file, args)
    found = formats.clips(formats.split_clip(args.file)[0])
    facts = describe(motion, found)
    if args.json:
        print(json.dumps(facts, ensure_ascii=False))
    else:
        print("\n".join(_lines(facts)))
    return 0


def convert_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo convert`."""
    parser.add_argument("file", metavar="IN", help="a motion file; file.glb#Clip names one clip")
    parser.add_argument("out", metavar="OUT", type=Path, help="the new file: .bvh, .glb or .npy")
    parser.add_argument("--rig", help="a BVH or GLB file whose skeleton the motion is brought onto")
    parser.add_argument("--canonical", action="store_true",
                        help="22 joints, one body size, floor at 0, 20 fps")  # fmt: skip
    parser.add_argument("--fps", type=float, help="resample to so many frames a second")
    _reading_options(parser)
    parser.epilog = "example: lavimo convert dance.glb#Salsa salsa.bvh"


def convert(args: argparse.Namespace) -> int:
    """Write one motion in another format, rate or skeleton; print the path."""
    from lavimo import formats
    from lavimo.motion.clip import resample

    if args.fps is not None and not 0.1 <= args.fps <= 1000:
        raise FormatError(f"--fps {args.fps:g} is not possible; give frames a second, such as 30.")
    motion = _read(args.file, args)
    if args.canonical:
        from lavimo.features.canonical import from_motion

        motion = from_motion(motion)
    if args.fps is not None:
        motion = resample(motion, args.fps)
    print(formats.write(motion, args.out, rig=args.rig))
    return 0


def features_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo features`."""
    parser.add_argument("files", metavar="IN", nargs="+", help="motion files of humanoids, folders")
    parser.add_argument("-o", "--out", required=True, type=Path, metavar="OUT",
                        help="an .npy file, or a folder when there are several inputs")  # fmt: skip
    parser.add_argument("--parity", action="store_true",
                        help="HumanML3D's integer stride, no resampling")  # fmt: skip
    _reading_options(parser)
    parser.epilog = "example: lavimo features walk.bvh -o walk.npy"


def features(args: argparse.Namespace) -> int:
    """Write the (frames, 263) array of one file, or of many into a folder."""
    single = len(args.files) == 1 and not Path(args.files[0]).is_dir()
    if single and args.out.suffix == ".npy":
        print(_write_features(args.files[0], args.out, args))
        return 0
    if args.out.suffix == ".npy":
        raise FormatError(f"{args.out} is one file for several inputs; give a folder with -o.")
    return _write_many(list(_inputs(args.files)), args)


def describe(motion: Motion, clips: tuple[str, ...] = ()) -> dict[str, Any]:
    """Facts about a motion as plain JSON values."""
    from lavimo.motion.faults import faults
    from lavimo.motion.roles import match_roles

    source, skeleton = motion.source, motion.skeleton
    try:
        report = match_roles(motion)
        body: dict[str, Any] = {
            "rig": report.rig,
            "confidence": round(float(report.confidence), 2),
            "roles": {role: skeleton.names[joint] for role, joint in report.roles.items()},
            "remarks": list(report.remarks),
        }
    except SkeletonError as error:
        report, body = None, {"rig": None, "confidence": 0.0, "roles": {}, "remarks": [str(error)]}
    return {
        "path": source.path,
        "format": source.format,
        "sha256": source.sha256,
        "clip": source.clip,
        "clips": list(clips),
        "frames": len(motion),
        "fps": motion.fps,
        "duration": motion.duration,
        "joints": list(skeleton.names),
        "skeleton": body,
        "unit_metres": source.unit_metres,
        "up_axis": source.up_axis,
        "remarks": list(source.remarks),
        "problems": [{"kind": f.kind, "sentence": f.sentence} for f in faults(motion, report)],
    }


def _reading_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clip", help="the name of one clip in a file that holds several")
    parser.add_argument("--unit", type=float, metavar="METRES",
                        help="metres per unit of the file (detected where not given)")  # fmt: skip
    parser.add_argument("--up", choices=("y", "z"), help="the file's up axis (detected)")
    parser.add_argument("--fps-in", type=float, metavar="FPS",
                        help="the file's frame rate, where it tells none")  # fmt: skip
    parser.add_argument("--start", type=float, default=0.0, help="seconds into the file")
    parser.add_argument("--end", type=float, help="seconds into the file")


def _read(path: str, args: argparse.Namespace) -> Motion:
    from lavimo import formats

    return formats.read(path, clip=args.clip, unit=args.unit, up=args.up, fps=args.fps_in,
                        start=args.start, end=args.end)  # fmt: skip


def _lines(facts: dict[str, Any]) -> Iterator[str]:
    names = facts["joints"]
    yield f"{facts['path']}  ({facts['format']})"
    if facts["clips"]:
        more = f" of {len(facts['clips'])}" if len(facts["clips"]) > 1 else ""
        yield f"  clip        {facts['clip']}{more}"
    rate = f"{facts['fps']:.2f}".rstrip("0").rstrip(".")
    yield (
        f"  time        {facts['duration']:.2f} s, {facts['frames']} frames, {rate} frames a second"
    )
    yield f"  joints      {len(names)}: {', '.join(names[:_MOST_NAMES])}" + (
        " ..." if len(names) > _MOST_NAMES else ""
    )
    yield from _body_lines(facts["skeleton"])
    for number, remark in enumerate(facts["remarks"]):
        yield f"  {'read as' if number == 0 else '':<10}  {remark}"
    for number, problem in enumerate(facts["problems"]):
        yield f"  {'problems' if number == 0 else '':<10}  {problem['sentence']}"
    if not facts["problems"]:
        yield "  problems    none seen"
    if len(facts["clips"]) > 1:
        yield "  clips       " + ", ".join(facts["clips"])


def _body_lines(body: dict[str, Any]) -> Iterator[str]:
    if body["rig"] is None:
        yield f"  body        none: {body['remarks'][0]}"
        return
    sure, named = f"{body['confidence']:.0%} sure", f"{len(body['roles'])} of 22 joints by name"
    yield f"  body        {body['rig']}, {sure}, {named}"
    yield from (f"              {remark}" for remark in body["remarks"])


def _inputs(given: list[str]) -> Iterator[tuple[str, Path]]:
    """Every input with the place of its array below the output folder."""
    from lavimo import formats

    for name in given:
        folder = Path(name)
        if not folder.is_dir():
            yield name, Path(_stem(name))
            continue
        inside = [path for path in sorted(folder.rglob("*")) if formats.is_motion(path)]
        if not inside:
            raise FormatError(f"{folder} holds no motion files ({formats.known_suffixes()}).")
        for path in inside:
            place = path.relative_to(folder).with_suffix("")
            several = (
                formats.clips(path) if path.suffix.lower() in (".glb", ".gltf", ".fbx") else ()
            )
            for clip in several:
                yield f"{path}#{clip}", place / _stem(clip)
            if not several:
                yield str(path), place


def _clips(path: Path) -> tuple[str, ...]:
    from lavimo import formats

    try:
        return formats.clips(path)
    except LavimoError:
        return ()  # reading it tells what is wrong, beside the files that are right


def _stem(name: str) -> str:
    kept = Path(name.split("#", 1)[0]).stem if "#" not in name else name.split("#", 1)[1]
    return "".join(c if c.isalnum() or c in "._-+" else "_" for c in kept) or "motion"


def _write_many(inputs: list[tuple[str, Path]], args: argparse.Namespace) -> int:
    from lavimo.progress import for_stream

    bad: list[str] = []
    with for_stream().task("Computing features", len(inputs), "files") as task:
        for name, place in inputs:
            try:
                _write_features(name, args.out / place.parent / (place.name + ".npy"), args)
            except LavimoError as error:
                bad.append(str(error))
            task.advance()
    for line in bad:
        print(f"lavimo: left out: {line}", file=sys.stderr)
    print(f"{len(inputs) - len(bad)} arrays in {args.out}")
    return 2 if len(bad) == len(inputs) else 0


def _write_features(name: str, out: Path, args: argparse.Namespace) -> Path:
    from lavimo.features.canonical import from_motion
    from lavimo.features.humanml import encode_batch
    from lavimo.formats.arrays import write_array
    from lavimo.motion.clip import stride

    motion = _read(name, args)
    if args.parity:
        motion = stride(motion)
    canonical = from_motion(motion)
    return write_array(encode_batch([canonical.positions], canonical=True)[0], out)
