"""Searches by name, as an agent may see what is found."""

import re
from typing import Final

from connector.domain.model import Record
from connector.salesforce.access import visible
from connector.salesforce.client import Json, SalesforceClient
from connector.salesforce.faults import Refused
from connector.salesforce.number_fields import NAME_FIELD
from connector.salesforce.people_found import once, person, selected
from connector.salesforce.shapes import Shapes

MOST_FOUND: Final = 20
MOST_LOOKED_AT: Final = 50
"""Records of each object of which those are shown that the agent may see."""

_RESERVED = re.compile(r"([?&|!{}\[\]()^~*:\\\"'+\-])")
_OPERATORS: Final = frozenset({"AND", "OR", "NOT"})
_CONDITION: Final = {"Lead": " WHERE IsConverted != true"}
_RECORD_TYPES: Final = ("Account", "Case", "Opportunity", "Campaign")
RECORD_DETAIL: Final = {"Account": "Industry", "Case": "Subject", "Opportunity": "StageName", "Campaign": "Status"}


class Search:
    """Searches of the org.  Methods block; they raise `CrmUnavailable` and `Refused`."""

    def __init__(self, client: SalesforceClient, shapes: Shapes) -> None:
        self._client = client
        self._shapes = shapes

    def find(self, what: str, text: str, agent: str) -> list[Record]:
        """Up to 20 people, or records that a Task can be related to, that match the words of `text` or its number.

        Without those that the `agent` may not see; "": all.
        """
        term, scope = _people_term(text) if what == "people" else (_words_term(text), "ALL")
        returning = self._returning(what) if term else ""
        if not returning:
            return []
        try:
            rows = self._client.search(f"FIND {{{term}}} IN {scope} FIELDS RETURNING {returning}")
        except Refused as refused:
            if refused.code == "MALFORMED_SEARCH":
                return []  # nothing in the text that Salesforce would search for
            raise
        found = []
        for row in rows:
            kind = row["attributes"]["type"]
            record = person(row, kind, 0, "search").record if what == "people" else _record(row, kind)
            found.append(record)
        found = list(once(found))
        if agent and found:
            seen = visible(self._client, agent, (record.id for record in found))
            found = [record for record in found if record.id in seen]
        return found[:MOST_FOUND]

    def _returning(self, what: str) -> str:
        limit = f"LIMIT {MOST_LOOKED_AT}"
        if what == "people":
            shapes = (self._shapes.readable(name) for name in ("Contact", "Lead"))
            return ", ".join(
                f"{shape.name}({', '.join(selected(shape))}{_CONDITION.get(shape.name, '')} {limit})"
                for shape in shapes
                if shape is not None
            )
        targets = self._shapes.of("Task").fields["WhatId"].targets
        parts = []
        for name in (name for name in _RECORD_TYPES if name in targets):
            shape = self._shapes.readable(name)
            if shape is None:
                continue
            fields = ["Id", NAME_FIELD.get(name, "Name"), *shape.those_of(RECORD_DETAIL[name])]
            parts.append(f"{name}({', '.join(dict.fromkeys(fields))} {limit})")
        return ", ".join(parts)


def _record(row: Json, kind: str) -> Record:
    name = row[NAME_FIELD.get(kind, "Name")]
    return Record(row["Id"], kind, name, row.get(RECORD_DETAIL[kind]) or "", "search")


def _people_term(text: str) -> tuple[str, str]:
    """What to search for and in which fields: digits are part of a number, anything else a name."""
    digits = re.sub(r"[\s().+/\-]", "", text)
    if digits.isdecimal() and digits.isascii() and len(digits) >= 5:
        return f"{digits}*", "PHONE"
    return _words_term(text), "NAME"


def _words_term(text: str) -> str:
    """The search term for these words; empty when there is too little to search for.

    Words must all occur, the last one perhaps only in part, since it is still being typed.  Salesforce reads AND, OR
    and NOT as operators and refuses a search of fewer than two characters.
    """
    words = [word for word in text.split() if word.upper() not in _OPERATORS]
    words = [word for word in words if any(sign.isalnum() for sign in word)]
    if sum(len(word) for word in words) < 2:
        return ""
    escaped = [_RESERVED.sub(r"\\\1", word) for word in words]
    return " ".join(escaped) + "*"
