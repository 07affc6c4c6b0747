"""SOQL text to tokens, and the error messages that point into the text."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from connector.sandbox.org.errors import OrgError

Kind = Literal["word", "string", "number", "date", "datetime", "symbol", "end"]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<datetime>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2}))
    | (?P<date>\d{4}-\d{2}-\d{2})
    | (?P<number>[+-]?\d+(?:\.\d+)?)
    | (?P<word>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    | (?P<symbol><=|>=|!=|<>|[=<>(),:])
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\",
            "_": "_", "%": "%"}  # fmt: skip
_LIKE_SPECIAL = frozenset("_%\\")


class Token(msgspec.Struct, frozen=True):
    kind: Kind
    text: str
    at: int

    @property
    def keyword(self) -> str:
        return self.text.upper() if self.kind == "word" else ""


def tokens(text: str) -> list[Token]:
    """All tokens of the text and one of kind `end`; raises MALFORMED_QUERY where no token begins."""
    found: list[Token] = []
    position, length = 0, len(text)
    while position < length:
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            if not text[position:].strip():
                break
            at = position + len(text[position:]) - len(text[position:].lstrip())
            raise malformed(text, at, f"unexpected token: '{text[at]}'")
        kind: Kind = match.lastgroup  # type: ignore[assignment]  # the group names are the kinds
        found.append(Token(kind, match[match.lastgroup], match.start(match.lastgroup)))
        position = match.end()
    found.append(Token("end", "<EOF>", length))
    return found


def unescaped(text: str, token: Token, *, pattern: bool) -> str:
    """The characters of a string literal; of a LIKE pattern with `\\` still before literal `%`, `_` and `\\`."""

    def plain(match: re.Match[str]) -> str:
        character = match[1]
        if pattern and character in _LIKE_SPECIAL:
            return match[0]
        if character in _ESCAPES:
            return _ESCAPES[character]
        message = f"Illegal string literal: Illegal character sequence '\\{character}' in string literal"
        raise malformed(text, token.at, message)

    return re.sub(r"\\(.)", plain, token.text[1:-1], flags=re.DOTALL)


def pointed(text: str, at: int, message: str) -> str:
    """Salesforce's form of an error in a query: the text, a caret below the place, row and column."""
    line = text.replace("\n", " ").replace("\t", " ")
    return f"\n{line}\n{' ' * at}^\nERROR at Row:1:Column:{at + 1}\n{message}"


def malformed(text: str, at: int, message: str) -> OrgError:
    return OrgError("MALFORMED_QUERY", pointed(text, at, message))


def invalid_field(text: str, at: int, message: str) -> OrgError:
    return OrgError("INVALID_FIELD", pointed(text, at, message))
