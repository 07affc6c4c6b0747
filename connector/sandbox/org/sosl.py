"""SOSL: FIND {…} IN … FIELDS RETURNING ….

Words are compared without case and accents. A term of a phone search is compared by digits with every phone field:
equal endings count, so a national number finds its international form and the other way round, in whatever format and
with whatever extension it is written. Characters that SOSL reserves must be escaped, as in Salesforce.
"""
# ruff: noqa: S608 - identifiers come from the schema alone, values are bound

from __future__ import annotations

import re
from typing import Literal

import msgspec

from connector.sandbox.org.database import Database
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.query import Record, run_query
from connector.sandbox.org.schema import Row, Schema, SObject
from connector.sandbox.org.search_index import folded, phone_digits, words
from connector.sandbox.org.soql.conditions import Clock
from connector.sandbox.org.soql.parser import Parser
from connector.sandbox.org.soql.tree import Both, Comparison, Condition, Name, Query, Value
from connector.sandbox.org.values import stamp

Scope = Literal["ALL", "NAME", "EMAIL", "PHONE", "SIDEBAR"]
SCOPES: dict[str, Scope] = {"ALL": "ALL", "NAME": "NAME", "EMAIL": "EMAIL", "PHONE": "PHONE", "SIDEBAR": "SIDEBAR"}
MAX_ROWS = 2000
MAX_GROUPS = 50
MIN_SHARED_DIGITS = 7
"""How many digits of a stored number a longer search term must end with to find it."""

_HEAD = re.compile(r"\s*FIND\s*\{(?P<term>(?:[^{}\\]|\\.)*)\}\s*", re.IGNORECASE | re.DOTALL)
_TERM = re.compile(
    r'\s*(?:(?P<open>\()|(?P<close>\))|"(?P<phrase>(?:[^"\\]|\\.)*)"|(?P<word>(?:[^\s()"\\]|\\.)+))', re.DOTALL
)
_RESERVED = re.compile(r"(?<!\\)[&|!\[\]^~:'+\-]")
_PHONE = re.compile(r"(?=.*\d\d)[\d\s()+./*x-]+")

Found = set[str]


class Search(msgspec.Struct, frozen=True):
    """A parsed search: what to find, where, and which records to show with which fields."""

    term: str
    scope: Scope
    returning: tuple[Query, ...]
    limit: int


def run_sosl(
    database: Database, schema: Schema, text: str, *, clock: Clock, version: str, lag_seconds: float = 0.0
) -> list[Record]:
    """The records found, object by object in the order of RETURNING; raises MALFORMED_SEARCH and query errors.

    Records made less than `lag_seconds` ago are not found: Salesforce's search index is behind its database.
    """
    indexed = Value("datetime", stamp(clock.now - lag_seconds), 0)
    search = parse_sosl(schema, text)
    records: list[Record] = []
    for query in search.returning:
        sobject = schema.find(query.source)
        if sobject is None or not sobject.searchable:
            raise OrgError("INVALID_TYPE", f"sObject type '{query.source}' is not supported in a search.")
        found = _Finder(database, sobject, search).find(search.term)
        if found:
            narrowed = msgspec.structs.replace(query, where=_among(found, indexed, query.where))
            records += run_query(database, schema, text, narrowed, clock=clock, version=version)[1]
        if len(records) >= search.limit:
            break
    return records[: search.limit]


def parse_sosl(schema: Schema, text: str) -> Search:
    """The parts of a search; without RETURNING every searchable object shows its Id."""
    head = _HEAD.match(text)
    if head is None:
        raise malformed(text, "expecting 'FIND {search term}'")
    term = head["term"].strip()
    parser = Parser(text, head.end())
    scope = _scope(parser)
    returning: list[Query] = []
    if parser.accept("RETURNING"):
        returning.append(_returned(parser))
        while parser.symbol(","):
            returning.append(_returned(parser))
    else:
        returning = [_plain(item.name) for item in schema.objects.values() if item.searchable]
    limit = MAX_ROWS
    if parser.accept("LIMIT"):
        limit = min(limit, parser.count())
    parser.expect_end()
    return Search(term, scope, tuple(returning), limit)


def malformed(text: str, message: str) -> OrgError:
    return OrgError("MALFORMED_SEARCH", f"{message}: {text[:200]}")


def _scope(parser: Parser) -> Scope:
    if not parser.accept("IN"):
        return "ALL"
    token = parser.advance()
    scope = SCOPES.get(token.keyword)
    if scope is None:
        raise parser.fail(token)
    parser.expect("FIELDS")
    return scope


def _plain(source: str) -> Query:
    return Query(select=(Name(("Id",), 0),), source=source, source_at=0)


def _returned(parser: Parser) -> Query:
    """One object of RETURNING with its fields and conditions."""
    source = parser.advance()
    if source.kind != "word":
        raise parser.fail(source)
    if not parser.symbol("("):
        return _plain(source.text)
    names = [parser.name()]
    while parser.symbol(","):
        names.append(parser.name())
    query = parser.tail(tuple(names), source)
    parser.expect_symbol(")")
    return query


def _among(found: Found, indexed: Value, where: Condition | None) -> Condition:
    """Those of the found records that were made by `indexed` and meet the query's own condition."""
    chosen = Comparison(Name(("Id",), 0), "IN", tuple(Value("string", record, 0) for record in sorted(found)))
    known = Comparison(Name(("CreatedDate",), 0), "<=", (indexed,))
    return Both((chosen, known) if where is None else (chosen, known, where))


class _Finder:
    """Evaluates a search term over one object: words joined by AND, OR, AND NOT, parentheses and phrases."""

    def __init__(self, database: Database, sobject: SObject, search: Search) -> None:
        self.database, self.sobject, self.scope = database, sobject, search.scope
        self._tokens: list[re.Match[str]] = []
        self._next = 0

    def find(self, term: str) -> Found:
        """Ids of the records that match."""
        bare = re.sub(r"\\(.)", r"\1", term)
        if len(re.sub(r"[\s*?\"]", "", bare)) < 2:
            raise malformed(bare, "search term must be longer than one character")
        if reserved := _RESERVED.search(term):
            raise OrgError("MALFORMED_SEARCH", f"No viable alternative at character '{reserved[0]}'")
        if self.scope == "PHONE" and _PHONE.fullmatch(bare):
            # A number written with spaces is one term, not several.
            return self._phones(bare)
        position = 0
        while term[position:].strip():
            match = _TERM.match(term, position)
            if match is None:
                raise OrgError("MALFORMED_SEARCH", f"No viable alternative at character '{term[position:].strip()[0]}'")
            self._tokens.append(match)
            position = match.end()
        if sum(1 for token in self._tokens if token["open"]) > MAX_GROUPS:
            raise malformed(term, "the search term has too many parentheses")
        found = self._either()
        if self._next < len(self._tokens):
            raise malformed(term, "unexpected token in search term")
        return found

    def _keyword(self) -> str:
        token = self._tokens[self._next] if self._next < len(self._tokens) else None
        word = token["word"] if token else None
        return word.upper() if word and word.upper() in ("AND", "OR", "NOT") else ""

    def _either(self) -> Found:
        found = self._both()
        while self._keyword() == "OR":
            self._next += 1
            found = found | self._both()
        return found

    def _both(self) -> Found:
        found = self._single()
        while self._next < len(self._tokens) and self._keyword() != "OR" and not self._tokens[self._next]["close"]:
            if self._keyword() == "AND":
                self._next += 1
            if self._keyword() == "NOT":
                self._next += 1
                found = found - self._single()
            else:
                found = found & self._single()
        return found

    def _single(self) -> Found:
        if self._next >= len(self._tokens) or self._keyword():
            raise malformed(self._keyword() or "end of the term", "a word was expected in the search term")
        token = self._tokens[self._next]
        self._next += 1
        if token["open"]:
            found = self._either()
            if self._next >= len(self._tokens) or not self._tokens[self._next]["close"]:
                raise malformed("(", "a parenthesis is not closed in the search term")
            self._next += 1
            return found
        text = token["phrase"] if token["phrase"] is not None else token["word"] or ""
        return self._text(re.sub(r"\\(.)", r"\1", text), phrase=token["phrase"] is not None)

    def _text(self, text: str, *, phrase: bool) -> Found:
        found: Found = set()
        if self.scope in ("ALL", "PHONE"):
            found |= self._phones(text)
        if self.scope != "PHONE":
            found |= self._words(text, phrase=phrase)
        return found

    def _phones(self, text: str) -> Found:
        if not _PHONE.fullmatch(text):
            return set()
        digits, _ = phone_digits(text.replace("*", ""))
        backwards = digits[::-1]
        shorter = [backwards[:length] for length in range(MIN_SHARED_DIGITS, len(backwards))]
        marks = ", ".join("?" * len(shorter))
        # A range instead of LIKE: it uses the index, and digits need no escaping.
        longer = "reversed >= ? AND reversed < ?"
        sql = f"SELECT record FROM _phone WHERE sobject = ? AND (({longer}) OR reversed IN ({marks}) OR extension = ?)"
        own_extension = digits if len(digits) <= 5 else None
        rows = self.database.connection.execute(
            sql, [self.sobject.name, backwards, backwards + ":", *shorter, own_extension]
        )
        return {str(row[0]) for row in rows} if backwards else set()

    def _words(self, text: str, *, phrase: bool) -> Found:
        scopes = {"ALL": ("NAME", "EMAIL", "OTHER"), "SIDEBAR": ("NAME", "EMAIL", "OTHER")}.get(
            self.scope, (self.scope,)
        )
        parts = [part for part in re.split(r"[^\w*?]+|_", folded(text)) if part.strip("*?")]
        if not parts:
            return set()
        found = set.intersection(*(self._word(part, scopes) for part in parts))
        return self._with_phrase(found, text) if phrase and len(parts) > 1 else found

    def _word(self, part: str, scopes: tuple[str, ...]) -> Found:
        marks = ", ".join("?" * len(scopes))
        exact = "word = ?" if part.isalnum() else "word GLOB ?"
        rows = self.database.connection.execute(
            f"SELECT record FROM _word WHERE sobject = ? AND scope IN ({marks}) AND {exact}",
            [self.sobject.name, *scopes, part],
        )
        return {str(row[0]) for row in rows}

    def _with_phrase(self, found: Found, text: str) -> Found:
        """Those records in which the words of a quoted phrase stand side by side in one field."""
        phrase = f" {' '.join(words(text))} "

        def holds(row: Row) -> bool:
            return any(phrase in f" {' '.join(words(value))} " for value in row.values() if isinstance(value, str))

        return {record for record in found if (row := self.database.read(self.sobject, record)) and holds(row)}
