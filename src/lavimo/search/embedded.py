"""A gallery for who has no motion yet: 300 synthetic clips, made and indexed on first use."""

import io
import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from lavimo import files
from lavimo.gallery.schema import DATABASE
from lavimo.progress import Progress
from lavimo.runtime import checkpoint
from lavimo.runtime.encoder import DEFAULT_MODEL
from lavimo.search.making import MotionEncoder

NAME = "choreography.gallery"
MADE_FROM = "made-from.json"


def path() -> Path:
    """Where the embedded gallery lies, whether it was made yet or not."""
    return files.cache_folder() / "galleries" / NAME


def ready() -> bool:
    """Is it there, and made by the present choreographer and model?"""
    try:
        made = json.loads((path() / MADE_FROM).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(made == _made_from())


def build(encoder: MotionEncoder | None = None, progress: Progress | None = None) -> Path:
    """Make the clips, index them with the default model, and return the gallery's path.

    What an older version made is replaced. Raises ModelError when the default model is missing.
    """
    from lavimo.data.choreography import embedded_gallery
    from lavimo.runtime.encoder import load_model
    from lavimo.search.index import index

    encoder = encoder or load_model(DEFAULT_MODEL)
    clips = path().with_name("choreography")
    manifest = _write_clips(clips, embedded_gallery())
    if path().exists():
        shutil.rmtree(path())
    index([manifest], path(), encoder, progress=progress)
    files.write_json(path() / MADE_FROM, _made_from())
    return path()


def ensure(progress: Progress | None = None) -> Path:
    """The embedded gallery's path; makes it when it is not there or out of date."""
    return path() if ready() and (path() / DATABASE).is_file() else build(progress=progress)


def _made_from() -> list[Any]:
    """What the gallery depends on; the model by the stamps of its files, since hashes take time."""
    from lavimo.data.choreography.programme import CHOREOGRAPHY_VERSION

    model: list[list[int]] = []
    with suppress(OSError):
        folder = checkpoint.find(DEFAULT_MODEL)
        stats = [(folder / name).stat() for name in checkpoint.HASHED]
        model = [[stat.st_size, stat.st_mtime_ns] for stat in stats]
    return [CHOREOGRAPHY_VERSION, model]


def _write_clips(folder: Path, clips: Sequence[Any]) -> Path:
    """The clips as .npy files of 22 joints with a manifest, so that each can be taken home."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = []
    for clip in clips:
        stream = io.BytesIO()
        np.save(stream, clip.positions)
        name = f"{clip.seed}.npy"
        # No fsync a file: a folder that is cut short is made again.
        (folder / name).write_bytes(stream.getvalue())
        events = clip.programme.events
        rows.append(
            {
                "id": f"choreography-{clip.seed}",
                "file": name,
                "fps_file": clip.fps,
                "captions": list(clip.captions),
                "caption_sources": ["programme"] * len(clip.captions),
                "source": clip.source,
                "licence": clip.licence,
                "action": ", ".join(event.action for event in events),
            }
        )
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    return files.write_text(folder / "manifest.jsonl", "\n".join(lines) + "\n")
