"""Load on a real Asterisk: calls at once with audio both ways, calls set up a second, and whose processor time it is.

    python bench/asterisk_load.py [--calls 10 50 100 200] [--rates 5 10 20] [--hold SECONDS] [--repeats N]

Three processes beside this one: the Asterisk under test, the connector (its own parts, every commit synced, a panel
for each agent), and a second Asterisk that plays all callers and all phones.  Callers come on schedule, whatever the
others do; a call counts as set up when the agent's panel shows it answered, from the scheduled time on.  Who hangs up
frees an agent without wrap-up.  Takes about three minutes a repeat.
"""

import asyncio
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import aiohttp
import msgspec
from house.asterisk import command, find_asterisk
from house.cache import Cache

from bench import floor
from bench.asterisk_world import World
from bench.figures import DATA, ROOT, Figure, cpu_of, figure, options, tell
from bench.on_asterisk import Done

PROGRAM = "asterisk_load"
RATE = 20.0
"""Calls a second while their number grows."""

SPARE = 40
"""More agents than calls at once: those whose call is ending are not free yet."""

SHORT = 2
"""Seconds of talk where it is the rate that counts."""

PATIENCE = 60.0


class Panels:
    """A panel for each agent, in this process; says when which caller was answered, and when they had gone."""

    def __init__(self, agents: int, tokens: floor.Tokens) -> None:
        self._agents = agents
        self._tokens = tokens
        self.answered: dict[str, float] = {}
        self.live: set[str] = set()
        self.messages = 0
        self._shown: dict[int, set[str]] = {}
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self, http: aiohttp.ClientSession, port: int) -> None:
        """All are connected and have been shown that their phone is ready."""
        ready = [asyncio.Event() for _ in range(self._agents)]
        for n in range(self._agents):
            self._tasks.append(asyncio.create_task(self._panel(http, port, n, ready[n])))
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(one.wait() for one in ready))

    async def _panel(self, http: aiohttp.ClientSession, port: int, n: int, ready: asyncio.Event) -> None:
        address = f"ws://127.0.0.1:{port}/panel/socket"
        async with http.ws_connect(address, headers={"Origin": floor.ORIGIN}, max_msg_size=0) as ws:
            token = self._tokens.of(n, random.getrandbits(60))
            await ws.send_json({"type": "hello", "version": 1, "token": token, "panel": f"bench-{n}"})
            async for message in ws:
                self.messages += 1
                said = msgspec.json.decode(message.data)
                if said["type"] == "state":
                    if said["agent"]["phone_ready"]:
                        ready.set()
                    await self._take(ws, n, said)

    async def _take(self, ws: aiohttp.ClientWebSocketResponse, n: int, state: dict[str, Any]) -> None:
        now, shown = time.perf_counter(), set()
        for contact in state["contacts"]:
            number = contact["number"]
            shown.add(number)
            if contact["phase"] == "ACTIVE":
                self.answered.setdefault(number, now)
                self.live.add(number)
            elif contact["phase"] == "OFFERED" and contact["controls"].get("answer", "") is None:
                order = {"type": "command", "id": f"{number}-{now}", "name": "answer", "contact": contact["key"]}
                await ws.send_json(order)
        for number in self._shown.get(n, set()) - shown:
            self.live.discard(number)
        self._shown[n] = shown
        self._changed.set()

    async def until(self, condition: Any, what: str) -> None:
        """The condition holds; looked at whenever a panel was told something."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise SystemExit(f"{what}: not within {PATIENCE:.0f} s") from None

    async def close(self) -> None:
        """All are gone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Spent:
    """Processor seconds so far of each of the four."""

    def __init__(self, bench: "Bench") -> None:
        self.at = time.perf_counter()
        self.asterisk = cpu_of(bench.world.pbx.pid)
        self.connector = cpu_of(bench.connector.pid)
        self.others = cpu_of(bench.world.others.pid)
        self.load = time.process_time()


class Bench:
    """All processes, running."""

    def __init__(self, world: World, connector: asyncio.subprocess.Process, panels: Panels) -> None:
        self.world = world
        self.connector = connector
        self.panels = panels
        self._numbers = 0

    async def done(self) -> Done:
        """What the connector has done so far."""
        assert self.connector.stdin is not None and self.connector.stdout is not None
        self.connector.stdin.write(b"?\n")
        return msgspec.json.decode(await self.connector.stdout.readline(), type=Done)

    async def calls(self, count: int, rate: float, seconds: int) -> list[tuple[str, float]]:
        """So many callers on schedule; returns each number with its scheduled time."""
        began = time.perf_counter() + 0.05
        made, tasks = [], []
        for n in range(count):
            self._numbers += 1
            number, due = f"+1415{self._numbers:07d}", began + n / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(self.world.call(number, seconds)))
            made.append((number, due))
        await asyncio.gather(*tasks)
        return made

    def waits(self, made: list[tuple[str, float]]) -> list[float]:
        """ms from each scheduled time until a panel showed it answered."""
        return [(self.panels.answered[number] - due) * 1000 for number, due in made]

    async def all_over(self) -> None:
        """No agent has a call."""
        await self.panels.until(lambda: not self.panels.live, "all calls over")


class Runs(dict[str, list[float]]):
    """Values by name, one a repeat."""

    def note(self, name: str, value: float) -> None:
        """One more."""
        self.setdefault(name, []).append(value)


def lasts(count: int, hold: float) -> int:
    """Seconds that each of so many calls lasts, for all of them to be up for `hold` seconds; some may come late."""
    return round(1.5 * count / RATE + hold + 3)


async def at_once(bench: Bench, count: int, hold: float, runs: Runs) -> None:
    """So many calls at once, for `hold` seconds; then all hang up."""
    panels = bench.panels
    start = Spent(bench)
    made = await bench.calls(count, RATE, lasts(count, hold))
    await panels.until(lambda: all(number in panels.answered for number, _ in made), f"{count} calls answered")
    await asyncio.sleep(0.5)
    heard, before = await bench.world.audio(), Spent(bench)
    runs.note("up", len(panels.live))
    await asyncio.sleep(hold)
    after, later = Spent(bench), await bench.world.audio()
    took = after.at - before.at
    runs.note("packets", (later[0] - heard[0]) / (time.perf_counter() - before.at) / count)
    runs.note("lost", 100 * later[1] / max(1, later[0]))
    for who in ("asterisk", "connector", "others", "load"):
        runs.note(f"steady {who}", 100 * (getattr(after, who) - getattr(before, who)) / took)
    await bench.all_over()
    end = Spent(bench)
    for who in ("asterisk", "connector", "others", "load"):
        runs.note(f"call {who}", 1000 * (getattr(end, who) - getattr(start, who)) / count)
    runs.note("ratio", (end.connector - start.connector) / (end.asterisk - start.asterisk))
    _note_waits(bench.waits(made), runs)
    _note_stalls(await bench.done(), runs)


async def by_rate(bench: Bench, rate: float, hold: float, runs: Runs) -> None:
    """Short calls, so many a second."""
    panels = bench.panels
    before, first = Spent(bench), await bench.done()
    made = await bench.calls(round(rate * hold / 2), rate, SHORT)
    await panels.until(lambda: all(number in panels.answered for number, _ in made), f"{rate:g} calls a second")
    await bench.all_over()
    after, last = Spent(bench), await bench.done()
    took = after.at - before.at
    runs.note("events", (last.messages - first.messages) / took)
    runs.note("events a call", (last.messages - first.messages) / len(made))
    for who in ("asterisk", "connector"):
        runs.note(f"call {who}", 1000 * (getattr(after, who) - getattr(before, who)) / len(made))
    runs.note("ratio", (after.connector - before.connector) / (after.asterisk - before.asterisk))
    runs.note("answered a second", len(made) / (max(panels.answered[number] for number, _ in made) - made[0][1]))
    _note_waits(bench.waits(made), runs)
    _note_stalls(last, runs)


def _note_waits(waits: list[float], runs: Runs) -> None:
    cuts = statistics.quantiles(waits, n=100, method="inclusive")
    runs.note("median", cuts[49])
    runs.note("p95", cuts[94])
    runs.note("p99", cuts[98])


def _note_stalls(done: Done, runs: Runs) -> None:
    if done.faults:
        raise SystemExit(f"{done.faults} mistakes of the connector")
    runs.note("work", done.stalls.work)
    runs.note("turn", done.stalls.turn)


def figures(at_onces: dict[int, Runs], rates: dict[float, Runs], hold: float) -> list[Figure]:
    """Ratios first."""
    found: list[Figure] = []
    for count, runs in at_onces.items():
        how = f"{count} calls at once, audio both ways; each lasts {lasts(count, hold)} s, set up {RATE:g} a second"

        def line(what: str, name: str, unit: str, runs: Runs = runs, how: str = how, **aim: Any) -> None:
            found.append(figure(PROGRAM, what, runs[name], unit, how, **aim))

        line("CPU per call: connector ÷ Asterisk", "ratio", "×", below=0.1)
        line("Calls up at once, by what the panels show", "up", "")
        line("Asterisk, of a core", "steady asterisk", "%")
        line("Connector, of a core", "steady connector", "%")
        line("Callers and phones, of a core", "steady others", "%")
        line("This program, of a core", "steady load", "%")
        line("CPU per call, Asterisk", "call asterisk", "ms")
        line("CPU per call, connector", "call connector", "ms")
        line("Packets of audio per call and second that reached Asterisk", "packets", "")
        line("Of these lost", "lost", "%")
        _common(line)
    for rate, runs in rates.items():
        how = f"{rate:g} calls a second on schedule, {SHORT} s of talk"

        def line(what: str, name: str, unit: str, runs: Runs = runs, how: str = how, **aim: Any) -> None:
            found.append(figure(PROGRAM, what, runs[name], unit, how, **aim))

        line("Calls answered a second", "answered a second", "")
        line("Messages of ARI a second", "events", "")
        line("Messages of ARI a call, answers to requests among them", "events a call", "")
        line("CPU per call: connector ÷ Asterisk, short calls", "ratio", "×")
        line("CPU per call, Asterisk", "call asterisk", "ms")
        line("CPU per call, connector", "call connector", "ms")
        _common(line)
    return found


def _common(line: Any) -> None:
    line("Until the panel shows it answered, median", "median", "ms")
    line("Until the panel shows it answered, 95 of 100", "p95", "ms")
    line("Until the panel shows it answered, 99 of 100", "p99", "ms")
    line("Longest piece of work in the connector's loop", "work", "ms", below=20)
    line("Longest turn of the connector's loop, processor time", "turn", "ms", below=20)


async def run(given: Any, folder: Path, asterisk: Path) -> list[Figure]:
    """Everything is started once; the parts follow each other in random order."""
    agents = max(*given.calls, round(max(given.rates) * (SHORT + 3))) + SPARE
    tokens = floor.Tokens()
    key = folder / "public.pem"
    key.write_text(tokens.public)
    world = World(folder, command(asterisk), asterisk, agents)
    panels = Panels(agents, tokens)
    process: asyncio.subprocess.Process | None = None
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        try:
            await world.start()
            arguments = [str(agents), world.pbx.ari, world.pbx.password, str(key), str(folder)]
            pipe = asyncio.subprocess.PIPE
            program = str(ROOT / "bench" / "on_asterisk.py")
            process = await asyncio.create_subprocess_exec(sys.executable, program, *arguments, stdin=pipe, stdout=pipe)
            assert process.stdout is not None
            said = (await process.stdout.readline()).split()
            if said[:1] != [b"ready"]:
                raise SystemExit("the connector did not start")
            await panels.open(http, int(said[1]))
            return await measure(Bench(world, process, panels), given)
        finally:
            await panels.close()
            if process is not None and process.stdin is not None:
                process.stdin.close()
                await process.wait()
            await world.stop()


async def measure(bench: Bench, given: Any) -> list[Figure]:
    """All parts, as often as asked for."""
    at_onces = {count: Runs() for count in given.calls}
    rates = {rate: Runs() for rate in given.rates}
    await at_once(bench, min(given.calls), 1, Runs())
    for _ in range(given.repeats):
        parts = [(at_once, count, runs) for count, runs in at_onces.items()]
        parts += [(by_rate, rate, runs) for rate, runs in rates.items()]
        for part, size, runs in random.sample(parts, len(parts)):
            await part(bench, size, given.hold, runs)
    return figures(at_onces, rates, given.hold)


def main() -> None:
    """Runs and tells."""
    parser = options(__doc__ or "")
    parser.add_argument("--calls", type=int, nargs="*", default=[10, 50, 100, 200], help="calls at once")
    parser.add_argument("--rates", type=float, nargs="*", default=[5, 10, 20], help="calls a second")
    parser.add_argument("--hold", type=float, default=20, help="seconds for which all calls are up (20)")
    given = parser.parse_args()
    asterisk = find_asterisk(Cache.of_user(), ROOT)
    if asterisk is None:
        raise SystemExit("a real Asterisk is needed: python3 tools/setup.py asterisk")
    started = os.getloadavg()
    DATA.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=DATA))
    try:
        found = asyncio.run(run(given, folder, asterisk))
    finally:
        shutil.rmtree(folder)
    tell(found, started, given.out)


if __name__ == "__main__":
    main()
