"""Validation rules' formulas, worked out for a Task that is not there yet.

What cannot be known here (other records, users, time, functions that are not below) is UNKNOWN and stays so through
everything whose outcome hangs on it.  Meaning of the functions: Salesforce Help, "Formula Operators and Functions".
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
Value = Any
"""str, float, bool, None for a blank, or UNKNOWN."""

_TOKEN: Final = re.compile(
    r"""\s*(?:/\*.*?\*/\s*)*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<name>\$?[A-Za-z_][\w.:]*)
      | (?P<sign>&&|\|\||<>|!=|==|<=|>=|[-+*/^&()!=<>,])
      | (?P<end>$)
    )""",
    re.VERBOSE | re.DOTALL,
)
_BINDS: Final = {
    "||": 1, "&&": 2, "=": 3, "==": 3, "<>": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4,
    "+": 5, "-": 5, "&": 5, "*": 6, "/": 6, "^": 7,
}  # fmt: skip


class NotReadError(ValueError):
    """The formula is none that can be read here."""


def outcome(formula: str, field: Callable[[str], Value]) -> Value:
    """True if the rule refuses a new record whose fields `field` gives by name; False, or UNKNOWN."""
    try:
        result = _Reader(formula, field).whole()
    except (NotReadError, RecursionError):
        return UNKNOWN
    return result if isinstance(result, bool) or result is UNKNOWN else UNKNOWN


class _Reader:
    """Reads and works out at once, by binding strength."""

    def __init__(self, text: str, field: Callable[[str], Value]) -> None:
        self._field = field
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while not self._tokens or self._tokens[-1][0] != "end":
            match = _TOKEN.match(text, at)
            if match is None:
                raise NotReadError(text[at:])
            at = match.end()
            self._tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
        self._at = 0

    def whole(self) -> Value:
        value = self._value(0)
        if self._peek()[0] != "end":
            raise NotReadError(self._peek()[1])
        return value

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at]

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _value(self, least: int) -> Value:
        left = self._single()
        while (binds := _BINDS.get(self._peek()[1], 0)) > least and self._peek()[0] == "sign":
            sign = self._next()[1]
            left = _binary(sign, left, self._value(binds))
        return left

    def _single(self) -> Value:
        kind, text = self._next()
        if kind == "text":
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if kind == "number":
            return float(text)
        if kind == "name":
            return self._name(text)
        if text == "(":
            value = self._value(0)
            self._expect(")")
            return value
        if text == "!":
            return _not(self._value(7))
        if text == "-":
            value = self._value(7)
            return -value if isinstance(value, float) else UNKNOWN
        raise NotReadError(text)

    def _expect(self, sign: str) -> None:
        if self._next() != ("sign", sign):
            raise NotReadError(sign)

    def _name(self, text: str) -> Value:
        if self._peek() != ("sign", "("):
            if text.upper() in ("TRUE", "FALSE"):
                return text.upper() == "TRUE"
            return UNKNOWN if "." in text or text.startswith("$") else self._field(text)
        self._next()
        given: list[Value] = []
        while self._peek() != ("sign", ")"):
            given.append(self._value(0))
            if self._peek() != ("sign", ")"):
                self._expect(",")
        self._next()
        function = _FUNCTIONS.get(text.upper())
        try:
            return UNKNOWN if function is None else function(*given)
        except (TypeError, AttributeError, ValueError):
            return UNKNOWN


def _not(value: Value) -> Value:
    return not value if isinstance(value, bool) else UNKNOWN


def _and(*values: Value) -> Value:
    if any(value is False for value in values):
        return False
    return True if all(value is True for value in values) else UNKNOWN


def _or(*values: Value) -> Value:
    if any(value is True for value in values):
        return True
    return False if all(value is False for value in values) else UNKNOWN


def _blank(value: Value) -> Value:
    return UNKNOWN if value is UNKNOWN else value is None or value == ""


def _equal(left: Value, right: Value) -> Value:
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    if _blank(left) or _blank(right):
        return bool(_blank(left)) and bool(_blank(right))
    return left == right if type(left) is type(right) else UNKNOWN


def _binary(sign: str, left: Value, right: Value) -> Value:
    match sign:
        case "&&":
            return _and(left, right)
        case "||":
            return _or(left, right)
        case "=" | "==":
            return _equal(left, right)
        case "<>" | "!=":
            return _not(_equal(left, right))
        case "<" | ">" | "<=" | ">=" if isinstance(left, float) and isinstance(right, float):
            return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[sign]
        case "+" | "&" if isinstance(left, str | None) and isinstance(right, str | None):
            return (left or "") + (right or "")
        case "+" | "-" | "*" if isinstance(left, float) and isinstance(right, float):
            return {"+": left + right, "-": left - right, "*": left * right}[sign]
    return UNKNOWN


def _if(condition: Value, then: Value, otherwise: Value) -> Value:
    return (then if condition else otherwise) if isinstance(condition, bool) else UNKNOWN


def _case(value: Value, *rest: Value) -> Value:
    for at in range(0, len(rest) - 1, 2):
        same = _equal(value, rest[at])
        if same is UNKNOWN:
            return UNKNOWN
        if same:
            return rest[at + 1]
    return rest[-1]


def _text(value: Value) -> Value:
    return "" if value is None else value if isinstance(value, str) else UNKNOWN


def _length(value: Value) -> Value:
    return UNKNOWN if value is UNKNOWN else float(len(value or ""))


def _on_text(work: Callable[..., Value]) -> Callable[..., Value]:
    def worked(*values: Value) -> Value:
        if any(value is UNKNOWN or not isinstance(value, str | None) for value in values):
            return UNKNOWN
        return work(*(value or "" for value in values))

    return worked


_FUNCTIONS: Final[Mapping[str, Callable[..., Value]]] = {
    "AND": _and,
    "OR": _or,
    "NOT": _not,
    "IF": _if,
    "CASE": _case,
    "ISBLANK": _blank,
    "ISNULL": _blank,
    "ISPICKVAL": _equal,
    "TEXT": _text,
    "LEN": _length,
    "BLANKVALUE": lambda value, other: _if(_blank(value), other, value),
    "NULLVALUE": lambda value, other: _if(_blank(value), other, value),
    "ISNEW": lambda: True,
    "ISCHANGED": lambda _: False,
    "PRIORVALUE": lambda value: value,
    "CONTAINS": _on_text(lambda text, part: part in text),
    "BEGINS": _on_text(lambda text, part: text.startswith(part)),
    "TRIM": _on_text(str.strip),
    "UPPER": _on_text(str.upper),
    "LOWER": _on_text(str.lower),
}
"""Those that a rule on Tasks is likely to use; of a record that is new nothing has changed."""
