"""The sandbox's own calls under /sandbox/: sessions for the console, Apex, faults, settings, and what was asked.

Every call needs the header X-Sandbox-Key. A wrong body answers 400 with `error`, which names the field and the cure.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec
from aiohttp import web

from connector.sandbox.org import ids
from connector.sandbox.org.apex import Signer, run_apex
from connector.sandbox.org.context import Context, Settings
from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.faults import Fault, Faults
from connector.sandbox.org.hostile import Hostility
from connector.sandbox.org.openid import OpenIdProvider
from connector.sandbox.org.recycle_bin import merge, undelete
from connector.sandbox.org.requests_log import RequestLog
from connector.sandbox.org.rules import NAMED_RULES, ValidationRule
from connector.sandbox.org.schema import ExternalIdMode, SObject
from connector.sandbox.org.seed.world import ADMINISTRATOR
from connector.sandbox.org.sessions import Sessions

KEY_HEADER = "X-Sandbox-Key"
Wanted = TypeVar("Wanted")


class SessionWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    username: str


class ApexWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"apex_class": "apexClass",
                 "method_name": "methodName", "method_params": "methodParams"}):  # fmt: skip
    user_id: str
    apex_class: str
    method_name: str
    method_params: str = ""


class SettingsWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Only what is given changes. Rules are names of NAMED_RULES or whole rules."""

    external_id: ExternalIdMode | None = None
    rules: list[str | ValidationRule] | None = None
    daily_limit: int | None = None
    daily_used: Annotated[int, msgspec.Meta(ge=0)] | None = None
    session_idle_seconds: float | None = None
    search_lag_seconds: float | None = None
    hostile: list[Hostility] | None = None
    hidden: dict[str, tuple[str, ...]] | None = None


class LeadWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lead_id: str


class UndeleteWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    stamped: bool = True


class MergeWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    winner: str
    loser: str


class Deployment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record of custom metadata, by its DeveloperName; fields that are not given stay."""

    object: str
    name: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
    fields: dict[str, str | float | bool | None]


class Control:
    """Handlers of the control calls; `routes` lists them."""

    def __init__(
        self, *, context: Context, sessions: Sessions, signer: Signer, faults: Faults, log: RequestLog, key: str,
        openid: OpenIdProvider,
    ) -> None:
        self.openid = openid
        self.context, self.sessions, self.signer, self.faults, self.log = context, sessions, signer, faults, log
        self._key = key

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/sandbox/sessions", self._guarded(self.open_session)),
            web.post("/sandbox/apex", self._guarded(self.apex)),
            web.get("/sandbox/faults", self._guarded(self.list_faults)),
            web.post("/sandbox/faults", self._guarded(self.add_faults)),
            web.delete("/sandbox/faults", self._guarded(self.clear_faults)),
            web.get("/sandbox/requests", self._guarded(self.requests)),
            web.get("/sandbox/settings", self._guarded(self.settings)),
            web.post("/sandbox/settings", self._guarded(self.change_settings)),
            web.post("/sandbox/configuration", self._guarded(self.deploy)),
            web.post("/sandbox/leads/convert", self._guarded(self.convert_lead)),
            web.post("/sandbox/records/undelete", self._guarded(self.undelete)),
            web.post("/sandbox/records/merge", self._guarded(self.merge)),
            web.post("/sandbox/openid/rotate", self._guarded(self.rotate_keys)),
            web.get("/sandbox/public-key", self._guarded(self.public_key)),
        ]

    def _guarded(self, handler: Callable[[web.Request, bytes], object]) -> Any:
        async def checked(request: web.Request) -> web.StreamResponse:
            given = request.headers.get(KEY_HEADER, "")
            if not hmac.compare_digest(given.encode(), self._key.encode()):
                return _json({"error": f"the header {KEY_HEADER} is missing or not this org's control key"}, 403)
            try:
                answer = handler(request, await request.read())
            except msgspec.ValidationError as error:
                return _json({"error": f"the body does not fit: {error}"}, 400)
            except msgspec.DecodeError as error:
                return _json({"error": f"the body must be JSON: {error}"}, 400)
            except OrgError as error:
                return _json({"error": error.message, "code": error.code}, error.status)
            return answer if isinstance(answer, web.StreamResponse) else _json(answer, 200)

        return checked

    def open_session(self, request: web.Request, body: bytes) -> object:
        """{"username"} → {"access_token", "user_id", "instance_url"} of an active user."""
        wanted = msgspec.json.decode(body, type=SessionWanted)
        users = self.context.database.find(self.context.schema["User"], "Username", wanted.username)
        if not users or not users[0]["IsActive"]:
            raise OrgError("NOT_FOUND", f"username: no active user is called {wanted.username}", status=404)
        user_id = str(users[0]["Id"])
        instance = f"{request.scheme}://{request.host}"
        return {"access_token": self.sessions.open(user_id), "user_id": user_id, "instance_url": instance}

    def apex(self, request: web.Request, body: bytes) -> object:
        """{"user_id", "apexClass", "methodName", "methodParams"} → {"result": text}."""
        wanted = msgspec.json.decode(body, type=ApexWanted)
        user_id = ids.canonical(wanted.user_id)
        user = self.context.database.read(self.context.schema["User"], user_id) if user_id else None
        if user is None or not user["IsActive"]:
            raise OrgError("NOT_FOUND", f"user_id: no active user has the id {wanted.user_id}", status=404)
        return {"result": run_apex(self.signer, str(user_id), wanted.apex_class, wanted.method_name)}

    def list_faults(self, request: web.Request, body: bytes) -> object:
        return self.faults.waiting

    def add_faults(self, request: web.Request, body: bytes) -> object:
        """A list of faults, or one; answers all that wait now."""
        decoded = msgspec.json.decode(body, type=list[Fault] | Fault)
        self.faults.add(decoded if isinstance(decoded, list) else [decoded])
        return self.faults.waiting

    def clear_faults(self, request: web.Request, body: bytes) -> object:
        self.faults.clear()
        return self.faults.waiting

    def requests(self, request: web.Request, body: bytes) -> object:
        """{"count": all API requests, "requests": the last ?last=N of them}."""
        last = request.query.get("last", "100")
        if not last.isdigit():
            raise OrgError("BAD_REQUEST", "last: must be a number of requests")
        return {"count": self.log.count, "requests": self.log.last(int(last))}

    def settings(self, request: web.Request, body: bytes) -> object:
        return {
            "external_id": self.context.settings.external_id,
            "rules": list(self.context.settings.rules),
            "daily_limit": self.context.usage.limit,
            "daily_used": self.context.usage.used,
            "session_idle_seconds": self.sessions.idle_seconds,
            "search_lag_seconds": self.context.settings.search_lag_seconds,
            "hostile": list(self.context.settings.hostile),
            "hidden": self.context.settings.hidden,
        }

    def change_settings(self, request: web.Request, body: bytes) -> object:
        wanted = msgspec.json.decode(body, type=SettingsWanted)
        old = self.context.settings
        rules = old.rules if wanted.rules is None else tuple(self._rule(rule) for rule in wanted.rules)
        lag = old.search_lag_seconds if wanted.search_lag_seconds is None else wanted.search_lag_seconds
        hostile = old.hostile if wanted.hostile is None else tuple(wanted.hostile)
        mode = wanted.external_id or old.external_id
        hidden = old.hidden if wanted.hidden is None else wanted.hidden
        settings = Settings(external_id=mode, rules=rules, search_lag_seconds=lag, hostile=hostile, hidden=hidden)
        self.context.apply(settings)
        if wanted.daily_limit is not None:
            self.context.usage.limit = wanted.daily_limit
        if wanted.daily_used is not None:
            self.context.usage.set(wanted.daily_used)
        if wanted.session_idle_seconds is not None:
            self.sessions.idle_seconds = wanted.session_idle_seconds
        return self.settings(request, body)

    def _rule(self, rule: str | ValidationRule) -> ValidationRule:
        if isinstance(rule, str):
            if rule not in NAMED_RULES:
                raise OrgError("BAD_REQUEST", f"rules: {rule} is none of {', '.join(NAMED_RULES)}")
            return NAMED_RULES[rule]
        sobject = self.context.schema.find(rule.object)
        unknown = [name for name in (*rule.when, rule.require) if sobject is None or name not in sobject.fields]
        if unknown:
            raise OrgError("BAD_REQUEST", f"rules: {rule.object} has no field {', '.join(unknown)}")
        return rule

    def convert_lead(self, request: web.Request, body: bytes) -> object:
        """{"lead_id"} → {"account_id", "contact_id"} of what the lead became."""
        wanted = msgspec.json.decode(body, type=LeadWanted)
        lead_id = ids.canonical(wanted.lead_id)
        if lead_id is None:
            raise OrgError("MALFORMED_ID", f"lead_id: {wanted.lead_id} is not an id")
        admin = self.context.database.find(self.context.schema["Lead"], "Id", lead_id)
        owner = str(admin[0]["OwnerId"]) if admin else ""
        with self.context.database.transaction():
            return self.context.records.convert_lead(lead_id, owner)

    def undelete(self, request: web.Request, body: bytes) -> object:
        """{"id", "stamped"} → {"id"} of the record, out of the recycle bin; `stamped`: with a new SystemModstamp."""
        wanted = msgspec.json.decode(body, type=UndeleteWanted)
        sobject, record_id = self._named("id", wanted.id)
        with self.context.database.transaction():
            undelete(self.context.records, sobject, record_id, ADMINISTRATOR, stamped=wanted.stamped)
        return {"id": record_id}

    def merge(self, request: web.Request, body: bytes) -> object:
        """{"winner", "loser"} → {"id"} of the winner; the loser is in the recycle bin."""
        wanted = msgspec.json.decode(body, type=MergeWanted)
        sobject, winner = self._named("winner", wanted.winner)
        other, loser = self._named("loser", wanted.loser)
        if sobject is not other:
            raise OrgError("BAD_REQUEST", f"loser: {loser} is no {sobject.label}")
        with self.context.database.transaction():
            merge(self.context.records, sobject, winner, loser, ADMINISTRATOR)
        return {"id": winner}

    def _named(self, name: str, text: str) -> tuple[SObject, str]:
        record_id = ids.canonical(text)
        sobject = self.context.schema.of_id(record_id) if record_id else None
        if sobject is None or record_id is None:
            raise OrgError("MALFORMED_ID", f"{name}: {text} is not an id")
        return sobject, record_id

    def deploy(self, request: web.Request, body: bytes) -> object:
        """{"object", "name", "fields"} → {"id"} of the record, which is made where there is none."""
        wanted = msgspec.json.decode(body, type=Deployment)
        sobject = self.context.schema.find(wanted.object)
        if sobject is None or not sobject.name.endswith("__mdt"):
            raise OrgError("BAD_REQUEST", f"object: {wanted.object} is no type of custom metadata")
        with self.context.database.transaction():
            return {"id": self.context.records.deploy(sobject, wanted.name, wanted.fields)}

    def rotate_keys(self, request: web.Request, body: bytes) -> object:
        """{"kid"} of the key that signs ID tokens from now on; the one before is not published any more."""
        return {"kid": self.openid.rotate()}

    def public_key(self, request: web.Request, body: bytes) -> object:
        return web.Response(body=self.signer.public_pem(), content_type="application/x-pem-file")


def _json(value: object, status: int) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")
