"""Sentences typed as a newcomer would: who is right among the top three, and a sheet to look at.

python benchmarks/free_sentences.py GALLERY [--model NAME] [--sheet docs/img/free] [--markdown]

A hit is right when the manifest's action, or one of the clip's captions, matches the pattern
beside the sentence in sentences.json (written before any result was seen). Prints right answers of
the top three by motion alone and with stored captions, and the AUROC of the confidence: sentences
about motion against 60 that are about something else and were not used in calibration.
"""

import argparse
import json
import re
from pathlib import Path
from typing import Any

from lavimo.gallery import Gallery
from lavimo.render.avatar import load, names
from lavimo.render.sheet import contact_sheet
from lavimo.runtime.encoder import load_model
from lavimo.search.searcher import Searcher

HERE = Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("gallery", type=Path)
    parser.add_argument("--model", default="lavimo-open-small-nc")
    parser.add_argument("--sheet", type=Path, help="prefix of the contact sheets")
    args = parser.parse_args()
    sentences = json.loads((HERE / "sentences.json").read_text())
    gallery = Gallery.open(args.gallery)
    searcher = Searcher(gallery, load_model(args.model))
    confidences: dict[str, list[float]] = {}
    for by in ("both", "motion"):
        for part in ("free", "more"):
            rows = [judged(searcher, row, by) for row in sentences[part]]
            total = sum(row["right"] for row in rows)
            print(f"\n## {part}, by {by}: {total} of {3 * len(rows)}\n")
            for row in rows:
                print(f"{row['right']}/3  {row['sentence']:<42} {row['marks']}")
            confidences.setdefault(by, []).extend(row["confidence"] for row in rows)
            if args.sheet and by == "both":
                picture(gallery, rows, args.sheet.with_name(f"{args.sheet.name}-{part}.webp"))
        absent = [judged(searcher, [text, "", ""], by) for text in sentences["absent"]]
        for row in absent:
            print(f"absent  {row['sentence']:<42} confidence {row['confidence']:.2f}")
        outside = [
            judged(searcher, [t, "", ""], by)["confidence"] for t in sentences["out_of_domain"]
        ]
        print(f"AUROC of the confidence, by {by}: {auroc(confidences[by], outside):.3f} "
              f"({len(confidences[by])} in, {len(outside)} out of domain)")  # fmt: skip


def judged(searcher: Searcher, row: list[str], by: Any) -> dict[str, Any]:
    sentence, action, said = row
    hits = list(searcher.search(sentence, k=3, by=by))
    right = [is_right(hit.item, action, said) for hit in hits]
    marks = "; ".join(
        f"{'+' if ok else '-'} {hit.item.captions[0].text[:40]}"
        for ok, hit in zip(right, hits, strict=True)
    )
    return {"sentence": sentence, "right": sum(right), "marks": marks, "hits": hits,
            "correct": right, "confidence": hits[0].confidence if hits else 0.0}  # fmt: skip


def is_right(item: Any, action: str, said: str) -> bool:
    label = str(item.attrs.get("action", ""))
    if action and re.search(action, label, re.IGNORECASE):
        return True
    return bool(said) and any(re.search(said, c.text, re.IGNORECASE) for c in item.captions)


def auroc(inside: list[float], outside: list[float]) -> float:
    wins = sum((a > b) + 0.5 * (a == b) for a in inside for b in outside)
    return wins / (len(inside) * len(outside))


def picture(gallery: Gallery, rows: list[dict[str, Any]], path: Path) -> None:
    sheet = contact_sheet(
        [
            (
                row["sentence"],
                [
                    (f"{'right' if ok else 'WRONG'}: {hit.item.captions[0].text[:44]}",
                     gallery.positions(hit.item.seq))
                    for ok, hit in zip(row["correct"], row["hits"], strict=True)
                ],
            )
            for row in rows
        ],
        columns=4,
        avatars=[load(name) for name in names()],
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=70)
    print(f"wrote {path}")


if __name__ == "__main__":
    main()
