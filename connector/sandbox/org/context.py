"""Everything that one org is made of, handed to whoever answers a request."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable
from zoneinfo import ZoneInfo

import msgspec

from connector.sandbox.org.database import Database
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.hostile import Hostility, arrange, customised, rules
from connector.sandbox.org.jobs import Job
from connector.sandbox.org.metadata.access import Access
from connector.sandbox.org.metadata.components import Components
from connector.sandbox.org.query import Cursors
from connector.sandbox.org.records import Records
from connector.sandbox.org.rules import ValidationRule
from connector.sandbox.org.schema import CONTACT_KEY, ExternalIdMode, Schema
from connector.sandbox.org.soql.conditions import Clock

HOURS_COUNTED = 24


class Usage:
    """API requests of the last 24 hours, counted by the hour, against the daily limit."""

    def __init__(self, now: Callable[[], float], limit: int) -> None:
        self.limit = limit
        self._now = now
        self._hours: deque[tuple[int, int]] = deque()

    @property
    def used(self) -> int:
        hour = int(self._now() // 3600)
        while self._hours and self._hours[0][0] <= hour - HOURS_COUNTED:
            self._hours.popleft()
        return sum(count for _, count in self._hours)

    def set(self, used: int) -> None:
        """As if so many had been made within this hour, and none before."""
        self._hours.clear()
        self._hours.append((int(self._now() // 3600), used))

    def count(self) -> None:
        """Add one request; raises REQUEST_LIMIT_EXCEEDED when the day's allowance is already used up."""
        if self.used >= self.limit:
            raise daily_limit_exceeded()
        hour = int(self._now() // 3600)
        if self._hours and self._hours[-1][0] == hour:
            self._hours[-1] = (hour, self._hours[-1][1] + 1)
        else:
            self._hours.append((hour, 1))

    def header(self) -> str:
        """The value of `Sforce-Limit-Info`."""
        return f"api-usage={self.used}/{self.limit}"


def daily_limit_exceeded() -> OrgError:
    return OrgError("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a test or the demo can switch while the org runs. `hidden`: by id of a user, records they may not read."""

    external_id: ExternalIdMode = "unique"
    rules: tuple[ValidationRule, ...] = ()
    search_lag_seconds: float = 0.0
    hostile: tuple[Hostility, ...] = ()
    hidden: dict[str, tuple[str, ...]] = {}


class Context:
    """The org's state: database, schema, rules in force, cursors, usage."""

    def __init__(
        self, database: Database, schema: Schema, now: Callable[[], float], settings: Settings, daily_limit: int
    ) -> None:
        """`schema` is that of the org before any deployment; what was deployed is in the database."""
        self.database = database
        self.now = now
        self.components = Components(database, schema)
        self.access = Access(database, self.components)
        self.records = Records(database, self.components.schema(), now)
        self.jobs: dict[str, Job] = {}
        self.view: Schema | None = None
        self.cursors = Cursors()
        self.usage = Usage(now, daily_limit)
        self.settings = settings
        self.refresh_schema()

    @property
    def schema(self) -> Schema:
        """The org's objects, as far as whom this context is for may see them."""
        return self.view or self.records.schema

    def seen_by(self, user_id: str) -> Context:
        """The same org as that user sees it."""
        view = self.access.view(self.records.schema, user_id)
        if view is self.records.schema:
            return self
        seen = copy.copy(self)
        seen.view = view
        return seen

    def apply(self, settings: Settings) -> None:
        """Put these settings in force, for requests from now on."""
        schema = self.components.schema()
        if CONTACT_KEY in self.components.base["Task"].fields:
            schema = schema.with_contact_key(settings.external_id)
        self.records.schema = customised(schema, settings.hostile)
        for sobject in self.records.schema.objects.values():
            self.database.fit(sobject)
        arrange(self.database, self.records.schema, self.settings.hostile, settings.hostile)
        self.settings = settings
        self.records.validation = (*settings.rules, *rules(settings.hostile))
        self.records.hostile = settings.hostile

    def refresh_schema(self) -> None:
        """Take over what was deployed, or undone, since the last time."""
        self.access.refresh()
        self.apply(self.settings)

    def clock(self, user_id: str) -> Clock:
        """The time, and the time zone of that user, which date literals of SOQL mean."""
        user = self.database.read(self.schema["User"], user_id)
        return Clock(self.now(), ZoneInfo(str(user["TimeZoneSidKey"]) if user else "UTC"))
