"""Just enough English: third person, -ing form, counts and possessives."""

_DOUBLED = frozenset(
    {
        "run", "sit", "hit", "jog", "hop", "skip", "step", "swim", "clap", "nod", "get", "put",
        "spin",
        "stop", "drop", "chop", "slip", "squat", "bob", "dip", "tap", "jab", "grab", "hug", "shrug",
        "trip", "set", "strum", "rub", "flip", "cut", "plug", "wrap", "scrub",
    }
)  # fmt: skip
_GERUND = {"lie": "lying", "die": "dying", "tiptoe": "tiptoeing", "be": "being"}
_THIRD = {"do": "does", "go": "goes", "be": "is", "have": "has"}
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
            "eleven", "twelve")  # fmt: skip


def third(verb: str) -> str:
    """`kick` -> `kicks`, `push` -> `pushes`, `carry` -> `carries`."""
    if verb in _THIRD:
        return _THIRD[verb]
    if verb.endswith(("s", "sh", "ch", "x", "z")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


def gerund(verb: str) -> str:
    """`kick` -> `kicking`, `wave` -> `waving`, `sit` -> `sitting`."""
    if verb in _GERUND:
        return _GERUND[verb]
    if verb in _DOUBLED:
        return verb + verb[-1] + "ing"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    return verb + "ing"


def number(count: int) -> str:
    """`3` -> `three`; digits beyond twelve."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else str(count)


def times(count: int) -> str:
    """`1` -> `once`, `2` -> `twice`, `3` -> `three times`."""
    return {1: "once", 2: "twice"}.get(count, f"{number(count)} times")


def counted(noun: str, count: int) -> str:
    """`kick` -> `a kick`, `three kicks`; the last word takes the plural."""
    if count == 1:
        return ("an " if noun[0] in "aeiou" else "a ") + noun
    plural = noun[:-2] + "ves" if noun.endswith("lf") else third(noun)
    return f"{number(count)} {plural}"
