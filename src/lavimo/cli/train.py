"""`lavimo train`: a preset and a data folder become a checkpoint."""

import argparse
from pathlib import Path

from lavimo.errors import MissingExtra

EXAMPLE = """example:
  lavimo train --preset lavimo_small --data openmotion -o runs/small --set train.seed=1
  torchrun --nproc-per-node=2 -m lavimo train --preset lavimo_small \\
    --data openmotion -o runs/two
"""


def train_options(parser: argparse.ArgumentParser) -> None:
    """Options of `lavimo train`."""
    parser.epilog = EXAMPLE
    parser.add_argument("--preset", required=True, help="name of a preset, e.g. lavimo_small")
    parser.add_argument("--data", required=True, type=Path, help="OpenMotion's folder")
    parser.add_argument("-o", "--output", required=True, type=Path, help="run folder; resumes")
    parser.add_argument(
        "--licences",
        default="any-use",
        help="any-use (CMU terms, CC0, MIT; the default), all, or a comma-separated list; "
        "non-commercial data only enter a model that was told so",
    )
    parser.add_argument(
        "--films",
        type=Path,
        help="folder of `lavimo render --data`, for models that read films as pictures "
        "(lavimo_paper); lavimo_small films its clips itself",
    )
    parser.add_argument("--config", type=Path, help="TOML file that is put over the preset")
    parser.add_argument("--set", action="append", default=[], metavar="A.B=C", dest="changes")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of this process")


def train(args: argparse.Namespace) -> int:
    """Train, or continue a stopped run; prints the best validation score and where it lies."""
    try:
        import torch
    except ImportError as error:
        raise MissingExtra("Training", "train") from error
    from lavimo import presets, progress
    from lavimo.training import start

    preset = presets.resolve(args.preset, args.changes, args.config)
    torch.set_num_threads(args.threads)
    best = start.start(
        preset,
        args.data,
        args.output,
        start.licences(args.licences),
        progress.for_stream(),
        args.films,
    )
    if best is not None:
        print(f"{args.output}/best: val score {best['score']:.2f} after epoch {best['epoch']}")
    return 0
