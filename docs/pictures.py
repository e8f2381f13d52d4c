"""The pictures of the README and the docs, made anew from synthetic motion alone.

    python docs/pictures.py [--folder docs/img]

Writes motions.webp (moving), figure.webp (one pose as an avatar in both themes and as the figure)
and, where Chromium is installed, page.webp and page-dark.webp: the page of `lavimo demo`, whose
folder is named by `--demo`. Everything shown is made by lavimo's own choreographer (CC0-1.0) on
its own avatars. Needs the extra `video`.
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lavimo.data.choreography import Event, Programme, choreograph, choreograph_programme
from lavimo.render import avatar
from lavimo.render.actor import Actor, staged
from lavimo.render.sheet import key_moment
from lavimo.render.stick import resampled
from lavimo.shapes import Float32

SHOWN = (
    ("a03", "kicks with the left leg",
     Event("kick_front", side="left", direction="forward", count=2)),
    ("a08", "waves the right hand", Event("wave", side="right", count=3)),
    ("a10", "turns a cartwheel", Event("cartwheel", side="left")),
    ("a07", "walks in a circle", Event("walk_circle", direction="left", count=8, degrees=360)),
    ("a11", "does jumping jacks", Event("jumping_jacks", count=3)),
)  # fmt: skip
TILE = (184, 240)
RATE, SECONDS = 12.5, 3.6
INK, PAPER = "#3c4855", "#f6f7f9"


def moving(target: Path) -> None:
    """Clips side by side, each on its avatar above its sentence, in one loop."""
    actors = [
        (text, Actor(_clip(event), RATE, avatar.load(name), size=TILE, follow=True))
        for name, text, event in SHOWN
    ]
    font = ImageFont.load_default(14)
    pictures = []
    for number in range(round(RATE * SECONDS)):
        picture = Image.new("RGB", (TILE[0] * len(actors), TILE[1] + 30), PAPER)
        draw = ImageDraw.Draw(picture)
        for column, (text, actor) in enumerate(actors):
            picture.paste(actor.draw(number % actor.frames), (column * TILE[0], 0))
            middle = column * TILE[0] + TILE[0] / 2
            draw.text((middle, TILE[1] + 7), text, fill=INK, font=font, anchor="ma")
        pictures.append(picture)
    pictures[0].save(target, save_all=True, append_images=pictures[1:], loop=0,
                     duration=round(1000 / RATE), quality=72, method=6)  # fmt: skip


def figure(target: Path) -> None:
    """One pose as an avatar in the light and in the dark theme, and as the figure."""
    clip = _clip(SHOWN[0][2])
    frame = key_moment(clip)
    person = avatar.load("a06")
    looks = ((person, "light"), (person, "dark"), (None, "light"))
    picture = Image.new("RGB", (320 * len(looks), 380))
    for column, (who, theme) in enumerate(looks):
        scene = staged(clip, RATE, who, size=(320, 380), theme=theme)
        picture.paste(scene.draw(frame), (320 * column, 0))
    picture.save(target, quality=85, method=6)


def page(demo: Path, folder: Path) -> None:
    """The demo's page as a browser shows it, light and dark."""
    browser = next((b for n in ("chromium", "google-chrome") if (b := shutil.which(n))), None)
    if browser is None or not demo.is_file():
        return
    for name, theme in (("page", "light"), ("page-dark", "dark")):
        with tempfile.TemporaryDirectory() as scratch:
            html = Path(scratch) / "page.html"
            text = demo.read_text("utf-8")
            plain, themed = '"lvm lvm-page"', f'"lvm lvm-page" data-theme="{theme}"'
            html.write_text(text.replace(plain, themed), "utf-8")
            shot = Path(scratch) / "shot.png"
            subprocess.run(
                [browser, "--headless", "--no-sandbox", "--hide-scrollbars", "--use-gl=angle",
                 "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
                 f"--user-data-dir={scratch}/user", "--force-prefers-reduced-motion",
                 "--virtual-time-budget=4000", "--window-size=1320,1260",
                 f"--screenshot={shot}", html.as_uri()],
                check=True, capture_output=True, timeout=120,
            )  # fmt: skip
            Image.open(shot).convert("RGB").save(folder / f"{name}.webp", quality=82, method=6)


def _clip(event: Event) -> Float32[np.ndarray, "frames 22 3"]:
    body = choreograph(1, events=1).programme.body
    made = choreograph_programme(Programme(seed=1, body=body, events=(event,)))
    return resampled(made.positions, made.fps, RATE)


def main() -> None:
    """Make all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(__file__).parent / "img")
    parser.add_argument("--demo", type=Path, default=Path("demo/index.html"))
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    moving(args.folder / "motions.webp")
    figure(args.folder / "figure.webp")
    page(args.demo, args.folder)


if __name__ == "__main__":
    main()
