"""A provider that answers what a test wants, and a connector whose pages are signed in to by it."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from aiohttp import ClientResponse, ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer, unused_port
from yarl import URL

from connector.api.auth import SignIn
from connector.api.hosted import Hosted
from connector.api.http import PANEL
from connector.api.listeners import Listeners
from connector.api.openid import OpenId, OpenIdConfig
from connector.api.recordings import RecordingsApi
from connector.ports.recordings import Stored
from connector.service.clock import ManualClock
from tests.api.rig import Edge
from tests.api.tokens import NOW, ORG, issuer, key
from tests.domain.stage import SAM, START

CLIENT = "3MVG9.client"
CONTACT = "01JD-call"


class Provider:
    """Publishes the keys in `published`, by name, and answers a code with `id_token`."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.url = ""
        self.published: dict[str, Any] = {"one": key("one")}
        self.document: dict[str, Any] = {}
        self.asked: list[str] = []
        self.form: dict[str, str] = {}
        self.id_token = ""
        self.answer: tuple[int, str] | None = None
        self.keys_text: str | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Provider"]:
        app = web.Application()
        app.router.add_get("/.well-known/openid-configuration", self._discovery)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/token", self._token)
        async with TestServer(app) as server:
            self.url = f"http://127.0.0.1:{server.port}"
            self.document = {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
            yield self

    def config(self, callback: str, secret: str | None = None) -> OpenIdConfig:
        return OpenIdConfig(self.url, CLIENT, secret, ORG, callback)

    def token(self, nonce: str, /, *, signed_by: str = "one", without: str = "", **changes: Any) -> str:
        """A good ID token, but for what is said; `kid`, `alg` go into its header."""
        kid, algorithm = changes.pop("kid", signed_by), changes.pop("alg", "RS256")
        whole = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": f"{self.url}/id/{ORG}/{SAM}",
            "iat": NOW,
            "exp": NOW + 120,
            "nonce": nonce,
            **changes,
        }
        whole.pop(without, None)
        return jwt.encode(whole, key(signed_by), algorithm=algorithm, headers={"kid": kid} if kid else {})

    async def _discovery(self, _request: web.Request) -> web.Response:
        self.asked.append("discovery")
        return web.json_response(self.document)

    async def _keys(self, _request: web.Request) -> web.Response:
        self.asked.append("keys")
        if self.keys_text is not None:
            return web.Response(text=self.keys_text, content_type="application/json")
        return web.json_response({"keys": [jwk(one, name) for name, one in self.published.items()]})

    async def _token(self, request: web.Request) -> web.Response:
        self.asked.append("token")
        self.form = {name: str(value) for name, value in (await request.post()).items()}
        if self.answer is not None:
            status, text = self.answer
            return web.Response(status=status, text=text, headers={"Location": "https://evil.example"})
        return web.json_response({"access_token": "00D!secret", "id_token": self.id_token})


def jwk(of: Any, name: str, **changes: Any) -> dict[str, Any]:
    """A public key as it is published."""
    return {
        **json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(of.public_key())),
        "kid": name,
        "use": "sig",
        "alg": "RS256",
        **changes,
    }


class Shelf:
    """One recording, of one contact."""

    async def of(self, contact: str) -> list[Stored]:
        return [Stored(f"{CONTACT}-{START}", CONTACT, START)] if contact == CONTACT else []


class Site:
    """The connector's own pages, and a browser."""

    def __init__(self, edge: Edge, provider: Provider, hosted: Hosted, url: str, browser: ClientSession) -> None:
        self.edge, self.provider, self.hosted, self.url, self.browser = edge, provider, hosted, url, browser
        self.way: dict[str, str] = {}

    async def ask(self, path: str, method: str = "GET", **headers: str) -> ClientResponse:
        address = URL(path if path.startswith("http") else self.url + path, encoded=True)
        answer = await self.browser.request(method, address, headers=headers, allow_redirects=False)
        await answer.read()
        return answer

    async def start(self, to: str = "/panel") -> ClientResponse:
        """The browser is sent to Salesforce; `way` is with what."""
        answer = await self.ask(f"/sign-in?to={to}")
        if answer.status == 303:
            query = parse_qs(urlsplit(answer.headers["Location"]).query)
            self.way = {name: values[0] for name, values in query.items()}
        return answer

    async def come_back(self, **query: str) -> ClientResponse:
        """Salesforce sends the browser back."""
        given = {"code": "a-code", "state": self.way.get("state", ""), **query}
        return await self.ask("/sign-in/callback?" + "&".join(f"{name}={value}" for name, value in given.items()))

    async def sign_in(self, agent: str = SAM, to: str = "/panel") -> ClientResponse:
        """All of it."""
        await self.start(to)
        now = self.edge.clock.now() // 1000
        who = f"{self.provider.url}/id/{ORG}/{agent}"
        self.provider.id_token = self.provider.token(self.way["nonce"], sub=who, iat=now, exp=now + 120)
        return await self.come_back()

    async def ticket(self, **headers: str) -> ClientResponse:
        return await self.ask("/sign-in/ticket", "POST", **{"Origin": self.url, **headers})


def challenge(verifier: str) -> str:
    """RFC 7636, section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@asynccontextmanager
async def site_of(edge: Edge, public_url: str = "", secret: str | None = None) -> AsyncIterator[Site]:
    """The pages at `public_url`, which is where they really are when it is empty."""
    async with Provider(edge.clock).running() as provider:
        port = unused_port()
        here = f"http://127.0.0.1:{port}"
        url = public_url or here
        sign_in = edge.sockets._sign_in
        openid = OpenId(provider.config(f"{url}/sign-in/callback", secret), edge.clock.now)
        templates = PANEL / "templates"
        hosted = Hosted(
            runner=edge.runner, sign_in=sign_in, openid=openid, public_url=url, clock=edge.clock, templates=templates
        )
        recordings = RecordingsApi(
            runner=edge.runner,
            store=edge.disk,  # type: ignore[arg-type]  # no more of it is used
            recordings=Shelf(),  # type: ignore[arg-type]  # nor of this
            listeners=Listeners(SignIn([issuer()], edge.clock.now), edge.clock),
            origins=frozenset(),
            templates=templates,
            hosted=hosted,
        )
        app = web.Application()
        app.router.add_routes([*hosted.routes(), *recordings.routes()])
        async with (
            TestServer(app, port=port),
            ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser,
        ):
            try:
                made = Site(edge, provider, hosted, here, browser)
                made.url = here
                yield made
            finally:
                await openid.close()
