"""Self-contained pages: cards with an avatar that moves and turns, in plain HTML, CSS and script.

Nothing is fetched: clips and avatars travel in the page (`embed`), the script draws them, as a
figure where the browser has no WebGL. Every text is escaped, since captions come from anywhere.
A page forbids itself the network by a content policy; a card also works alone, in a notebook.
"""

import itertools
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from html import escape
from importlib import resources

import numpy as np

from lavimo.motion.skeleton import SMPL_PARENTS
from lavimo.render import figure, ground
from lavimo.render.avatar import Avatar, load
from lavimo.render.embed import TURNING, clip_of, mesh_of
from lavimo.shapes import Float32

AVATAR = "a01"
CAST: tuple[str, ...] = ("a01", "a10", "a06")
"""Avatars that take turns on the cards of a page; each weighs about 150 kB."""

Section = tuple[str, str, Sequence[str]] | tuple[str, str, Sequence[str], str]
"""Heading, note, cards and, beside these, markup of what was asked for (a film that moves)."""

_count = itertools.count(1)


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
    avatar: str | Avatar | None = AVATAR,
    span: tuple[float, float] | None = None,
) -> str:
    """One clip of the 22 joints (metres, y up) as an HTML fragment for `page` or `notebook`.

    `lines` stand under the title (source, span, licence), `why` as dotted reasons, `command` with
    a button that copies it, `confidence` (0 to 1) as a bar, `badge` in the picture's corner.
    `avatar` is a shipped one by name or any, None draws the figure alone. `span` are the seconds
    that are meant: they are marked and played by themselves, the rest by hand. All texts are
    escaped. Raises RenderError on positions that cannot be drawn.
    """
    clip = clip_of(positions, fps, load(avatar) if isinstance(avatar, str) else avatar, span)
    name = f"lvm-{sha256((title + clip.joints).encode()).hexdigest()[:8]}-{next(_count)}"
    parts = [
        f'<article class="lvm-card" aria-labelledby="{name}" '
        + (f'data-avatar="{clip.avatar}" ' if clip.avatar else "")
        + f'data-clip="{escape(json.dumps(asdict(clip), separators=(",", ":")))}">',
        _stage(title, badge, rank),
        f'<div class="lvm-text"><h3 class="lvm-title" id="{name}">{escape(title)}</h3>',
        _sure(confidence),
        _list("lvm-lines", lines),
        _list("lvm-why", why),
        _take(command),
        "</div></article>",
    ]
    return "".join(parts)


def page(
    sections: Sequence[Section],
    title: str,
    note: str = "",
    *,
    query_html: str = "",
    avatars: Sequence[Avatar] = (),
) -> str:
    """A whole HTML file of sections; headings and notes are escaped, cards and markup are not.

    `query_html` is markup of the caller's (a film, say) beside all sections on wide screens and
    above them on narrow ones; a section may have its own. `avatars` are those of the cards that
    are not shipped.
    """
    body = _beside(query_html, f"<main>{''.join(_section(*one) for one in sections)}</main>")
    held = _meshes((card for section in sections for card in section[2]), avatars)
    films = _FILMS if query_html or any("".join(section[3:]) for section in sections) else ""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}{films}">
<meta name="generator" content="lavimo">
<title>{escape(title)}</title>
<style>{_asset("page.css")}</style>
</head>
<body class="lvm lvm-page">
<div class="lvm-wrap">
<header><div class="lvm-head"><h1>{escape(title)}</h1>
<div class="lvm-tools"><button type="button" class="lvm-all" aria-pressed="false">Play all</button>
{_SHOW if held else ""}<button type="button" class="lvm-look">Light / dark</button></div></div>
<p class="lvm-legend"><span class="lvm-side"><i style="background:var(--lvm-left)"></i>left limbs
</span> <span class="lvm-side"><i style="background:var(--lvm-right)"></i>right limbs</span>
<span>Point at a picture to play it, drag to turn it. The floor has lines every half metre.</span>
</p>
{_paragraph(note)}</header>
{body}
<footer class="lvm-foot">Made by lavimo. This page is one file and loads nothing.</footer>
</div>
{held}<script>{_script()}</script>
</body>
</html>
"""


def notebook(cards: Sequence[str], note: str = "", *, avatars: Sequence[Avatar] = ()) -> str:
    """Cards for a notebook's output (`_repr_html_`): style, script and avatars come with them."""
    held = _meshes(cards, avatars)
    tools = f'<div class="lvm-tools">{_SHOW}</div>' if held else ""
    return (
        f'<div class="lvm lvm-note-book"><style>{_asset("page.css")}</style>{tools}'
        f'{_paragraph(note)}<div class="lvm-grid">{"".join(cards)}</div></div>'
        f"{held}<script>{_script()}</script>"
    )


def _meshes(cards: Iterable[str], own: Sequence[Avatar]) -> str:
    """The avatars that these cards name, each once; escaped texts cannot look like a name."""
    known = {mesh.name: mesh for mesh in map(mesh_of, own)}
    found = {name for card in cards for name in re.findall('data-avatar="([^"]+)"', card)}
    names = sorted(found)
    for name in names:
        if name not in known:
            mesh = mesh_of(load(name.rpartition("-")[0]))
            known[mesh.name] = mesh
    return "".join(known[name].html for name in names)


_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_FILMS = "; media-src data:"
_SHOW = (
    '<button type="button" class="lvm-show" aria-pressed="false">Left / right in colour</button>\n'
)


def _stage(title: str, badge: str, rank: int | None) -> str:
    about = escape(f"Moving person: {title}. Arrow keys turn it, space plays it.")
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


def _short(value: float | np.floating) -> float:
    return round(float(value), 4)


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


def _beside(query: str, hits: str) -> str:
    if not query:
        return hits
    return f'<div class="lvm-beside"><aside class="lvm-query">{query}</aside>{hits}</div>'


def _section(heading: str, note: str, cards: Sequence[str], query: str = "") -> str:
    title = f"<h2>{escape(heading)}</h2>" if heading else ""
    grid = (
        f'<div class="lvm-grid">{"".join(cards)}</div>'
        if cards
        else '<p class="lvm-empty">Nothing found.</p>'
    )
    hits = _beside(query, grid)
    return f'<section class="lvm-section">{title}{_paragraph(note)}{hits}</section>'


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
        "turning": TURNING,
        "parents": SMPL_PARENTS,
    }
    text = json.dumps(table, separators=(",", ":"))
    player = _asset("player.js")
    parts = {"FIGURE": text, "PAINTER": _asset("figure.js"), "BODIES": _asset("body.js")}
    for name, part in parts.items():
        player = player.replace(f"/*{name}*/ null", part.strip())
    return player
