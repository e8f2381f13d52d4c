"""The script that fetches the networks: from a wheel, by checksum."""

import hashlib
import importlib.util
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from lavimo.errors import LavimoError

SCRIPT = Path(__file__).parents[3] / "tools" / "fetch_pose_models.py"


@pytest.fixture
def fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("fetch_pose_models", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sums = {name: hashlib.sha256(name.encode()).hexdigest() for name in module.INSIDE}
    monkeypatch.setattr(module, "FOLDER", tmp_path / "models")
    monkeypatch.setattr(module, "SHA256", sums)
    return module


def wheel(path: Path, contents: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def test_files_are_taken_out_by_checksum(fetch: ModuleType, tmp_path: Path) -> None:
    contents = {inside: name.encode() for name, inside in fetch.INSIDE.items()}
    assert not any(fetch.right(name) for name in fetch.INSIDE)
    fetch.unpack(wheel(tmp_path / "a.whl", contents), list(fetch.INSIDE))
    assert all(fetch.right(name) for name in fetch.INSIDE)


def test_other_bytes_are_refused(fetch: ModuleType, tmp_path: Path) -> None:
    contents = dict.fromkeys(fetch.INSIDE.values(), b"something else")
    with pytest.raises(LavimoError, match="unexpected checksum"):
        fetch.unpack(wheel(tmp_path / "a.whl", contents), list(fetch.INSIDE))
    assert not list(fetch.FOLDER.glob("*.tflite"))


def test_another_wheel_is_refused(fetch: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(LavimoError, match="does not hold the networks"):
        fetch.unpack(wheel(tmp_path / "a.whl", {"other": b""}), list(fetch.INSIDE))
    (tmp_path / "b.whl").write_bytes(b"no zip")
    with pytest.raises(LavimoError, match="does not hold the networks"):
        fetch.unpack(tmp_path / "b.whl", list(fetch.INSIDE))
