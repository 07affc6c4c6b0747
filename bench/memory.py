"""Memory of the connector per agent: resident size with N agents, connected and in a call, less that with one.

    python bench/memory.py [--agents N,N] [--repeats N]

An agent here is a profile in the directory, a panel's socket, a live contact with its two legs, and what a few holds
leave behind.  The store's page cache is part of it; memory that the kernel holds for sockets is not.
"""

import os
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import floor
from bench.figures import Figure, figure, options, tell
from bench.load import Load

PROGRAM = "memory"


def resident(variant: str, agents: int, tokens: floor.Tokens) -> int:
    """Bytes of the server with that many agents, after a little work."""
    with Load(variant, agents, tokens) as load:
        load.connect()
        load.saturate(4)
        return load.server.rss()


def main() -> None:
    """Measures and tells."""
    parser = options(__doc__ or "", repeats=3)
    parser.add_argument("--agents", default="1000,5000", help="sizes, separated by commas (1000,5000)")
    given = parser.parse_args()
    started = os.getloadavg()
    tokens = floor.Tokens()
    sizes = [int(size) for size in given.agents.split(",")]
    found: dict[tuple[str, int], list[float]] = {(v, n): [] for v in ("connector", "bare") for n in sizes}
    for _ in range(given.repeats):
        for variant, size in random.sample(list(found), len(found)):
            alone = resident(variant, 1, tokens)
            found[variant, size].append((resident(variant, size, tokens) - alone) / (size - 1) / 1024)
    figures: list[Figure] = []
    for (variant, size), values in found.items():
        what = f"Memory per agent, {variant}, {size:,} agents"
        how = "resident size, each agent with a socket and a live call, less that of one agent"
        figures.append(figure(PROGRAM, what, values, "KiB", how, below=24 if variant == "connector" else None))
    tell(figures, started, given.out)


if __name__ == "__main__":
    main()
