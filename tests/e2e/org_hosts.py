"""The hosts of an org and of its connector on this machine: their names, TLS, and no port in their addresses.

One server ends TLS for all of them, as a proxy does, and passes on what is not its own: Lightning is the console, the
connector that of the running demo.  The org's Visualforce host is played here, with the page of force-app.
"""

import asyncio
import base64
import hashlib
import html
import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from connector.sandbox.console.server import Console, start_console
from connector.sandbox.demo import Demo
from tests.certificates import write_certificate
from tests.e2e.desk import METADATA

LIGHTNING: Final = "https://acme.lightning.force.com"
"""An org whose call centre has the adapter page of force-app."""

SANDBOX: Final = "https://acme--uat.sandbox.lightning.force.com"
"""One whose call centre has the panel that the connector hosts."""

VISUALFORCE: Final = "https://acme--c.vf.force.com"
CONNECTOR: Final = "https://phone.acme.example"
ELSEWHERE: Final = "https://elsewhere.example"
ORIGINS: Final = (LIGHTNING, SANDBOX, VISUALFORCE)
"""What the connector's setting `origins` has."""

ADAPTER: Final = "/apex/PhonePanel"
RESOURCES: Final = METADATA / "staticresources"
_NAMES: Final = tuple(URL(origin).host or "" for origin in (*ORIGINS, CONNECTOR, ELSEWHERE))
_OF_ONE_HOP: Final = frozenset(
    ("connection", "keep-alive", "transfer-encoding", "upgrade", "content-length", "x-forwarded-proto")
)


def written(page: str, config: dict[str, object]) -> str:
    """What the platform makes of the page: static resources get addresses, and `{!config}` is escaped as text."""
    body = page.split(">\n", 1)[1].replace("</apex:page>", "")
    body = re.sub(r'<apex:stylesheet value="(.*?)" />', r'<link rel="stylesheet" href="\1" />', body)
    body = re.sub(r"\{!\$Resource\.(\w+)\}", r"/resource/1764460800000/\1", body)
    body = body.replace("{!config}", html.escape(json.dumps(config)))
    assert "apex:" not in body and "{!" not in body, "the test does not know all that the page uses"
    return f"<!DOCTYPE html>{body}"


class Hosts:
    """All of them: the org on one port, others on another.

    `asked` gathers what the Visualforce host was asked for; `config`, `microphone` and `loses_query` are for a test to
    change, and as an org has them after `clear`.
    """

    def __init__(self, demo: Demo) -> None:
        self.asked: list[str] = []
        self.browser_options: tuple[str, ...] = ()
        self.connector_is_local = ""
        self._demo = demo
        self._upstream = {URL(CONNECTOR).host: demo.connector_address}
        self._http = aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
        self._consoles: list[Console] = []
        self._runner: web.AppRunner | None = None
        self._sockets: set[web.WebSocketResponse] = set()
        self._cut = False
        self.clear()

    def clear(self) -> None:
        """As in an org that is set up as the guide says."""
        self.asked.clear()
        self.config: dict[str, object] = {}
        self.microphone: str | None = None
        self.loses_query = False

    async def start(self) -> None:
        """They answer; `browser_options` sends a Chromium to them, and has it trust this certificate and no other.

        With the option `connector_is_local` too it takes the org to be in the internet, and the connector beside it.
        """
        for lightning, panel in ((LIGHTNING, VISUALFORCE + ADAPTER), (SANDBOX, f"{CONNECTOR}/panel")):
            console = await start_console(org_url=self._demo.org, control_key=self._demo.key, panel_url=panel)
            self._consoles.append(console)
            self._upstream[URL(lightning).host] = console.url
        context, pin = _certificate(self._demo.folder)
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
        await self._runner.setup()
        for _ in range(2):
            await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        org, others = (f"127.0.0.1:{address[1]}" for address in self._runner.addresses)
        rules = f"MAP *.force.com {org}, MAP *.example {others}"
        self.browser_options = (f"--host-resolver-rules={rules}", f"--ignore-certificate-errors-spki-list={pin}")
        self.connector_is_local = f"--ip-address-space-overrides={org}=public,{others}=local"

    @asynccontextmanager
    async def cut_off(self) -> AsyncIterator[None]:
        """Meanwhile no panel is connected to the connector."""
        self._cut = True
        try:
            for socket in list(self._sockets):
                await socket.close(code=aiohttp.WSCloseCode.GOING_AWAY)
            yield
        finally:
            self._cut = False

    async def close(self) -> None:
        """Nothing of them is left."""
        for console in self._consoles:
            await console.close()
        if self._runner is not None:
            await self._runner.cleanup()
        await self._http.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        host = URL(f"https://{request.host}").host
        if host == URL(VISUALFORCE).host:
            return await self._visualforce(request)
        if host == URL(ELSEWHERE).host:
            frame = f'<iframe src="{html.escape(request.query["frame"])}"></iframe>'
            return web.Response(text=f'<!DOCTYPE html><link rel="icon" href="data:,">{frame}', content_type="text/html")
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._socket(request, self._upstream[host])
        return await self._pass(request, self._upstream[host])

    # --- a proxy -----------------------------------------------------------------------------------------------------

    @staticmethod
    def _passed_on(request: web.Request) -> CIMultiDict[str]:
        kept = ((name, value) for name, value in request.headers.items() if name.lower() not in _OF_ONE_HOP)
        return CIMultiDict((*kept, ("X-Forwarded-Proto", "https")))

    async def _pass(self, request: web.Request, upstream: str) -> web.StreamResponse:
        url = URL(upstream + request.raw_path, encoded=True)
        headers, body = self._passed_on(request), await request.read()
        async with self._http.request(request.method, url, headers=headers, data=body, allow_redirects=False) as answer:
            kept = CIMultiDict((name, text) for name, text in answer.headers.items() if name.lower() not in _OF_ONE_HOP)
            if self.microphone is not None and url.path.startswith("/lightning/"):
                kept["Permissions-Policy"] = f"microphone={self.microphone}"
            response = web.StreamResponse(status=answer.status, headers=kept)
            await response.prepare(request)
            async for part in answer.content.iter_any():
                await response.write(part)
            await response.write_eof()
            return response

    async def _socket(self, request: web.Request, upstream: str) -> web.StreamResponse:
        if self._cut:
            raise web.HTTPBadGateway
        headers = CIMultiDict(item for item in self._passed_on(request).items() if "websocket" not in item[0].lower())
        url = URL(upstream.replace("http", "ws", 1) + request.raw_path, encoded=True)
        async with self._http.ws_connect(url, headers=headers, autoping=False) as behind:
            before = web.WebSocketResponse(autoping=False)
            await before.prepare(request)
            self._sockets.add(before)
            ways = [asyncio.create_task(_pump(*way)) for way in ((before, behind), (behind, before))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._sockets.discard(before)
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
            await before.close(code=behind.close_code or aiohttp.WSCloseCode.GOING_AWAY)
            return before

    # --- the Visualforce host ----------------------------------------------------------------------------------------

    async def _visualforce(self, request: web.Request) -> web.StreamResponse:
        name = Path(request.path).name
        self.asked.append(name)
        if request.path == ADAPTER:
            return self._page(request)
        if request.path.startswith("/support/"):
            return await self._pass(request, self._consoles[0].url)
        assert request.path.startswith("/resource/"), request.path
        (file,) = (file for file in RESOURCES.glob(f"{name}.*") if not file.name.endswith("-meta.xml"))
        return web.FileResponse(file)

    def _page(self, request: web.Request) -> web.Response:
        if self.loses_query and request.query_string:
            return web.Response(status=302, headers={"Location": ADAPTER})
        config = {
            "socket": CONNECTOR.replace("https", "wss", 1) + "/panel/socket",
            "origins": [LIGHTNING],
            "openCtiVersion": "62.0",
            "language": "en_US",
            **self.config,
        }
        text = written((METADATA / "pages" / "PhonePanel.page").read_text(), config)
        headers = {"Content-Security-Policy": f"frame-ancestors 'self' {LIGHTNING}"}
        return web.Response(text=text, content_type="text/html", headers=headers)


async def _pump(
    source: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
    target: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
) -> None:
    async for message in source:
        if message.type is aiohttp.WSMsgType.PING:
            await target.ping(message.data)
        elif message.type is aiohttp.WSMsgType.PONG:
            await target.pong(message.data)
        else:
            body = message.data.encode() if message.type is aiohttp.WSMsgType.TEXT else message.data
            await target.send_frame(body, message.type)


def _certificate(folder: Path) -> tuple[ssl.SSLContext, str]:
    """A new one for all the names, and the hash of its key as Chromium wants it."""
    public = write_certificate(folder, *_NAMES)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context, base64.b64encode(hashlib.sha256(public).digest()).decode()


@asynccontextmanager
async def hosts_of(demo: Demo) -> AsyncIterator[Hosts]:
    """They answer while the context is open."""
    hosts = Hosts(demo)
    try:
        await hosts.start()
        yield hosts
    finally:
        await hosts.close()
