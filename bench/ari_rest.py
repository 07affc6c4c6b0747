"""Requests to a real Asterisk over its event socket and over HTTP: one after the other, and many at once.

    python bench/ari_rest.py [--requests N] [--repeats N]

All set a variable of Asterisk, as the driver notes things on channels, and all answers are looked at.  The order of
the ways is random in each repeat; the driver uses the socket, with as many requests under way as there are.
"""

import asyncio
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import aiohttp
from house.asterisk import command, find_asterisk
from house.cache import Cache

from bench.figures import DATA, ROOT, Figure, cpu_of, figure, options, tell
from connector.sandbox.asterisk.instance import USER, Asterisk, free_ports
from connector.switch.asterisk.socket import AriSocket, uri

PROGRAM = "ari_rest"
AT_ONCE = 20
SOCKET, HTTP = "socket", "HTTP"
PATH = uri("asterisk", "variable", variable="BENCH", value="1")

Way = Callable[[int], Awaitable[None]]


class Ways:
    """The four ways to make so many requests."""

    def __init__(self, http: aiohttp.ClientSession, address: str, socket: AriSocket) -> None:
        self._http = http
        self._address = f"{address}/{PATH}"
        self._socket = socket
        self.all: dict[tuple[str, int], Way] = {
            (SOCKET, 1): self._by_socket_in_turn,
            (SOCKET, AT_ONCE): self._by_socket_at_once,
            (HTTP, 1): self._by_http_in_turn,
            (HTTP, AT_ONCE): self._by_http_at_once,
        }

    async def _by_socket_in_turn(self, count: int) -> None:
        for _ in range(count):
            await self._socket.request("POST", PATH)

    async def _by_socket_at_once(self, count: int) -> None:
        await self._shared(count, self._by_socket_in_turn)

    async def _by_http_in_turn(self, count: int) -> None:
        for _ in range(count):
            async with self._http.post(self._address) as answer:
                answer.raise_for_status()
                await answer.read()

    async def _by_http_at_once(self, count: int) -> None:
        await self._shared(count, self._by_http_in_turn)

    async def _shared(self, count: int, one: Way) -> None:
        await asyncio.gather(*(one(count // AT_ONCE) for _ in range(AT_ONCE)))


Measured = dict[tuple[str, int], tuple[list[float], list[float], list[float]]]


async def measure(asterisk: Asterisk, requests: int, repeats: int) -> Measured:
    """Requests a second, and µs of processor time a request here and at Asterisk, of each way."""
    found: Measured = {}
    headers = {"Authorization": aiohttp.encode_basic_auth(USER, asterisk.password)}
    connections = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(headers=headers, connector=connections) as http:
        socket = await AriSocket.open(http, asterisk.ari, "bench", lambda _event: None)
        ways = Ways(http, asterisk.ari, socket).all
        for way in ways.values():
            await way(10 * AT_ONCE)
        for _ in range(repeats):
            for name in random.sample(list(ways), len(ways)):
                ours, theirs, began = time.process_time(), cpu_of(asterisk.pid), time.perf_counter()
                await ways[name](requests)
                took = time.perf_counter() - began
                rates, here, there = found.setdefault(name, ([], [], []))
                rates.append(requests / took)
                here.append((time.process_time() - ours) / requests * 1e6)
                there.append((cpu_of(asterisk.pid) - theirs) / requests * 1e6)
        await socket.close()
    return found


def figures(found: Measured) -> list[Figure]:
    """The ratios first."""
    told = []
    for count, how in ((1, "one after the other"), (AT_ONCE, f"{AT_ONCE} at once (HTTP: on as many connections)")):
        for place, what in ((0, "Requests a second: socket ÷ HTTP"), (1, "Our CPU per request: socket ÷ HTTP")):
            pairs = zip(found[SOCKET, count][place], found[HTTP, count][place], strict=True)
            aim = 1.0 if place == 0 else None
            told.append(figure(PROGRAM, what, [ours / http for ours, http in pairs], "×", how, above=aim))
        for name in (SOCKET, HTTP):
            rates, here, there = found[name, count]
            told.append(figure(PROGRAM, f"Requests a second, {name}", rates, "", how))
            told.append(figure(PROGRAM, f"CPU per request here, {name}", here, "µs", how))
            told.append(figure(PROGRAM, f"CPU per request at Asterisk, {name}", there, "µs", how))
    return told


async def run(given_requests: int, repeats: int, program: Path, folder: Path) -> Measured:
    """An Asterisk for as long as it takes."""
    asterisk = Asterisk(folder, command(program), program, free_ports(), "127.0.0.2:9")
    asterisk.configure(app="bench", away="tone:busy")
    await asterisk.start()
    try:
        return await measure(asterisk, given_requests, repeats)
    finally:
        await asterisk.stop()


def main() -> None:
    """Runs and tells."""
    parser = options(__doc__ or "")
    parser.add_argument("--requests", type=int, default=2_000, help="requests of each way and repeat (2,000)")
    given = parser.parse_args()
    program = find_asterisk(Cache.of_user(), ROOT)
    if program is None:
        raise SystemExit("a real Asterisk is needed: python3 tools/setup.py asterisk")
    started = os.getloadavg()
    DATA.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=DATA))
    try:
        found = asyncio.run(run(given.requests, given.repeats, program, folder))
    finally:
        shutil.rmtree(folder)
    tell(figures(found), started, given.out)


if __name__ == "__main__":
    main()
