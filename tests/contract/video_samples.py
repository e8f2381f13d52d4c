"""Films made at test time: good ones in every container, and every bad one we know."""

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image


def picture(number: int, width: int = 64, height: int = 48) -> np.ndarray:
    """A grey picture whose level tells its number, with a red upper left quarter."""
    image = np.full((height, width, 3), 20 + 8 * (number % 25), np.uint8)
    image[: height // 2, : width // 2] = (200, 0, 0)
    return image


def film(
    path: Path,
    count: int = 20,
    *,
    size: tuple[int, int] = (64, 48),
    rate: int = 10,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    stamps: list[int] | None = None,
    rotation: int = 0,
    options: dict[str, str] | None = None,
) -> Path:
    """A film of numbered pictures; `stamps` are times in milliseconds instead of an even rate."""
    with av.open(str(path), "w", options=options or {}) as container:
        stream: Any = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        if rotation:
            stream.display_rotation = rotation
        if stamps:
            stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(count):
            image = picture(number, *size)
            if pixels == "yuva420p":
                image = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
                image[size[1] // 2 :, :, 3] = 0
            kind = "rgba" if pixels == "yuva420p" else "rgb24"
            frame = av.VideoFrame.from_ndarray(image, format=kind)
            if stamps:
                frame.pts, frame.time_base = stamps[number], Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def encoded(path: Path, pictures: list[np.ndarray], rate: int) -> Path:
    """An H.264 film of given pictures, at a quality that hides nothing."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=rate, options={"crf": "12"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for image in pictures:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def sound(path: Path) -> Path:
    """A file with sound only."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("aac", rate=16000)
        stream.layout = "mono"
        for _ in range(10):
            frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            frame.planes[0].update(np.zeros(1024, np.float32).tobytes())
            frame.sample_rate = 16000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def animation(path: Path, count: int = 12, milliseconds: int = 100) -> Path:
    """An animated WebP, GIF or PNG of numbered pictures."""
    images = [Image.fromarray(picture(number)) for number in range(count)]
    images[0].save(
        path, save_all=True, append_images=images[1:], duration=milliseconds, loop=0,
        **({"lossless": True} if path.suffix == ".webp" else {}),
    )  # fmt: skip
    return path


def display_matrix(path: Path, degrees: int) -> Path:
    """Write the turn of a phone held sideways into an MP4's track header (16.16 fixed point)."""
    cos, sin = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    one = 1 << 16
    matrix = [cos * one, sin * one, 0, -sin * one, cos * one, 0, 0, 0, 1 << 30]
    struct.pack_into(">9i", data, at, *matrix)
    path.write_bytes(data)
    return path


def declared_size(path: Path, width: int, height: int) -> Path:
    """Replace the size in an AVI's headers: what the file says is not what it holds."""
    data = bytearray(path.read_bytes())
    at = data.index(b"strf") + 8
    struct.pack_into("<ii", data, at + 4, width, height)
    path.write_bytes(data)
    return path


def declared_length(path: Path, seconds: float) -> Path:
    """Lie in the header of a Matroska file about how long it is."""
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3
    struct.pack_into(">d", data, at, 1000 * seconds)
    path.write_bytes(data)
    return path


def declared_step(path: Path, ticks: int) -> Path:
    """Lie in the header of an MP4 about how long a picture lasts."""
    data = bytearray(path.read_bytes())
    struct.pack_into(">I", data, data.index(b"stts") + 4 + 12, ticks)
    path.write_bytes(data)
    return path
