"""`lavimo explain`: which words, and which moments of itself and of a film, a motion looks at."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lavimo.errors import QueryError, RenderError

if TYPE_CHECKING:
    from lavimo.features.directions import Poses
    from lavimo.runtime.looking import Looked, Moments

EXAMPLE = """examples:
  lavimo explain walk.bvh --text "a person walks in a circle" -o map.png
  lavimo explain id:3f9a0c12 -g mocap.gallery --video clip.mp4 -o map.png
"""
EDGE = 320
"""Longer edge in pixels of the film's pictures on the map."""


def explain_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo explain`."""
    add = parser.add_argument
    parser.epilog = EXAMPLE
    # fmt: off
    add("motion", metavar="MOTION", help="a motion file (file.glb#Clip) or id:ID of a gallery")
    add("-o", "--out", required=True, type=Path, metavar="FILE", help="the map, a .png")
    add("--text", help="the sentence (of a gallery's clip: its first caption)")
    add("--video", type=Path, metavar="FILE", help="a film whose moments it may look at as well")
    add("--person", type=int, default=1, metavar="N",
        help="whom to follow in the film: 1 is the largest and most persistent (1)")
    add("-g", "--gallery", type=Path, metavar="GALLERY", help="where the id is looked up")
    add("--model", help="a shipped model or the best/ folder of a run")
    add("--json", action="store_true", help="the weights as one JSON object")
    # fmt: on


def explain(args: argparse.Namespace) -> int:
    """Draw the map and print what weighs most."""
    from lavimo.runtime.encoder import DEFAULT_MODEL, load_model
    from lavimo.runtime.looking import looked

    if args.out.suffix.lower() != ".png":
        raise RenderError(f"{args.out} is no .png; the map is a picture, name it map.png.")
    checkpoint = load_model(args.model or DEFAULT_MODEL).checkpoint
    name, positions, caption = _motion(args)
    text = args.text or caption
    if text is None and args.video is None:
        raise QueryError("There is nothing to look at; add --text, --video, or both.")
    pose = checkpoint.config.pose
    film, pictures = (None, []) if args.video is None else _film(args.video, args.person)
    pictures = pictures[: pose.max_rows if pose else None]
    positions = positions[: checkpoint.config.motion.max_frames + 1]
    found = looked(checkpoint, positions, text, film)
    _draw(args.out, name, positions, text, found, args.video, pictures)
    if args.json:
        print(json.dumps(_record(found), ensure_ascii=False))
    else:
        for line in _lines(found):
            print(line)
        print(args.out)
    return 0


def _motion(args: argparse.Namespace) -> tuple[str, np.ndarray, str | None]:
    """Name, canonical positions, first caption: of a file, or of a gallery's clip."""
    path, _, clip = args.motion.partition("#")
    if Path(path).is_file():
        from lavimo import formats
        from lavimo.features import canonical

        motion = formats.read(path, clip=clip or None)
        name = Path(path).name + (f"#{clip}" if clip else "")
        return name, canonical.from_motion(motion).positions, None
    from lavimo.cli.search import _gallery
    from lavimo.gallery import Gallery
    from lavimo.search.take_home import find

    with Gallery.open(_gallery(args)) as gallery:
        item = find(gallery, args.motion)
        if item.film:
            raise QueryError(f"id:{item.id} is a film; name a motion, and the film with --video.")
        caption = item.captions[0].text if item.captions else None
        return f"id:{item.id} {item.clip}".strip(), gallery.positions(item.seq), caption


def _film(path: Path, person: int) -> tuple["Poses", list[np.ndarray]]:
    """Pose rows of the person, and the pictures from where they come into view, cut round them."""
    from lavimo.features.directions import RATE
    from lavimo.runtime.video import rows_of, track_in
    from lavimo.video.frames import read

    one = track_in(path, person)
    scale = min(1.0, EDGE / max(one.size))
    half = max(1, round(0.7 * one.height() * scale))
    pictures = []
    span = read(path, fps=RATE, start=float(one.times[0]), end=float(one.times[-1]), edge=EDGE)
    for time, picture in span:
        body = one.picture[int(np.abs(one.times - time).argmin())] * scale
        x, y = (round(float(v)) + half for v in (body.min(axis=0) + body.max(axis=0)) / 2)
        padded = np.pad(picture, ((half, half), (half, half), (0, 0)), mode="edge")
        x, y = min(max(x, half), padded.shape[1] - half), min(max(y, half), padded.shape[0] - half)
        pictures.append(np.ascontiguousarray(padded[y - half : y + half, x - half : x + half]))
    return rows_of(one, path), pictures


def _draw(
    out: Path,
    name: str,
    positions: np.ndarray,
    text: str | None,
    found: "Looked",
    video: Path | None,
    pictures: Sequence[np.ndarray],
) -> None:
    from lavimo.features.canonical import FPS
    from lavimo.files import atomic_path
    from lavimo.render import actor, avatar, heat

    body = avatar.load(avatar.names()[0]) if actor.can_act() else None
    own = found.motion
    shown = heat.motion_pictures(positions, FPS, body)
    rows: list[Any] = [heat.Strip("itself", shown, own.weights, own.rest)]
    if found.words is not None:
        rows.append(heat.Sentence("words", found.words, found.words_rest))
    if found.film is not None and video is not None:
        seen = heat.film_pictures(pictures)
        rows.append(heat.Strip(f"film {video.name}", seen, found.film.weights, found.film.rest))
    sheet = heat.draw(f"What {name} looks at" + (f': "{text}"' if text else ""), rows)
    with atomic_path(out) as temporary:
        sheet.save(temporary, "PNG")


def _record(found: "Looked") -> dict[str, Any]:
    def moments(part: "Moments") -> dict[str, Any]:
        weights = [round(float(w), 5) for w in part.weights]
        return {"seconds": part.seconds, "weights": weights, "rest": round(part.rest, 5)}

    record: dict[str, Any] = {"motion": moments(found.motion)}
    if found.words is not None:
        record["words"] = [[word, round(weight, 5)] for word, weight in found.words]
        record["words_rest"] = round(found.words_rest, 5)
    if found.film is not None:
        record["film"] = moments(found.film)
    return record


def _lines(found: "Looked") -> list[str]:
    lines = [f"itself  {_peak(found.motion)}"]
    if found.words is not None:
        ranked = sorted(found.words, key=lambda one: -one[1])[:5]
        lines.append("words   " + ", ".join(f"{word} {weight:.0%}" for word, weight in ranked))
    if found.film is not None:
        lines.append(f"film    {_peak(found.film)}")
    return lines


def _peak(part: "Moments") -> str:
    place, step = int(part.weights.argmax()), part.seconds / len(part.weights)
    return (
        f"most at {place * step:.1f}-{(place + 1) * step:.1f} s ({part.weights[place]:.0%}; "
        f"evenly it would be {1 / len(part.weights):.0%})"
    )
