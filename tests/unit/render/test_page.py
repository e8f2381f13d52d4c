"""Pages hold the clip, escape every text, need no network and work many times over."""

import base64
import json
import re
from html import unescape
from html.parser import HTMLParser

import numpy as np
import pytest

from lavimo.errors import RenderError
from lavimo.motion.clip import Motion
from lavimo.render import page

ATTACK = "\"'><img src=x onerror=alert(1)></script><script>alert(2)</script>&amp;"


class _Tags(HTMLParser):
    """Every tag with its attributes, and the text outside scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def _parsed(html: str) -> _Tags:
    parser = _Tags()
    parser.feed(html)
    return parser


def _clip(html: str) -> dict:
    found = re.search(r'data-clip="([^"]*)"', html)
    assert found
    return json.loads(unescape(found[1]))


def _positions(clip: dict) -> np.ndarray:
    rows = np.frombuffer(base64.b64decode(clip["joints"]), "<i2").reshape(-1, 23, 3)
    return rows[:, :22] * clip["unit"]


def test_a_card_carries_the_clip_to_the_millimetre(walk: Motion):
    clip = _clip(page.card(walk.positions, title="walk"))
    np.testing.assert_allclose(_positions(clip), walk.positions, atol=0.0006)
    assert clip["frames"] == len(walk)


def test_a_long_way_from_home_still_fits(walk: Motion):
    far = walk.positions + np.array([0, 0, 900], np.float32)
    clip = _clip(page.card(far, title="far"))
    np.testing.assert_allclose(_positions(clip), far, atol=0.016)


def test_high_rates_are_thinned(walk: Motion):
    clip = _clip(page.card(walk.positions, title="fast", fps=120.0))
    assert clip["fps"] == 30
    assert clip["frames"] == 15


def test_no_text_becomes_markup(walk: Motion):
    card = page.card(
        walk.positions, title=ATTACK, lines=[ATTACK], badge=ATTACK, why=[ATTACK], command=ATTACK
    )
    whole = _parsed(page.page([(ATTACK, ATTACK, [card])], ATTACK, ATTACK))
    tags = [tag for tag, _ in whole.tags]
    assert "img" not in tags
    assert tags.count("script") == 1
    assert not any(name.startswith("on") for _, attrs in whole.tags for name in attrs)
    assert whole.text.count(ATTACK) == 10


def test_a_page_is_alone_in_the_world(walk: Motion):
    html = page.page([("Walk", "", [page.card(walk.positions, title="walk")])], "Found")
    parsed = _parsed(html)
    links = [a for _, attrs in parsed.tags for a in ("src", "href", "srcset") if a in attrs]
    assert links == []
    assert not re.search(r"https?://|@import|url\(", html)
    policies = [a["content"] for _, a in parsed.tags if a.get("http-equiv")]
    assert policies
    assert policies[0].startswith("default-src 'none'")


def test_the_same_clip_twice_has_two_names(walk: Motion):
    cards = [page.card(walk.positions, title="walk") for _ in range(3)]
    html = page.notebook(cards) + page.notebook(cards[:0])
    names = [attrs["id"] for _, attrs in _parsed(html).tags if "id" in attrs]
    assert len(names) == len(set(names)) == 3


def test_every_style_rule_stays_inside():
    style = re.sub(r"/\*.*?\*/", "", page._asset("page.css"), flags=re.S)
    for selector in re.findall(r"([^{}]+)\{", style):
        if not selector.strip().startswith("@"):
            assert all(".lvm" in part for part in selector.split(",") if part.strip()), selector


def test_what_is_not_known_is_not_shown(walk: Motion):
    bare = page.card(walk.positions, title="walk")
    for absent in ("lvm-rank", "lvm-badge", "lvm-sure", "lvm-why", "lvm-take"):
        assert absent not in bare
    full = page.card(walk.positions, title="walk", rank=1, confidence=0.934, command="lavimo x")
    assert "93 % confidence" in full
    assert "Nothing found" in page.page([("a", "", [])], "t")


def test_the_player_knows_the_same_body():
    script = page._script()
    assert "/*FIGURE*/" not in script
    assert '"left_hand"' in script


def test_broken_positions_are_refused():
    with pytest.raises(RenderError):
        page.card(np.full((3, 22, 3), np.nan, np.float32), title="x")
