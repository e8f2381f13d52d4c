"""Pages escape every text, need no network, hold each avatar once and work many times over."""

import dataclasses
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from lavimo.errors import RenderError
from lavimo.motion.clip import Motion
from lavimo.render import avatar, page

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


def test_each_avatar_travels_once(walk: Motion):
    cards = [page.card(walk.positions, title="x", avatar=name) for name in ("a01", "a06", "a01")]
    for html in (page.page([("", "", cards)], "t"), page.notebook(cards)):
        held = [a["data-name"] for tag, a in _parsed(html).tags if tag == "template"]
        assert [name.partition("-")[0] for name in held] == ["a01", "a06"]
        assert all(f'data-avatar="{name}"' in html for name in held)
        assert "lvm-show" in html.replace(page._script(), "").replace(page._asset("page.css"), "")


def test_a_page_of_figures_carries_no_avatar(walk: Motion):
    html = page.page([("", "", [page.card(walk.positions, title="x", avatar=None)])], "t")
    assert "template" not in {tag for tag, _ in _parsed(html).tags}
    assert "data-avatar" not in html


def test_an_avatar_of_ones_own_is_handed_in(walk: Motion):
    own = dataclasses.replace(avatar.load("a05"), name='my "best" <b>')
    card = page.card(walk.positions, title="x", avatar=own)
    html = page.page([("", "", [card])], "t", avatars=[own])
    held = [a["data-name"] for tag, a in _parsed(html).tags if tag == "template"]
    assert len(held) == 1
    assert held[0].startswith("my--best---b--")


def test_films_may_play_only_beside_a_query(walk: Motion):
    cards = [page.card(walk.positions, title="x", avatar=None)]
    plain = page.page([("", "", cards)], "t")
    asked = page.page([("", "", cards)], "t", query_html='<video src="data:video/mp4,"></video>')
    assert "media-src" not in plain
    assert "; media-src data:" in asked
    tags = [tag for tag, _ in _parsed(asked).tags]
    assert tags.index("video") < tags.index("main")
    one = page.page([("a", "", cards), ("b", "", cards, "<video></video>")], "t")
    assert "; media-src data:" in one
    tags = [tag for tag, _ in _parsed(one).tags]
    assert tags.index("article") < tags.index("video") < len(tags) - tags[::-1].index("article")


def test_broken_positions_are_refused():
    with pytest.raises(RenderError):
        page.card(np.full((3, 22, 3), np.nan, np.float32), title="x")
