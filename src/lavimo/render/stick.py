"""A stick figure with a body: shaded limbs, left blue and right orange, on a floor.

Shapes are painted from far to near (`paint`), over a floor that is kept while the camera stands.
"""

import bisect
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lavimo.errors import RenderError
from lavimo.render import camera as cameras
from lavimo.render import paint
from lavimo.render.figure import (
    BODY,
    NAMES,
    THEMES,
    colour,
    points_of,
    scale_of,
)
from lavimo.render.ground import Ground, path_of
from lavimo.shapes import Float32

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_SIZE = 4096
_INDEX = {name: index for index, name in enumerate(NAMES)}
_PARTS = [([_INDEX[name] for name in part.points], part) for part in BODY]


def frames(
    positions: Float32[np.ndarray, "frames 22 3"],
    *,
    size: int | tuple[int, int] = 320,
    fps_in: float = 20.0,
    fps: float | None = None,
    view: cameras.View | None = None,
    follow: bool | None = None,
    theme: str = "light",
) -> "list[Image]":
    """Pictures of every frame of a clip of the 22 joints (metres, y up).

    `size` is the edge or (width, height) in pixels; `fps` resamples from `fps_in` (None keeps
    it); `view` overrides the fitted camera; `follow` True travels with the body, None decides by
    how far it goes; `theme` is light or dark. Raises RenderError on what cannot be drawn.
    """
    scene = Scene(
        resampled(positions, fps_in, fps), size=size, view=view, follow=follow, theme=theme
    )
    return list(scene.play())


def resampled(
    positions: Float32[np.ndarray, "frames 22 3"], fps_in: float, fps: float | None
) -> Float32[np.ndarray, "n 22 3"]:
    """The clip at another rate, linear in time; None keeps it. At least one frame is left."""
    if fps is None or abs(fps - fps_in) < 1e-6 or len(positions) < 2:
        return positions
    if not (0 < fps <= 240):
        raise RenderError(f"A film at {fps:g} frames a second is not possible; use 1 to 240.")
    at = np.arange(int((len(positions) - 1) * fps / fps_in + 1e-6) + 1) * (fps_in / fps)
    low = np.minimum(at.astype(int), len(positions) - 2)
    part = (at - low)[:, None, None]
    return np.asarray((1 - part) * positions[low] + part * positions[low + 1], np.float32)


class Scene:
    """A clip that is ready to be drawn: fitted camera, projected points, painted floor."""

    def __init__(
        self,
        positions: Float32[np.ndarray, "frames 22 3"],
        *,
        size: int | tuple[int, int] = 320,
        view: cameras.View | None = None,
        follow: bool | None = None,
        theme: str = "light",
    ) -> None:
        self.width, self.height = check_size(size)
        check_clip(positions, theme)
        self.view = view or cameras.fit(positions, aspect=self.width / self.height, follow=follow)
        self.theme = theme
        self.frames = len(positions)
        self.points = points_of(positions) - self.view.anchor[:, None]
        self.pixels = self.view.camera.project(self.points, self.width, self.height)
        self.scale = scale_of(positions)
        self.ground = Ground(self.view, self.width, self.height, theme)
        self.path, self.path_frames = path_of(positions, self.view.ground)
        self.way = cameras.smooth_path(positions)
        self.colours = {name: colour(theme, name) for name in THEMES[theme]}
        self._floor: Float32[np.ndarray, "high wide 3"] | None = None

    def play(self) -> "Iterator[Image]":
        """One picture a frame, in order."""
        for frame in range(self.frames):
            yield self.draw(frame)

    def draw(self, frame: int) -> "Image":
        """The picture of one frame."""
        from PIL import Image

        picture = self._background(frame)
        self.ground.cast(picture, self.points[frame])
        self._body(picture, self.pixels[frame])
        return Image.fromarray(np.clip(picture + 0.5, 0, 255).astype(np.uint8))

    def _background(self, frame: int) -> Float32[np.ndarray, "high wide 3"]:
        if self.view.follows:
            picture = self.ground.background(self.view.anchor[frame])
        else:
            if self._floor is None:
                self._floor = self.ground.background(np.zeros(3, np.float32))
            picture = self._floor.copy()
        self._trail(picture, frame)
        return picture

    def _trail(self, picture: Float32[np.ndarray, "high wide 3"], frame: int) -> None:
        """The way travelled so far; it starts at the first frame and ends under the body."""
        done = self.path[: bisect.bisect_right(self.path_frames, frame)]
        if len(self.path) < 2:
            return
        here = np.array([self.way[frame, 0], self.view.ground, self.way[frame, 2]], np.float32)
        corners = np.stack([*done, here]).astype(np.float32) - self.view.anchor[frame]
        seen = self.view.camera.project(corners, self.width, self.height)
        for a, b in itertools.pairwise(seen):
            paint.line(picture, a, b, 0.016, self.colours["path"])

    def _body(
        self, picture: Float32[np.ndarray, "high wide 3"], pixels: Float32[np.ndarray, "points 3"]
    ) -> None:
        # Pixels per metre shrink with depth, so the smallest mean is the farthest shape.
        order = sorted(_PARTS, key=lambda part: float(pixels[part[0], 2].mean()))
        for points, part in order:
            at = pixels[points]
            ink = self.colours[part.paint]
            radii = [self.scale * radius * float(at[k, 2]) for k, radius in enumerate(part.radii)]
            if len(part.radii) == 2:
                paint.limb(picture, at[0], at[1], radii[0], radii[1], ink)
            else:
                paint.hull(picture, at[:, :2], radii[0], ink)


def check_size(size: int | tuple[int, int]) -> tuple[int, int]:
    """Width and height of a picture; RenderError where nobody can mean them."""
    width, height = (size, size) if isinstance(size, int) else size
    if not (16 <= width <= MAX_SIZE and 16 <= height <= MAX_SIZE):
        raise RenderError(
            f"A picture of {width} x {height} pixels is not possible; use 16 to {MAX_SIZE}."
        )
    return width, height


def check_clip(positions: Float32[np.ndarray, "frames 22 3"], theme: str = "light") -> None:
    """Raise RenderError, in one sentence, on positions or a theme that cannot be drawn."""
    if positions.ndim != 3 or positions.shape[1:] != (22, 3) or len(positions) == 0:
        raise RenderError(f"Frames of 22 joints are drawn, these positions are {positions.shape}.")
    if not np.isfinite(positions).all():
        raise RenderError("A joint has a position that is no finite number; mend the clip first.")
    if theme not in THEMES:
        raise RenderError(f"There is no theme {theme!r}; choose from {', '.join(THEMES)}.")
