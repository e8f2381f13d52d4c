"""A filter's tree as an SQLite condition over the table `item` with bound parameters.

Every user value is a parameter; names come from our own tables. Each condition is 0 or 1, never
NULL, so that `not` behaves as the language says.
"""

import re

from lavimo.errors import QueryError
from lavimo.gallery.filters import Both, Compare, In, Node, Not, Null, Value

Sql = tuple[str, list[Value]]

_COLUMNS = {
    "id": "item.id",
    "clip": "item.clip",
    "start": "item.start",
    "end": 'item."end"',
    "duration": "item.duration",
    "fps": "item.fps",
    "source": "item.source",
    "licence": "item.licence",
    "mirrored_of": "item.mirrored_of",
    "loop": "item.loop",
    "travel": "item.travel",
    "energy": "item.energy",
}
_KIND = "(CASE item.kind WHEN 0 THEN 'clip' WHEN 1 THEN 'window' ELSE 'film' END) COLLATE NOCASE"
_NULLABLE = {"mirrored_of", "travel", "energy"}
# Fields that live in another table: rows of `item` whose key is among those that fit there.
_ELSEWHERE = {
    "tag": ("item.seq", "SELECT tag.seq FROM tag WHERE", "tag.tag"),
    "caption": (
        "ifnull(item.parent, item.seq)",
        "SELECT caption.seq FROM caption WHERE",
        "caption.text COLLATE NOCASE",
    ),
    "path": (
        "item.file_id",
        "SELECT file.file_id FROM file WHERE",
        "lavimo_path(file.path) COLLATE NOCASE",
    ),
    "format": ("item.file_id", "SELECT file.file_id FROM file WHERE", "file.format"),
    "sha256": ("item.file_id", "SELECT file.file_id FROM file WHERE", "lower(hex(file.sha256))"),
}


def compile_filter(tree: Node) -> Sql:
    """The condition and its parameters, in order."""
    match tree:
        case Both(word, parts):
            pieces = [compile_filter(part) for part in parts]
            sql = f" {word.upper()} ".join(piece for piece, _ in pieces)
            return f"({sql})", [value for _, values in pieces for value in values]
        case Not(part):
            sql, values = compile_filter(part)
            return f"(NOT {sql})", values
        case Null(field):
            return _null(field)
        case In(field, several):
            # One parameter a value would meet SQLite's limit of 250,000; this is far below it.
            marks = ", ".join("?" * len(several))
            return _condition(field, f"{{}} IN ({marks})", list(several))
        case Compare(field, "~", value):
            return _contains(field, str(value))
        case Compare(field, "like", value):
            return _condition(field, "{} LIKE ?", [value])
        case Compare(field, op, value):
            return _condition(field, f"{{}} {op} ?", [value])
    raise AssertionError(tree)


def _condition(field: str, template: str, values: list[Value]) -> Sql:
    if field in _ELSEWHERE:
        key, select, column = _ELSEWHERE[field]
        return f"({key} IN ({select} {template.format(column)}))", values
    if field == "kind":
        return f"({template.format(_KIND)})", values
    if field.startswith("attrs."):
        return _attr(field, template, values)
    column = _COLUMNS[field]
    if field in ("id", "mirrored_of"):
        column += " COLLATE NOCASE"
    sql = template.format(column)
    return (f"ifnull({sql}, 0)" if field in _NULLABLE else f"({sql})"), values


def _attr(field: str, template: str, values: list[Value]) -> Sql:
    column = "json_extract(item.attrs, ?)"
    path: Value = f'$."{field.removeprefix("attrs.")}"'
    # A name may hold numbers in one row and text in another: SQLite would order them by type.
    types = "('text')" if isinstance(values[0], str) else "('integer', 'real')"
    guard = f"typeof({column}) IN {types}"
    sql = template.format(f"{column} COLLATE NOCASE")
    return f"({guard} AND ifnull({sql}, 0))", [path, path, *values]


def _null(field: str) -> Sql:
    if field in ("tag", "caption"):
        key, select, _ = _ELSEWHERE[field]
        return f"({key} NOT IN ({select} 1))", []
    if field.startswith("attrs."):
        path = f'$."{field.removeprefix("attrs.")}"'
        return "(json_extract(item.attrs, ?) IS NULL)", [path]
    if field in _NULLABLE:
        return f"({_COLUMNS[field]} IS NULL)", []
    return "(0)", []


def _contains(field: str, text: str) -> Sql:
    if field != "caption":
        literal = re.sub(r"([\\%_])", r"\\\1", text)
        return _condition(field, "{} LIKE ? ESCAPE '\\'", [f"%{literal}%"])
    sql = (
        "(ifnull(item.parent, item.seq) IN (SELECT caption.seq FROM caption_fts "
        "JOIN caption ON caption.caption_id = caption_fts.rowid WHERE caption_fts MATCH ?))"
    )
    return sql, [words_query(text, every=True)]


def words_query(text: str, *, every: bool) -> str:
    """An FTS5 expression for the words of a text, each quoted: nothing of it is syntax.

    Raises QueryError when the text has no word.
    """
    words = re.findall(r"\w+", text)
    if not words:
        raise QueryError(f"{text!r} holds no word to look for; write a word, for instance 'kick'.")
    return (" AND " if every else " OR ").join(f'"{word}"' for word in words[:MAX_WORDS])


MAX_WORDS = 64
"""More words of a query are ignored by the word search."""
