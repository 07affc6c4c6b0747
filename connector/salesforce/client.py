"""Requests to one org: simple-salesforce in a few threads, one token, one session, every failure named."""

import asyncio
import email.utils
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar, cast
from urllib.parse import quote

import msgspec
import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError
from simple_salesforce.util import Usage

from connector.errors import DAILY_LIMIT, CrmUnavailable
from connector.ports.crm import Budget
from connector.salesforce import faults
from connector.salesforce.auth import SignIn, Token
from connector.salesforce.budget import Keeper, Reserves
from connector.salesforce.config import SalesforceConfig
from connector.salesforce.faults import Refused
from connector.salesforce.http import open_session
from connector.salesforce.turns import Turn, Turns

T = TypeVar("T")
_encode = msgspec.json.Encoder().encode
Json = dict[str, Any]

LARGEST_COLLECTION = 200
"""The most records of one collections request."""

MOST_QUERIES = 5
"""The most queries of one composite request."""

LONGEST_QUERY = 6_000
"""Characters of a percent-encoded list in one query; address and headers together may have 16,384 bytes."""

LONGEST_RETRY_S = 86_400.0
"""Whoever is asked may say what they like; nothing is put off for longer."""


def _always() -> None:
    """Reads may begin at any time."""


class _Salesforce(Salesforce):
    """simple-salesforce with a decoder that takes a tenth of the time."""

    def parse_result_to_json(self, result: requests.Response) -> Any:
        """The body.  Raises `JSONDecodeError`, as the one that it takes the place of."""
        try:
            return msgspec.json.decode(result.content)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise json.JSONDecodeError(str(error), "", 0) from error


class SalesforceClient:
    """All requests to the org.  The plain methods block and may be called from many threads; `run` is for a loop.

    They raise `CrmUnavailable` when Salesforce cannot be asked (`doubtful` only for writes), and `Refused` when it
    refuses the request as a whole.
    """

    def __init__(self, config: SalesforceConfig, *, now: Callable[[], float] = time.time) -> None:
        self._version = config.api_version.removeprefix("v")
        self._login_url = config.login_url.rstrip("/")
        self._session = open_session(config)
        self._now = now
        self._sign_in = SignIn(config, self._session, now=now)
        self._turns = Turns(config.threads)
        self._keeper = Keeper(Reserves(config.reserve_percent, config.last_reserve_percent))
        self._clients = threading.local()
        self._retry_after = threading.local()
        self._made: Counter[Turn] = Counter()
        self._counting = threading.Lock()
        self._session.hooks["response"].append(self._note)

    @property
    def budget(self) -> Budget | None:
        """The org's API requests in the last 24 hours, from the newest answer that said so."""
        return self._keeper.budget

    def on_mode(self, call: Callable[[Budget], object]) -> None:
        """`call` gets each budget whose mode is another than before, in some thread."""
        self._keeper.changed = call

    @property
    def made(self) -> dict[Turn, int]:
        """How many API requests were answered, by turn."""
        with self._counting:
            return {turn: self._made[turn] for turn in Turn}

    async def run(self, work: Callable[[], T], turn: Turn = Turn.BACKGROUND, *, seldom: str = "") -> T:
        """Runs blocking `work` in one of the threads, when it is its turn; `seldom`: see `Keeper.wait`.

        Raises `CrmUnavailable` with the code "budget" when the requests that are left are kept for those before it.
        """
        return await self._turns.run(turn, partial(self._in_budget, work, turn, seldom))

    async def close(self) -> None:
        """Lets requests under way end (at most their timeout), then ends threads and connections."""
        await asyncio.to_thread(self._turns.close)
        self._session.close()

    def _in_budget(self, work: Callable[[], T], turn: Turn, seldom: str) -> T:
        if self._keeper.wants_news(turn, self._ms()):
            # Any answer says how the budget stands; this one is the smallest that every user gets.
            self.get("")
        wait = self._keeper.wait(turn, self._ms(), seldom)
        if wait:
            text = "The API requests that the org has left are kept for what is more urgent."
            raise CrmUnavailable("budget", text, retry_after=wait)
        return work()

    def _ms(self) -> int:
        return int(self._now() * 1000)

    # Requests ---------------------------------------------------------------------------------------------------

    def signed_in(self) -> Token:
        """The current token, got if need be."""
        return self._sign_in.token()

    def query(self, soql: str, *, deleted: bool = False) -> list[Json]:
        """All rows of a query, all pages; `deleted`: those in the recycle bin and archived ones, too."""

        def ask(sf: Salesforce) -> list[Json]:
            try:
                rows: list[Json] = sf.query_all(soql, include_deleted=deleted, allow_redirects=False)["records"]
            except (KeyError, TypeError) as error:
                raise CrmUnavailable("unavailable", "The answer to a query is not in Salesforce's form.") from error
            return rows

        return cast("list[Json]", self._perform(ask))

    def query_among(self, soql: str, values: Iterable[str], *, deleted: bool = False) -> list[Json]:
        """All rows of queries in whose text `{}` stands for a list of `values`, in as many requests as it takes."""
        return [row for part in listed(values) for row in self.query(soql.format(part), deleted=deleted)]

    def queries_among(self, soql: str, values: Iterable[str], *, deleted: bool = False) -> list[Json]:
        """As `query_among`, in a fifth of the requests; for many values."""
        found: list[Json] = []
        for rows in self.queries([soql.format(part) for part in listed(values)], deleted=deleted):
            if isinstance(rows, Refused):
                raise rows
            found += rows
        return found

    def queries(self, soqls: Sequence[str], *, deleted: bool = False) -> list[list[Json] | Refused]:
        """All rows of each query, or why it was refused; every five of them count as one API request.

        `deleted`: as in `query`.
        """
        return [
            result
            for first in range(0, len(soqls), MOST_QUERIES)
            for result in self._together(soqls[first : first + MOST_QUERIES], "queryAll" if deleted else "query")
        ]

    def _together(self, soqls: Sequence[str], resource: str) -> list[list[Json] | Refused]:
        body = _encode({"allOrNone": False, "compositeRequest": self._query_parts(soqls, resource)})

        def ask(sf: Salesforce) -> list[list[Json] | Refused]:
            answer = sf.restful("composite", method="POST", data=body, allow_redirects=False)
            try:
                return [_rows(sf, status, found) for status, found in _answers(answer, len(soqls))]
            except (KeyError, TypeError, ValueError) as error:
                raise CrmUnavailable("unavailable", "The answer to queries is not in Salesforce's form.") from error

        return cast("list[list[Json] | Refused]", self._perform(ask))

    def _query_parts(self, soqls: Sequence[str], resource: str) -> list[Json]:
        base = f"/services/data/v{self._version}/{resource}/?q="
        return [
            {"method": "GET", "referenceId": f"query{n}", "url": base + quote(soql, safe="")}
            for n, soql in enumerate(soqls)
        ]

    def search(self, sosl: str) -> list[Json]:
        """The records that a SOSL search finds."""
        found = self._perform(lambda sf: sf.restful("search/", params={"q": sosl}, allow_redirects=False))
        rows: list[Json] = (found or {}).get("searchRecords", [])
        return rows

    def describe(self, sobject: str) -> Json:
        """What Salesforce says about an object: fields with lengths, types and what our user may do with them."""
        path = f"sobjects/{sobject}/describe"
        found: Json = self._perform(lambda sf: sf.restful(path, allow_redirects=False))
        return found

    def get(self, path: str) -> Json:
        """Any other resource under the version's address."""
        found: Json = self._perform(lambda sf: sf.restful(path, allow_redirects=False)) or {}
        return found

    def tooling(self, soql: str) -> list[Json]:
        """The first page of a query of the Tooling API, which knows how the org is set up."""

        def ask(sf: Salesforce) -> Any:
            return sf.restful("tooling/query", params={"q": soql}, allow_redirects=False)

        rows: list[Json] = (self._perform(ask) or {}).get("records", [])
        return rows

    def clock_ahead(self) -> float | None:
        """By how many seconds Salesforce's clock is ahead of ours (to the second), from an answer without sign-in.

        None when the answer does not say.
        """
        before = self._now()
        try:
            answer = self._session.get(f"{self._login_url}/services/data", allow_redirects=False)
        except requests.RequestException as error:
            raise faults.from_connection(error, writing=False) from error
        between = (before + self._now()) / 2
        try:
            at = email.utils.parsedate_to_datetime(answer.headers.get("Date", "")).timestamp()
        except ValueError:
            return None
        return at + 0.5 - between

    def write(
        self,
        method: str,
        path: str,
        records: list[Json],
        *,
        headers: dict[str, str] | None = None,
        may_begin: Callable[[], None] = _always,
    ) -> list[Json]:
        """A collections request of up to 200 records, each for itself (allOrNone false): their results, in order.

        `may_begin` is called each time before the request is sent, and raises if it is too late for that.
        """
        assert len(records) <= LARGEST_COLLECTION, len(records)
        body = _encode({"allOrNone": False, "records": records})

        def send(sf: Salesforce) -> Any:
            return sf.restful(path, method=method, data=body, headers=dict(headers or {}), allow_redirects=False)

        return self._results(self._perform(send, writing=True, may_begin=may_begin), len(records))

    def write_and_query(
        self, method: str, path: str, records: list[Json], soqls: Sequence[str], may_begin: Callable[[], None] = _always
    ) -> tuple[list[Json] | Refused, list[list[Json] | Refused]]:
        """`write` and up to four queries of what it does not touch, recycle bin included, in one API request.

        The results, or why all are refused; and the rows of each query, or why that is refused.  Only for records that
        `can_be_part`.
        """
        assert len(records) <= LARGEST_COLLECTION, len(records)
        assert len(soqls) < MOST_QUERIES, len(soqls)
        url = f"/services/data/v{self._version}/{path}"
        write = {"allOrNone": False, "records": records}
        parts = [{"method": method, "referenceId": "write", "url": url, "body": write}]
        body = _encode({"allOrNone": False, "compositeRequest": parts + self._query_parts(soqls, "queryAll")})

        def send(sf: Salesforce) -> Any:
            return sf.restful("composite", method="POST", data=body, allow_redirects=False)

        answer = self._perform(send, writing=True, may_begin=may_begin)
        results: list[Json] | Refused
        try:
            written, *read = _answers(answer, 1 + len(soqls))
            results = self._results(_body(*written, writing=True), len(records))
        except Refused as refused:
            results = refused
        except (KeyError, TypeError, ValueError) as error:
            raise CrmUnavailable("unavailable", "The answer is not in Salesforce's form.", doubtful=True) from error
        try:
            return results, [self._perform(partial(_rows, status=status, body=body)) for status, body in read]
        except CrmUnavailable as error:
            # The records may have been written.
            raise CrmUnavailable(error.code, str(error), doubtful=True, retry_after=error.retry_after) from error

    def delete(self, ids: list[str]) -> list[Json]:
        """Puts records into the recycle bin: their results, in order."""
        params = {"ids": ",".join(ids), "allOrNone": "false"}

        def send(sf: Salesforce) -> Any:
            return sf.restful("composite/sobjects", params=params, method="DELETE", allow_redirects=False)

        return self._results(self._perform(send, writing=True), len(ids))

    @staticmethod
    def _results(answer: Any, expected: int) -> list[Json]:
        if not isinstance(answer, list) or len(answer) != expected:
            raise CrmUnavailable("unavailable", "Salesforce did not answer for each record.", doubtful=True)
        return answer

    # How a request is made ----------------------------------------------------------------------------------------

    def _perform(
        self, request: Callable[[Salesforce], Any], *, writing: bool = False, may_begin: Callable[[], None] = _always
    ) -> Any:
        """Makes the request; once more with a new token if the session is over, since it was not carried out then.

        A read whose connection was dropped is repeated once: idle connections are closed by the far end.
        """
        token = self._sign_in.token()
        repeats = 0 if writing else 1
        renewals = 1
        while True:
            self._retry_after.ms = None
            may_begin()
            try:
                return request(self._salesforce(token))
            except SalesforceError as error:
                if renewals and faults.is_expired(error):
                    renewals -= 1
                    token = self._sign_in.renewed(token)
                    continue
                fault = faults.from_answer(error, writing=writing, retry_after=self._retry_after.ms)
                if isinstance(fault, CrmUnavailable) and fault.code == DAILY_LIMIT:
                    self._keeper.used_up(self._ms())
                raise fault from error
            except (requests.RequestException, json.JSONDecodeError) as error:
                if repeats and isinstance(error, requests.RequestException) and faults.was_dropped(error):
                    repeats -= 1
                    continue
                raise faults.from_connection(error, writing=writing) from error

    def _salesforce(self, token: Token) -> Salesforce:
        """simple-salesforce's object for that token: one per thread, over the common session."""
        kept = getattr(self._clients, "kept", None)
        if kept is None or kept[0] is not token:
            made = _Salesforce(
                session_id=token.access,
                instance_url=token.instance,
                session=self._session,
                version=self._version,
            )
            kept = self._clients.kept = (token, made)
        return cast("Salesforce", kept[1])

    def _note(self, response: requests.Response, *_: Any, **__: Any) -> None:
        """Reads what each answer, a refusal too, says about limits."""
        info = response.headers.get("Sforce-Limit-Info")
        usage = Salesforce.parse_api_usage(info).get("api-usage") if info else None
        if isinstance(usage, Usage):
            self._keeper.note(usage.used, usage.total, self._ms())
        if "/services/data/" in (response.url or ""):
            with self._counting:
                self._made[self._turns.current] += 1
        self._retry_after.ms = _milliseconds(response.headers.get("Retry-After"), self._now())


def _answers(answer: Any, expected: int) -> list[tuple[int, Any]]:
    """Status and body of each of several requests.  Raises `KeyError`, `TypeError`, `ValueError` for other answers."""
    parts = [(part["httpStatusCode"], part["body"]) for part in (answer or {})["compositeResponse"]]
    if len(parts) != expected:
        raise ValueError(f"{len(parts)} answers to {expected} requests")
    return parts


def _body(status: int, body: Any, *, writing: bool) -> Any:
    """What one of several requests was answered; raises its refusal, or `CrmUnavailable` for any other answer."""
    if status != requests.codes.ok:
        raise faults.from_answer(SalesforceError("", status, "composite", body), writing=writing, retry_after=None)
    return body


def _rows(sf: Salesforce, status: int, body: Any) -> list[Json] | Refused:
    """The rows of one query among several, all pages, or its refusal; raises `CrmUnavailable` for any other answer."""
    try:
        body = _body(status, body, writing=False)
    except Refused as refused:
        return refused
    rows: list[Json] = list(body["records"])
    while not body["done"]:
        body = sf.query_more(body["nextRecordsUrl"], identifier_is_url=True, allow_redirects=False)
        rows += body["records"]
    return rows


def quoted(value: str) -> str:
    """A SOQL string literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def can_be_part(records: list[Json]) -> bool:
    """Whether they can be written in one request with others: `@{` in a text would be taken for a reference there."""
    return b"@{" not in _encode(records)


def listed(values: Iterable[str]) -> Iterable[str]:
    """Lists of literals, each short enough for one query."""
    part: list[str] = []
    length = 0
    for value in dict.fromkeys(values):
        literal = quoted(value)
        size = len(quote(literal)) + len("%2C")
        if part and length + size > LONGEST_QUERY:
            yield ",".join(part)
            part, length = [], 0
        part.append(literal)
        length += size
    if part:
        yield ",".join(part)


def _milliseconds(retry_after: str | None, now: float) -> int | None:
    """A Retry-After header, in seconds or as a date, in ms from now: a day at most, None for what is neither."""
    if not retry_after:
        return None
    try:
        if retry_after.isdecimal():
            seconds = float(retry_after)
        else:
            seconds = email.utils.parsedate_to_datetime(retry_after).timestamp() - now
    except (ValueError, OverflowError):
        return None
    return round(min(max(0.0, seconds), LONGEST_RETRY_S) * 1000)
