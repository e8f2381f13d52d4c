"""Any filter chooses the rows that a plain evaluation of its tree chooses."""

import contextlib
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lavimo.errors import QueryError
from lavimo.gallery import Caption, FileRecord, Gallery, NewItem
from lavimo.gallery.filters import Both, Compare, In, Not, Null, parse

NUMBERS = ("duration", "start", "fps", "travel", "energy", "loop", "attrs.turn", "attrs.grade")
TEXTS = ("source", "licence", "clip", "format", "attrs.action", "attrs.grade", "mirrored_of")
MANY = ("tag", "caption")
WORDS = ("walk", "Kick", "left hand", "CMU", "100%", "it's", "a_b", "é", "")


def _rows():
    random = np.random.default_rng(3)
    for number in range(14):
        attrs = {"turn": float(random.integers(-3, 4))} if number % 3 else {}
        if number % 2:
            attrs["action"] = str(random.choice(WORDS[:6]))
        attrs["grade"] = float(number) if number % 4 else "Kick"
        start, length = float(random.integers(0, 3)), float(random.integers(1, 4))
        yield NewItem(
            clip=str(random.choice(WORDS)),
            start=start,
            end=start + length,
            fps=30.0,
            vector=np.eye(8, dtype=np.float32)[number % 8],
            positions=np.zeros((2, 22, 3), np.float32),
            captions=tuple(Caption(str(text)) for text in random.choice(WORDS[:5], number % 3)),
            tags=tuple({str(tag) for tag in random.choice(WORDS[:5], number % 4)}),
            source=str(random.choice(WORDS)),
            licence="MIT",
            mirrored_of="cafe" if number % 5 == 0 else None,
            loop=number % 2 == 0,
            travel=float(random.integers(0, 3)) if number % 3 else None,
            energy=None if number % 7 else 1.0,
            attrs=attrs,
        )


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    path = tmp_path_factory.mktemp("filters") / "g.gallery"
    with Gallery.create(path, "m", 8) as made:
        made.add(
            [
                FileRecord(Path(f"/m/{number}"), f"{number:064x}", 1, 1, "bvh", None, (item,))
                for number, item in enumerate(_rows())
            ]
        )
        yield made


numbers = st.sampled_from([-1.0, 0.0, 1.0, 2.0, 2.5, 7.0, 30.0])
words = st.sampled_from([*WORDS, "KICK", "cmu", "%", "%i%", "_it%", "zz"])
# Plain tuples here and nodes in the tests: checked constructors use `random`, strategies may not.
leaves = st.one_of(
    st.tuples(
        st.just(Compare), st.sampled_from(NUMBERS), st.sampled_from(["=", "<", "<=", ">"]), numbers
    ),
    st.tuples(st.just(Compare), st.sampled_from(TEXTS), st.sampled_from(["=", "like", "~"]), words),
    st.tuples(st.just(Compare), st.sampled_from(MANY), st.sampled_from(["=", "like"]), words),
    st.tuples(st.just(In), st.sampled_from(NUMBERS), st.lists(numbers, min_size=1, max_size=3)),
    st.tuples(st.just(In), st.sampled_from(TEXTS + MANY), st.lists(words, min_size=1, max_size=3)),
    st.tuples(st.just(Null), st.sampled_from(NUMBERS + TEXTS + MANY)),
)
plans = st.recursive(
    leaves,
    lambda inner: (
        st.tuples(st.just(Not), inner)
        | st.tuples(
            st.just(Both), st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)
        )
    ),
    max_leaves=6,
)


def grown(plan):
    """The tree of a plan."""
    kind, *rest = plan
    if kind is Both:
        return Both(rest[0], tuple(map(grown, rest[1])))
    if kind is Not:
        return Not(grown(rest[0]))
    return In(rest[0], tuple(rest[1])) if kind is In else kind(*rest)


def spell(tree):
    match tree:
        case Both(word, parts):
            return "(" + f" {word} ".join(map(spell, parts)) + ")"
        case Not(part):
            return f"not ({spell(part)})"
        case Null(field):
            return f"{field} is null"
        case In(field, values):
            return f"{field} in ({', '.join(map(literal, values))})"
        case Compare(field, op, value):
            return f"{field} {op} {literal(value)}"


def literal(value):
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def holds(tree, row):
    """The truth of a filter for an Item, by the words of the language's description."""
    match tree:
        case Both(word, parts):
            return (all if word == "and" else any)(holds(part, row) for part in parts)
        case Not(part):
            return not holds(part, row)
        case Null(field):
            return not values_of(field, row)
        case In(field, several):
            return any(fits(value, "=", one) for value in values_of(field, row) for one in several)
        case Compare(field, op, other):
            return any(fits(value, op, other) for value in values_of(field, row))


def values_of(field, row):
    if field in MANY:
        return list(row.tags) if field == "tag" else [c.text for c in row.captions]
    if field.startswith("attrs."):
        value = row.attrs.get(field.removeprefix("attrs."))
    else:
        value = getattr(row, field)
    return [] if value is None else [float(value) if isinstance(value, bool) else value]


def lower(text):  # ASCII only, as SQLite compares
    return re.sub("[A-Z]", lambda sign: sign.group().lower(), text)


def fits(value, op, other):
    if isinstance(value, str) != isinstance(other, str):
        return False
    if op == "like":
        pattern = re.escape(lower(other)).replace("%", ".*").replace("_", ".")
        return re.fullmatch(pattern, lower(value), re.DOTALL) is not None
    if op == "~":
        return lower(other) in lower(value)
    if isinstance(value, str):
        value, other = lower(value), lower(other)
    return {"=": value == other, "<": value < other, "<=": value <= other, ">": value > other}[op]


@settings(max_examples=150)
@given(plans)
def test_the_tree_and_the_database_agree(gallery, plan):
    tree = grown(plan)
    rows = gallery.rows(gallery.scan(np.eye(8, dtype=np.float32)[0])[0])
    text = spell(tree)
    found = gallery.scan(np.eye(8, dtype=np.float32)[0], text)[0].tolist()
    assert found == [row.seq for row in rows if holds(tree, row)], text


@given(plans)
def test_a_spelt_tree_is_read_back(plan):
    tree = grown(plan)
    attrs = {"turn": "number", "action": "text", "grade": "mixed"}
    assert parse(spell(tree), attrs) == tree


@settings(max_examples=200)
@given(st.text(max_size=60) | st.text("abc'\"()<>=!~,.% 019-+andornotinlikeis;", max_size=80))
def test_no_text_does_anything_but_choose_or_be_refused(gallery, text):
    with contextlib.suppress(QueryError):
        gallery.scan(np.eye(8, dtype=np.float32)[0], text)
    assert gallery.stats().clips == 14
