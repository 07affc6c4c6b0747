"""News for 1,000 panels at once, beside bare aiohttp's `send_frame` of the same texts: CPU of the server a message.

    python bench/fan_out.py [--agents N] [--repeats N]

Queues: a customer waits, and every panel that shows queue sizes is sent them (the connector gathers for up to a second,
which is in its time and not in its CPU).  States: the switch goes away, and every agent is shown so, each their own
state of about 1.7 kB; the bare side has them ready, changes two values in each and encodes.  Both are compared.
"""

import os
import random
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import ari_like, floor
from bench.figures import figure, options, tell
from bench.load import Load

PROGRAM = "fan_out"
AWAY = (b'{"type":"Away"}', b'"phone_ready":false')
BACK = (b'{"type":"Back"}', b'"phone_ready":true')
NEWS = ("states", "queues")


class Runs:
    """What was measured of one variant and one kind of news, a value a run."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.messages: list[float] = []
        self.until: list[float] = []

    def add(self, load: Load, told: list[tuple[float, float]], messages: int) -> None:
        """`told`: seconds until the last panel knew, and of CPU, each time."""
        self.cpu.append(sum(cpu for _, cpu in told) / messages * 1e6)
        self.messages.append(messages / len(told) / load.agents)
        self.until.append(statistics.median(seconds for seconds, _ in told) * 1000)


def one(variant: str, agents: int, times: int, tokens: floor.Tokens, runs: dict[str, Runs]) -> list[Any]:
    """Tells each kind of news so many times; returns what the panels showed."""
    with Load(variant, agents, tokens) as load:
        load.connect()
        load.to_all(*AWAY)
        load.to_all(*BACK)
        told, messages = [], 0
        for _ in range(times):
            before = load.messages
            told.append(load.to_all(*AWAY))
            messages += load.messages - before
            shown = [load.shown()]
            load.to_all(*BACK)
        runs["states"].add(load, told, messages)
        load.watch_queues()
        load.messages = 0
        told = []
        for number in range(1, times + 1):
            at = floor.START + number
            call = ari_like.message("StasisStart", f"{floor.START}.{number}", at, "+14155550143", "")
            told.append(load.to_all(call, b'"waiting":%d' % number))
        runs["queues"].add(load, told, load.messages)
        return [*shown, load.shown()]


def main() -> None:
    """Runs both and tells."""
    parser = options(__doc__ or "")
    parser.add_argument("--agents", type=int, default=1_000)
    parser.add_argument("--times", type=int, default=3, help="how often each thing happens in a run (3)")
    given = parser.parse_args()
    started = os.getloadavg()
    tokens = floor.Tokens()
    found = {variant: {news: Runs() for news in NEWS} for variant in ("bare", "connector")}
    for _ in range(given.repeats):
        shown = {}
        for variant in random.sample(list(found), 2):
            shown[variant] = one(variant, given.agents, given.times, tokens, found[variant])
        if shown["bare"] != shown["connector"]:
            raise SystemExit("the two do not show the same")
    figures = []
    about = {"queues": "the same queue sizes for all with the same skills", "states": "each its own new state"}
    for news, words in about.items():
        how = f"{given.agents:,} panels: {words}; {given.times} times a run"
        ours, limit = found["connector"][news], found["bare"][news]
        ratios = [a / b for a, b in zip(limit.cpu, ours.cpu, strict=True)]
        what = f"Messages per CPU second, {news}: connector ÷ bare send_frame"
        figures.append(figure(PROGRAM, what, ratios, "×", how, above=0.9))
        for variant in found:
            of = found[variant][news]
            figures += [
                figure(PROGRAM, f"CPU per message, {news}, {variant}", of.cpu, "µs", how),
                figure(PROGRAM, f"Messages per panel and change, {news}, {variant}", of.messages, "", how),
                figure(PROGRAM, f"Until the last panel knew, {news}, {variant}", of.until, "ms", how),
            ]
    tell(figures, started, given.out)


if __name__ == "__main__":
    main()
