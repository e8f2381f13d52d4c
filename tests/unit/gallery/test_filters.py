"""The filter language: what it reads, and what it says when it cannot."""

import pytest

from lavimo.errors import QueryError
from lavimo.gallery.filter_sql import compile_filter
from lavimo.gallery.filters import Both, Compare, In, Not, Null, parse

ATTRS = {"turn": "number", "action": "text", "grade": "mixed"}


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("duration < 5", Compare("duration", "<", 5.0)),
        ("duration<-.5e1", Compare("duration", "<", -5.0)),
        ("source = 'CMU'", Compare("source", "=", "CMU")),
        ('tag == "left hand raised"', Compare("tag", "=", "left hand raised")),
        ("clip = 'it''s'", Compare("clip", "=", "it's")),
        ("license != 'MIT'", Not(Compare("licence", "=", "MIT"))),
        ("turn > 80", Compare("attrs.turn", ">", 80.0)),
        ("attrs.turn <> 1", Not(Compare("attrs.turn", "=", 1.0))),
        ("grade = 'a'", Compare("attrs.grade", "=", "a")),
        ("grade = 1", Compare("attrs.grade", "=", 1.0)),
        ("loop = true", Compare("loop", "=", 1.0)),
        ("caption ~ 'kick'", Compare("caption", "~", "kick")),
        ("path not like '%x%'", Not(Compare("path", "like", "%x%"))),
        ("source in ('a', 'b')", In("source", ("a", "b"))),
        ("fps NOT IN (30)", Not(In("fps", (30.0,)))),
        ("travel is null", Null("travel")),
        ("action is not null", Not(Null("attrs.action"))),
        (
            "fps = 1 or fps = 2 and not (fps = 3)",
            Both(
                "or",
                (
                    Compare("fps", "=", 1.0),
                    Both("and", (Compare("fps", "=", 2.0), Not(Compare("fps", "=", 3.0)))),
                ),
            ),
        ),
    ],
)
def test_filters_are_read(text, tree):
    assert parse(text, ATTRS) == tree


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("lenght < 5", r"'lenght' is no field of this gallery \(fields: id, .*duration.*turn\)"),
        ("duration = 'five'", "duration is a number"),
        ("source = 5", "source is text"),
        ("source = CMU", "'CMU' in quotes"),
        ("duration <", "at the end"),
        ("duration 5", "an operator"),
        ("duration < 5 source = 'a'", "at sign 14"),
        ("(duration < 5", r"`\)` was expected"),
        ("source = 'open", "never closed"),
        ("tag < 'a'", "many values"),
        ("duration ~ 'a'", "compares text"),
        ("duration like 5", "compares text"),
        ("duration not < 5", "`in` or `like`"),
        ("source in ()", "a value was expected"),
        ("source in ('a'", r"`\)` was expected"),
        ("and = 3", "the name of a field"),
        ("duration < 5; drop table item", "cannot be read"),
        ("duration < 5 -- x", "cannot be read"),
        ("fps = 1.2.3", "cannot be read"),
        ("fps is 3", "`null` was expected"),
        ("not " * 40 + "fps = 1", "deeper than 32"),
        ("(" * 40 + "fps = 1" + ")" * 40, "deeper than 32"),
        ("fps in (" + ",".join(["1"] * 1001) + ")", "more than 1000 values"),
        ("source = '" + "é" * 2048 + "'", "longer than 4096 bytes"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(text, said):
    with pytest.raises(QueryError, match=said) as caught:
        parse(text, ATTRS)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE item; --", "%_\\", "$.x\"'", "\x00", "') OR (1=1", "NULL"]
)
@pytest.mark.parametrize("field", ["source", "tag", "caption", "path", "action", "kind"])
def test_values_are_never_part_of_the_statement(text, field):
    quoted = text.replace("'", "''")
    for op in ("=", "like", "~", "!="):
        if op == "~" and field == "caption":
            continue
        sql, values = compile_filter(parse(f"{field} {op} '{quoted}'", ATTRS))
        assert text not in sql
        assert any(text.strip("%") in str(value) for value in values) or op == "~"


def test_words_without_a_word_are_refused():
    with pytest.raises(QueryError, match="no word"):
        compile_filter(parse("caption ~ '!?'", ATTRS))
