"""A clip on an avatar as pictures for films, strips and sheets, in a light or a dark studio.

The twin of `stick.Scene`: the same size, play and draw. It needs numba (extra `video`).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from lavimo.errors import MissingExtra
from lavimo.render.avatar import Avatar
from lavimo.render.stick import Scene, check_clip, check_size
from lavimo.render.view import Backdrop, Colour, Floor, Light, View, default_view
from lavimo.shapes import Float32

if TYPE_CHECKING:
    from PIL.Image import Image

_STUDIOS: dict[str, tuple[Colour, Colour, Colour, Light, float]] = {
    "light": ((0.84, 0.85, 0.87), (0.80, 0.82, 0.85), (0.90, 0.92, 0.94), Light(), 0.045),
    "dark": ((0.17, 0.19, 0.22), (0.10, 0.12, 0.14), (0.07, 0.08, 0.10), Light(ambient=0.5), 0.08),
}
"""Floor, wall near the floor, wall above, light, contrast of the floor's squares."""


def studio_view(avatar: str, theme: str = "light", follow: bool | None = None) -> View:
    """`default_view` in the studio of a theme, with squares of half a metre on its floor."""
    floor, low, high, light, checker = _STUDIOS[theme]
    return msgspec.structs.replace(
        default_view(avatar),
        follow=follow,
        light=light,
        floor=Floor(colour=floor, checker=checker, tile=0.5),
        backdrop=Backdrop(low=low, high=high),
    )


class Actor:
    """An avatar doing what a clip of the 22 joints (metres, y up) does, ready to be drawn."""

    def __init__(
        self,
        positions: Float32[np.ndarray, "frames 22 3"],
        fps: float,
        avatar: Avatar,
        *,
        size: int | tuple[int, int] = 320,
        follow: bool | None = None,
        theme: str = "light",
    ) -> None:
        from lavimo.render.studio import Take

        self.width, self.height = check_size(size)
        check_clip(positions, theme)
        self.frames = len(positions)
        self.take = Take(
            positions, fps, studio_view(avatar.name, theme, follow),
            size=(self.width, self.height), avatars={avatar.name: avatar},
        )  # fmt: skip

    def play(self) -> "Iterator[Image]":
        """One picture a frame, in order."""
        for frame in range(self.frames):
            yield self.draw(frame)

    def draw(self, frame: int) -> "Image":
        """The picture of one frame."""
        from PIL import Image

        return Image.fromarray(self.take.picture(frame))


def can_act() -> bool:
    """Whether what draws avatars is installed."""
    try:
        import lavimo.render.studio  # noqa: F401
    except MissingExtra:
        return False
    return True


def staged(
    positions: Float32[np.ndarray, "frames 22 3"],
    fps: float,
    avatar: Avatar | None,
    *,
    size: int | tuple[int, int] = 320,
    follow: bool | None = None,
    theme: str = "light",
) -> Actor | Scene:
    """The clip as this avatar, or as the figure where it is None."""
    if avatar is None:
        return Scene(positions, size=size, follow=follow, theme=theme)
    return Actor(positions, fps, avatar, size=size, follow=follow, theme=theme)
