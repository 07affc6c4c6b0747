"""A random mixture of all bad days, drawn from a seed: of the network, of the org, and of the connector's machine."""

import asyncio
import os
import random
import signal
import ssl
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from tests.faults.bad_days import FAULTS
from tests.faults.proxy import Fault, Proxy
from tests.faults.soaked_connector import CLOCK, NO_NAMES

LATE: Final = "arrives after the connector gave up"
NAMES, EXPIRED, JUMP, LOCKS = "no name can be resolved", "certificate expired", "clock jumps", "row locks"
GOES_BY_AFTER_S: Final = 3.0
"""A fault that no request has met for so long goes by: otherwise one of look-ups would keep all others away."""

CLOCK_WRONG_BY_MS: Final = 25_000
"""At most; beyond the 30 seconds that a session token allows for, nobody could sign in at all."""


class Certificates:
    """What the proxy shows to be Salesforce: good, or expired."""

    def __init__(self, folder: Path, good: bytes, expired: bytes, key: bytes) -> None:
        self._folder = folder
        for name, content in (("good.pem", good), ("expired.pem", expired), ("tls.key", key)):
            (folder / name).write_bytes(content)
        self.trusted = folder / "trusted.pem"
        self.trusted.write_bytes(good + expired)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.show("good")

    def show(self, name: str) -> None:
        """For connections from now on."""
        self.context.load_cert_chain(self._folder / f"{name}.pem", self._folder / "tls.key")


class Weather:
    """Changes all the time until it is cleared.  `counts` is what was met, by name."""

    def __init__(
        self,
        dice: random.Random,
        proxy: Proxy,
        certificates: Certificates,
        folder: Path,
        ask_org: Callable[[str, Any], Awaitable[Any]],
        connector: Callable[[], int | None],
    ) -> None:
        self._dice = dice
        self._proxy = proxy
        self._certificates = certificates
        self._folder = folder
        self._ask_org = ask_org
        self._connector = connector
        self._others: Counter[str] = Counter()
        self._since = 0.0
        (folder / CLOCK).write_text("0")

    @property
    def counts(self) -> Counter[str]:
        return self._proxy.met_by + self._others

    async def change(self) -> None:
        """Until it is cancelled."""
        kinds = (*FAULTS, LATE, NAMES, EXPIRED, JUMP, LOCKS)
        while True:
            await asyncio.sleep(self._dice.uniform(0.2, 1.5))
            await self._happens(self._dice.choice(kinds))
            if self._dice.random() < 0.3:
                await self._proxy.release()

    async def clear(self) -> None:
        """All is well from now on, and what the network had kept has arrived."""
        self._proxy.faults.clear()
        self._certificates.show("good")
        (self._folder / NO_NAMES).unlink(missing_ok=True)
        self._set_clock(0)
        await self._proxy.release()

    async def _happens(self, kind: str) -> None:
        match kind:
            case "no name can be resolved":
                self._others[kind] += 1
                (self._folder / NO_NAMES).touch()
                await self._for_a_while()
                (self._folder / NO_NAMES).unlink()
            case "certificate expired":
                self._others[kind] += 1
                self._certificates.show("expired")
                await self._for_a_while()
                self._certificates.show("good")
            case "clock jumps":
                self._others[kind] += 1
                self._set_clock(self._dice.randint(-CLOCK_WRONG_BY_MS, CLOCK_WRONG_BY_MS))
            case "row locks":
                self._others[kind] += 1
                rows = self._dice.choice((None, list(range(0, 200, 2))))
                locks = {"kind": "row_lock", "count": self._dice.randint(1, 3), "path": "composite", "rows": rows}
                await self._ask_org("faults", [locks])
            # One kind at a time: with more of them hardly any request would get through.
            case _ if not self._proxy.faults or time.monotonic() > self._since + GOES_BY_AFTER_S:
                self._since = time.monotonic()
                faults = [Fault("late")] if kind == LATE else FAULTS[kind]()
                for fault in faults:
                    fault.name = kind
                    fault.count = min(fault.count, self._dice.randint(1, 6))
                self._proxy.faults[:] = faults

    async def _for_a_while(self) -> None:
        """Connections that are open know nothing of names and certificates: they are closed first."""
        self._proxy.hang_up()
        await asyncio.sleep(self._dice.uniform(0.3, 1.5))

    def _set_clock(self, wrong_by_ms: int) -> None:
        (self._folder / CLOCK).write_text(str(wrong_by_ms))
        pid = self._connector()
        if pid is not None:
            os.kill(pid, signal.SIGUSR2)
