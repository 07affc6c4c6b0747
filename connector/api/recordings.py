"""`/recordings/CONTACT`: what was recorded of a contact, for its agent and for supervisors.

A Task has the link.  Salesforce opens it by a form that posts a session token; the answer is a short session and the
page, on which the recordings play.  Whatever may not be heard is answered as what there is not.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import jinja2
from aiohttp import web

from connector.api import ranges
from connector.api.hosted import Hosted
from connector.api.listeners import LASTS, Listeners, TooManySignIns
from connector.domain.directory import Profile
from connector.domain.hours import local
from connector.domain.model import Recording
from connector.errors import RecordingGone, SignInRefused, StoreError, SwitchUnavailable
from connector.ports.recordings import CONTACT, Opened, RecordingStore, Stored
from connector.ports.store import Store
from connector.service.runner import Runner

log = logging.getLogger(__name__)

COOKIE: Final = "phone_panel_recordings"
PATH: Final = "/recordings"
FORM: Final = "application/x-www-form-urlencoded"
LARGEST: Final = 16 * 1024
"""Bytes of a form with a token."""

ORG_PAGE: Final = "/apex/PhoneRecording?contact="
"""The page of the org that posts the session token of who opens it."""

_KEY: Final = re.compile(CONTACT + r"\Z")
_NUMBER: Final = re.compile(r"[1-9]\d{0,2}\Z")
_LANGUAGES: Final = ("en", "nl")
_STATUS: Final = {"sign_in": 401, "origin": 403, "none": 404, "form": 415, "many": 429, "down": 503}
"""What a page without recordings says, and its status."""

_SAFE: Final = {
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_POLICY: Final = (
    "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class _Told(Exception):
    """A page without recordings; `what` is one of `_STATUS`."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


Answer = Callable[[web.Request, str], Awaitable[web.StreamResponse]]


class RecordingsApi:
    """The requests.  `origins` are those of the pages that may post a token; `hosted` lets in who has none."""

    def __init__(
        self,
        *,
        runner: Runner,
        store: Store,
        recordings: RecordingStore,
        listeners: Listeners,
        origins: frozenset[str],
        templates: Path,
        org: str = "",
        hosted: Hosted | None = None,
    ) -> None:
        """`org`: the address of the org whose page signs people in where `hosted` does not; "" where there is none."""
        self._hosted = hosted
        self._runner = runner
        self._store = store
        self._recordings = recordings
        self._listeners = listeners
        self._origins = origins
        self._org = org
        loader = jinja2.FileSystemLoader(templates)
        self._template = jinja2.Environment(loader=loader, autoescape=True).get_template("recordings.html.j2")

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.post(PATH + "/{contact}", self._told(self._open)),
            web.get(PATH + "/{contact}", self._told(self._page)),
            web.get(PATH + "/{contact}/{number}", self._told(self._sound)),
        ]

    def _told(self, answer: Answer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Nothing of what was asked for gets further than here unless it is a contact's key."""

        async def handle(request: web.Request) -> web.StreamResponse:
            key = request.match_info["contact"]
            what = "none"
            try:
                if _KEY.match(key) is not None:
                    return await answer(request, key)
            except _Told as told:
                what = told.what
            except RecordingGone:
                pass
            except (SwitchUnavailable, StoreError) as error:
                what = "down"
                log.warning("recordings cannot be had: %s", error)
            return self._words(request, what, key if _KEY.match(key) else "")

        return handle

    # --- who ---------------------------------------------------------------------------------------------------------

    async def _open(self, request: web.Request, key: str) -> web.StreamResponse:
        """A session is opened with the token that the form holds; the page follows."""
        origin = request.headers.get("Origin", "")
        if not (origin in self._origins or origin.partition("://")[2] == request.host):
            log.warning("a token of a foreign origin was refused", extra={"origin": origin})
            raise _Told("origin")
        if request.content_type != FORM or (request.content_length or LARGEST + 1) > LARGEST:
            raise _Told("form")
        token = (await request.post()).get("token")
        try:
            secret = await self._listeners.open(token if isinstance(token, str) else "", self._runner.directory)
        except TooManySignIns:
            raise _Told("many") from None
        except SignInRefused as refused:
            log.warning("a listener was refused: %s", refused, extra={"code": refused.code})
            raise _Told("sign_in") from refused
        answer = web.Response(status=303, headers={**_SAFE, "Location": f"{PATH}/{key}"})
        secure = request.secure or request.headers.get("X-Forwarded-Proto") == "https"
        answer.set_cookie(
            COOKIE, secret, max_age=LASTS // 1000, path=PATH, httponly=True, samesite="Lax", secure=secure
        )
        return answer

    async def _listener(self, request: web.Request, key: str) -> Profile:
        """Who listens, and may.  Raises `_Told`."""
        directory = self._runner.directory
        agent = self._listeners.agent(request.cookies.get(COOKIE), directory)
        if agent is None and self._hosted is not None:
            agent = self._hosted.agent(request)
        if agent is None:
            raise _Told("sign_in")
        profile = directory.profile(agent)
        contact = self._runner.floor.contacts.get(key)
        whose = contact.agent if contact is not None else None
        if whose is None:
            whose = await self._store.recorded_by(key)
        if whose is None or not (profile.supervisor or whose == agent):
            log.warning("nothing to hear for this agent", extra={"contact": key, "agent": agent})
            raise _Told("none")
        return profile

    async def _of(self, key: str) -> list[Stored]:
        """The contact's recordings, but for one that still runs."""
        found = list(await self._recordings.of(key))
        contact = self._runner.floor.contacts.get(key)
        running = contact is not None and contact.recording is not Recording.OFF
        return found[:-1] if running else found

    # --- what --------------------------------------------------------------------------------------------------------

    async def _page(self, request: web.Request, key: str) -> web.StreamResponse:
        try:
            profile = await self._listener(request, key)
        except _Told as told:
            if told.what != "sign_in" or self._hosted is None:
                raise
            return web.Response(status=303, headers={**_SAFE, "Location": self._hosted.start_url(request.path)})
        found = await self._of(key)
        if not found:
            raise _Told("none")
        shown = [(number, _when(one, profile)) for number, one in enumerate(found, 1)]
        return self._rendered(200, profile.language, "heard", contact=key, recordings=shown)

    async def _sound(self, request: web.Request, key: str) -> web.StreamResponse:
        profile = await self._listener(request, key)
        found = await self._of(key)
        number = request.match_info["number"]
        if _NUMBER.match(number) is None or int(number) > len(found):
            raise _Told("none")
        one = found[int(number) - 1]
        async with self._recordings.open(one.name) as opened:
            answer, part = _prepared(request, one, opened.size, _file(one, int(number), profile))
            if part is None or request.method == "HEAD":
                return answer
            log.info("a recording is heard", extra={"contact": key, "agent": profile.id, "bytes": part})
            return await _sent(request, answer, opened, part)

    # --- pages -------------------------------------------------------------------------------------------------------

    def _words(self, request: web.Request, what: str, key: str) -> web.Response:
        language = request.headers.get("Accept-Language", "")
        there = f"{self._org}{ORG_PAGE}{key}" if self._org and key and what == "sign_in" else ""
        return self._rendered(_STATUS[what], language, what, there=there)

    def _rendered(self, status: int, language: str, what: str, **values: Any) -> web.Response:
        chosen = language[:2].lower()
        text = self._template.render(what=what, language=chosen if chosen in _LANGUAGES else "en", **values)
        headers = {**_SAFE, "Content-Security-Policy": _POLICY}
        return web.Response(status=status, text=text, content_type="text/html", headers=headers)


def _when(one: Stored, profile: Profile) -> str:
    return local(one.started, profile.time_zone).strftime("%Y-%m-%d %H:%M:%S")


def _file(one: Stored, number: int, profile: Profile) -> str:
    """What the file is called when it is kept."""
    return local(one.started, profile.time_zone).strftime(f"recording-%Y%m%d-%H%M%S-{number}.wav")


def _prepared(
    request: web.Request, one: Stored, size: int, name: str
) -> tuple[web.StreamResponse, tuple[int, int] | None]:
    """The answer without its bytes, and which those are; None for none."""
    tag = f'"{one.started}-{size}"'
    headers = {
        **_SAFE,
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'inline; filename="{name}"',
        "Content-Type": "audio/wav",
        "ETag": tag,
    }
    header = request.headers.get("Range") if request.headers.get("If-Range", tag) == tag else None
    try:
        part = ranges.asked(header, size)
    except ranges.Unsatisfiable:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{size}"}), None
    start, stop = part or (0, size)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    headers["Content-Length"] = str(stop - start)
    return web.StreamResponse(status=206 if part else 200, headers=headers), (start, stop)


async def _sent(
    request: web.Request, answer: web.StreamResponse, opened: Opened, part: tuple[int, int]
) -> web.StreamResponse:
    """The bytes as they come; where they stop coming, so does the answer, and the browser sees that it is not whole."""
    await answer.prepare(request)
    try:
        async for piece in opened.read(*part):
            await answer.write(piece)
        await answer.write_eof()
    except SwitchUnavailable as error:
        log.warning("a recording was cut off: %s", error)
        if request.transport is not None:
            request.transport.abort()
    return answer
