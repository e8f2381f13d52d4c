"""How well a film finds its motion: the shipped search, its parts, and what damage costs.

Gallery: windows of at most ten seconds of OpenMotion's test and val clips of recorded people (no
game rigs). Queries: films of the test windows on avatars that no model was trained on, from drawn
views. Strict: the very window counts, a second take of the same action does not. All films are
synthetic renders; the filmed clips stand in docs/results.md.

    python benchmarks/films.py --data OPENMOTION [--model lavimo-open-small-nc] [--split test]
    python benchmarks/films.py --data OPENMOTION --gallery openmotion.gallery [--split val]

The first run films (about an hour on two cores); the tracks stay in the cache.
"""

import argparse
import itertools
import json
import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lavimo.data import choreography, openmotion, tracks
from lavimo.data.prepare import prepare
from lavimo.evaluation import ranks
from lavimo.evaluation.bootstrap import interval
from lavimo.evaluation.films import LIKENESS, silhouettes
from lavimo.features import bank, directions, landmark_errors, signature
from lavimo.features.canonical import canonical_positions
from lavimo.features.directions import Poses
from lavimo.gallery import Gallery
from lavimo.gallery.contract import Backend
from lavimo.motion.clip import mirror_positions
from lavimo.progress import for_stream
from lavimo.runtime.encoder import LavimoEncoder, load_model
from lavimo.search.films import Film
from lavimo.search.index import index
from lavimo.search.matching import ALIKE
from lavimo.search.searcher import Searcher

GAME_RIGS = ("kaykit", "mesh2motion", "quaternius", "deepmimic")
LONGEST = 200
FPS = 20.0
SHOWN = 50
DAMAGED = 48
"""Films for each change to the pictures, which have to be filmed anew for it."""


@dataclass(frozen=True)
class Window:
    """A gallery entry: canonical positions, and the split of the clip that it is from."""

    id: str
    positions: np.ndarray
    split: str


def main() -> None:
    """Film, search, print a table (and JSON with --json)."""
    args = _arguments()
    model = load_model(args.model)
    if args.choreography:
        windows = _programmes(args.choreography)
        args.split = "test"
    else:
        windows = _windows(args.data)
    if args.gallery:
        with Gallery.open(args.gallery) as gallery:
            rows = _among_all(windows, Searcher(gallery, model), args)
        _show(rows, args, len(windows))
        return
    with tempfile.TemporaryDirectory() as folder:
        made = _gallery(windows, model, Path(folder))
        with Gallery.open(made) as gallery:
            rows = _table(windows, model, Searcher(gallery, model), args)
    _show(rows, args, len(windows))


def _show(rows: list[dict[str, object]], args: argparse.Namespace, count: int) -> None:
    if args.json:
        print(json.dumps(rows, indent=2))
        return
    where = f"gallery {args.gallery}" if args.gallery else f"{count} windows in the gallery"
    print(f"{args.model}, {where}, split {args.split}")
    print("| films | system | queries | R@1 | R@5 | R@10 | MedR |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for row in rows:
        low, high = row["R@1 interval"]
        print(f"| {row['films']} | {row['system']} | {row['queries']} | "
              f"{row['R@1']:.1f} ({low:.0f}–{high:.0f}) | {row['R@5']:.1f} | {row['R@10']:.1f} | "
              f"{row['MedR']:.1f} |")  # fmt: skip


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", required=True, type=Path, help="OpenMotion's folder")
    parser.add_argument("--model", default="lavimo-open-small-nc")
    parser.add_argument("--split", default="test", choices=("test", "val"),
                        help="val: films on the training avatars, for choosing")  # fmt: skip
    parser.add_argument("--view", type=int, default=0, metavar="V",
                        help="which drawn view of each film: more films to choose by")  # fmt: skip
    gallery = parser.add_mutually_exclusive_group()
    gallery.add_argument("--choreography", type=int, default=0, metavar="N",
                        help="N unseen programmes instead of OpenMotion")  # fmt: skip
    gallery.add_argument("--gallery", type=Path, metavar="GALLERY",
                        help="search OpenMotion as `lavimo index` makes it: long clips whole and "
                             "in moments, training clips among them")  # fmt: skip
    parser.add_argument("--only", nargs="*", help="names of films: whole, middle, faster …")
    parser.add_argument("--frames", metavar="MODEL",
                        help="a model that reads films as silhouettes, for more rows")  # fmt: skip
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _windows(data: Path) -> list[Window]:
    found = []
    for one in prepare(openmotion.rows(data), progress=for_stream()).samples:
        if one.split == "train" or one.source in GAME_RIGS or one.positions is None:
            continue
        parts = math.ceil(len(one.positions) / LONGEST)
        if parts == 1:
            found.append(Window(one.id, one.positions, one.split))
            continue
        edges = np.linspace(0, len(one.positions), parts + 1).astype(int)
        for number, (start, end) in enumerate(itertools.pairwise(edges)):
            positions = canonical_positions(one.positions[start:end])
            found.append(Window(f"{one.id}@{number}", positions, one.split))
    return found


def _programmes(count: int) -> list[Window]:
    return [
        Window(
            f"choreography-{seed}",
            canonical_positions(choreography.choreograph(seed).positions)[:LONGEST],
            "test",
        )
        for seed in choreography.TEST_SEEDS[:count]
    ]


def _gallery(windows: Sequence[Window], model: LavimoEncoder, folder: Path) -> Path:
    source = folder / "windows"
    source.mkdir()
    for window in windows:
        np.save(source / f"{window.id}.npy", window.positions)
    report = index([source], folder / "windows.gallery", model, windows=False)
    assert report.clips == len(windows), report.failures[:1]
    return report.gallery


def _table(
    windows: list[Window], model: LavimoEncoder, searcher: Searcher, args: argparse.Namespace
) -> list[dict[str, object]]:
    asked, filming = _asked(windows, args.split)
    plain = _films(windows, asked, filming, args.view)
    some = [n for n in np.random.default_rng(0).permutation(asked)[:DAMAGED] if n in plain]
    changed: dict[str, Callable[[], dict[int, Poses]]] = {
        "whole": lambda: plain,
        "middle": lambda: {n: _middle(film) for n, film in plain.items()},
        "25 % faster": lambda: {n: film.at_speed(1.25) for n, film in plain.items()},
        "25 % slower": lambda: {n: film.at_speed(0.8) for n, film in plain.items()},
    }
    if args.split == "test" and not args.choreography:
        changed |= {
            f"{name or 'intact'} ({len(some)} films)": _damaged(windows, some, filming, name)
            for name in ("", *tracks.DAMAGES)
        }
        changed["20 fps"] = lambda: _films(windows, asked, at_20_fps(filming))
    rows = []
    vectors = model.encode_positions([window.positions for window in windows])
    for name, films in changed.items():
        if args.only and not any(word in name for word in args.only):
            continue
        rows += _judged(name, films(), windows, vectors, model, searcher)
    if args.frames:
        rows += _looked_at(windows, plain, filming, load_model(args.frames))
    if not args.only or "mirror" in args.only:
        rows.append(_mirrored(plain, windows, model))
    return rows


def _asked(windows: list[Window], split: str) -> tuple[list[int], tracks.Filming]:
    """The windows of a split, and how they are filmed: test ones on avatars held out."""
    avatars = tracks.HELD_OUT_AVATARS if split == "test" else tracks.TRAINING_AVATARS
    asked = [number for number, window in enumerate(windows) if window.split == split]
    return asked, tracks.Filming(avatars=avatars)


def at_20_fps(filming: tracks.Filming) -> tracks.Filming:
    """The same films at twice the frames a second."""
    return tracks.Filming(avatars=filming.avatars, fps=20, seed=filming.seed)


def _among_all(
    windows: list[Window], searcher: Searcher, args: argparse.Namespace
) -> list[dict[str, object]]:
    """Films of windows asked of whole clips: right is the clip that the window is cut from."""
    plain = _films(windows, *_asked(windows, args.split), args.view)
    clip_of = _clips_by_id(searcher.gallery, args.data)
    known = [n for n in plain if windows[n].id.split("@")[0] in clip_of]
    rows = []
    for name, change in {"whole": lambda film: film, "middle": _middle}.items():
        places = []
        for n in known:
            right = clip_of[windows[n].id.split("@")[0]]
            hits = searcher.search(Film("film", change(plain[n])), SHOWN, by="motion", expand=True)
            owners = searcher.gallery.owners(np.array([hit.item.seq for hit in hits]))
            order = list(dict.fromkeys(owners.tolist()))
            places.append(order.index(right) if right in order else len(clip_of))
        rows.append(_row(name, "shipped search", np.array(places, float), len(clip_of)))
    return rows


def _clips_by_id(gallery: Backend, data: Path) -> dict[str, int]:
    """The gallery's seq of each clip of the manifest, by file, name of the clip and start."""
    seqs = gallery.seqs("kind != 'window'")
    of = {(item.path, item.clip, round(item.start, 1)): item.seq for item in gallery.rows(seqs)}
    keys = {row.id: (str(row.file), row.clip or "", round(row.start, 1))
            for row in openmotion.rows(data)}  # fmt: skip
    return {id: of[key] for id, key in keys.items() if key in of}


def _films(
    windows: list[Window], asked: Sequence[int], filming: tracks.Filming, view: int = 0
) -> dict[int, Poses]:
    clips = [(windows[n].id, windows[n].positions) for n in asked]
    made = tracks.film(clips, filming, views=view + 1, workers=2, progress=for_stream())
    found = {}
    for number, views in zip(asked, made, strict=True):
        poses = views[view].poses(len(windows[number].positions) / FPS)
        if poses is not None:
            found[number] = poses
    return found


def _damaged(
    windows: list[Window], some: Sequence[int], filming: tracks.Filming, damage: str
) -> Callable[[], dict[int, Poses]]:
    chosen = tracks.Filming(avatars=filming.avatars, seed=filming.seed, damage=damage)
    return lambda: _films(windows, some, chosen)


def _middle(film: Poses) -> Poses:
    start = int(0.2 * len(film))
    return film.cut(start, start + max(2, int(0.6 * len(film))))


def _judged(
    name: str,
    films: dict[int, Poses],
    windows: list[Window],
    vectors: np.ndarray,
    model: LavimoEncoder,
    searcher: Searcher,
) -> list[dict[str, object]]:
    asked = list(films)
    plain, weighed = directions_bank(windows), directions_bank(windows, weighed=True)
    learned = model.encode_poses([films[n] for n in asked]) @ vectors.T
    free, better = (np.stack([bank(films[n]) for n in asked]) for bank in (plain, weighed))
    truth = np.array(asked, np.int64)
    by_name = {window.id: number for number, window in enumerate(windows)}
    places = np.array([_place(searcher, films[n], by_name, n) for n in asked])
    return [
        _row(name, "shipped search", places, len(windows)),
        _row(name, "learned tower alone", ranks.ranks(learned, truth), len(windows)),
        _row(name, "limb directions alone", ranks.ranks(free, truth), len(windows)),
        _row(name, "the same, errors weighed", ranks.ranks(better, truth), len(windows)),
    ]


def _looked_at(
    windows: list[Window], films: dict[int, Poses], filming: tracks.Filming, model: LavimoEncoder
) -> list[dict[str, object]]:
    """Rows of a frames encoder, which reads eight silhouettes of the same films."""
    asked = list(films)
    clips = [(windows[n].id, windows[n].positions) for n in asked]
    made = [one for (one,) in tracks.film(clips, filming, workers=2, progress=for_stream())]
    vectors = model.encode_positions([window.positions for window in windows])
    rows = []
    for name, (first, last) in {"whole": (0.0, 1.0), "middle": (0.2, 0.8)}.items():
        looks = []
        for one, (_, positions) in zip(made, clips, strict=True):
            seconds = len(positions) / FPS
            seen = silhouettes(one, first * seconds, last * seconds)
            assert seen is not None
            looks.append(seen)
        scores = model.encode_frames(looks) @ vectors.T
        places = ranks.ranks(scores, np.array(asked, np.int64))
        rows.append(_row(name, "frames encoder alone (silhouettes)", places, len(windows)))
    return rows


def directions_bank(
    windows: list[Window], *, weighed: bool = False
) -> Callable[[Poses], np.ndarray]:
    """A film's scores over the windows without a model: as PROBE.md has it, or as searches do."""
    clips = [directions.from_motion(w.positions, FPS) for w in windows]
    metric, way = (landmark_errors.metric(), ALIKE) if weighed else (bank.PLAIN, LIKENESS)
    held = bank.make(np.arange(len(clips)), clips, metric)
    return lambda film: held.scores(signature.windows(film, ()), way)[0, 0]


def _place(searcher: Searcher, film: Poses, by_name: dict[str, int], truth: int) -> float:
    """0-based place of the right window among the hits; the end of the gallery where it is not."""
    hits = searcher.search(Film("film", film), k=SHOWN, by="motion", expand=True, whole=True)
    for place, hit in enumerate(hits):
        if by_name[Path(hit.item.path).stem] == truth:
            return float(place)
    return float(len(by_name))


def _mirrored(
    films: dict[int, Poses], windows: list[Window], model: LavimoEncoder
) -> dict[str, object]:
    """How often a film finds the mirror image of its motion before all else.

    The gallery holds every motion and its mirror image.
    """
    twins = [Window(f"{w.id}@mirrored", mirror_positions(w.positions), w.split) for w in windows]
    both = [*windows, *twins]
    by_name = {window.id: number for number, window in enumerate(both)}
    with tempfile.TemporaryDirectory() as folder:
        made = _gallery(both, model, Path(folder))
        with Gallery.open(made) as gallery:
            searcher = Searcher(gallery, model)
            own, twin = (
                np.array([_place(searcher, film, by_name, n + at) for n, film in films.items()])
                for at in (0, len(windows))
            )
    row = _row("gallery with mirror images", "shipped search", own, len(both))
    first = 100 * float(np.mean(twin == 0))
    row["films"] = f"gallery with mirror images: mirror twin first in {first:.1f} %"
    return row


def _row(films: str, system: str, places: np.ndarray, gallery: int) -> dict[str, object]:
    scores = ranks.scores_of(places, gallery)
    low, high = interval(places, gallery)
    return {
        "films": films,
        "system": system,
        "queries": len(places),
        "R@1": scores.at(1),
        "R@1 interval": (low.at(1), high.at(1)),
        "R@5": scores.at(5),
        "R@10": scores.at(10),
        "MedR": scores.median,
    }


if __name__ == "__main__":
    main()
