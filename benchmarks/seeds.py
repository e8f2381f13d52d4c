"""Several seeds of one recipe as one table: mean and range of each figure.

lavimo evaluate runs/open-nc/best --data OPENMOTION --choreography 1000 --json > seed0.json
python benchmarks/seeds.py seed0.json seed1.json seed2.json
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

BASELINES = ("ridge", "text-kNN")
NAMES = ("R@1", "R@2", "R@3", "R@5", "R@10", "MedR")


def main(paths: list[str]) -> None:
    reports = [json.loads(Path(p).read_text()) for p in paths]
    rows: dict[tuple[str, str, str, str], list[dict[str, float]]] = {}
    for report in reports:
        for line in report["lines"]:
            where = line["direction"], line["protocol"], line["subset"]
            system = line["system"] if line["system"] in BASELINES else "model"
            rows.setdefault((*where, system), []).append(line["scores"])
            if system == "model":
                rows.setdefault((*where, "ceiling"), []).append(line["ceiling"])
                rows.setdefault((*where, "chance"), []).append(line["chance"])
    print("| way, rule | clips | system | R@1 | R@2 | R@3 | R@5 | R@10 | MedR |")
    print("|---|---|---|---:|---:|---:|---:|---:|---:|")
    for (way, rule, subset, system), scores in rows.items():
        cells = " | ".join(spread([one[name] for one in scores]) for name in NAMES)
        print(f"| {way}, {rule} | {subset} | {system} | {cells} |")
    print("\nleft/right pair accuracy:", spread([100 * sides(report) for report in reports]))
    found = [pair for report in reports for pair in report["choreography"].values()]
    for way in (0, 1) if found else ():
        tops = spread([pair[way]["scores"]["R@10"] for pair in found])
        print(f"unseen programmes, strict {found[0][way]['direction']} R@10: {tops}")


def sides(report: dict[str, Any]) -> float:
    return float(
        next(v for k, v in report["side_accuracy"].items() if k not in BASELINES)["accuracy"]
    )


def spread(values: list[float]) -> str:
    low, high = min(values), max(values)
    mean = float(np.mean(values))
    return f"{mean:.1f}" if low == high else f"{mean:.1f} ({low:.1f}–{high:.1f})"


if __name__ == "__main__":
    main(sys.argv[1:])
