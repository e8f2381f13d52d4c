"""Does the confidence tell sentences about motion from sentences about anything else?

    python benchmarks/confidence.py GALLERY [--model MODEL]

Asks a gallery the sentences of benchmarks/sentences (none of which calibration has seen) and
prints the area under the ROC curve of the best hit's confidence, how many of each kind get the
banner "Nothing here fits well", and the sentences on the wrong side.
"""

import argparse
from pathlib import Path

import numpy as np

from lavimo.gallery import Gallery
from lavimo.search.calibrate import auc
from lavimo.search.ranking import BY
from lavimo.search.searcher import Searcher

SENTENCES = Path(__file__).with_name("sentences")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("gallery")
    parser.add_argument("--model")
    args = parser.parse_args()
    texts = {name: lines(name) for name in ("motion", "foreign")}
    with Gallery.open(args.gallery) as gallery:
        searcher = Searcher(gallery, args.model)
        print(f"{gallery.path}: {gallery.stats().clips} clips, model {gallery.model_id}")
        for by in BY:
            measure(searcher, texts, by)


def measure(searcher: Searcher, texts: dict[str, list[str]], by: str) -> None:
    found = {
        name: [searcher.search(text, 10, by=by) for text in part] for name, part in texts.items()
    }
    sure = np.array([one.confidence for part in found.values() for one in part])
    about = np.repeat([True, False], [len(found["motion"]), len(found["foreign"])])
    banners = {name: sum(one.no_match for one in part) for name, part in found.items()}
    counts = ", ".join(f"{name} {banners[name]} of {len(found[name])}" for name in found)
    print(f"\nby {by}: AUROC {auc(sure, about):.3f}; banner shown: {counts}")
    for name, wrong in (("motion", True), ("foreign", False)):
        for one in found[name]:
            if one.no_match == wrong:
                print(f"  {name:<8}{one.confidence:5.2f}  {one.query}  ->  {one[0].caption[:60]}")


def lines(name: str) -> list[str]:
    return (SENTENCES / f"{name}.txt").read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    main()
