"""Who has a number, and what concerns them."""
# ruff: noqa: S608 - names come from describe and constants; values pass `quoted` or are digits

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from connector.domain import numbers
from connector.domain.directory import NumberField
from connector.domain.model import Record
from connector.errors import BadInput, StoreError
from connector.ports.crm import CallerMatch
from connector.ports.number_index import NumberIndex, Place
from connector.salesforce.access import visible
from connector.salesforce.client import Json, SalesforceClient, quoted
from connector.salesforce.faults import Refused
from connector.salesforce.number_feed import NumberFeed, country_of
from connector.salesforce.number_fields import NAME_FIELD, PEOPLE, Source, rank, sources, why
from connector.salesforce.people_found import CONVERTED, Ranked, once, person, selected
from connector.salesforce.shapes import Shapes

log = logging.getLogger(__name__)

MOST_FOUND: Final = 20
MOST_RELATED: Final = 10
_CANDIDATES: Final = 200
"""Records that are compared exactly: so many may be found by their digits, or are shared by a switchboard."""

_SHARED: Final = 10
"""Added to the rank of a field whose number has an extension: others have that number, too."""

_BECAME: Final = 4
"""Added to the rank of a person whose number is that of the Lead they were."""


class Callers:
    """Looks numbers up.  Methods block; they raise `CrmUnavailable` and `Refused`.

    `index` is asked first, once it is filled; without one, until then, and for whom it does not know, the org's search
    is: a record may be out of the recycle bin without a word.  Whatever is found is read again by its id, so that
    nothing is shown that is not so any more.  `chosen` gives the configured fields.
    """

    def __init__(
        self,
        client: SalesforceClient,
        shapes: Shapes,
        chosen: Callable[[], Sequence[NumberField]],
        index: NumberIndex | None,
    ) -> None:
        self._client = client
        self._shapes = shapes
        self._chosen = chosen
        self._index = index
        self._feed = None if index is None else NumberFeed(client, shapes, index)

    def step(self, every_s: float) -> float:
        """Reads on in the index; returns in how many seconds to come again."""
        return every_s if self._feed is None else self._feed.step(self._chosen(), every_s)

    def sources(self) -> list[Source]:
        """The fields by which callers are recognised."""
        return sources(self._shapes, self._chosen())[0]

    def match(self, number: str, country: str, agent: str) -> CallerMatch:
        """The people with that number (E.164), the likeliest first, and accounts, cases and opportunities of theirs.

        Without those that the `agent` may not see; "": all.
        """
        found = self.sources()
        keys = numbers.looked_up(number)
        if not keys or not found:
            return CallerMatch((), ())
        by_object = {source.sobject: source for source in found}
        countries = (country, numbers.country_of(number))
        ranked: dict[str, Ranked] = {}
        others: list[Record] = []
        leads: dict[str, int] = {}
        for row in self._rows(number, keys, found):
            kind = row["attributes"]["type"]
            best = _best(row, by_object[kind], number, countries)
            if best is None:
                continue
            if kind == "Lead" and row.get("IsConverted"):
                became = row.get("ConvertedContactId") or ""
                leads[became] = min(best[0], leads.get(became, best[0]))
            elif kind not in PEOPLE or (kind == "Account" and not row.get("PersonContactId")):
                name = row[NAME_FIELD.get(kind, "Name")]
                others.append(Record(row["Id"], kind, name, row.get("Industry") or "", best[1]))
            else:
                _keep(ranked, person(row, kind, *best, shared=best[0] >= _SHARED))
        for row in self._converted(leads.keys() - ranked.keys()):
            place = leads[row["Id"]]
            _keep(ranked, person(row, "Contact", place + _BECAME, "matched_lead", shared=place >= _SHARED))
        return self._seen(sorted(ranked.values(), key=lambda one: one.rank), others, agent)

    def _seen(self, ranked: Sequence[Ranked], others: Sequence[Record], agent: str) -> CallerMatch:
        """What the agent sees of it."""
        related = self._related([one.record for one in ranked], [one.account for one in ranked])
        people, records = [one.record for one in ranked], once([*related, *others])
        if not agent or not (people or records):
            return CallerMatch(tuple(people), records)
        seen = visible(self._client, agent, (record.id for record in [*people, *records]))
        kept = tuple(record for record in people if record.id in seen)
        return CallerMatch(kept, tuple(one for one in records if one.id in seen), len(kept) < len(people))

    # Candidates ---------------------------------------------------------------------------------------------------

    def _rows(self, number: str, keys: Sequence[str], found: Sequence[Source]) -> list[Json]:
        """Records that may have the number, as they are now."""
        if self._feed is None or self._index is None:
            return self._searched(number, found)
        try:
            rows = self._indexed(self._feed, self._index, keys, found)
            if rows and self._feed.is_filled(found):
                return rows
        except StoreError as error:
            log.warning("callers are searched for: %s", error)
            rows = []
        known = {row["Id"] for row in rows}
        return [*rows, *(row for row in self._searched(number, found) if row["Id"] not in known)]

    def _indexed(
        self, feed: NumberFeed, index: NumberIndex, keys: Sequence[str], found: Sequence[Source]
    ) -> list[Json]:
        """Those of the index, and those that were saved since it was last brought up to date."""
        deltas = feed.deltas(found)
        known = index.find(keys, _CANDIDATES)
        soqls, asked = self._by_id(known, found)
        answers = self._client.queries([*(delta.soql for delta in deltas), *soqls], deleted=True)
        feed.take(deltas, answers[: len(deltas)])
        rows = _present(index, asked, answers[len(deltas) :])
        late = set(index.find(keys, _CANDIDATES)).difference(known)
        if late:
            soqls, asked = self._by_id(sorted(late, key=lambda place: place.record), found)
            rows += _present(index, asked, self._client.queries(soqls, deleted=True))
        return rows

    def _by_id(self, places: Iterable[Place], found: Sequence[Source]) -> tuple[list[str], list[list[Place]]]:
        """The queries for these records, one an object, and which of them each asks for."""
        places = list(places)
        soqls, asked = [], []
        for source in found:
            of_it = [place for place in places if place.sobject == source.sobject]
            if of_it:
                fields = ", ".join(self._columns(source))
                ids = _literals(place.record for place in of_it)
                soqls.append(f"SELECT {fields} FROM {source.sobject} WHERE Id IN ({ids}) AND IsDeleted = false")
                asked.append(of_it)
        return soqls, asked

    def _searched(self, number: str, found: Sequence[Source]) -> list[Json]:
        """The asterisk finds numbers with an extension behind them, which are stored as more digits."""
        people = [source for source in found if source.sobject in PEOPLE]
        if not people:
            return []
        find = " OR ".join(f"{term}*" for term in numbers.variants(number))
        parts = (f"{source.sobject}({', '.join(self._columns(source))} LIMIT {_CANDIDATES})" for source in people)
        return self._client.search(f"FIND {{{find}}} IN PHONE FIELDS RETURNING {', '.join(parts)}")

    def _columns(self, source: Source) -> list[str]:
        shape = self._shapes.of(source.sobject)
        fields = [*selected(shape), *shape.those_of(*CONVERTED), *source.columns]
        if source.sobject not in PEOPLE:
            fields = ["Id", NAME_FIELD.get(source.sobject, "Name"), *source.columns]
        return list(dict.fromkeys(fields))

    def _converted(self, contacts: Iterable[str]) -> list[Json]:
        """What those became who have the number as Leads."""
        ids = [contact for contact in contacts if contact]
        shape = self._shapes.readable("Contact") if ids else None
        if shape is None:
            return []
        return self._client.query_among(f"SELECT {', '.join(selected(shape))} FROM Contact WHERE Id IN ({{}})", ids)

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


def _keep(ranked: dict[str, Ranked], found: Ranked) -> None:
    """Each person once, by the field that says most."""
    known = ranked.get(found.record.id)
    if known is None or found.rank < known.rank:
        ranked[found.record.id] = found


def _present(
    index: NumberIndex, asked: Sequence[Sequence[Place]], answers: Sequence[list[Json] | Refused]
) -> list[Json]:
    """The records that are there; those that are not leave the index."""
    rows: list[Json] = []
    for places, answer in zip(asked, answers, strict=True):
        if isinstance(answer, Refused):
            raise answer
        there = {row["Id"] for row in answer}
        gone = [place for place in places if place.record not in there]
        if gone:
            index.remove(gone)
        rows += answer
    return rows


def _literals(values: Iterable[str]) -> str:
    return ", ".join(quoted(value) for value in values)


def _best(row: Json, source: Source, number: str, countries: Sequence[str]) -> tuple[int, str] | None:
    """Rank and code of the first field that holds the number, or None; one with an extension ranks behind.

    What has no country code is read as written in the record's country, where that is known; otherwise in the first of
    `countries`, and where it is no number there in the second, the caller's own.
    """
    best: tuple[int, str] | None = None
    for name in source.fields:
        own = country_of(source, row, name)
        read = _first_reading(row.get(name) or "", (own,) if own else countries)
        if read is not None and numbers.same(number, read.e164):
            place = rank(name) + (_SHARED if read.extension else 0)
            if best is None or place < best[0]:
                best = (place, why(name))
    return best


def _first_reading(text: str, countries: Sequence[str]) -> numbers.Number | None:
    country = next((country for country in countries if numbers.is_assigned(text, country)), countries[0])
    try:
        return numbers.normalise(text, country)
    except BadInput:
        return None
