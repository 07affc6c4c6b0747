"""The telephone switch: one `Switch` for each kind."""

from typing import Literal

from msgspec import Struct

from connector.errors import ConfigError
from connector.ports.switch import Switch
from connector.switch.register.clock import RealClock
from connector.switch.simulated.driver import RemoteSwitch, SimulatedSwitch, reach
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
    _refuse_unusable(config)
    if config.kind == "remote":
        return RemoteSwitch(config.url, config.key)
    return SimulatedSwitch(Engine(RealClock(), config.devices))


async def check_switch(config: SwitchConfig) -> None:
    """Returns when that switch can be used; a connector that uses it now is not disturbed.

    Raises ConfigError for a configuration that cannot be used, and SwitchUnavailable that says what is wrong.
    """
    _refuse_unusable(config)
    if config.kind == "remote":
        await reach(config.url, config.key)


def _refuse_unusable(config: SwitchConfig) -> None:
    if config.kind not in ("simulated", "remote"):
        raise ConfigError(f"switch.kind: {config.kind!r} is no kind of switch; write simulated or remote")
    if config.kind == "remote" and not config.url.startswith(("ws://", "wss://")):
        raise ConfigError(f"switch.url: {config.url!r} is no address of a switch; write ws://127.0.0.1:PORT")
    if config.kind == "remote" and not config.key:
        raise ConfigError("switch.key: missing; give the key that the simulated switch was started with")
