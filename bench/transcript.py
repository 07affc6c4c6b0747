"""The live transcript: from voices in two calls on a real Asterisk to pixels, and what it costs.

    python bench/transcript.py [--repeats N] [--ears N ...] [--seconds S]

First the recognizer alone: what it understands of the files, and so many who speak at once.  Then the whole product:
Sam and Jonas at consoles in Chromium, each with a call in which the customer and then the agent say what is in a file,
with a transcript and, as often, without.  The voices are those of espeak-ng with which the demo and the tests speak, in
G.711.  Takes less than four minutes.
"""

import array
import asyncio
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import aiohttp
from house.asterisk import command, find_asterisk
from house.browser import find_browser
from house.cache import Cache
from house.phones import find_phones
from house.python_env import find_site
from house.speech import SAID
from playwright.async_api import Browser, Frame, async_playwright, expect

from bench.figures import DATA, ROOT, Figure, cpu_of, figure, options, tell
from bench.recognizer_alone import Load, load, megabytes, understood
from bench.spoken import Delays, Line, Sentence, at, errors, sentences, words
from connector.speech.embedded import Embedded
from tests.e2e.desk import Desk, Seat
from tests.live.asterisk_rig import World
from tests.live.speaking import Speaking
from tests.live.whole import DemoOnAsterisk

PROGRAM = "transcript"
CALLS = {"sam": ("+14155550143", "customer-1"), "jonas": ("+12125550163", "customer-2")}
"""Whose phone it is, who calls, and what they say; the agents say `agent`."""

AGENT = "agent"
FILES = ("customer-1", "customer-2", AGENT, AGENT)
LAST_TEXT_S = 4.0
"""After so long nothing more is shown of what was said."""

WATCH = """(() => {
  if (window.top === window) return;
  window.benchLines = [];
  const known = new Map();
  const look = () => {
    const now = [];
    document.querySelectorAll("li[data-line]").forEach((line) => {
      const text = line.querySelector(".cv-text");
      if (!text) return;
      const mine = Boolean(line.querySelector(".cv-line_mine"));
      const open = text.classList.contains("cv-text_open");
      const said = text.querySelector("div").textContent;
      const seen = `${open} ${said}`;
      if (known.get(line.dataset.line) === seen) return;
      known.set(line.dataset.line, seen);
      now.push([line.dataset.line, mine, !open, said]);
    });
    if (!now.length) return;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => now.forEach((one) => window.benchLines.push([Date.now() / 1000, ...one]));
      channel.port2.postMessage(0);
    });
  };
  const all = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(look).observe(document, all);
})()"""
"""In the panel's frame: each change of a line, with the time after the frame that shows it was painted."""


class WatchedDemo(DemoOnAsterisk):
    """Its connector says how late its loop is."""

    def __init__(self, folder: Path, world: World, more: str) -> None:
        super().__init__(folder, world, more)
        self._connector = "bench.lagging_connector"


class Found:
    """What was measured, of all repeats."""

    def __init__(self) -> None:
        self.delays = Delays([], [])
        self.said = self.wrong = self.said_alone = self.wrong_alone = 0
        self.loads: dict[int, Load] = {}
        self.idle = 0.0
        self.late: dict[bool, list[float]] = {True: [], False: []}
        self.p99: dict[bool, list[float]] = {True: [], False: []}
        self.connector: dict[bool, list[float]] = {True: [], False: []}
        self.worker: list[float] = []


class Bench:
    """The running product, with both agents at their consoles."""

    def __init__(self, product: Speaking, speech: Path, lag: Path, found: Found) -> None:
        self.product = product
        self.speech = speech
        self.lag = lag
        self.found = found
        self.said: dict[str, list[Sentence]] = {name: sentences(speech, name) for name in dict.fromkeys(FILES)}
        self.seats: dict[str, Seat] = {}

    async def sit_down(self, browser: Browser) -> None:
        """Both agents are available."""
        desk = Desk(self.product, browser)
        for user in CALLS:
            context = await browser.new_context(viewport={"width": 1280, "height": 800})
            await context.add_init_script(WATCH)
            self.seats[user] = await desk.open_tab(context, user)

    async def two_calls(self, *, shown: bool) -> None:
        """Both talk, and are in no call afterwards."""
        for user, (number, _) in CALLS.items():
            await self.seats[user].choose_state("Available")
            await self.product.ring(number, name=f"customer of {user}")
            await expect(self.seats[user].button("Hold")).to_be_enabled(timeout=20_000)
            await self.product.party(user)
        connector = self.product.demo.connector
        assert connector is not None
        worker = self.product.recognizer()
        used, hears, began = cpu_of(connector.pid), cpu_of(worker), time.monotonic()
        start = self.lag.stat().st_size
        await asyncio.gather(*(self._talk(user, said, shown=shown) for user, (_, said) in CALLS.items()))
        took = time.monotonic() - began
        late = array.array("f", self.lag.read_bytes()[start:])
        self.found.late[shown] += late
        self.found.p99[shown].append(at(99, late))
        self.found.connector[shown].append(100 * (cpu_of(connector.pid) - used) / took)
        if shown:
            self.found.worker.append(100 * (cpu_of(worker) - hears) / took)
        for user in CALLS:
            await self.seats[user].press("End")
            await self.seats[user].wrap_up("Resolved")
            del self.product.parties[user]

    async def _talk(self, user: str, said: str, *, shown: bool) -> None:
        frame = await self._frame(user)
        await frame.evaluate("window.benchLines.length = 0")
        started = {}
        for name, file in ((f"customer of {user}", said), (user, AGENT)):
            before = time.time()
            speech = await self.product.say(name, file)
            started[file] = (before + time.time()) / 2
            await self.product.said(speech)
        await asyncio.sleep(LAST_TEXT_S)
        if not shown:
            return
        sides = _lines(await frame.evaluate("window.benchLines"))
        for file, began in started.items():
            lines = sides[file == AGENT]
            self.found.delays.take(self.said[file], began, lines)
            wanted = [word for sentence in self.said[file] for word in sentence.words]
            self.found.said += len(wanted)
            self.found.wrong += errors(wanted, [word for line in lines for word in words(line.text)])

    async def _frame(self, user: str) -> Frame:
        handle = await self.seats[user].page.wait_for_selector("iframe", state="attached")
        frame = await handle.content_frame() if handle is not None else None
        assert frame is not None
        return frame


def _lines(told: list[tuple[float, str, bool, bool, str]]) -> dict[bool, list[Line]]:
    """By whether they are the agent's, in the order in which they came."""
    found: dict[bool, dict[str, Line]] = {True: {}, False: {}}
    for when, name, mine, final, text in told:
        line = found[mine].setdefault(name, Line([]))
        line.seen.append((when, text.rstrip("…")))
        if final and line.final is None:
            line.final = when
    return {mine: list(lines.values()) for mine, lines in found.items()}


async def alone(world: World, speech: Path, folder: Path, given: Any, found: Found) -> None:
    """The recognizer without the rest; its sound is what Asterisk itself makes of the files."""
    for module in ("res_convert", "format_pcm", "format_sln"):
        await world.pbx.cli(f"module load {module}.so")
    sounds = {}
    for name in dict.fromkeys(FILES):
        await world.pbx.cli(f"file convert {speech / name}.ulaw {folder / name}.sln16")
        sounds[name] = (folder / f"{name}.sln16").read_bytes()
    recognizer = Embedded(("en",), most=max(given.ears))
    await recognizer.start()
    try:
        async with asyncio.timeout(60):
            await recognizer.is_up.wait()
        assert recognizer.pid is not None
        found.idle = megabytes(recognizer.pid)
        texts = await understood(recognizer, [sounds[name] for name in FILES])
        for name, text in zip(FILES, texts, strict=True):
            wanted = words(" ".join(SAID[name][1]))
            found.said_alone += len(wanted)
            found.wrong_alone += errors(wanted, words(text))
        for count in given.ears:
            found.loads[count] = await load(recognizer, list(sounds.values()), count, given.seconds)
    finally:
        await recognizer.close()


async def run(given: Any, folder: Path, asterisk: Path, speech: Path, chromium: Path) -> Found:
    """Everything is started once; with and without follow each other in random order."""
    found = Found()
    world = World(folder / "w", command(asterisk), asterisk)
    lag = folder / "lag"
    lag.touch()
    os.environ["BENCH_LAG"] = str(lag)
    (folder / "demo").mkdir()
    demo = WatchedDemo(folder / "demo", world, '[transcript]\nrecognizer = "moonshine"\n')
    async with AsyncExitStack() as stack:
        stack.push_async_callback(world.stop)
        await world.start()
        await alone(world, speech, folder, given, found)
        stack.push_async_callback(demo.stop)
        await demo.start()
        http = await stack.enter_async_context(aiohttp.ClientSession())
        product = Speaking(demo, http, world)
        product.speech = speech
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        bench = Bench(product, speech, lag, found)
        await bench.sit_down(browser)
        for _ in range(given.repeats):
            for shown in random.sample((True, False), 2):
                if shown:
                    await bench.two_calls(shown=True)
                else:
                    async with product.setting("Transcript", "both", ""):
                        await bench.two_calls(shown=False)
        await browser.close()
    return found


def figures(found: Found, seconds: float) -> list[Figure]:
    """What was aimed at first."""
    voices = ", ".join(SAID[name][0] for name in dict.fromkeys(FILES))
    how = f"two calls at once, both sides, espeak-ng's voices {voices}"
    partial, final = found.delays.partial, found.delays.final
    rows = [
        figure(PROGRAM, "From the end of a word to the frame that shows it, median", [statistics.median(partial)], "ms",
               f"{how}; {len(partial)} words; within its sentence a word ends as its letters do", below=1000),
        figure(PROGRAM, "The same, 95 of 100", [at(95, partial)], "ms", "of the same"),
        figure(PROGRAM, "From the end of a sentence to its final text, median", [statistics.median(final)], "ms",
               f"of the same; {len(final)} sentences; 500 ms of it are the pause that ends one", below=2000),
        figure(PROGRAM, "The same, 95 of 100", [at(95, final)], "ms", "of the same"),
        figure(PROGRAM, "Words wrong, through calls to pixels", [100 * found.wrong / found.said], "%",
               f"of {found.said} words: left out, put in or replaced"),
        figure(PROGRAM, "Words wrong, the recognizer alone", [100 * found.wrong_alone / found.said_alone], "%",
               f"of {found.said_alone}, the same files as Asterisk decodes them"),
        figure(PROGRAM, "Event loop late, 99 of 100: with ÷ without a transcript",
               [one / other for one, other in zip(found.p99[True], found.p99[False], strict=True)], "×",
               "the connector's, looked at every 10 ms, two calls with voices, with and without in turn", below=1.1),
    ]
    for shown, name in ((True, "with"), (False, "without")):
        rows += [
            figure(PROGRAM, f"Event loop late, 99 of 100, {name}", found.p99[shown], "ms", "of the same"),
            figure(PROGRAM, f"Event loop late, the most, {name}", [max(found.late[shown])], "ms",
                   f"of the same; {len(found.late[shown])} looks"),
            figure(PROGRAM, f"The connector, of a core, {name}", found.connector[shown], "%", "of the same"),
        ]
    rows.append(figure(PROGRAM, "The recognizer's process, of a core, two calls", found.worker, "%", "of the same"))
    for count, one in found.loads.items():
        around = f"{count} speak at once, without a pause longer than 0.8 s, for {seconds:g} s, the recognizer alone"
        rows.append(figure(PROGRAM, f"Of a core, {count} speak", [100 * one.core], "%", around))
        interval = "a text that is not final every" if one.interval else "texts that are not final: none; 0"
        rows.append(figure(PROGRAM, f"{count} speak: {interval}", [one.interval], "s", "median, of the same"))
    most = max(found.loads)
    rows.append(figure(PROGRAM, "Memory of the recognizer's process, nobody speaks", [found.idle], "MiB", "resident"))
    rows.append(figure(PROGRAM, "Memory per stream", [(found.loads[most].megabytes - found.idle) / most], "MiB",
                       f"what it has more with {most} who speak, the model's own work area in it, a share for each"))
    return rows


def main() -> None:
    """Runs and tells."""
    parser = options(__doc__ or "", repeats=2)
    parser.add_argument("--ears", type=int, nargs="*", default=[2, 4, 8], help="who speak at once, alone")
    parser.add_argument("--seconds", type=float, default=12, help="for so long (12)")
    given = parser.parse_args()
    cache = Cache.of_user()
    asterisk, phones, speech = find_asterisk(cache, ROOT), find_phones(cache), find_site(cache, ROOT, "speech")
    chromium = find_browser()
    if asterisk is None or phones is None or speech is None or chromium is None:
        raise SystemExit("Asterisk, phones, recognizer and browser are needed: python3 tools/setup.py all")
    sys.path.append(str(speech))
    os.environ["PYTHONPATH"] = os.pathsep.join((str(ROOT), str(speech)))
    started = os.getloadavg()
    DATA.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=DATA))
    try:
        found = asyncio.run(run(given, folder, asterisk, phones / "speech", Path(chromium)))
    finally:
        shutil.rmtree(folder)
    tell(figures(found, given.seconds), started, given.out)


if __name__ == "__main__":
    main()
