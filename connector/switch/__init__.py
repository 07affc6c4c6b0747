"""The telephone switch: one `Switch` for each kind."""

from typing import Literal

from msgspec import Struct

from connector.errors import ConfigError
from connector.ports.switch import Switch
from connector.switch.simulated.clock import RealClock
from connector.switch.simulated.driver import RemoteSwitch, SimulatedSwitch
from connector.switch.simulated.engine import Engine


class SwitchConfig(Struct, frozen=True):
    """Which switch, and how to reach it.

    `simulated` runs in this process with the agents' phones `devices`; `remote` is a simulated switch in a process of
    its own at `url` (ws://127.0.0.1:PORT), which knows its phones itself and must be told `key`.
    """

    kind: Literal["simulated", "remote"] = "simulated"
    url: str = ""
    key: str = ""
    devices: tuple[str, ...] = ()


def open_switch(config: SwitchConfig) -> Switch:
    """The switch of that configuration, not started yet.  Raises ConfigError for one that cannot be used."""
    if config.kind == "simulated":
        return SimulatedSwitch(Engine(RealClock(), config.devices))
    if config.kind == "remote":
        if not config.url.startswith(("ws://", "wss://")):
            raise ConfigError(f"switch.url: {config.url!r} is no address of a switch; write ws://127.0.0.1:PORT")
        if not config.key:
            raise ConfigError("switch.key: missing; give the key that the simulated switch was started with")
        return RemoteSwitch(config.url, config.key)
    raise ConfigError(f"switch.kind: {config.kind!r} is no kind of switch; write simulated or remote")
