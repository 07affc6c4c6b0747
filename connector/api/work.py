"""`POST /api/callbacks` and `POST /api/work-items`: work from other systems, answered once it is on disk."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, TypeVar

from aiohttp import web

from connector.api import deliveries
from connector.api.deliveries import Delivery
from connector.api.keys import ApiKeys, KeyRefused, TooMany
from connector.api.reading import read
from connector.domain.directory import Directory
from connector.errors import BadInput, StoreError
from connector.ports.store import Store
from connector.service.clock import Clock, new_key
from connector.service.runner import Runner
from connector.wire import requests

log = logging.getLogger(__name__)

LARGEST: Final = 64 * 1024
"""Bytes of a request; twenty values of a thousand characters fit in it."""

WITHIN: Final = 20.0
"""Seconds in which it must be on disk; after that the sender is to ask again with the same key."""

IDEMPOTENCY: Final = "Idempotency-Key"

Request = TypeVar("Request", requests.CallbackRequest, requests.WorkRequest)
Meaning = Callable[[Request, str, Directory, int], Delivery]


class Refusal(Exception):
    """A request that is not taken, with its answer."""

    def __init__(self, status: int, code: str, message: str, field: str = "", **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.field = field
        self.headers = headers


class WorkApi:
    """The requests of other systems."""

    def __init__(self, *, runner: Runner, store: Store, keys: ApiKeys, clock: Clock) -> None:
        self._runner = runner
        self._store = store
        self._keys = keys
        self._clock = clock

    async def callback(self, request: web.Request) -> web.Response:
        """Somebody is to be called."""
        return await self._answered(request, requests.decode_callback, deliveries.callback)

    async def work_item(self, request: web.Request) -> web.Response:
        """A work item or an e-mail is to be dealt with."""
        return await self._answered(request, requests.decode_work, deliveries.work)

    async def _answered(
        self, request: web.Request, decode: Callable[[str | bytes], Request], meaning: Meaning[Request]
    ) -> web.Response:
        try:
            key, status = await self._taken(request, decode, meaning)
        except Refusal as refusal:
            # Not its words: they may be those of the request.
            log.warning("a request was refused", extra={"code": refusal.code, "field": refusal.field})
            told = requests.Refused(refusal.code, refusal.field, str(refusal))
            return _json(refusal.status, told, refusal.headers)
        return _json(status, requests.Accepted(key), {})

    async def _taken(
        self, request: web.Request, decode: Callable[[str | bytes], Request], meaning: Meaning[Request]
    ) -> tuple[str, int]:
        """The contact's key and the status.  Raises `Refusal`."""
        name = self._sender(request)
        if why := self._runner.store_fails:
            words = f"Nothing can be kept now ({why}): send the same request again later, with the same key."
            raise Refusal(503, "store_down", words, **{"Retry-After": "10"})
        body = await _body(request)
        now = self._clock.now()
        try:
            asked = read(decode, body)
            given = _idempotency_key(request, asked.key)
            key = deliveries.contact_key(name, given) if given else new_key(now)
            delivery = meaning(asked, key, self._runner.directory, now)
        except BadInput as error:
            status = 404 if error.code == "skill_unknown" else 400
            raise Refusal(status, error.code, str(error), error.field) from error
        known = bool(given) and await self._known(key, delivery)
        if not known or key in self._runner.floor.contacts:
            await self._on_disk(delivery)
        log.info("work was %s", "known" if known else "taken", extra={"contact": key, "sender": name})
        return key, 200 if known else 201

    def _sender(self, request: web.Request) -> str:
        try:
            return self._keys.name_of(request.headers.get("Authorization"), self._clock.now())
        except KeyRefused as error:
            raise Refusal(401, error.code, str(error), **{"WWW-Authenticate": "Bearer"}) from error
        except TooMany as error:
            raise Refusal(429, error.code, str(error), **{"Retry-After": "1"}) from error

    async def _known(self, key: str, delivery: Delivery) -> bool:
        """Whether that request was taken before.  Raises `Refusal` when another one was, under the same key."""
        contact = self._runner.floor.contacts.get(key)
        if contact is None:
            try:
                contact = await self._store.contact(key)
            except StoreError as error:
                raise Refusal(503, "store", "The store cannot be read: send the same request again later.") from error
        # While the store was asked the same request may have come by another connection.
        contact = self._runner.floor.contacts.get(key) or contact
        if contact is None:
            return False
        if not deliveries.same(contact, delivery):
            words = "This key was used for another request: use a fresh one for each."
            raise Refusal(409, "key_reused", words, "key")
        return True

    async def _on_disk(self, delivery: Delivery) -> None:
        """Returns when it is; nothing comes of it twice.  Raises `Refusal`."""
        saved: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def done() -> None:
            if not saved.done():
                saved.set_result(None)

        try:
            self._runner.deliver(delivery, done)
        except Exception as error:
            self._runner.fault()
            log.exception("work could not be taken")
            raise Refusal(500, "internal", "The connector failed on this request; its log says why.") from error
        try:
            await asyncio.wait_for(saved, WITHIN)
        except TimeoutError:
            words = "The disk is slow: send the same request again, with the same key."
            raise Refusal(503, "store_slow", words) from None


async def _body(request: web.Request) -> bytes:
    if request.content_type != "application/json":
        raise Refusal(415, "json_only", "Send JSON, with Content-Type: application/json.")
    body = bytearray()
    async for piece in request.content.iter_chunked(LARGEST):
        body += piece
        if len(body) > LARGEST:
            raise Refusal(413, "body_too_large", f"A request has at most {LARGEST} bytes.")
    return bytes(body)


def _idempotency_key(request: web.Request, field: str | None) -> str:
    """The one given as header or as field; "" for none.  Raises `BadInput`."""
    header = request.headers.get(IDEMPOTENCY, "").strip()
    if len(header) > 255:
        raise BadInput("key_invalid", IDEMPOTENCY, "An idempotency key has at most 255 characters.")
    if header and field is not None and header != field:
        raise BadInput("key_invalid", "key", f"The header {IDEMPOTENCY} and the field differ: send one of them.")
    return header or field or ""


def _json(status: int, value: object, headers: dict[str, str]) -> web.Response:
    return web.Response(body=requests.encode(value), status=status, content_type="application/json", headers=headers)
