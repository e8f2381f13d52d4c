"""Do films help text and motion? The paper's claim, tested at the same steps, with seeds.

    python benchmarks/bridge.py --data OPENMOTION -o runs/bridge

Trains lavimo_small with films, with films that only follow (`loss.video.pull` 0), with other clips'
films, with noise as films and without films (two-modal), and with fusion by tokens, by vectors and
not at all; every run of the same batches of captioned clips, real ones only, in few steps (about
two and a half minutes of one core a run; `--epochs`, `--licences` and `--set` make it longer or
other). Finished runs are skipped, a stopped one goes on. The last epoch counts: no choice is made
that one system could profit from.

Prints same-caption T2M and M2T on val, test and unseen choreographed programmes: mean and range
over the seeds, and the difference to the two-modal form (of the fusions: to tokens) with a paired
bootstrap interval over queries. R-sum = R@1 + R@5 + R@10 of both ways.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from lavimo import files, presets, progress
from lavimo.data.sample import Sample
from lavimo.evaluation import ranks
from lavimo.evaluation.diagnostics import choreographed_samples
from lavimo.evaluation.sets import open_set
from lavimo.models import build
from lavimo.runtime import checkpoint
from lavimo.runtime.encoder import LavimoEncoder
from lavimo.training import loop
from lavimo.training.assemble import assemble
from lavimo.training.run import Run
from lavimo.training.start import licences

SHORT = [
    "sampling.synthetic=0",
    "sampling.synthetic_pool=0",
    "linear.passes=0",
    "loss.video.pull=1",  # as in the paper: alignment with films moves text and motion too
]
TWO = ["model.pose=null", "sampling.video=off", "sampling.pairs=0"]
SYSTEMS: dict[str, tuple[list[str], str]] = {
    "2-modal": (TWO, ""),
    "3-modal": ([], "2-modal"),
    "3-modal, films only follow": (["loss.video.pull=0"], "2-modal"),
    "3-modal, shuffled films": (["sampling.video=shuffled"], "2-modal"),
    "3-modal, noise as films": (["sampling.video=noise"], "2-modal"),
    "3-modal, fusion vector": (["loss.reconstruction.fusion=vector"], "3-modal"),
    "3-modal, fusion none": (["loss.reconstruction.fusion=none"], "3-modal"),
}
"""What a system changes in lavimo_small, and what it is compared with."""
FIGURES = ("R-sum", "T2M R@1", "T2M R@10", "M2T R@1", "M2T R@10")
KS = (1, 5, 10)
DRAWS = 2000


@dataclass(frozen=True)
class Judged:
    """Ranks of every query of one set, by way."""

    t2m: np.ndarray
    m2t: np.ndarray

    def hits(self, figure: str) -> np.ndarray:
        """Percent that each query brings to a figure; its mean is the figure."""
        if figure == "R-sum":
            both = [100.0 * (cols < k) for cols in (self.t2m, self.m2t) for k in KS]
            found: np.ndarray = np.sum(both, axis=0)
            return found
        way, k = figure.split(" R@")
        return 100.0 * ((self.t2m if way == "T2M" else self.m2t) < int(k))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, type=Path, help="OpenMotion's folder")
    parser.add_argument("-o", "--output", required=True, type=Path)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--licences", default="all")
    parser.add_argument("--only", nargs="*", default=[], help="systems by name; all when empty")
    parser.add_argument("--programmes", type=int, default=300, help="choreographed test clips")
    parser.add_argument("--set", action="append", default=[], dest="changes", metavar="A.B=C")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    systems = [name for name in SYSTEMS if not args.only or name in args.only]
    for seed in range(args.seeds):
        for name in systems:
            train(name, seed, args)
    sets = {
        "val": open_set(args.data, "val").samples,
        "test": open_set(args.data, "test").samples,
        "programmes": choreographed_samples(args.programmes),
    }
    found = {
        name: [judged(folder_of(args.output, name, seed), sets) for seed in range(args.seeds)]
        for name in systems
    }
    state = json.loads((folder_of(args.output, systems[0], 0) / "state.json").read_text())
    for where, samples in sets.items():
        print(f"\n{where}, {len(samples)} clips; {args.seeds} seeds of {state['step']} steps each")
        print(table({name: [one[where] for one in rows] for name, rows in found.items()}))


_ASSEMBLED: dict[str, tuple] = {}


def train(name: str, seed: int, args: argparse.Namespace) -> None:
    """One run to its last epoch, unless it is there."""
    folder = folder_of(args.output, name, seed)
    changes, _ = SYSTEMS[name]
    same = [f"train.seed={seed}", f"train.epochs={args.epochs}", f"train.judge_every={args.epochs}"]
    preset = presets.resolve("lavimo_small", [*SHORT, *args.changes, *changes, *same])
    run = Run(folder, preset)
    state = folder / "state.json"
    if state.exists() and json.loads(state.read_text())["epoch"] >= args.epochs:
        return
    shown = progress.for_stream()
    if not _ASSEMBLED:
        # The data are the same for all, films included; only what is made of them differs.
        whole = presets.resolve("lavimo_small", [*SHORT, *args.changes])
        _ASSEMBLED["data"] = assemble(args.data, whole, licences(args.licences), shown)
    corpus, validation, used = _ASSEMBLED["data"]
    print(f"{name}, seed {seed}", flush=True)
    torch.manual_seed(seed)
    system = build(preset.model, preset.loss, corpus.sentence_bank())
    setting = loop.Setting(0, 1, torch.device("cpu"))
    loop.train(system, corpus, validation, preset, run, setting, used, shown)


def folder_of(output: Path, name: str, seed: int) -> Path:
    return output / f"{name.replace(', ', '-').replace(' ', '-')}-{seed}"


def judged(folder: Path, sets: dict[str, Sequence[Sample]]) -> dict[str, Judged]:
    """Same-caption ranks of a finished run on each set, kept beside its checkpoint."""
    kept = folder / "ranks.json"
    opened = checkpoint.load(folder / "best")
    key = [opened.model_id, *(len(samples) for samples in sets.values())]
    if kept.exists():
        stored = json.loads(kept.read_text())
        if stored["key"] == key:
            return {n: Judged(*map(np.array, cols)) for n, cols in stored["ranks"].items()}
    encoder = LavimoEncoder(opened)
    found = {name: ranked(encoder, samples) for name, samples in sets.items()}
    rows = {name: [one.t2m.tolist(), one.m2t.tolist()] for name, one in found.items()}
    files.write_json(kept, {"key": key, "ranks": rows})
    return found


def ranked(encoder: LavimoEncoder, samples: Sequence[Sample]) -> Judged:
    texts = encoder.encode_text([one.texts[0] for one in samples])
    motions = encoder.encode_positions(
        [one.positions for one in samples if one.positions is not None]
    )
    scores = ranks.similarity(texts, motions)
    said = [set(one.texts) for one in samples]
    right = np.array([[one.texts[0] in other for other in said] for one in samples])
    return Judged(
        ranks.best_ranks(scores, right, ties="expected"),
        ranks.best_ranks(scores.T, right.T, ties="expected"),
    )


def table(found: dict[str, list[Judged]]) -> str:
    """Mean (range) of each figure, and the difference to what a system is compared with."""
    lines = [f"| system | {' | '.join(FIGURES)} |", f"|---|{'---|' * len(FIGURES)}"]
    for name, runs in found.items():
        cells = []
        for figure in FIGURES:
            values = [float(run.hits(figure).mean()) for run in runs]
            cells.append(f"{np.mean(values):.1f} ({min(values):.1f}–{max(values):.1f})")
        lines.append(f"| {name} | {' | '.join(cells)} |")
        against = found.get(SYSTEMS[name][1])
        if against:
            apart = [difference(runs, against, figure) for figure in FIGURES]
            lines.append(f"| … minus {SYSTEMS[name][1]} | {' | '.join(apart)} |")
    return "\n".join(lines)


def difference(runs: list[Judged], against: list[Judged], figure: str) -> str:
    """Mean difference over seeds with its 95 % interval over resampled queries, paired."""
    ours, theirs = (np.mean([run.hits(figure) for run in part], axis=0) for part in (runs, against))
    apart = ours - theirs
    rng = np.random.default_rng(0)
    drawn = apart[rng.integers(0, len(apart), (DRAWS, len(apart)))].mean(axis=1)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"{apart.mean():+.1f} [{low:+.1f}, {high:+.1f}]"


if __name__ == "__main__":
    main()
