"""Recursive-descent parser of the subset of SOQL that the product and its console use.

Left out on purpose, with a clear error: child sub-queries in SELECT, TYPEOF, HAVING, USING SCOPE, WITH.
"""

from __future__ import annotations

import re

from connector.sandbox.org.soql.lexer import Token, malformed, tokens, unescaped
from connector.sandbox.org.soql.tree import (
    Aggregate,
    Both,
    Comparison,
    Condition,
    Either,
    Membership,
    Name,
    Negation,
    Order,
    Query,
    Value,
)

MAX_COUNT_DIGITS = 9
MAX_DIGITS = 18
MAX_DEPTH = 50
"""How deep parentheses, NOT and sub-queries may nest."""
AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "MIN", "MAX", "SUM", "AVG"})
CLAUSES = frozenset({"FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "ALL", "FOR", "HAVING", "WITH", "USING"})
COMPARISONS = frozenset({"=", "!=", "<>", "<", "<=", ">", ">="})
NAMED_DATE = re.compile(
    r"YESTERDAY|TODAY|TOMORROW|(?:LAST|THIS|NEXT)_(?:WEEK|MONTH|QUARTER|YEAR)|(?:LAST|NEXT)_90_DAYS"
    r"|(?:LAST|NEXT)_N_(?:DAYS|WEEKS|MONTHS|YEARS)|N_(?:DAYS|WEEKS|MONTHS|YEARS)_AGO"
)


def parse(text: str) -> Query:
    """The tree of a query; raises MALFORMED_QUERY with the place."""
    parser = Parser(text)
    query = parser.query()
    parser.expect_end()
    return query


class Parser:
    """Reads tokens from left to right. Also used for the parts of a SOSL RETURNING clause."""

    def __init__(self, text: str, start: int = 0) -> None:
        self.text = text
        self._tokens = tokens(text) if start == 0 else [t for t in tokens(" " * start + text[start:]) if t.at >= start]
        self._next = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._next]

    def advance(self) -> Token:
        token = self.token
        self._next += 1
        return token

    def fail(self, token: Token) -> Exception:
        if token.kind == "end":
            return malformed(self.text, token.at, "unexpected token: '<EOF>'")
        return malformed(self.text, token.at, f"unexpected token: '{token.text}'")

    def accept(self, *keywords: str) -> bool:
        """Whether these keywords come next; they are consumed if so."""
        ahead = self._tokens[self._next : self._next + len(keywords)]
        if len(ahead) == len(keywords) and all(t.keyword == k for t, k in zip(ahead, keywords, strict=True)):
            self._next += len(keywords)
            return True
        return False

    def expect(self, keyword: str) -> None:
        if not self.accept(keyword):
            raise self.fail(self.token)

    def symbol(self, text: str) -> bool:
        if self.token.kind == "symbol" and self.token.text == text:
            self._next += 1
            return True
        return False

    def expect_symbol(self, text: str) -> None:
        if not self.symbol(text):
            raise self.fail(self.token)

    def expect_end(self) -> None:
        if self.token.kind != "end":
            raise self.fail(self.token)

    def query(self) -> Query:
        self.expect("SELECT")
        all_fields = self._fields_function()
        select = () if all_fields else self._select_list()
        self.expect("FROM")
        source = self._word()
        alias = None
        if self.token.kind == "word" and self.token.keyword not in CLAUSES:
            alias = self.advance().text
        return self.tail(select, source, alias=alias, all_fields=all_fields)

    def tail(
        self, select: tuple[Name | Aggregate, ...], source: Token, *, alias: str | None = None,
        all_fields: str | None = None,
    ) -> Query:  # fmt: skip
        """The query that these beginnings and the clauses from WHERE on make up."""
        query = Query(
            select=select,
            source=source.text,
            source_at=source.at,
            alias=alias,
            all_fields=all_fields,
            where=self.condition() if self.accept("WHERE") else None,
            group=self._names() if self.accept("GROUP", "BY") else (),
            order=self._orders() if self.accept("ORDER", "BY") else (),
            limit=self.count() if self.accept("LIMIT") else None,
            offset=self.count() if self.accept("OFFSET") else None,
            all_rows=self.accept("ALL", "ROWS"),
        )
        # VIEW and REFERENCE only touch "recently viewed", which the stand-in does not keep.
        if self.accept("FOR") and self.advance().keyword not in ("VIEW", "REFERENCE"):
            raise self.fail(self._tokens[self._next - 1])
        return query

    def _fields_function(self) -> str | None:
        start = self._next
        if self.accept("FIELDS") and self.symbol("("):
            which = self.advance()
            if which.keyword not in ("ALL", "STANDARD", "CUSTOM"):
                raise self.fail(which)
            self.expect_symbol(")")
            return which.keyword
        self._next = start
        return None

    def _select_list(self) -> tuple[Name | Aggregate, ...]:
        items = [self._select_item()]
        while self.symbol(","):
            items.append(self._select_item())
        return tuple(items)

    def _select_item(self) -> Name | Aggregate:
        word = self._word()
        if word.keyword not in AGGREGATES or not self.symbol("("):
            return Name(tuple(word.text.split(".")), word.at)
        argument: Name | None = None
        if not self.symbol(")"):
            argument = self.name()
            self.expect_symbol(")")
        elif word.keyword != "COUNT":
            raise self.fail(self._tokens[self._next - 1])
        alias = None
        if self.token.kind == "word" and self.token.keyword not in CLAUSES:
            alias = self.advance().text
        return Aggregate(word.keyword, argument, alias, word.at)

    def _word(self) -> Token:
        if self.token.kind != "word":
            raise self.fail(self.token)
        return self.advance()

    def name(self) -> Name:
        word = self._word()
        return Name(tuple(word.text.split(".")), word.at)

    def _names(self) -> tuple[Name, ...]:
        names = [self.name()]
        while self.symbol(","):
            names.append(self.name())
        return tuple(names)

    def count(self) -> int:
        """A number of rows."""
        token = self.advance()
        if token.kind != "number" or not token.text.isdigit() or len(token.text) > MAX_COUNT_DIGITS:
            raise self.fail(token)
        return int(token.text)

    def _orders(self) -> tuple[Order, ...]:
        orders = [self._order()]
        while self.symbol(","):
            orders.append(self._order())
        return tuple(orders)

    def _order(self) -> Order:
        by = self.name()
        descending = self.accept("DESC")
        if not descending:
            self.accept("ASC")
        nulls_last = False
        if self.accept("NULLS"):
            nulls_last = self.accept("LAST")
            if not nulls_last:
                self.expect("FIRST")
        return Order(by, descending, nulls_last)

    def condition(self) -> Condition:
        """Conditions joined by AND or by OR; Salesforce wants parentheses where both meet."""
        parts = [self._term()]
        joiner = self.token.keyword
        if joiner not in ("AND", "OR"):
            return parts[0]
        while self.accept(joiner):
            parts.append(self._term())
        if self.token.keyword in ("AND", "OR"):
            raise self.fail(self.token)
        return Both(tuple(parts)) if joiner == "AND" else Either(tuple(parts))

    def _term(self) -> Condition:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise malformed(self.text, self.token.at, "the conditions are nested too deeply")
        try:
            if self.accept("NOT"):
                return Negation(self._term())
            if self.symbol("("):
                inner = self.condition()
                self.expect_symbol(")")
                return inner
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Condition:
        left = self.name()
        token = self.token
        if token.kind == "symbol" and token.text in COMPARISONS:
            self.advance()
            return Comparison(left, "!=" if token.text == "<>" else token.text, (self._value(),))
        if self.accept("LIKE"):
            return Comparison(left, "LIKE", (self._value(pattern=True),))
        negated = self.accept("NOT")
        self.expect("IN")
        self.expect_symbol("(")
        if self.token.keyword == "SELECT":
            query = self.query()
            self.expect_symbol(")")
            return Membership(left, negated, query)
        values = [self._value()]
        while self.symbol(","):
            values.append(self._value())
        self.expect_symbol(")")
        return Comparison(left, "NOT IN" if negated else "IN", tuple(values))

    def _value(self, *, pattern: bool = False) -> Value:
        token = self.advance()
        match token.kind:
            case "string":
                return Value("string", unescaped(self.text, token, pattern=pattern), token.at)
            case "number":
                # Beyond 18 digits only the size matters, which a float keeps and SQLite takes.
                fraction = "." in token.text or len(token.text) > MAX_DIGITS
                number = float(token.text) if fraction else int(token.text)
                return Value("number", number, token.at)
            case "date":
                return Value("date", token.text, token.at)
            case "datetime":
                return Value("datetime", token.text, token.at)
            case "word" if token.keyword in ("TRUE", "FALSE"):
                return Value("boolean", token.keyword == "TRUE", token.at)
            case "word" if token.keyword == "NULL":
                return Value("null", None, token.at)
            case "word" if NAMED_DATE.fullmatch(token.keyword):
                count = self.count() if self.symbol(":") else None
                if (count is None) != ("_N_" not in f"_{token.keyword}"):
                    raise self.fail(token)
                return Value("named", token.keyword, token.at, count)
        raise self.fail(token)
