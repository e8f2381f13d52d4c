"""Self-contained pages: cards with a figure that moves and turns, in plain HTML, CSS and script.

Nothing is fetched: joint positions travel in the page as int16 in base64, the script draws them.
Every text is escaped, since captions come from anywhere. A page forbids itself the network by a
content policy; a card also works alone, inside a notebook.
"""

import base64
import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from html import escape
from importlib import resources

import numpy as np

from lavimo.render import camera as cameras
from lavimo.render import figure, ground
from lavimo.render.sheet import key_moment
from lavimo.render.stick import check_clip, resampled
from lavimo.shapes import Float32

ASPECT = 1.2
"""Width over height of a card's stage; page.css says the same."""
MAX_RATE = 30.0
"""Clips of a higher rate are embedded at this one: the player draws between frames anyway."""

Section = tuple[str, str, Sequence[str]]

_count = itertools.count(1)


@dataclass(frozen=True)
class _Clip:
    """What player.js needs of a clip; positions are `unit` metres, angles radians."""

    frames: int
    fps: float
    key: int
    unit: float
    scale: float
    ground: float
    azimuth: float
    elevation: float
    focal: float
    distance: float
    pivot: list[float]
    offset: list[float]
    path: list[list[float]]
    joints: str


def card(
    positions: Float32[np.ndarray, "frames 22 3"],
    *,
    title: str,
    lines: Sequence[str] = (),
    badge: str = "",
    fps: float = 20.0,
    rank: int | None = None,
    confidence: float | None = None,
    why: Sequence[str] = (),
    command: str = "",
) -> str:
    """One clip of the 22 joints (metres, y up) as an HTML fragment for `page` or `notebook`.

    `lines` stand under the title (source, span, licence), `why` as dotted reasons, `command` with
    a button that copies it, `confidence` (0 to 1) as a bar, `badge` in the figure's corner.
    All texts are escaped. Raises RenderError on positions that cannot be drawn.
    """
    clip = _embedded(positions, fps)
    name = f"lvm-{sha256((title + clip.joints).encode()).hexdigest()[:8]}-{next(_count)}"
    parts = [
        f'<article class="lvm-card" aria-labelledby="{name}" '
        f'data-clip="{escape(json.dumps(asdict(clip), separators=(",", ":")))}">',
        _stage(title, badge, rank),
        f'<div class="lvm-text"><h3 class="lvm-title" id="{name}">{escape(title)}</h3>',
        _sure(confidence),
        _list("lvm-lines", lines),
        _list("lvm-why", why),
        _take(command),
        "</div></article>",
    ]
    return "".join(parts)


def page(sections: Sequence[Section], title: str, note: str = "") -> str:
    """A whole HTML file of sections (heading, note, cards); texts are escaped, cards are not."""
    body = "".join(_section(*section) for section in sections)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="generator" content="lavimo">
<title>{escape(title)}</title>
<style>{_asset("page.css")}</style>
</head>
<body class="lvm lvm-page">
<div class="lvm-wrap">
<header><div class="lvm-head"><h1>{escape(title)}</h1>
<div class="lvm-tools"><button type="button" class="lvm-all" aria-pressed="false">Play all</button>
<button type="button" class="lvm-look">Light / dark</button></div></div>
<p class="lvm-legend"><span><i style="background:var(--lvm-left)"></i>left limbs</span>
<span><i style="background:var(--lvm-right)"></i>right limbs</span>
<span>Point at a figure to play it, drag to turn it. The floor has a grid of half metres.</span></p>
{_paragraph(note)}</header>
<main>{body}</main>
<footer class="lvm-foot">Made by lavimo. This page is one file and loads nothing.</footer>
</div>
<script>{_script()}</script>
</body>
</html>
"""


def notebook(cards: Sequence[str], note: str = "") -> str:
    """Cards for a notebook's output (`_repr_html_`): style and script come with them."""
    return (
        f'<div class="lvm lvm-note-book"><style>{_asset("page.css")}</style>{_paragraph(note)}'
        f'<div class="lvm-grid">{"".join(cards)}</div></div><script>{_script()}</script>'
    )


_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def _embedded(positions: Float32[np.ndarray, "frames 22 3"], fps: float) -> _Clip:
    check_clip(positions)
    shown = resampled(positions, fps, MAX_RATE if fps > MAX_RATE else None)
    view = cameras.fit(shown, aspect=ASPECT)
    camera = view.camera
    forward = camera.axes[2]
    middle = (shown - view.anchor[:, None]).mean(axis=(0, 1))
    across, upwards, distance = camera.axes @ (middle - camera.eye)
    way, corners = ground.path_of(shown, view.ground)
    rows = np.concatenate([shown, view.anchor[:, None]], axis=1)
    unit = max(0.001, float(np.abs(rows).max()) / 32_000)
    packed = np.round(rows / unit).astype("<i2").tobytes()
    return _Clip(
        frames=len(shown),
        fps=min(fps, MAX_RATE),
        key=key_moment(shown),
        unit=unit,
        scale=_short(figure.scale_of(shown)),
        ground=_short(view.ground),
        azimuth=_short(np.arctan2(-forward[0], -forward[2])),
        elevation=_short(np.arcsin(-forward[1])),
        focal=camera.focal,
        distance=_short(distance),
        pivot=[_short(v) for v in middle],
        offset=[_short(across), _short(upwards)],
        path=[[float(at), _short(x), _short(z)] for at, (x, _, z) in zip(corners, way, strict=True)]
        if len(way) > 1
        else [],
        joints=base64.b64encode(packed).decode(),
    )


def _short(value: float | np.floating) -> float:
    return round(float(value), 4)


def _stage(title: str, badge: str, rank: int | None) -> str:
    about = escape(f"Moving figure: {title}. Arrow keys turn it, space plays it.")
    return (
        f'<div class="lvm-stage"><canvas tabindex="0" role="img" aria-label="{about}"></canvas>'
        + ("" if rank is None else f'<span class="lvm-rank">{rank}</span>')
        + (f'<span class="lvm-badge">{escape(badge)}</span>' if badge else "")
        + '</div><div class="lvm-bar"><button type="button" class="lvm-play" aria-label="Play">'
        '<svg viewBox="0 0 12 12" aria-hidden="true"><path class="lvm-go" d="M2 .8v10.4L11 6z"/>'
        '<path class="lvm-pause" d="M1.5 1h3.2v10H1.5zM7.3 1h3.2v10H7.3z"/></svg></button>'
        '<input type="range" min="0" max="1000" value="0" step="1" aria-label="Time">'
        '<span class="lvm-time" aria-hidden="true"></span></div>'
    )


def _sure(confidence: float | None) -> str:
    if confidence is None:
        return ""
    percent = round(100 * min(max(confidence, 0.0), 1.0))
    return (
        f'<div class="lvm-sure"><span><b style="width:{percent}%"></b></span>'
        f"<span>{percent} % confidence</span></div>"
    )


def _list(kind: str, texts: Sequence[str]) -> str:
    if not texts:
        return ""
    return f'<ul class="{kind}">' + "".join(f"<li>{escape(t)}</li>" for t in texts) + "</ul>"


def _take(command: str) -> str:
    if not command:
        return ""
    return (
        f'<div class="lvm-take"><code tabindex="0">{escape(command)}</code>'
        '<button type="button" class="lvm-copy">Copy</button></div>'
    )


def _section(heading: str, note: str, cards: Sequence[str]) -> str:
    title = f"<h2>{escape(heading)}</h2>" if heading else ""
    grid = (
        f'<div class="lvm-grid">{"".join(cards)}</div>'
        if cards
        else '<p class="lvm-empty">Nothing found.</p>'
    )
    return f'<section class="lvm-section">{title}{_paragraph(note)}{grid}</section>'


def _paragraph(note: str) -> str:
    return f'<p class="lvm-note">{escape(note)}</p>' if note else ""


@cache
def _asset(name: str) -> str:
    return resources.files("lavimo.render").joinpath(name).read_text("utf-8")


@cache
def _script() -> str:
    """The player with the table of the body put in."""
    light = np.array(figure.LIGHT) / np.linalg.norm(figure.LIGHT)
    table = {
        "names": figure.NAMES,
        "sums": [[name, list(terms.items())] for name, terms in figure.POINTS.items()],
        "body": figure.BODY,
        "themes": figure.THEMES,
        "shade": ground.SHADE,
        "darkest": ground.DARKEST,
        "light": [_short(v) for v in light],
        "ambient": figure.AMBIENT,
        "diffuse": figure.DIFFUSE,
        "nose": figure.NOSE,
    }
    text = json.dumps(table, separators=(",", ":"))
    return _asset("player.js").replace("/*FIGURE*/ null", text)
