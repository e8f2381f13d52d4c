"""A trained checkpoint becomes a shipped one: half precision, without what searching never reads.

python checkpoints/ship.py runs/open/best checkpoints/lavimo-open-small --data OPENMOTION
"""

import argparse
from pathlib import Path

from lavimo import files, progress
from lavimo.data import openmotion
from lavimo.data.prepare import prepare
from lavimo.runtime import checkpoint
from lavimo.runtime.encoder import LavimoEncoder
from lavimo.search.fitting import calibration

TRAINING_ONLY = ("decoder.", "logit_scale", "pose_logit_scale")
"""Retrieval uses the embeddings before fusion (METHOD.md B21); `lavimo explain` shows what the
fusion looks at, so that stays."""
SEARCHED = (
    "mean", "std", "sentence_centre", "sentence_bank", "linear_mean", "linear_std", "linear_weight",
    "fusion_heads",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("trained", type=Path)
    parser.add_argument("shipped", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="OpenMotion's folder")
    args = parser.parse_args()
    opened = checkpoint.load(args.trained)
    weights = {
        name: value for name, value in opened.weights.items() if not name.startswith(TRAINING_ONLY)
    }
    kept = {name: value for name, value in opened.statistics.items() if name in SEARCHED}
    statistics = kept | {
        name: opened.statistics[name].astype("float16")
        for name in ("sentence_bank", "linear_weight")
        if name in kept
    }
    model_id = checkpoint.save(
        args.shipped,
        opened.config,
        weights,
        statistics,
        preset=opened.preset,
        licences=opened.licences,
        half=True,
    )
    calibrate(args.shipped, args.data)
    size = sum(p.stat().st_size for p in args.shipped.iterdir()) / 1e6
    print(f"{args.shipped}: model {model_id}, {size:.1f} MB")


def calibrate(folder: Path, data: Path) -> None:
    """Fit the confidence on val, in a gallery of the model's own training data."""
    opened = checkpoint.load(folder)
    rows = {
        split: [row for row in openmotion.rows(data, split=split) if row.licence in opened.licences]
        for split in ("train", "val")
    }
    shown = progress.for_stream()
    train, val = (prepare(rows[split], progress=shown).samples for split in ("train", "val"))
    fitted = calibration(LavimoEncoder(opened), [*train, *val], val, shown)
    files.write_json(folder / "calibration.json", fitted)


if __name__ == "__main__":
    main()
