"""The connector's register of legs, ready for a recorded stream: its own legs are there, as if asked for."""

from typing import Any, cast

from bench.ari_server import OURS
from connector.domain.events import SwitchEvent
from connector.domain.model import Role
from connector.switch.asterisk.floor import Floor
from connector.switch.asterisk.machine import Machine
from connector.switch.asterisk.socket import AriSocket
from connector.switch.register.channel import Channel
from connector.switch.register.clock import RealClock


class Told:
    """Counts what the register tells, and what is to be asked of Asterisk."""

    def __init__(self) -> None:
        self.news = 0
        self.jobs = 0

    def tell(self, _event: SwitchEvent) -> None:
        """One event of the port."""
        self.news += 1

    def do(self, _job: Any) -> None:
        """One thing to be asked; nobody is there who could carry it out."""
        self.jobs += 1


def register_of(rounds: int) -> Floor:
    """A register that expects so many rounds of the recording."""
    told = Told()
    floor = Floor(RealClock(), told.tell, told.do, trunk="carrier", routes={}, sounds={})
    floor._machine = Machine(cast("AriSocket", None), "phone-panel")  # noqa: SLF001 - no job is done that would ask it
    for n in range(rounds):
        for name in OURS:
            leg = Channel(f"{name}.{n}", Role.AGENT, "2041", "", 0, contact=f"contact-{n}", device="2041")
            floor.exchange.add(leg, "offered")
    return floor
