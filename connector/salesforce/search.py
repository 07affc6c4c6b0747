"""Who has a number, what concerns them, and searches by name."""
# ruff: noqa: S608 - names come from describe and constants; values pass `quoted` or are digits or escaped words

import re
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from connector.domain import numbers
from connector.domain.model import Record
from connector.errors import BadInput
from connector.ports.crm import CallerMatch
from connector.salesforce.client import Json, SalesforceClient, quoted
from connector.salesforce.faults import Refused
from connector.salesforce.shapes import Shape, Shapes

MOST_FOUND: Final = 20
MOST_RELATED: Final = 10
_CANDIDATES: Final = 200
"""Records that a phone search may give before they are compared exactly."""

_SHARED: Final = 10
"""Added to the rank of a field whose number has an extension: others have that number, too."""

_NOT_A_CALLERS: Final = ("Fax",)
_RESERVED = re.compile(r"([?&|!{}\[\]()^~*:\\\"'+\-])")
_OPERATORS: Final = frozenset({"AND", "OR", "NOT"})
_CONDITION: Final = {"Lead": " WHERE IsConverted != true"}
_RECORD_TYPES: Final = ("Account", "Case", "Opportunity", "Campaign")
_RECORD_DETAIL: Final = {"Account": "Industry", "Case": "Subject", "Opportunity": "StageName", "Campaign": "Status"}
_RECORD_NAME: Final = {"Case": "CaseNumber"}


class _Ranked(Struct, frozen=True):
    """A person with the rank of the field that matched: the lower, the likelier is it them."""

    rank: tuple[bool, bool, int, str, str]
    record: Record
    account: str


class Search:
    """Searches of the org.  Methods block; they raise `CrmUnavailable` and `Refused`."""

    def __init__(self, client: SalesforceClient, shapes: Shapes) -> None:
        self._client = client
        self._shapes = shapes

    # Who has this number ----------------------------------------------------------------------------------------

    def match(self, number: str, country: str) -> CallerMatch:
        """The people with that number (E.164), the likeliest first, and accounts, cases and opportunities of theirs."""
        terms = numbers.variants(number)
        if not terms:
            return CallerMatch((), ())
        home = numbers.country_of(number)
        phones = self.phones()
        if not phones:
            return CallerMatch((), ())
        rows = self._client.search(self._phone_search(terms, phones))
        ranked: dict[str, _Ranked] = {}
        companies: list[Record] = []
        for row in rows:
            kind = row["attributes"]["type"]
            why = _why(row, phones[kind], number, (country, home))
            if why is None:
                continue
            if kind == "Account" and not row.get("PersonContactId"):
                companies.append(Record(row["Id"], "Account", row["Name"], row.get("Industry") or "", why[1]))
                continue
            found = _person(row, kind, *why)
            known = ranked.get(found.record.id)
            if known is None or found.rank < known.rank:
                ranked[found.record.id] = found
        people = sorted(ranked.values(), key=lambda found: found.rank)
        related = self._related([found.record for found in people], [found.account for found in people])
        return CallerMatch(tuple(found.record for found in people), _once([*related, *companies]))

    def phones(self) -> dict[str, list[str]]:
        """For each object with callers that our user may read: the fields of their numbers, the likeliest first.

        Reads what the org says about these objects, which takes a moment the first time.
        """
        shapes = (self._shapes.readable(name) for name in ("Contact", "Lead", "Account"))
        return {shape.name: fields for shape in shapes if shape is not None and (fields := _phone_fields(shape))}

    def _phone_search(self, terms: Iterable[str], phones: dict[str, list[str]]) -> str:
        """The asterisk finds numbers with an extension behind them, which are stored as more digits."""
        find = " OR ".join(f"{term}*" for term in terms)
        parts = []
        for name, fields in phones.items():
            selected = ", ".join([*_selected(self._shapes.of(name)), *fields])
            parts.append(f"{name}({selected}{_CONDITION.get(name, '')} LIMIT {_CANDIDATES})")
        return f"FIND {{{find}}} IN PHONE FIELDS RETURNING {', '.join(parts)}"

    def _related(self, people: Sequence[Record], accounts: Sequence[str]) -> list[Record]:
        """The accounts of these people, and their open cases and opportunities, the newest first.

        What our user may not read is left out.  The record of their last call is marked as such.
        """
        contacts = _literals(person.id for person in people[:MOST_FOUND] if person.type == "Contact")
        if not contacts:
            return []
        owners = list(dict.fromkeys(account for account in accounts[:MOST_FOUND] if account))
        tail = f"IsClosed = false ORDER BY LastModifiedDate DESC LIMIT {MOST_RELATED}"
        called = f"WhoId IN ({contacts}) AND WhatId != null AND TaskSubtype = 'Call' ORDER BY CreatedDate DESC LIMIT 1"
        soqls = [
            f"SELECT Id, CaseNumber, Subject FROM Case WHERE ContactId IN ({contacts}) AND {tail}",
            f"SELECT WhatId FROM Task WHERE {called}",
        ]
        if owners:
            soqls += [
                f"SELECT Id, Name FROM Account WHERE Id IN ({_literals(owners)})",
                f"SELECT Id, Name, StageName FROM Opportunity WHERE AccountId IN ({_literals(owners)}) AND {tail}",
            ]
        answers = [[] if isinstance(rows, Refused) else rows for rows in self._client.queries(soqls)]
        cases, last, companies, deals = [*answers, [], []][:4]
        companies.sort(key=lambda row: owners.index(row["Id"]))
        found = [
            *(Record(row["Id"], "Account", row["Name"], "", "account_of") for row in companies),
            *(Record(row["Id"], "Case", row["CaseNumber"], row["Subject"] or "") for row in cases),
            *(Record(row["Id"], "Opportunity", row["Name"], row["StageName"] or "") for row in deals),
        ]
        lately = {row["WhatId"] for row in last}
        return [replace(record, why="last_call") if record.id in lately else record for record in found]

    # Searches ---------------------------------------------------------------------------------------------------

    def find(self, what: str, text: str) -> list[Record]:
        """Up to 20 people, or records that a Task can be related to, that match the words of `text` or its number."""
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
            record = _person(row, kind, 0, "search").record if what == "people" else _record(row, kind)
            found.append(record)
        return list(_once(found))[:MOST_FOUND]

    def _returning(self, what: str) -> str:
        limit = f"LIMIT {MOST_FOUND}"
        if what == "people":
            shapes = (self._shapes.readable(name) for name in ("Contact", "Lead"))
            return ", ".join(
                f"{shape.name}({', '.join(_selected(shape))}{_CONDITION.get(shape.name, '')} {limit})"
                for shape in shapes
                if shape is not None
            )
        targets = self._shapes.of("Task").fields["WhatId"].targets
        parts = []
        for name in (name for name in _RECORD_TYPES if name in targets):
            shape = self._shapes.readable(name)
            if shape is None:
                continue
            fields = ["Id", _RECORD_NAME.get(name, "Name"), *shape.those_of(_RECORD_DETAIL[name])]
            parts.append(f"{name}({', '.join(dict.fromkeys(fields))} {limit})")
        return ", ".join(parts)


def _phone_fields(shape: Shape) -> list[str]:
    """Phone fields, custom ones too."""
    found = [name for name, field in shape.fields.items() if field.type == "phone" and name not in _NOT_A_CALLERS]
    return sorted(found, key=lambda name: (_field_rank(name), name))


def _selected(shape: Shape) -> list[str]:
    """What is asked of a Contact, Lead or Account beside its numbers, as far as it is there."""
    fields = shape.those_of("Id", "Name", "AccountId", "IsPersonAccount", "PersonContactId", "Company", "Industry")
    if shape.name == "Contact" and "AccountId" in shape.fields:
        fields.append("Account.Name")
    return fields


def _literals(values: Iterable[str]) -> str:
    return ", ".join(quoted(value) for value in values)


def _why(row: Json, phones: Sequence[str], number: str, countries: Sequence[str]) -> tuple[int, str] | None:
    """Rank and code of the first field that holds the number, or None; one with an extension ranks behind.

    What is no number in the first of `countries` is read as written in the second, the caller's own.
    """
    best: tuple[int, str] | None = None
    for name in phones:
        read = _first_reading(row.get(name) or "", countries)
        if read is not None and numbers.same(number, read.e164):
            rank = _field_rank(name) + (_SHARED if read.extension else 0)
            if best is None or rank < best[0]:
                best = (rank, _WHY.get(name, "matched_other"))
    return best


def _first_reading(text: str, countries: Sequence[str]) -> numbers.Number | None:
    country = next((country for country in countries if numbers.is_assigned(text, country)), countries[0])
    try:
        return numbers.normalise(text, country)
    except BadInput:
        return None


_WHY: Final = {
    "Phone": "matched_phone",
    "MobilePhone": "matched_mobile",
    "PersonMobilePhone": "matched_mobile",
}


def _field_rank(name: str) -> int:
    if name == "Phone":
        return 0
    if name in _WHY:
        return 1
    return 3 if name.startswith("Assistant") else 2


def _person(row: Json, kind: str, rank: int, why: str) -> _Ranked:
    """A Contact or a Lead; a person account is the Contact that a Task can link to, popped as its account."""
    if kind == "Account":
        record = Record(row["PersonContactId"], "Contact", row["Name"], "", why, row["Id"])
        return _ranked(rank, record, row["Id"])
    if kind == "Lead":
        record = Record(row["Id"], "Lead", row["Name"], row.get("Company") or "", why)
        return _ranked(rank, record, "")
    account = row.get("AccountId") or ""
    if row.get("IsPersonAccount"):
        record = Record(row["Id"], "Contact", row["Name"], "", why, account)
    else:
        record = Record(row["Id"], "Contact", row["Name"], (row.get("Account") or {}).get("Name") or "", why)
    return _ranked(rank, record, account)


def _ranked(rank: int, record: Record, account: str) -> _Ranked:
    """Those with a number of their own before those with an extension of it, Contacts before Leads, then by field."""
    return _Ranked((rank >= _SHARED, record.type == "Lead", rank, record.name, record.id), record, account)


def _record(row: Json, kind: str) -> Record:
    name = row[_RECORD_NAME.get(kind, "Name")]
    return Record(row["Id"], kind, name, row.get(_RECORD_DETAIL[kind]) or "", "search")


def _once(records: Iterable[Record]) -> tuple[Record, ...]:
    """Each record once, in the order of first appearance."""
    kept: dict[str, Record] = {}
    for record in records:
        kept.setdefault(record.id, record)
    return tuple(kept.values())


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
