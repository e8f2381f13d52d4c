"""The filter language of `--where`: a small grammar of our own, compiled to bound parameters.

    duration < 5 and source = 'CMU'
    turn > 80 and tag = 'left hand raised'
    not (licence in ('CC0-1.0', 'MIT')) or caption ~ 'kick'

`field op literal` with = != < <= > >= ~ like, `in (...)`, `is null`, joined by and, or, not and
brackets. Text is compared without regard to ASCII case. `~` looks for words in captions (with
their endings stripped: 'kick' finds 'kicking') and for a part of the text elsewhere; in `like`,
% is any text and _ any sign. `tag` and `caption` hold many values: a comparison is true when one
of them fits. Truth has two values: a comparison with an absent value is false, `!=` is
`not (... = ...)`, and so both `not` and `!=` are true for absent values.

Fields are the columns of an item plus everything measured or given about it (`attrs`), by
plain name or as `attrs.name`. Limits: 4 kB, depth 32, 1,000 values in `in`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, NoReturn

from lavimo.errors import QueryError

MAX_BYTES = 4096
MAX_DEPTH = 32
MAX_VALUES = 1000

Value = str | float
Type = Literal["number", "text", "many", "mixed"]

FIELDS: dict[str, Type] = {
    "id": "text",
    "path": "text",
    "format": "text",
    "sha256": "text",
    "clip": "text",
    "kind": "text",
    "start": "number",
    "end": "number",
    "duration": "number",
    "fps": "number",
    "source": "text",
    "licence": "text",
    "mirrored_of": "text",
    "loop": "number",
    "travel": "number",
    "energy": "number",
    "tag": "many",
    "caption": "many",
}
_ATTR_TYPES: dict[str, Type] = {"number": "number", "text": "text", "mixed": "mixed"}
_ALIASES = {"license": "licence", "file": "path", "tags": "tag", "captions": "caption"}


@dataclass(frozen=True)
class Compare:
    """One comparison; `op` is one of = < <= > >= ~ like."""

    field: str
    op: str
    value: Value


@dataclass(frozen=True)
class In:
    """True when the field has one of the values."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Null:
    """True when the field has no value."""

    field: str


@dataclass(frozen=True)
class Not:
    """True when `part` is false."""

    part: "Node"


@dataclass(frozen=True)
class Both:
    """`and` or `or` over two or more parts."""

    word: Literal["and", "or"]
    parts: tuple["Node", ...]


Node = Compare | In | Null | Not | Both


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    | (?P<op><=|>=|!=|<>|==|=|<|>|~)
    | (?P<sign>[(),])
    | (?P<name>[^\W\d]\w*(?:\.\w+)*)
    )""",
    re.VERBOSE,
)
_WORDS = {"and", "or", "not", "in", "like", "is", "null", "true", "false"}


def parse(text: str, attrs: Mapping[str, str] | None = None) -> Node:
    """The tree of a filter; `attrs` maps the names known in this gallery to number, text, mixed.

    A field of the tree is a name of FIELDS or `attrs.name`.
    Raises QueryError that names the place, the reason and, for an unknown field, the fields.
    """
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise QueryError(f"The filter is longer than {MAX_BYTES} bytes; make it shorter.")
    return _Parser(text, attrs or {}).whole()


class _Parser:
    def __init__(self, text: str, attrs: Mapping[str, str]) -> None:
        self.text, self.attrs = text, attrs
        self.tokens = self._tokens()
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        if self._peek().kind == "end":
            self._fail("it is empty; write for instance \"duration < 5 and tag = 'walking'\"")
        tree = self._joined("or")
        if self._peek().kind != "end":
            self._fail("`and`, `or` or the end was expected")
        return tree

    def _joined(self, word: Literal["and", "or"]) -> Node:
        parts = [self._part(word)]
        while self._take(word):
            parts.append(self._part(word))
        return parts[0] if len(parts) == 1 else Both(word, tuple(parts))

    def _part(self, word: Literal["and", "or"]) -> Node:
        return self._joined("and") if word == "or" else self._negated()

    def _negated(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise QueryError(f"The filter is nested deeper than {MAX_DEPTH}; make it simpler.")
        try:
            if self._take("not"):
                return Not(self._negated())
            if self._take("("):
                tree = self._joined("or")
                self._need(")")
                return tree
            return self._comparison()
        finally:
            self.depth -= 1

    def _comparison(self) -> Node:
        field, kind = self._field()
        if self._take("is"):
            negated = self._take("not")
            self._need("null")
            return Not(Null(field)) if negated else Null(field)
        negated = self._take("not")
        if self._take("in"):
            node: Node = In(field, self._values(field, kind))
        elif self._take("like"):
            node = Compare(field, "like", self._text(field, kind, "like"))
        elif negated:
            self._fail("`in` or `like` was expected")
        else:
            node, negated = self._operator(field, kind)
        return Not(node) if negated else node

    def _operator(self, field: str, kind: Type) -> tuple[Node, bool]:
        token = self._next()
        if token.kind != "op":
            self._fail(f"an operator (= != < <= > >= ~ in like is) was expected after {field}", -1)
        op = {"==": "=", "<>": "!="}.get(token.text, token.text)
        if op == "~":
            return Compare(field, op, self._text(field, kind, op)), False
        if kind == "many" and op not in ("=", "!="):
            self._fail(f"{field} holds many values and knows = != in like ~ only", -1)
        value = self._literal(field, kind)
        return Compare(field, "=" if op == "!=" else op, value), op == "!="

    def _values(self, field: str, kind: Type) -> tuple[Value, ...]:
        self._need("(")
        values = [self._literal(field, kind)]
        while self._take(","):
            values.append(self._literal(field, kind))
        self._need(")")
        if len(values) > MAX_VALUES:
            raise QueryError(f"The filter lists more than {MAX_VALUES} values; split the search.")
        return tuple(values)

    def _text(self, field: str, kind: Type, op: str) -> str:
        if kind == "number":
            self._fail(f"{field} is a number and `{op}` compares text", -1)
        value = self._literal(field, "text")
        assert isinstance(value, str)
        return value

    def _literal(self, field: str, kind: Type) -> Value:
        token = self._next()
        word = token.text.lower()
        if token.kind == "number" or (token.kind == "name" and word in ("true", "false")):
            if kind in ("text", "many"):
                self._fail(f"{field} is text: write it in quotes, '{token.text}'", -1)
            return {"true": 1.0, "false": 0.0}[word] if token.kind == "name" else float(word)
        if token.kind != "text":
            hint = f", for instance '{token.text}' in quotes" if token.kind == "name" else ""
            self._fail(f"a value was expected{hint}", -1)
        if kind == "number":
            self._fail(f"{field} is a number: write it without quotes", -1)
        quote = token.text[0]
        return token.text[1:-1].replace(quote * 2, quote)

    def _field(self) -> tuple[str, Type]:
        token = self._next()
        if token.kind != "name" or token.text.lower() in _WORDS:
            self._fail("the name of a field was expected", -1)
        name = _ALIASES.get(token.text, token.text)
        if name in FIELDS:
            return name, FIELDS[name]
        plain = name.removeprefix("attrs.")
        kind = self.attrs.get(plain)
        if kind is None:
            known = ", ".join([*FIELDS, *sorted(self.attrs)])
            self._fail(f"{token.text!r} is no field of this gallery (fields: {known})", -1)
        return f"attrs.{plain}", _ATTR_TYPES[kind]

    def _tokens(self) -> list[_Token]:
        tokens, at = [], 0
        end = len(self.text.rstrip())
        while at < end:
            match = _TOKEN.match(self.text, at)
            if match is None:
                rest = self.text[at:].strip()
                if rest[0] in "'\"":
                    rest = "a quote that is opened here is never closed"
                else:
                    rest = f"{rest[:12]!r} cannot be read"
                raise QueryError(f"The filter is wrong at sign {at + 1}: {rest}.")
            kind = match.lastgroup or ""
            tokens.append(_Token(kind, match[kind], match.start(kind)))
            at = match.end()
        return [*tokens, _Token("end", "", len(self.text))]

    def _peek(self) -> _Token:
        return self.tokens[self.at]

    def _next(self) -> _Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def _take(self, word: str) -> bool:
        token = self._peek()
        if token.kind in ("name", "sign") and token.text.lower() == word:
            self.at += 1
            return True
        return False

    def _need(self, word: str) -> None:
        if not self._take(word):
            self._fail(f"`{word}` was expected")

    def _fail(self, reason: str, back: int = 0) -> NoReturn:
        at = self.at
        if back and self._peek().kind != "end":
            at -= 1
        token = self.tokens[max(at, 0)]
        place = f"at sign {token.at + 1}" if token.kind != "end" else "at the end"
        raise QueryError(f"The filter is wrong {place}: {reason}.")
