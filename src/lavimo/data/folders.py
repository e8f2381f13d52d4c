"""Whatever data a user points at, as samples: OpenMotion, a manifest, HumanML3D or KIT-ML."""

from collections.abc import Collection
from pathlib import Path
from typing import Literal

from lavimo.data import humanml3d, kit, manifest, openmotion
from lavimo.data.humanml3d import Items, Loaded
from lavimo.data.manifest import Manifest
from lavimo.data.prepare import prepare
from lavimo.errors import DataError
from lavimo.progress import Progress

Kind = Literal["openmotion", "manifest", "humanml3d", "kit"]
_MANIFEST_NAMES = ("manifest.jsonl.gz", "manifest.jsonl")


def kind_of(path: str | Path) -> Kind:
    """Which data set lies there. Raises DataError when it is none that lavimo knows."""
    path = Path(path)
    if path.is_file():
        return "manifest"
    if (path / openmotion.SUMS).is_file() and (path / openmotion.FILE_SUMS).is_file():
        return "openmotion"
    if any((path / name).is_file() for name in _MANIFEST_NAMES):
        return "manifest"
    if (path / "new_joint_vecs").is_dir():
        layout = kit.layout_of(path)
        named = "kit" in path.resolve().name.lower()
        return "kit" if layout.width == kit.KIT_251.width or named else "humanml3d"
    raise DataError(
        f"{path} holds no data set; give OpenMotion's folder, a manifest (.jsonl), or a folder "
        "with new_joint_vecs/ and texts/."
    )


def rows(path: str | Path) -> Manifest:
    """The rows of OpenMotion or of a manifest. Raises DataError for arrays, which have none."""
    path = Path(path)
    kind = kind_of(path)
    if kind == "openmotion":
        return manifest.read(openmotion.unpack(path) / openmotion.MANIFEST)
    if kind == "manifest":
        return manifest.read(path if path.is_file() else _manifest_in(path))
    raise DataError(f"{path} holds arrays, no motion files; there is nothing to prepare.")


def load(
    path: str | Path,
    split: str,
    *,
    licences: Collection[str] | None = None,
    items: Items = "all",
    progress: Progress | None = None,
) -> Loaded:
    """Samples of one split, prepared where they are motion files.

    `licences` keeps rows of these licences. Raises DataError when the split has no clip.
    """
    kind = kind_of(path)
    if kind == "humanml3d":
        return humanml3d.load(path, split, items=items, progress=progress)
    if kind == "kit":
        return kit.load(path, split, items=items, progress=progress)
    listed = rows(path)
    chosen = [
        row
        for row in listed.rows
        if row.split == split and (licences is None or row.licence in licences)
    ]
    if not chosen:
        raise DataError(f"{path} has no {split} clip; mark rows with `split` in the manifest.")
    done = prepare(chosen, progress=progress)
    return Loaded(done.samples, (*listed.problems, *done.failures))


def _manifest_in(folder: Path) -> Path:
    return next(folder / name for name in _MANIFEST_NAMES if (folder / name).is_file())
