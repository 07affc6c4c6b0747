"""From an event of ARI to the panel, beside a bare loop of aiohttp and json: what all of our state and durability cost.

    python bench/asterisk_path.py [--agents N] [--rounds N] [--rate EVENTS_A_SECOND] [--repeats N]

The connector's own parts, from its Asterisk driver to its panels, every commit synced, on a floor of N agents in a
live call. A stand-in of Asterisk answers what the driver asks and says that phones come and go: an event whose one
effect is a new state of one agent, on disk and on their panel.  The bare loop does what can be seen of that: it reads
the event, changes the agent's state, and sends all of it to their panel, with the json of the standard library.
"""

import os
import random
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec

from bench import floor
from bench.ari_double import Meeting, Requests, phone_event
from bench.figures import Figure, figure, options, tell
from bench.load import Load, Server, accept
from bench.stalls import Stalls

VARIANTS = ("bare json", "asterisk")
PROGRAM = "asterisk_path"


class AriLoad(Load):
    """Panels around a server, whose switch is an Asterisk that says that phones come and go."""

    def _begin_server(self, port: int) -> None:
        self._requests = Requests(self.agents)
        meeting = Meeting(self._listener, accept, self._requests)
        meeting.start()
        self.server = Server(self.variant, self.agents, port, self._tokens.public, self._folder)
        self._switch = meeting.over()
        self._switch.setblocking(False)
        self._poll.register(self._switch, 1)

    def _event(self, n: int, turn: int) -> tuple[bytes, bytes]:
        there = bool(turn % 2)
        return phone_event(n, there=there), b'"phone_ready":true' if there else b'"phone_ready":false'

    def _asked(self) -> None:
        for frame in self._requests.take(self._switch.recv(65_536)):
            self._out += frame


class Runs:
    """What was measured of one variant, a value a repeat."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.messages: list[float] = []
        self.median: list[float] = []
        self.p99: list[float] = []


def one(variant: str, agents: int, rounds: int, rate: float, tokens: floor.Tokens, runs: Runs) -> object:
    """Runs it once; returns what the panels show at the end."""
    with AriLoad(variant, agents, tokens) as load:
        load.connect()
        load.saturate(4)
        load.messages = 0
        used = load.server.cpu()
        load.saturate(rounds)
        runs.cpu.append((load.server.cpu() - used) / (rounds * agents) * 1e6)
        runs.messages.append(load.messages / (rounds * agents))
        if rate:
            cuts = statistics.quantiles(load.paced(2, rate), n=100, method="inclusive")
            runs.median.append(cuts[49])
            runs.p99.append(cuts[98])
        return load.shown()


def watched(agents: int, rounds: int, rate: float, tokens: floor.Tokens) -> Stalls:
    """How long the connector's loop was kept in the same work, at saturation and paced."""
    os.environ.setdefault("BENCH_WATCH", "1")
    with AriLoad("asterisk", agents, tokens) as load:
        load.connect()
        load.saturate(rounds)
        load.paced(2, rate or 1_000)
        server = load.server
    del os.environ["BENCH_WATCH"]
    return msgspec.json.decode(server.said, type=Stalls)


def figures(runs: dict[str, Runs], stalls: list[Stalls], agents: int, rate: float) -> list[Figure]:
    """The ratio that is the aim first, then what explains it."""
    ours, bare = runs["asterisk"], runs["bare json"]
    how = f"{agents:,} agents in a live call, whose phones come and go; one event of each always on its way"
    ratios = [b / a for a, b in zip(ours.cpu, bare.cpu, strict=True)]
    what = "Events per CPU second: connector (all state, durable) ÷ bare aiohttp + json loop"
    found = [figure(PROGRAM, what, ratios, "×", how, above=0.5)]
    found += [
        figure(PROGRAM, "Longest piece of work in the loop", [s.work for s in stalls], "ms", how, below=20),
        figure(PROGRAM, "Longest turn of the loop, processor time", [s.turn for s in stalls], "ms", how, below=20),
        figure(PROGRAM, "Longest turn of the loop, as time passed", [s.turn_as_it_passed for s in stalls], "ms", how,
               note="With what other programs took of the two cores meanwhile, such as the load itself"),
    ]
    start = f"the connector meets a switch that has {agents:,} agents in a call: all legs compared at once"
    found.append(figure(PROGRAM, "Longest piece of work at the start", [s.before for s in stalls], "ms", start))
    for name, of in runs.items():
        found.append(figure(PROGRAM, f"CPU per event, {name}", of.cpu, "µs", how))
        found.append(figure(PROGRAM, f"Messages sent per event, {name}", of.messages, "", how))
        if rate:
            paced = f"{rate:g} events a second on schedule; from the scheduled time to the message at the panel"
            found.append(figure(PROGRAM, f"Latency, median, {name}", of.median, "ms", paced))
            found.append(figure(PROGRAM, f"Latency, 99 of 100, {name}", of.p99, "ms", paced))
    return found


def main() -> None:
    """Runs both and tells."""
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
    stalls = []
    for _ in range(given.repeats):
        shown = {}
        for name in random.sample(variants, len(variants)):
            shown[name] = one(name, given.agents, given.rounds, given.rate, tokens, runs[name])
        if given.only:
            continue
        different = [n for n in range(given.agents) if shown["asterisk"][n] != shown["bare json"][n]]
        if different:
            raise SystemExit(f"the two do not show the same: {[shown[name][different[0]] for name in VARIANTS]}")
        stalls.append(watched(given.agents, given.rounds, given.rate, tokens))
    if given.only:
        print(given.only, runs[given.only].cpu, runs[given.only].messages)
        return
    tell(figures(runs, stalls, given.agents, given.rate), started, given.out)


if __name__ == "__main__":
    main()
