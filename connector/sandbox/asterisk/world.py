"""A telephone network on this machine: Asterisk, the agents' phones, a carrier and an emergency answering point."""

import asyncio
import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import aiohttp
from msgspec import Struct

from connector.domain.model import Role
from connector.errors import BadInput
from connector.sandbox.asterisk.carrier import ANSWERING_POINT, HOST, Called, Customers, hang_up
from connector.sandbox.asterisk.instance import USER, Asterisk, free_ports
from connector.sandbox.asterisk.phone import Phone
from connector.sandbox.asterisk.processes import loaded
from connector.sandbox.parts import PartError
from connector.switch.asterisk.lines import LINE
from connector.switch.asterisk.provision import provision
from connector.switch.register.clock import RealClock

APP: Final = "phone-panel"
REGISTER_WITHIN: Final = 15.0
LOOK_EVERY: Final = 0.5


class Programs(Struct, frozen=True):
    """The folders that set-up made: Asterisk, and the phones with what is said."""

    asterisk: Path
    phones: Path


class Leg(Struct, frozen=True):
    """A call of Asterisk's with somebody outside, or with a phone (role AGENT); `call` is its name in SIP."""

    leg: str
    role: Role
    number: str
    call: str
    host: str
    up: bool


class World:
    """`devices` are the agents' phones; `lines` maps skills to our numbers; `routes` are those of emergency calls.

    `answer_after`: seconds that a phone rings before it is lifted; `dumps`: where what phones say and hear is written.
    """

    def __init__(
        self,
        folder: Path,
        programs: Programs,
        devices: Sequence[str],
        lines: Mapping[str, str],
        routes: Sequence[str],
        *,
        answer_after: float = 2,
        dumps: Path | None = None,
    ) -> None:
        self.clock = RealClock()
        self.lines = lines
        self._folder = folder
        self._programs = programs
        self._devices = devices
        self._routes = routes
        self._speech = programs.phones / "speech"
        self.called = Called(folder / "called", programs.phones, HOST, speech="callee")
        self.answering_point = Called(
            folder / "emergency", programs.phones, ANSWERING_POINT, speech="answering-point", rules=(), rings=1_000
        )
        ports = free_ports()
        command = loaded(programs.asterisk, "usr/sbin/asterisk")
        self.asterisk = Asterisk(folder / "a", command, programs.asterisk, ports, self.called.address)
        self.customers = Customers(folder / "customers", programs.phones, ports.sip)
        self.phones = {device: self._phone(device, answer_after, dumps) for device in devices}
        self._legs: list[Leg] = []
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def _phone(self, device: str, answer_after: float, dumps: Path | None) -> Phone:
        return Phone(
            device,
            secrets.token_urlsafe(12),
            self._folder / f"phone-{device}",
            self._programs.phones,
            self.asterisk.ports.sip,
            speech=self._speech / "agent.wav",
            answer_after=answer_after,
            at_once=self._is_kept_line,
            dumps=None if dumps is None else dumps / device,
        )

    # --- beginning and end ------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """All run, and the phones are registered.  Raises `PartError`."""
        away, psap = str(self._speech / "away"), self.answering_point.address
        self.asterisk.configure(app=APP, away=away, emergency="psap", psap=psap)
        await asyncio.gather(self.asterisk.start(), self.called.start(), self.answering_point.start())
        headers = {"Authorization": aiohttp.encode_basic_auth(USER, self.asterisk.password)}
        self._session = aiohttp.ClientSession(headers=headers)
        for device, phone in self.phones.items():
            await provision(self._session, self.asterisk.ari, device, phone.password)
        await asyncio.gather(*(phone.start() for phone in self.phones.values()))
        try:
            async with asyncio.timeout(REGISTER_WITHIN):
                for device in self._devices:
                    await self._until_registered(device)
        except TimeoutError:
            raise PartError(f"a phone did not register.\n{self.asterisk.last_words()}") from None
        await self.look()
        self._keep(self._go_on_looking())

    async def _until_registered(self, device: str) -> None:
        while True:
            if (await self._get(f"endpoints/PJSIP/{device}"))["state"] == "online":
                return
            # Another process's register: nothing tells us before we are its connector.
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """All are ended."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        await self.customers.stop()
        await asyncio.gather(*(phone.stop() for phone in self.phones.values()), self.asterisk.stop())
        for called in (self.called, self.answering_point):
            if called.running is not None:
                await called.running.stop()

    async def ended(self) -> str:
        """Waits until one of them has ended by itself; returns which, with its last words."""
        running = [called.running for called in (self.called, self.answering_point)]
        running += [phone.running for phone in self.phones.values()]
        ends = {asyncio.ensure_future(one.ended()): one for one in running if one is not None}
        asterisk = asyncio.ensure_future(self.asterisk.ended())
        done, waiting = await asyncio.wait({*ends, asterisk}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        if asterisk in done:
            return f"Asterisk ended by itself.\n{self.asterisk.last_words()}"
        one = next(ends[task] for task in done if task in ends)
        return f"{one.name} ended by itself.\n{one.last_words()}"

    # --- for the connector ------------------------------------------------------------------------------------------

    def settings(self, password_file: Path) -> str:
        """The table [switch] of a connector that uses this Asterisk."""
        routes = ", ".join(f'{json.dumps(route)} = "psap"' for route in self._routes)
        sounds = ", ".join(f"{name} = {json.dumps(f'sound:{self._speech / name}')}" for name in ("closed", "full"))
        return (
            f'[switch]\nkind = "asterisk"\nurl = "{self.asterisk.ari}"\nuser = "{USER}"\n'
            f'password_file = {json.dumps(str(password_file))}\napp = "{APP}"\ntrunk = "carrier"\n'
            f"routes = {{ {routes} }}\nsounds = {{ {sounds} }}\n"
        )

    # --- for customers and for who is in control --------------------------------------------------------------------

    def ring(self, number: str, line: str, *, talk: int | None = None, patience: int | None = None) -> str:
        """A customer calls; returns what the call is named in SIP, at once."""
        call = self.customers.name()
        self._keep(self.call(number, line, talk=talk, patience=patience, call=call))
        return call

    async def call(
        self,
        number: str,
        line: str,
        *,
        talk: int | None = None,
        patience: int | None = None,
        call: str = "",
        record: str = "",
    ) -> str:
        """A customer calls; returns what the call is named in SIP when it is on its way.  Raises `PartError`."""
        return await self.customers.call(number, line, talk=talk, patience=patience, call=call, record=record)

    def live(self) -> list[Leg]:
        """The legs of Asterisk as they were half a second ago at most."""
        return self._legs

    def waiting(self) -> list[Leg]:
        """The customers who called and were not answered yet."""
        return [leg for leg in self._legs if leg.call in self.customers.calling and not leg.up]

    def hang_up(self, leg: str) -> None:
        """The far end of a leg hangs up.  Raises BadInput for one that is not there."""
        found = next((known for known in self._legs if leg in (known.leg, known.call)), None)
        if found is None:
            raise BadInput("leg_unknown", "leg", f"there is no leg {leg!r}")
        caller = self.customers.calling.get(found.call)
        if found.role is Role.AGENT:
            self._keep(self.phones[found.number].do("hangup"))
        elif caller is not None:
            hang_up(HOST, caller.port, found.call)
        else:
            called = self.answering_point if found.host == ANSWERING_POINT else self.called
            hang_up(called.host, called.port, found.call)

    def lay_down(self, device: str) -> None:
        """The handset of a phone is laid down.  Raises BadInput for a device that is none."""
        self._keep(self.phone(device).do("hangup"))

    def phone(self, device: str) -> Phone:
        """A phone.  Raises BadInput for a device that is none."""
        if device not in self.phones:
            raise BadInput("device_unknown", "device", f"there is no phone {device!r}")
        return self.phones[device]

    def phone_of(self, leg: str) -> Phone:
        """The phone of a leg.  Raises BadInput for a leg that is none of a phone's."""
        found = next((known for known in self._legs if known.leg == leg and known.role is Role.AGENT), None)
        if found is None:
            raise BadInput("leg_unknown", "leg", f"{leg!r} is no leg of a phone of an agent's")
        return self.phones[found.number]

    async def _is_kept_line(self, call: str) -> bool:
        """Whether that call keeps a phone connected between calls: its agent has just asked for it, and waits."""
        return any(
            channel["id"].startswith(LINE) and channel.get("protocol_id") == call
            for channel in await self._get("channels")
        )

    async def look(self) -> None:
        """What Asterisk has now is known."""
        self._legs = [leg for leg in [await self._leg(channel) for channel in await self._get("channels")] if leg]

    async def _leg(self, channel: dict[str, Any]) -> Leg | None:
        technology, _, rest = channel["name"].partition("/")
        endpoint = rest.rpartition("-")[0]
        call, up = channel.get("protocol_id", ""), channel["state"] == "Up"
        if technology != "PJSIP":
            return None
        if endpoint in self.phones:
            return Leg(channel["id"], Role.AGENT, endpoint, call, "", up)
        caller = self.customers.calling.get(call)
        if caller is not None:
            return Leg(channel["id"], Role.CUSTOMER, caller.number, call, HOST, up)
        host = ANSWERING_POINT if endpoint == "psap" else HOST
        return Leg(channel["id"], Role.CUSTOMER, await self._number(channel["id"]), call, host, up)

    async def _number(self, channel: str) -> str:
        """Who was called: the user of the address, as sip:+14155550143@127.0.0.2."""
        path = f"channels/{channel}/variable?variable=CHANNEL(pjsip,remote_uri)"
        uri = str((await self._get(path)).get("value", ""))
        return uri.partition(":")[2].partition("@")[0]

    async def _go_on_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.look()
            except (aiohttp.ClientError, OSError):
                # Its end is told elsewhere.
                return

    async def _get(self, path: str) -> Any:
        assert self._session is not None
        async with self._session.get(f"{self.asterisk.ari}/{path}") as answer:
            return await answer.json()

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
