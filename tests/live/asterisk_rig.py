"""The switch under test is a real Asterisk; its phones and the carrier are another one."""

import asyncio
import contextlib
import math
import struct
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from connector.domain.effects import Adopt, Connect, KeepLine, Offer, PlaceCall, SwitchAsk
from connector.domain.emergency import PhonePlan
from connector.domain.events import CallArrived
from connector.domain.model import LegState
from connector.errors import SwitchUnavailable
from connector.ports.switch import Switch, SwitchListener
from connector.sandbox.asterisk.instance import USER, Asterisk, free_ports
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.driver import AsteriskSwitch
from connector.switch.asterisk.lines import LINE as LINE_CHANNEL
from connector.switch.asterisk.provision import provision
from connector.switch.asterisk.socket import AriRefusal, uri
from connector.switch.register.refusals import refuse
from connector.switch.simulated.destinations import RINGS, Fate, Rule, parse_rules, rule_of
from connector.switch.simulated.exchange import ROUTES
from connector.switch.simulated.faults import Delay, Down, Fault, Number, PendingFaults, Phone, Refuse, Silent, Up
from tests.live.network import Network
from tests.ports.switch_rig import CALLER, GONE, JONAS, LINE, SAM, Heard

PASSWORD = "pw"
Q850 = {Fate.BUSY: 17, Fate.WRONG_NUMBER: 1, Fate.FAILED: 34, Fate.NO_ANSWER: 19, Fate.DECLINED: 21}
AWAY_HERTZ = 2_600
CONSENT_HERTZ, CONSENT_MS = 697, 1_200

PSAP = """
[psap]
type = endpoint
context = inbound
disallow = all
allow = ulaw
direct_media = no
transport = udp
aors = psap
send_pai = yes
trust_id_outbound = yes
geoloc_outgoing_call_profile = <prefer_incoming>
[psap]
type = aor
contact = sip:127.0.0.4:{sip}
"""


def sound(path: Path, hertz: int = 440, ms: int = 500) -> Path:
    """A tone, as path.wav."""
    with wave.open(f"{path}.wav", "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        tone = (int(8_000 * math.sin(2 * math.pi * hertz * n / 8_000)) for n in range(8 * ms))
        file.writeframes(b"".join(struct.pack("<h", level) for level in tone))
    return path


class World:
    """Two running Asterisks: the one under test, and all others."""

    def __init__(self, folder: Path, command: list[str], program: Path) -> None:
        mine, theirs = free_ports(), free_ports()
        self.pbx = Asterisk(folder / "a", command, program, mine, f"127.0.0.2:{theirs.sip}")
        self.network = Network(Asterisk(folder / "n", command, program, theirs, "127.0.0.2:9"), theirs.sip)
        self.sounds: dict[str, str] = {}
        self.endpoints = PSAP.format(sip=theirs.sip)
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Both run, and the phones are registered."""
        self.pbx.folder.mkdir(parents=True)
        self.pbx.configure(app="phone-panel", away=str(sound(self.pbx.folder / "away", AWAY_HERTZ, 1_000)))
        with (self.pbx.folder / "etc" / "pjsip.conf").open("a") as file:
            file.write(self.endpoints)
        self.sounds = {name: f"sound:{sound(self.pbx.folder / name)}" for name in ("closed", "full")}
        self.sounds["consent"] = f"sound:{sound(self.pbx.folder / 'consent', CONSENT_HERTZ, CONSENT_MS)}"
        self.sounds["lost"] = f"sound:{self.pbx.folder / 'lost'}"
        self.network.configure(self.pbx.ports.sip, {SAM: PASSWORD, JONAS: PASSWORD})
        await asyncio.gather(self.pbx.start(), self.network.asterisk.start())
        headers = {"Authorization": aiohttp.encode_basic_auth(USER, self.pbx.password)}
        self._session = aiohttp.ClientSession(headers=headers)
        for device in (SAM, JONAS, GONE):
            await provision(self._session, self.pbx.ari, device, PASSWORD)
        await self.network.connect()
        for device in (SAM, JONAS):
            await self._until_online(device)

    async def _until_online(self, device: str) -> None:
        while True:
            if await self.get(f"endpoints/PJSIP/{device}", "state") == "online":
                return
            # Another process's register: there is no event to wait for before we are its connector.
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Both are ended."""
        if self._session is not None:
            await self._session.close()
        await self.network.stop()
        await self.pbx.stop()

    async def get(self, path: str, field: str) -> Any:
        """A field of what the one under test answers."""
        assert self._session is not None
        async with self._session.get(f"{self.pbx.ari}/{path}") as answer:
            return (await answer.json()).get(field)

    async def until(self, path: str, said: str) -> None:
        """What the one under test answers has those words in it."""
        assert self._session is not None
        async with asyncio.timeout(10):
            while True:
                async with self._session.get(f"{self.pbx.ari}/{path}") as answer:
                    if said in await answer.text():
                        return
                await asyncio.sleep(0.02)

    async def restart(self) -> None:
        """The one under test has been ended, and runs again."""
        await self.pbx.stop()
        await self.pbx.start()

    async def registered(self) -> None:
        """The phones are, also those whose registration an Asterisk that was killed had not written down yet."""
        for device in (SAM, JONAS):
            if await self.get(f"endpoints/PJSIP/{device}", "state") != "online":
                await self.network.register(device, True)
                await self._until_online(device)

    async def all(self, path: str) -> list[dict[str, Any]]:
        """A list of the one under test."""
        assert self._session is not None
        async with self._session.get(f"{self.pbx.ari}/{path}") as answer:
            return list(await answer.json())

    async def delete(self, path: str) -> None:
        """Something of the one under test is removed."""
        assert self._session is not None
        async with self._session.delete(f"{self.pbx.ari}/{path}"):
            pass


class Wrapped:
    """The driver, with faults on demand and somebody who lifts the phones when the panel's Answer is pressed."""

    def __init__(self, rig: "AsteriskRig", driver: AsteriskSwitch) -> None:
        self.rig, self.driver = rig, driver

    async def start(self, listener: SwitchListener) -> None:
        await self.driver.start(listener)

    async def ask(self, ask: SwitchAsk) -> None:
        if self.rig.is_down:
            raise SwitchUnavailable("taken down on demand")
        fault = self.rig.faults.take(ask)
        if isinstance(ask, PlaceCall):
            self.rig.lifted.add(ask.agent_leg)
        if isinstance(ask, Connect):
            self.rig.lifted.add(ask.agent_leg)
        if isinstance(ask, KeepLine) and ask.on:
            self.rig.lifts_to_be_kept = True
        if isinstance(fault, Silent):
            return
        if isinstance(fault, Refuse):
            refuse(self.driver._floor.exchange, ask, fault.code)
            return
        if isinstance(fault, Delay):
            asyncio.get_running_loop().call_later(
                fault.ms / 1000, lambda: self.rig.later.append(asyncio.ensure_future(self.driver.ask(ask)))
            )
            return
        await self.driver.ask(ask)
        if isinstance(ask, Connect):
            await self.driver.settled()
            if ask.agent_leg in self.driver._floor.when_up:
                await self.rig.lift(ask.agent_leg)

    def provide(self, plans: tuple[PhonePlan, ...]) -> None:
        self.driver.provide(plans)

    def watch(self, devices: tuple[str, ...]) -> None:
        self.driver.watch(devices)

    async def close(self) -> None:
        await self.driver.close()


class AsteriskRig:
    """See `Rig`."""

    def __init__(
        self, world: World, devices: tuple[str, ...] = (SAM, JONAS, GONE), routes: dict[str, str] | None = None
    ) -> None:
        self.world = world
        self.routes = routes or dict.fromkeys(ROUTES, "psap")
        self.devices = devices
        self.heard = Heard()
        self.faults = PendingFaults()
        self.rules: tuple[Rule, ...] = parse_rules(
            "0181=busy,0182=no_answer,0183=declined,0184=wrong_number,0185=failed"
        )
        self.lifted: set[str] = set()
        self.lifts_to_be_kept = False
        self.later: list[asyncio.Future[None]] = []
        self.is_down = False
        self.tasks: list[asyncio.Task[None]] = []
        self.drivers: list[AsteriskSwitch] = []
        self.switch: Switch = Wrapped(self, self.driver())
        world.network.arrived = self._arrived

    def driver(self) -> AsteriskSwitch:
        """One more connector."""
        made = AsteriskSwitch(
            self.world.pbx.ari,
            USER,
            self.world.pbx.password,
            devices=self.devices,
            routes=self.routes,
            sounds=self.world.sounds,
        )
        self.drivers.append(made)
        return made

    async def connect(self, heard: Heard) -> Switch:
        switch = Wrapped(self, self.driver())
        await switch.start(heard)
        return switch

    async def ring(self, record: str = "") -> str:
        before = set(self.heard.legs)
        await self.world.network.call(CALLER, LINE, record)

        def came() -> list[str]:
            return [e.leg for e in self.heard.news if isinstance(e, CallArrived) and e.leg not in before]

        await self.until(lambda: bool(came()))
        return came()[-1]

    async def talk(self) -> tuple[str, str]:
        """A customer and SAM, whose leg is "agent", talk; returns the customer's leg and their channel out there."""
        came: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.world.network.came_up = came.set_result
        leg = await self.ring()
        await self.switch.ask(Adopt(leg, "contact"))
        await self.switch.ask(Offer("contact", leg, "agent", SAM))
        # A phone that does not ring yet cannot be lifted.
        await self.until(lambda: self.heard.legs.get("agent") is LegState.RINGING)
        await self.switch.ask(Connect("ask", "contact", leg, "agent"))
        async with asyncio.timeout(10):
            return leg, await came

    async def hang_up(self, leg: str) -> None:
        role_is_phone = leg in self._phones()
        up = str(self.heard.legs.get(leg)).endswith(("CONNECTED", "HELD"))
        channel = await self._far(leg)
        await self.world.network.hang_up(channel, 16 if up else 17 if role_is_phone else 21)

    async def phone_hold(self, leg: str) -> None:
        await self.world.network.hold(await self._far(leg), on=True)

    async def phone_resume(self, leg: str) -> None:
        await self.world.network.hold(await self._far(leg), on=False)

    async def phone_transfer(self, leg: str, number: str, other: str = "") -> None:
        await self.world.network.refer(await self._far(leg), number, await self._far(other) if other else "")

    def _phones(self) -> set[str]:
        return {c.leg for d in self.drivers for c in d._floor.exchange.channels() if c.role == "AGENT"}

    async def _far(self, leg: str) -> str:
        call = await self.world.get(f"channels/{leg}", "protocol_id")
        found = await self.world.network.channel_of(call)
        assert found is not None, f"nobody is at the other end of {leg}"
        return found

    async def lift(self, leg: str) -> None:
        """The phone of that leg is answered, if it rings."""
        try:
            async with asyncio.timeout(3):
                while True:
                    call = await self.world.get(f"channels/{leg}", "protocol_id")
                    if not call:
                        return
                    channel = await self.world.network.channel_of(call)
                    if channel is not None:
                        with contextlib.suppress(AriRefusal):
                            await self.world.network.answer(channel)
                        return
                    await asyncio.sleep(0.01)
        except TimeoutError:
            return

    async def dial(self, device: str, number: str) -> None:
        await self.world.until(f"asterisk/config/dynamic/res_geolocation/profile/emergency-{device}", "|")
        await self.world.network.dial(device, number)

    async def lay_down(self, device: str) -> None:
        """The handset of a phone is laid down."""
        for one in await self.world.all("channels"):
            if one["name"].startswith(f"PJSIP/{device}-"):
                channel = await self.world.network.channel_of(one["protocol_id"])
                assert channel is not None
                await self.world.network.hang_up(channel)

    async def inflict(self, fault: Fault) -> None:
        match fault:
            case Refuse() | Silent() | Delay():
                self.faults.add(fault)
            case Number():
                self.rules = (*parse_rules(fault.rules), *self.rules)
            case Down():
                self.is_down = True
                driver = self.drivers[-1]
                await driver.close()
                self.heard.down(fault.reason)
            case Up():
                self.is_down = False
                driver = self.drivers[-1]
                await driver.start(self.heard)
            case Phone(lifted=True):
                pass  # each of these phones has to be lifted
            case Phone():
                await self.world.network.register(fault.device, fault.ready)

    async def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not condition():
            if time.monotonic() > end:
                pytest.fail(f"did not happen; told so far: {self.heard.news}; {self.heard.impossible}")
            await asyncio.sleep(0.01)

    async def until_channels(self, count: int) -> None:
        """The switch has just so many channels."""
        async with asyncio.timeout(10):
            while True:
                if len(await self.world.all("channels")) == count:
                    return
                # Another process's state: there is no event to wait for, only the next look.
                await asyncio.sleep(0.05)

    async def settle(self) -> None:
        for _ in range(3):
            for driver in self.drivers:
                await driver.settled()
            await self.world.network.ari.request("GET", "asterisk/ping")
            await self.world.get("asterisk/ping", "ping")
            await asyncio.sleep(0.05)

    def _arrived(self, channel: str, number: str) -> None:
        self.tasks.append(asyncio.ensure_future(self._play(channel, number)))

    async def _play(self, channel: str, number: str) -> None:
        network = self.world.network
        try:
            if number in (SAM, JONAS):
                await network.ring(channel)
                leg = await self._leg_of(channel)
                if leg in self.lifted or (self.lifts_to_be_kept and str(leg).startswith(LINE_CHANNEL)):
                    await asyncio.sleep(0.05)
                    await network.answer(channel)
                return
            psap = await network.at_the_answering_point(channel)
            rule = Rule("", Fate.ANSWER, 50) if psap else rule_of(self.rules, number)
            if rule.fate in RINGS:
                await network.ring(channel)
                await asyncio.sleep(min(rule.rings_for, 30_000) / 1000)
            if rule.fate is Fate.ANSWER:
                await network.answer(channel)
            else:
                await network.hang_up(channel, Q850[rule.fate])
        except (AriRefusal, SwitchUnavailable):
            pass

    async def _leg_of(self, channel: str) -> str | None:
        body = await self.world.network.ari.request("GET", uri("channels", channel))
        call = msgspec.json.decode(body, type=p.Channel).protocol_id
        return next((one["id"] for one in await self.world.all("channels") if one["protocol_id"] == call), None)

    async def close(self) -> None:
        """Nothing is left of this test."""
        for driver in self.drivers:
            await driver.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for channel in await self.world.all("channels"):
            await self.world.delete(f"channels/{channel['id']}")
        # The next test's connector would take one that is still going for its own.
        await self.until_channels(0)
        for bridge in await self.world.all("bridges"):
            await self.world.delete(f"bridges/{bridge['id']}")
