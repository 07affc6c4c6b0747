"""Keeps the index of numbers as the org is: read whole once, then whatever changed, by SystemModstamp."""
# ruff: noqa: S608 - names come from describe; values are quoted

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from connector.domain import numbers
from connector.domain.directory import NumberField
from connector.ports.number_index import Mark, NumberIndex, Numbers
from connector.salesforce.client import Json, SalesforceClient, quoted
from connector.salesforce.faults import Refused
from connector.salesforce.number_fields import Source, sources
from connector.salesforce.shapes import Shapes

log = logging.getLogger(__name__)

PAGE: Final = 2_000
"""Records of one request."""

OVERLAP: Final = timedelta(seconds=120)
"""A record has the time at which it was saved, and is there only when its transaction has ended: that much is
read again."""

SOON_S: Final = 0.1
"""Between two pages while the index is filled, so that a caller's look-up comes in between."""


class Delta(Struct, frozen=True):
    """The query for what changed of a source since its mark, and that mark."""

    source: Source
    mark: Mark
    soql: str


class NumberFeed:
    """Methods block and may be called from several threads: what is read twice is only filed twice."""

    def __init__(self, client: SalesforceClient, shapes: Shapes, index: NumberIndex) -> None:
        self._client = client
        self._shapes = shapes
        self._index = index
        self._refused: set[str] = set()

    def step(self, configured: Sequence[NumberField], every_s: float) -> float:
        """Reads a page of what is not filled yet, or else what changed; returns in how many seconds to go on."""
        found, _ = sources(self._shapes, configured)
        self._index.keep_only([source.sobject for source in found])
        self._refused.clear()
        empty = next((source for source in found if not self._mark(source).filled), None)
        if empty is None:
            deltas = self.deltas(found)
            self.take(deltas, self._client.queries([delta.soql for delta in deltas], deleted=True))
            return every_s
        self._fill(empty)
        return SOON_S

    def is_filled(self, found: Iterable[Source]) -> bool:
        """Whether every number of these objects is in the index, but for what changed since the last step."""
        return all(self._mark(source).filled and source.sobject not in self._refused for source in found)

    def deltas(self, found: Iterable[Source]) -> list[Delta]:
        """What to ask, with deleted records, for the changes of the objects that are filled."""
        marked = [(source, self._mark(source)) for source in found]
        return [Delta(source, mark, _soql(source, _earlier(mark.stamp), "")) for source, mark in marked if mark.filled]

    def take(self, deltas: Sequence[Delta], answers: Sequence[list[Json] | Refused]) -> None:
        """Files the answers to `deltas`; goes on asking while pages are full."""
        for delta, answer in zip(deltas, answers, strict=True):
            mark, rows = delta.mark, answer
            while not isinstance(rows, Refused):
                mark = self._file(delta.source, rows, mark)
                if len(rows) < PAGE:
                    break
                soql = _soql(delta.source, rows[-1]["SystemModstamp"], rows[-1]["Id"])
                (rows,) = self._client.queries([soql], deleted=True)
            if isinstance(rows, Refused):
                self._refused.add(delta.source.sobject)
                log.warning("changes of %s cannot be read: %s", delta.source.sobject, rows)

    def _fill(self, source: Source) -> None:
        mark = self._mark(source)
        if not mark.fields:
            self._index.begin(source.sobject, self._signature(source))
            mark = self._index.mark(source.sobject)
        (rows,) = self._client.queries([_soql(source, mark.stamp, mark.record)], deleted=True)
        if isinstance(rows, Refused):
            raise rows
        mark = self._file(source, rows, mark)
        if len(rows) < PAGE:
            self._index.put(source.sobject, (), msgspec.structs.replace(mark, filled=True))
            log.info("the numbers of %s are read", source.sobject)

    def _file(self, source: Source, rows: Sequence[Json], mark: Mark) -> Mark:
        """Files these rows; the mark never goes back."""
        if rows:
            last = (rows[-1]["SystemModstamp"], rows[-1]["Id"])
            if (_instant(last[0]), last[1]) > (_instant(mark.stamp), mark.record):
                mark = msgspec.structs.replace(mark, stamp=last[0], record=last[1])
            self._index.put(source.sobject, [_numbers(source, row) for row in rows], mark)
        return mark

    def _mark(self, source: Source) -> Mark:
        """The object's mark; an empty one when it was read by other fields, or in another org."""
        mark = self._index.mark(source.sobject)
        return mark if mark.fields == self._signature(source) else Mark()

    def _signature(self, source: Source) -> str:
        return msgspec.json.encode((self._client.signed_in().instance, source)).decode()


def read_numbers(source: Source, row: Json) -> list[numbers.Filed]:
    """How the numbers of a record are filed."""
    return [numbers.filed(row[name], country_of(source, row, name)) for name in source.fields if row.get(name)]


def country_of(source: Source, row: Json, field: str) -> str:
    """The country of the record whose number is in that field, if it says so in two letters."""
    said = str(row.get(source.countries.get(field, "")) or "").strip().upper()
    return said if len(said) == 2 and said.isascii() and said.isalpha() else ""


def _numbers(source: Source, row: Json) -> Numbers:
    if row.get("IsDeleted"):
        return Numbers(row["Id"])
    keys = ((key, filed.extension) for filed in read_numbers(source, row) for key in filed.keys)
    return Numbers(row["Id"], tuple(dict.fromkeys(keys)))


def _soql(source: Source, stamp: str, record: str) -> str:
    """The next page after that record; "" for either: from the start, and with all records of that time."""
    where = ""
    if stamp:
        at = _instant(stamp).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        later = f"(SystemModstamp > {at} OR (SystemModstamp = {at} AND Id > {quoted(record)}))"
        where = f" WHERE {later if record else f'SystemModstamp >= {at}'}"
    fields = ", ".join(("Id", "IsDeleted", "SystemModstamp", *source.columns))
    return f"SELECT {fields} FROM {source.sobject}{where} ORDER BY SystemModstamp, Id LIMIT {PAGE}"


def _instant(stamp: str) -> datetime:
    """A time as Salesforce writes it; "" is before every other."""
    return datetime.fromisoformat(stamp or "1970-01-01T00:00:00.000+00:00")


def _earlier(stamp: str) -> str:
    return (_instant(stamp) - OVERLAP).isoformat() if stamp else ""
