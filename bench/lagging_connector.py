"""`python -m bench.lagging_connector CONFIG`: the demo's connector, which also watches how late its loop is.

Every 10 ms it looks at the clock; how much later it came to that than it should have is written to the file that
BENCH_LAG names, in ms as 4-byte floats.  Its own processor time is below a percent of a core.
"""

import array
import asyncio
import os
import sys
from pathlib import Path

from connector import config as settings
from connector import log
from connector.app import Connector
from connector.cli import serve

EVERY_S = 0.01
AT_ONCE = 50


async def watched(connector: Connector, out: Path) -> None:
    """Serves, and watches."""
    watching = asyncio.create_task(_watch(out))
    try:
        await serve(connector)
    finally:
        watching.cancel()


async def _watch(out: Path) -> None:
    loop, late = asyncio.get_running_loop(), array.array("f")
    while True:
        due = loop.time() + EVERY_S
        await asyncio.sleep(EVERY_S)
        late.append((loop.time() - due) * 1000)
        if len(late) == AT_ONCE:
            with out.open("ab") as file:
                late.tofile(file)
            del late[:]


def main() -> None:
    """Runs until SIGINT or SIGTERM."""
    config = settings.read(Path(sys.argv[1]), {})
    log.set_up(config.log_level)
    asyncio.run(watched(Connector(config, sandbox=True), Path(os.environ["BENCH_LAG"])))


if __name__ == "__main__":
    main()
