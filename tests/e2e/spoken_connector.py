"""`python -m tests.e2e.spoken_connector CONFIG`: the demo's connector, with ears for what a test has people say.

What is "said" comes over a socket beside the configuration, as text, and not from the switch of the demo.
"""

import asyncio
import sys
from pathlib import Path

from aiohttp import web

from connector import config as settings
from connector import log
from connector.app import Connector
from connector.cli import serve
from connector.errors import RecognizerUnavailable
from connector.service.clock import WallClock
from tests.ports.spoken import Spoken

SOCKET = "speech.sock"


class Speech:
    """What a test may ask for: somebody says something, or the recognizer fails."""

    def __init__(self, spoken: Spoken) -> None:
        self._spoken = spoken

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_post("/say", self.say)
        application.router.add_post("/fault", self.fault)
        application.router.add_get("/reached", self.reached)
        return application

    async def say(self, request: web.Request) -> web.Response:
        """That is said at that leg; whether anybody listened is answered."""
        body = await request.json()
        listened = body["leg"] in self._spoken.listened
        self._spoken.say(**body)
        return web.json_response(listened)

    async def fault(self, request: web.Request) -> web.Response:
        """From now on the recognizer fails, or works again."""
        words = (await request.json())["words"]
        self._spoken.fault = RecognizerUnavailable(words) if words else None
        return web.json_response(True)

    async def reached(self, _request: web.Request) -> web.Response:
        """Every text that the recognizer was given."""
        return web.json_response([text for text, _ in self._spoken.reached])


async def run(path: Path) -> None:
    """The connector and the socket, until the connector ends."""
    config = settings.read(path, {})
    log.set_up(config.log_level)
    spoken = Spoken(WallClock().now)
    runner = web.AppRunner(Speech(spoken).application(), access_log=None)
    await runner.setup()
    await web.UnixSite(runner, str(path.with_name(SOCKET))).start()
    try:
        await serve(Connector(config, sandbox=True, hearing=(spoken, spoken)))
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
