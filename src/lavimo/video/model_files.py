"""Where the two BlazePose networks lie, and which bytes they must be.

The files are not in the repository: `tools/fetch_pose_models.py` (run by `make install`) puts
them beside this module, and a wheel carries them. Source: ASSETS.md 2.
"""

from pathlib import Path

from lavimo.errors import ModelError

FOLDER = Path(__file__).parent / "models"
DETECTOR = "pose_detection.tflite"
LANDMARKS = "pose_landmark_full.tflite"

SHA256: dict[str, str] = {
    DETECTOR: "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    LANDMARKS: "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
}
"""Checked once, when a file is fetched: hashing 9 MB would cost every search 10 ms."""

PACKAGE = "mediapipe==0.10.21"
"""The Python package whose wheel holds the files; only the files are taken from it."""
INSIDE: dict[str, str] = {
    DETECTOR: "mediapipe/modules/pose_detection/pose_detection.tflite",
    LANDMARKS: "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
}


def model_path(name: str) -> Path:
    """Path of one network file; ModelError with the remedy where it is missing."""
    path = FOLDER / name
    if not path.is_file():
        raise ModelError(
            f"The network that finds people in a film is missing ({path}); run "
            "`python tools/fetch_pose_models.py` in the source folder, or install a wheel."
        )
    return path
