"""OpenMotion: 1,488 captioned segments of freely licensed mocap, packed beside a manifest."""

import gzip
import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from lavimo.data import manifest
from lavimo.data.manifest import Row
from lavimo.errors import DataError
from lavimo.files import cache_folder, sha256_of_file, write_text

MANIFEST = "manifest.jsonl.gz"
SUMS = "SHA256SUMS"
FILE_SUMS = "files.sha256.gz"
_DONE = ".unpacked"

UNTRAINED_RIGS = ("mesh2motion", "quaternius", "deepmimic", "animated-drawings")
"""Sources whose rigs no model has trained on: the test of unseen skeletons."""

CLEAN_LICENCES = ("CMU-mocap-free-use", "CC0-1.0", "MIT")
"""Licences that allow any use without share-alike: what the default checkpoint trains on."""


def unpack(folder: str | Path) -> Path:
    """The folder with OpenMotion's motion files: unpacked once into the cache folder, then kept.

    `folder` holds the archives (SHA256SUMS, files.sha256.gz, raw/*.tar.xz); one that is already
    unpacked is returned as it is. Every archive and every file is checked against its SHA-256
    before anything takes its final name. Takes about 4 s and 150 MB, once.
    Raises DataError when something is missing or damaged.
    """
    folder = Path(folder)
    if not (folder / SUMS).is_file():
        if (folder / MANIFEST).is_file():
            return folder
        raise DataError(f"{folder} holds neither {SUMS} nor {MANIFEST}; give OpenMotion's folder.")
    target = cache_folder() / "openmotion"
    edition = sha256_of_file(folder / SUMS)
    if _is_done(target, edition):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with _staging(target.parent) as staging:
        _extract_all(folder, staging)
        write_text(staging / _DONE, edition + "\n")
        _replace_folder(staging, target, edition)
    return target


def rows(
    folder: str | Path,
    split: str | None = None,
    licences: Collection[str] | None = None,
) -> list[Row]:
    """The manifest's rows, in its order; `folder` may hold the archives or the unpacked files.

    `split` keeps train, val or test; `licences` keeps rows of these licences.
    Raises DataError for a missing file, or a split or licence that no row has.
    """
    place = unpack(folder)
    read = manifest.read(place / MANIFEST)
    if read.problems:
        raise DataError(f"{place} is not complete: {read.problems[0]} Unpack OpenMotion again.")
    known = {row.licence for row in read.rows}
    if licences is not None and not set(licences) <= known:
        wrong = ", ".join(sorted(set(licences) - known))
        raise DataError(f"No row has the licence {wrong}; known: {', '.join(sorted(known))}.")
    if split not in (None, "train", "val", "test"):
        raise DataError(f"OpenMotion has no split {split!r}; it has train, val and test.")
    return [
        row
        for row in read.rows
        if split in (None, row.split) and (licences is None or row.licence in licences)
    ]


def _is_done(target: Path, edition: str) -> bool:
    marker = target / _DONE
    return marker.is_file() and marker.read_text().strip() == edition


@contextmanager
def _staging(parent: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=".openmotion.", dir=parent))
    try:
        yield folder
    except OSError as error:
        raise DataError(f"{parent} cannot take OpenMotion ({error}); free 200 MB.") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _replace_folder(staging: Path, target: Path, edition: str) -> None:
    """Give the finished folder its name; an older one, or a rival's, is moved out of the way."""
    old = Path(tempfile.mkdtemp(prefix=".old.", dir=target.parent))
    try:
        if target.exists():
            target.rename(old / "openmotion")
        staging.rename(target)
    except OSError:
        if not _is_done(target, edition):
            raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
    # The context manager that made `staging` removes that name: nothing is there any more.


def _extract_all(folder: Path, staging: Path) -> None:
    sums = _sums((folder / SUMS).read_text())
    for name, digest in sums.items():
        archive = folder / name
        if not archive.is_file() or sha256_of_file(archive) != digest:
            raise DataError(
                f"{archive} is missing or damaged (its SHA-256 differs); fetch it again."
            )
    expected = _sums(gzip.decompress((folder / FILE_SUMS).read_bytes()).decode())
    found: dict[str, str] = {}
    for name in sums:
        if name.endswith(".tar.xz"):
            found.update(_extract(folder / name, staging))
    wrong = sorted(name for name, digest in expected.items() if found.get(name) != digest)
    if wrong:
        raise DataError(
            f"{folder}: {wrong[0]} is missing or damaged in its archive; fetch it again."
        )
    shutil.copyfile(folder / MANIFEST, staging / MANIFEST)


def _extract(archive: Path, staging: Path) -> dict[str, str]:
    """Write an archive's plain files below `staging`; SHA-256 of each by its name."""
    digests: dict[str, str] = {}
    with tarfile.open(archive, "r:xz") as packed:
        for member in packed:
            parts = PurePosixPath(member.name).parts
            if not member.isfile() or member.name.startswith("/") or ".." in parts:
                raise DataError(f"{archive} holds {member.name!r}, no plain file; fetch it again.")
            out = staging.joinpath(*parts)
            out.parent.mkdir(parents=True, exist_ok=True)
            digests[member.name] = _copy(packed, member, out)
    return digests


def _copy(packed: tarfile.TarFile, member: tarfile.TarInfo, out: Path) -> str:
    digest = hashlib.sha256()
    stream = packed.extractfile(member)
    assert stream is not None
    with out.open("wb") as writer:
        while block := stream.read(1 << 20):
            digest.update(block)
            writer.write(block)
    return digest.hexdigest()


def _sums(text: str) -> dict[str, str]:
    pairs = (line.partition("  ") for line in text.splitlines())
    return {name: digest for digest, gap, name in pairs if gap}
