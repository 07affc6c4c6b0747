"""The telephone switch: one `Switch` for each kind."""

from typing import Literal
from urllib.parse import urlsplit

import aiohttp
from msgspec import Struct

from connector.errors import ConfigError
from connector.ports.audio import Audio
from connector.ports.finding import Finding
from connector.ports.recordings import RecordingStore
from connector.ports.switch import Switch
from connector.switch.asterisk.check import Plan, Wanted, look_at
from connector.switch.asterisk.driver import SOUNDS, AsteriskSwitch
from connector.switch.asterisk.music import USUAL, Music
from connector.switch.register.clock import RealClock
from connector.switch.simulated.driver import RemoteSwitch, SimulatedSwitch, reach
from connector.switch.simulated.engine import Engine
from connector.switch.simulated.wire import KEY_HEADER
from connector.switch.stored import StoredOverHttp

__all__ = [
    "Music",
    "SwitchConfig",
    "Wanted",
    "check_switch",
    "open_audio",
    "open_recordings",
    "open_switch",
]


class SwitchConfig(Struct, frozen=True):
    """Which switch, and how to reach it.

    `simulated` runs in this process with the agents' phones `devices`; `remote` is a simulated switch in a process of
    its own at `url` (ws://127.0.0.1:PORT), which knows its phones itself and must be told `key`.  `asterisk` is a real
    one, its ARI at `url` (http://HOST:PORT/ari); the rest is as `AsteriskSwitch` says.
    """

    kind: Literal["simulated", "remote", "asterisk"] = "simulated"
    url: str = ""
    key: str = ""
    devices: tuple[str, ...] = ()
    user: str = ""
    password: str = ""
    app: str = "phone-panel"
    trunk: str = "carrier"
    routes: dict[str, str] = {}
    sounds: dict[str, str] = {}
    music: Music = USUAL


OpenedSwitch = AsteriskSwitch | RemoteSwitch | SimulatedSwitch


def open_switch(config: SwitchConfig) -> OpenedSwitch:
    """The switch of that configuration, not started yet.  Raises ConfigError for one that cannot be used."""
    _refuse_unusable(config)
    if config.kind == "remote":
        return RemoteSwitch(config.url, config.key)
    if config.kind == "asterisk":
        return AsteriskSwitch(
            config.url.rstrip("/"),
            config.user,
            config.password,
            app=config.app,
            trunk=config.trunk,
            devices=config.devices,
            routes=config.routes,
            sounds=SOUNDS | config.sounds,
            music=config.music,
        )
    return SimulatedSwitch(Engine(RealClock(), config.devices))


def open_recordings(config: SwitchConfig, switch: Switch) -> RecordingStore:
    """The recordings of that switch, which was opened with that configuration."""
    if isinstance(switch, SimulatedSwitch):
        return switch.engine.takes
    if config.kind == "asterisk":
        headers = {"Authorization": aiohttp.encode_basic_auth(config.user, config.password)}
        return StoredOverHttp(config.url.rstrip("/"), headers)
    return StoredOverHttp(config.url.replace("ws", "http", 1).rstrip("/"), {KEY_HEADER: config.key})


def open_audio(switch: OpenedSwitch) -> Audio:
    """What is said in that switch's calls."""
    return switch if isinstance(switch, AsteriskSwitch) else switch.voices


async def check_switch(config: SwitchConfig, wanted: Wanted | None = None) -> list[Finding]:
    """What is found out about that switch; a connector that uses it now is not disturbed.

    Raises ConfigError for a configuration that cannot be used, and SwitchUnavailable for a switch that cannot be asked.
    """
    _refuse_unusable(config)
    if config.kind == "remote":
        await reach(config.url, config.key)
    if config.kind == "asterisk":
        plan = Plan(config.app, config.trunk, config.devices, config.routes, SOUNDS | config.sounds)
        return await look_at(config.url.rstrip("/"), config.user, config.password, plan, wanted)
    return [Finding(True, f"switch: {config.kind}")]


def _refuse_unusable(config: SwitchConfig) -> None:
    match config.kind:
        case "simulated":
            pass
        case "remote":
            if not config.url.startswith(("ws://", "wss://")):
                raise ConfigError(f"switch.url: {config.url!r} is no address of a switch; write ws://127.0.0.1:PORT")
            if not config.key:
                raise ConfigError("switch.key: missing; give the key that the simulated switch was started with")
        case "asterisk":
            _refuse_unusable_asterisk(config)
        case _:
            raise ConfigError(f"switch.kind: {config.kind!r} is no kind of switch; write simulated, remote or asterisk")


def _refuse_unusable_asterisk(config: SwitchConfig) -> None:
    parts = urlsplit(config.url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise ConfigError(f"switch.url: {config.url!r} is no address of an ARI; write https://HOST:8089/ari")
    for name, value in (("user", config.user), ("password_file", config.password)):
        if not value:
            raise ConfigError(f"switch.{name}: is missing; the connector signs in at Asterisk with it (see ari.conf)")
    for name, media in config.sounds.items():
        if not name or ":" not in media:
            raise ConfigError(f"switch.sounds: {name!r}: {media!r} cannot be played; write it like sound:{name or 'x'}")
