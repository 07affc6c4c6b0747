"""News for 1,000 panels at once, beside bare aiohttp's `send_frame` of the same texts: CPU of the server a message.

    python bench/fan_out.py [--agents N] [--repeats N]

The switch goes away and comes back, and every agent's panel is shown so: each its own state, of about 1.7 kB.  The bare
side has all states ready, changes two values in each, encodes and sends them.  Both texts are compared.
"""

import os
import random
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import floor
from bench.figures import figure, options, tell
from bench.load import Load

PROGRAM = "fan_out"
AWAY = b'"phone_ready":false'
BACK = b'"phone_ready":true'


def one(variant: str, agents: int, times: int, tokens: floor.Tokens) -> tuple[float, float, float, Any]:
    """Returns the CPU in µs and the messages per panel told, the ms until the last panel knew, and what all showed."""
    with Load(variant, agents, tokens) as load:
        load.connect()
        load.to_all("Away", AWAY)
        load.to_all("Back", BACK)
        load.messages = 0
        cpu = took = 0.0
        count = 0
        for _ in range(times):
            before = load.messages
            seconds, used = load.to_all("Away", AWAY)
            count += load.messages - before
            took, cpu = took + seconds, cpu + used
            shown = load.shown()
            load.to_all("Back", BACK)
        return cpu / times / agents * 1e6, count / times / agents, took / times * 1000, shown


def main() -> None:
    """Runs both and tells."""
    parser = options(__doc__ or "")
    parser.add_argument("--agents", type=int, default=1_000)
    parser.add_argument("--times", type=int, default=5, help="how often the switch goes away in a run (5)")
    given = parser.parse_args()
    started = os.getloadavg()
    tokens = floor.Tokens()
    found: dict[str, list[tuple[float, float, float]]] = {"bare": [], "connector": []}
    for _ in range(given.repeats):
        shown = {}
        for variant in random.sample(list(found), 2):
            *measured, shown[variant] = one(variant, given.agents, given.times, tokens)
            found[variant].append(tuple(measured))
        if shown["bare"] != shown["connector"]:
            raise SystemExit("the two do not show the same")
    ratios = [a[0] / b[0] for a, b in zip(found["bare"], found["connector"], strict=True)]
    how = f"{given.agents:,} panels, each shown its own new state, {given.times} times a run"
    what = "Messages per CPU second to all panels: connector ÷ bare send_frame"
    figures = [figure(PROGRAM, what, ratios, "×", how, above=0.9)]
    for variant, runs in found.items():
        figures += [
            figure(PROGRAM, f"CPU per message, {variant}", [run[0] for run in runs], "µs", how),
            figure(PROGRAM, f"Messages per panel and change, {variant}", [run[1] for run in runs], "", how),
            figure(PROGRAM, f"Until the last panel knew, {variant}", [run[2] for run in runs], "ms", how),
        ]
    tell(figures, started, given.out)


if __name__ == "__main__":
    main()
