"""`/sign-in`: who opens a page of the connector itself, outside Salesforce, signs in with Salesforce.

From `/sign-in` the browser goes to Salesforce and comes back to `/sign-in/callback` with a code; the user that this is
exchanged for gets a session, which a cookie carries.  In between nothing is kept here: the way back is in `state`,
signed, and a cookie of ten minutes ties it to the browser; nonce and PKCE verifier are made of that cookie and a key of
this process.
"""

import base64
import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import jinja2
import msgspec
from aiohttp import web
from msgspec import Struct

from connector.api.auth import SignIn
from connector.api.cookie_sessions import CookieSessions
from connector.api.openid import OpenId
from connector.api.rate import Bucket
from connector.domain.directory import Directory
from connector.errors import SignInRefused
from connector.ports.recordings import CONTACT
from connector.service.clock import Clock
from connector.service.runner import Runner

log = logging.getLogger(__name__)

PATH: Final = "/sign-in"
CALLBACK: Final = "/sign-in/callback"
PANEL: Final = "/panel"

LASTS: Final = 3_600_000
"""ms after which a session that is not used ends; an open panel uses its own."""

AT_MOST: Final = 12 * LASTS
"""ms after which everybody signs in again."""

TRY_LASTS: Final = 600_000
"""ms for signing in at Salesforce."""

COST_OF_A_TRY: Final = (40, 4)
"""Codes that may be exchanged at once, and per second after that: each is a request to Salesforce."""

_LOCAL: Final = re.compile(rf"/panel|/recordings/{CONTACT}")
_LANGUAGES: Final = ("en", "nl")
_STATUS: Final = {
    "sign_in_stale": 400,
    "sign_in_refused": 401,
    "sign_in_denied": 401,
    "not_an_agent": 403,
    "origin_not_allowed": 403,
    "too_many_requests": 429,
    "sign_in_down": 503,
    "signed_in": 200,
    "signed_out": 200,
}
"""What a page says, and its status; any other code is told as sign_in_refused."""

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class _Way(Struct, frozen=True):
    """Where somebody who signs in wants to go, and since when."""

    to: str
    at: int


class Hosted:
    """The requests, and who has a session.  `public_url` is where browsers reach the connector."""

    def __init__(
        self,
        *,
        runner: Runner,
        sign_in: SignIn,
        openid: OpenId,
        public_url: str,
        clock: Clock,
        templates: Path,
        fresh: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """`fresh` asks the org for its agents of now, for somebody who is none."""
        self._fresh = fresh
        self._runner = runner
        self._sign_in = sign_in
        self._openid = openid
        self._url = public_url
        self._clock = clock
        self._sessions = CookieSessions(clock.now, LASTS, AT_MOST)
        self._bucket = Bucket(clock.now(), *COST_OF_A_TRY)
        self._key = secrets.token_bytes(32)
        self._secure = public_url.startswith("https://")
        # A browser takes a cookie with this prefix from nobody but this very host, and by https only.
        prefix = "__Host-" if self._secure else ""
        self.cookie = f"{prefix}phone_panel"
        self._try_cookie = f"{prefix}phone_panel_sign_in"
        loader = jinja2.FileSystemLoader(templates)
        self._template = jinja2.Environment(loader=loader, autoescape=True).get_template("sign_in.html.j2")

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get(PATH, self._start),
            web.get(CALLBACK, self._callback),
            web.post("/sign-in/ticket", self._ticket),
            web.get("/sign-out", self._ask_out),
            web.post("/sign-out", self._out),
        ]

    def agent(self, request: web.Request) -> str | None:
        """The agent whose browser this is; None for who has not signed in, or is no agent any more."""
        return self._known(self._sessions.agent(request.cookies.get(self.cookie)), self._runner.directory)

    def start_url(self, to: str) -> str:
        """Where to send a browser that is to come back to `to`."""
        return f"{self._url}{PATH}?to={to}"

    @staticmethod
    def _known(agent: str | None, directory: Directory) -> str | None:
        return agent if agent in directory.agents else None

    # --- there and back ----------------------------------------------------------------------------------------------

    async def _start(self, request: web.Request) -> web.StreamResponse:
        """To Salesforce.  `to` that is no page of ours is the panel."""
        to = request.query.get("to", PANEL)
        way = _Way(to if _LOCAL.fullmatch(to) else PANEL, self._clock.now())
        browser = secrets.token_urlsafe(32)
        challenge = _base64(hashlib.sha256(self._made("verifier", browser).encode()).digest())
        try:
            url = await self._openid.authorize_url(self._state(way, browser), self._made("nonce", browser), challenge)
        except SignInRefused as refused:
            return self._refused(request, refused)
        answer = web.Response(status=303, headers={**_HEADERS, "Location": url})
        self._set(answer, self._try_cookie, browser, TRY_LASTS)
        return answer

    async def _callback(self, request: web.Request) -> web.StreamResponse:
        """Back from Salesforce: the user gets a session, or is told why not."""
        try:
            way, browser = self._way(request)
            agent = await self._user(request, browser)
        except SignInRefused as refused:
            answer = self._refused(request, refused)
        else:
            answer = web.Response(status=303, headers={**_HEADERS, "Location": f"{self._url}{way.to}"})
            self._sessions.end(request.cookies.get(self.cookie))
            self._set(answer, self.cookie, self._sessions.open(agent), LASTS)
            log.info("signed in with Salesforce", extra={"agent": agent})
        answer.del_cookie(self._try_cookie, path="/", secure=self._secure, httponly=True, samesite="Lax")
        return answer

    def _way(self, request: web.Request) -> tuple[_Way, str]:
        """Where that browser was going.  Raises `SignInRefused` for one that has not begun here, or long ago."""
        browser = request.cookies.get(self._try_cookie, "")
        text, _, sign = request.query.get("state", "").partition(".")
        if not browser or not hmac.compare_digest(sign.encode(), self._made("state", browser, text).encode()):
            raise SignInRefused("sign_in_stale", "The sign-in did not begin in this browser, or was used.")
        way = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Way)
        if self._clock.now() - way.at >= TRY_LASTS:
            raise SignInRefused("sign_in_stale", "The sign-in took too long.")
        return way, browser

    async def _user(self, request: web.Request, browser: str) -> str:
        error = request.query.get("error")
        if error is not None:
            words = f"Salesforce says {error[:80]!r}."
            raise SignInRefused("sign_in_denied" if error == "access_denied" else "sign_in_refused", words)
        if not self._bucket.take(self._clock.now()):
            raise SignInRefused("too_many_requests", "Too many sign in at once.")
        verifier, nonce = self._made("verifier", browser), self._made("nonce", browser)
        user = await self._openid.user(request.query.get("code", ""), verifier, nonce)
        if user not in self._runner.directory.agents and self._fresh is not None:
            await self._fresh()
        if user not in self._runner.directory.agents:
            raise SignInRefused("not_an_agent", f"The user {user} is no agent: ask for the Phone Panel permission.")
        return user

    def _state(self, way: _Way, browser: str) -> str:
        text = _base64(msgspec.json.encode(way))
        return f"{text}.{self._made('state', browser, text)}"

    def _made(self, what: str, *of: str) -> str:
        """43 characters that only this process can make of these."""
        return _base64(hmac.digest(self._key, " ".join((what, *of)).encode(), "sha256"))

    def _set(self, answer: web.Response, name: str, value: str, lasts: int) -> None:
        answer.set_cookie(
            name, value, max_age=lasts // 1000, path="/", httponly=True, samesite="Lax", secure=self._secure
        )

    # --- afterwards --------------------------------------------------------------------------------------------------

    async def _ticket(self, request: web.Request) -> web.StreamResponse:
        """What the panel's socket takes for a token, good once; the session begins anew.  For our own pages only."""
        if not self._is_ours(request):
            return web.Response(status=403, text="origin_not_allowed", headers=_HEADERS)
        secret = request.cookies.get(self.cookie)
        agent = self._known(self._sessions.extend(secret), self._runner.directory)
        if agent is None or secret is None:
            return web.Response(status=401, text="session_over", headers=_HEADERS)
        answer = web.Response(text=self._sign_in.tickets.give(agent), headers=_HEADERS)
        self._set(answer, self.cookie, secret, LASTS)
        return answer

    async def _ask_out(self, request: web.Request) -> web.StreamResponse:
        return self._page(request, "signed_in" if self.agent(request) else "signed_out")

    async def _out(self, request: web.Request) -> web.StreamResponse:
        if not self._is_ours(request):
            return self._page(request, "origin_not_allowed")
        self._sessions.end(request.cookies.get(self.cookie))
        answer = self._page(request, "signed_out")
        answer.del_cookie(self.cookie, path="/", secure=self._secure, httponly=True, samesite="Lax")
        return answer

    def _is_ours(self, request: web.Request) -> bool:
        return request.headers.get("Origin", "") == self._url

    # --- pages -------------------------------------------------------------------------------------------------------

    def _refused(self, request: web.Request, refused: SignInRefused) -> web.Response:
        log.warning("a sign-in with Salesforce failed: %s", refused, extra={"code": refused.code})
        return self._page(request, refused.code)

    def _page(self, request: web.Request, code: str) -> web.Response:
        what = code if code in _STATUS else "sign_in_refused"
        language = request.headers.get("Accept-Language", "")[:2].lower()
        chosen = language if language in _LANGUAGES else "en"
        text = self._template.render(what=what, code=code, language=chosen)
        return web.Response(status=_STATUS[what], text=text, content_type="text/html", headers=_HEADERS)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
