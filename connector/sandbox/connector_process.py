"""`python -m connector.sandbox.connector_process CONFIG`: the connector as the demo runs it.

The same as `connector serve`, but session tokens of the sandbox's org are accepted.
"""

import asyncio
import os
import sys
from pathlib import Path

from connector import config as settings
from connector import log
from connector.app import Connector
from connector.cli import serve
from connector.errors import ConnectorError


def main() -> int:
    """Runs until SIGINT or SIGTERM.  Returns the exit code."""
    try:
        config = settings.read(Path(sys.argv[1]), {k: v for k, v in os.environ.items() if k == "PANEL_LOG_LEVEL"})
        log.set_up(config.log_level)
        asyncio.run(serve(Connector(config, sandbox=True)))
    except ConnectorError as error:
        print(f"connector: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
