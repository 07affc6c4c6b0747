"""The event path beside the bare pipeline: CPU per event of the server at saturation, and latency at a steady rate.

    python bench/event_path.py [--agents N] [--rounds N] [--rate EVENTS_A_SECOND] [--repeats N]

Every repeat starts each variant anew, in a random order, loads N agents with a live call each, connects their panels,
warms up, and has every customer held and resumed `rounds` times.  All panels must show the same at the end.
"""

import os
import random
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import floor
from bench.figures import Figure, figure, options, tell
from bench.load import Load

VARIANTS = ("bare", "bare+store", "connector")
PROGRAM = "event_path"


class Runs:
    """What was measured of one variant, a value a repeat."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.flood_cpu: list[float] = []
        self.flood_messages: list[float] = []
        self.messages: list[float] = []
        self.median: list[float] = []
        self.p99: list[float] = []


def one(variant: str, agents: int, rounds: int, rate: float, tokens: floor.Tokens, runs: Runs) -> object:
    """Runs it once; returns what the panels show at the end."""
    with Load(variant, agents, tokens) as load:
        load.connect()
        load.saturate(4)
        load.messages = 0
        used = load.server.cpu()
        load.saturate(rounds)
        spent = load.server.cpu() - used
        events = rounds * agents
        runs.cpu.append(spent / events * 1e6)
        runs.messages.append(load.messages / events)
        load.messages = 0
        used = load.server.cpu()
        load.flood(rounds)
        runs.flood_cpu.append((load.server.cpu() - used) / events * 1e6)
        runs.flood_messages.append(load.messages / events)
        if rate:
            paced = load.paced(2, rate)
            cuts = statistics.quantiles(paced, n=100, method="inclusive")
            runs.median.append(cuts[49])
            runs.p99.append(cuts[98])
        return load.shown()


def figures(runs: dict[str, Runs], agents: int, rate: float) -> list[Figure]:
    """The ratio of issue 2 first, then what explains it."""
    ours, bare, durable = runs["connector"], runs["bare"], runs["bare+store"]
    how = f"{agents:,} agents in a live call; hold and resume; one event of each agent always on its way"
    flood = f"{agents:,} agents; the same events, as fast as the server reads them; messages may be fewer"
    ratios = [a / b for a, b in zip(ours.cpu, bare.cpu, strict=True)]
    flooded = [a / b for a, b in zip(ours.flood_cpu, bare.flood_cpu, strict=True)]
    floor_ratios = [a / b for a, b in zip(durable.cpu, bare.cpu, strict=True)]
    what = "CPU per event: connector (durable) ÷ bare pipeline (not durable)"
    limit = "CPU per event: bare pipeline with durable rows ÷ bare pipeline"
    found = [
        figure(PROGRAM, f"{what}, a message for each event", ratios, "×", how, below=1.5),
        figure(PROGRAM, f"{what}, flood", flooded, "×", flood, below=1.5),
        figure(PROGRAM, limit, floor_ratios, "×", how, note="What durability alone costs in the same process"),
    ]
    for name, of in runs.items():
        found.append(figure(PROGRAM, f"CPU per event, {name}", of.cpu, "µs", how))
        found.append(figure(PROGRAM, f"Messages sent per event applied, {name}", of.messages, "", how))
        found.append(figure(PROGRAM, f"CPU per event, flood, {name}", of.flood_cpu, "µs", flood))
        found.append(figure(PROGRAM, f"Messages sent per event applied, flood, {name}", of.flood_messages, "", flood))
        if rate:
            paced = f"{rate:g} events a second on schedule; from the scheduled time to the message at the panel"
            found.append(figure(PROGRAM, f"Latency, median, {name}", of.median, "ms", paced))
            found.append(figure(PROGRAM, f"Latency, 99 of 100, {name}", of.p99, "ms", paced))
    return found


def main() -> None:
    """Runs all variants and tells."""
    parser = options(__doc__ or "")
    parser.add_argument("--agents", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=10, help="events of each agent (10)")
    parser.add_argument("--rate", type=float, default=1_000, help="events a second of the paced part; 0 leaves it out")
    parser.add_argument("--only", choices=VARIANTS, help="one variant, to look at it (with BENCH_PROFILE=FILE)")
    given = parser.parse_args()
    started = os.getloadavg()
    tokens = floor.Tokens()
    variants = [given.only] if given.only else list(VARIANTS)
    runs = {name: Runs() for name in variants}
    for _ in range(given.repeats):
        shown = {}
        for name in random.sample(variants, len(variants)):
            shown[name] = one(name, given.agents, given.rounds, given.rate, tokens, runs[name])
        for name in variants[1:]:
            if shown[name] != shown[variants[0]]:
                raise SystemExit(f"{name} and {variants[0]} do not show the same")
    if given.only:
        print(given.only, runs[given.only].cpu, runs[given.only].messages)
        return
    tell(figures(runs, given.agents, given.rate), started, given.out)


if __name__ == "__main__":
    main()
