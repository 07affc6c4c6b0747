"""Channels, recordings and phones, and what happens to them: the machine under the simulated switch.

Everything that changes is told as an event and noted in the journal; what somebody asks for is in `asks.py`.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from connector.domain.events import (
    LegAnswered,
    LegEnded,
    LegHeld,
    LegMuted,
    LegResumed,
    LegRinging,
    PhoneChanged,
    RecordingChanged,
    SwitchEvent,
)
from connector.domain.model import LegState, Recording, Role
from connector.ports.switch import LegNow, Snapshot
from connector.switch.simulated.clock import Clock
from connector.switch.simulated.destinations import Rule
from connector.switch.simulated.journal import Entry

REMEMBERED: Final = 3_600_000
"""For how long a leg that ended is still in the snapshot, in ms."""

UP: Final = frozenset({LegState.CONNECTED, LegState.HELD})
"""The states of a leg that was answered."""


class Timing(Struct, frozen=True):
    """How long things take, in ms: about what a private network and a public one behind it need.

    `ask` an ask until it is carried out; `ring` a phone of ours until it rings; `pick_up` and `auto_answer` until it is
    answered, for an offer and for a call that the agent places; `bridge` from the answer of the phone until the other
    side hears it; `dial` until a called number rings or turns out busy; `follow` until the leg of the one who is left
    ends; `digit` one tone with its pause.
    """

    ask: int = 6
    ring: int = 120
    pick_up: int = 80
    auto_answer: int = 150
    bridge: int = 8
    dial: int = 900
    follow: int = 20
    digit: int = 160

    def faster(self, times: float) -> "Timing":
        """The same, `times` times as fast."""
        return Timing(*(int(getattr(self, name) / times) for name in self.__struct_fields__))


USUAL: Final = Timing()


class Channel(Struct):
    """One leg.  `device` and `customer` (the leg that it was rung for) belong to an agent's leg.

    `number` is the far end: the customer's number, or the device.  `talk`: how long after the answer the customer hangs
    up, in ms.  `tones_until` is when the last tone asked for will have been played.
    """

    leg: str
    role: Role
    number: str
    line: str
    since: int
    state: LegState = LegState.DIALING
    contact: str | None = None
    device: str = ""
    customer: str = ""
    inbound: bool = False
    answered: int | None = None
    muted: bool = False
    cause: str = ""
    talk: int | None = None
    tones_until: int = 0

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.state is not LegState.ENDED

    @property
    def up(self) -> bool:
        """Whether it was answered and has not ended."""
        return self.state in UP

    def now(self) -> LegNow:
        """The leg as a snapshot shows it."""
        return LegNow(
            self.leg,
            self.contact,
            self.role,
            self.state,
            self.number,
            self.line,
            self.since,
            self.muted,
            self.cause,
            self.answered,
        )


class Exchange:
    """The machine.  `tell` is given each event, `journal` each entry, in the order in which things happen."""

    def __init__(
        self,
        clock: Clock,
        devices: Iterable[str],
        *,
        rules: tuple[Rule, ...],
        timing: Timing,
        tell: Callable[[SwitchEvent], None],
        journal: Callable[[Entry], None],
    ) -> None:
        self.clock = clock
        self.timing = timing
        self.rules = rules
        self.phones: dict[str, bool] = dict.fromkeys(devices, True)
        self.tell = tell
        self.journal = journal
        self._channels: dict[str, Channel] = {}
        self._of_customer: dict[str, list[Channel]] = {}
        self._of_contact: dict[str, list[Channel]] = {}
        self._recordings: dict[str, Recording] = {}
        self._ended: deque[tuple[int, str]] = deque()
        self._never: dict[str, LegEnded] = {}

    # --- what is there ---------------------------------------------------------------------------------------------

    def channel(self, leg: str) -> Channel | None:
        """The leg, also for an hour after its end, or None."""
        return self._channels.get(leg)

    def channels(self) -> list[Channel]:
        """All legs, those that ended within the last hour too, the oldest first."""
        self._forget()
        return list(self._channels.values())

    def phones_of(self, customer: Channel) -> list[Channel]:
        """The agents' legs that ring for, or are connected with, that customer."""
        return [phone for phone in self._of_customer.get(customer.leg, ()) if phone.live]

    def speaker_of(self, customer: Channel) -> Channel | None:
        """The agent's leg that was answered for that customer, or None."""
        return next((other for other in self.phones_of(customer) if other.up), None)

    def recording(self, contact: str) -> Recording:
        """How the recording of a contact stands."""
        return self._recordings.get(contact, Recording.OFF)

    def has(self, contact: str) -> bool:
        """Whether there is a live leg of that contact."""
        return any(channel.live for channel in self._of_contact.get(contact, ()))

    def recordable(self, contact: str) -> bool:
        """Whether there is a customer's leg of that contact to be recorded."""
        return any(channel.up and channel.role is not Role.AGENT for channel in self._of_contact.get(contact, ()))

    def snapshot(self) -> Snapshot:
        """All of it."""
        return Snapshot(tuple(c.now() for c in self.channels()), dict(self._recordings), dict(self.phones))

    # --- what happens ----------------------------------------------------------------------------------------------

    def add(self, channel: Channel, what: str) -> Channel:
        """A leg has come into being; the journal calls it `what`."""
        self._forget()
        self._channels[channel.leg] = channel
        if channel.customer:
            self._of_customer.setdefault(channel.customer, []).append(channel)
        if channel.contact is not None:
            self._of_contact.setdefault(channel.contact, []).append(channel)
        self.note(what, channel)
        return channel

    def adopt(self, channel: Channel, contact: str) -> None:
        """A leg carries that contact's key."""
        if channel.contact != contact:
            _leave(self._of_contact, channel.contact, channel)
            channel.contact = contact
            self._of_contact.setdefault(contact, []).append(channel)
            self.note("adopted", channel)

    def ring(self, channel: Channel) -> None:
        """A leg that was being dialled rings; any other is left alone."""
        if channel.state is LegState.DIALING:
            self._move(channel, LegState.RINGING)
            self.note("ringing", channel)
            self.report(channel)

    def answer(self, channel: Channel) -> None:
        """A leg that was dialled or rang has audio both ways; any other is left alone."""
        if not channel.live or channel.up:
            return
        self._move(channel, LegState.CONNECTED)
        channel.answered = self.clock.now()
        if channel.talk is not None:
            self.clock.after(channel.talk, lambda: self.end(channel, "normal", by="customer"))
        self.note("answered", channel)
        self.report(channel)

    def hold(self, channel: Channel) -> None:
        """A leg that was answered is parked, and this is told also when it was so already."""
        if channel.state is LegState.CONNECTED:
            self._move(channel, LegState.HELD)
            self.note("held", channel)
        self.tell(LegHeld(channel.leg, channel.since))

    def resume(self, channel: Channel) -> None:
        """A leg that was answered is heard, and this is told also when it was so already."""
        if channel.state is LegState.HELD:
            self._move(channel, LegState.CONNECTED)
            self.note("resumed", channel)
        self.tell(LegResumed(channel.leg, channel.since))

    def mute(self, channel: Channel, muted: bool) -> None:
        """The microphone of a leg is off or on, and this is told also when it was so already."""
        if channel.muted is not muted:
            channel.muted = muted
            self.note("muted" if muted else "unmuted", channel)
        self.tell(LegMuted(channel.leg, muted, self.clock.now()))

    def record(self, contact: str, recording: Recording) -> None:
        """A contact's recording is as wanted, and this is told also when it was so already."""
        if self.recording(contact) is not recording:
            if recording is Recording.OFF:
                del self._recordings[contact]
            else:
                self._recordings[contact] = recording
            self.journal(Entry(self.clock.now(), "recording", contact=contact, recording=recording))
        self.tell(RecordingChanged(contact, recording, self.clock.now()))

    def end(self, channel: Channel, cause: str, *, by: str) -> None:
        """A leg is gone, and those whom nobody is left to talk to follow; one that ended before is left alone."""
        if not channel.live:
            return
        was_up = channel.up
        self._move(channel, LegState.ENDED)
        channel.cause = cause
        self._ended.append((channel.since, channel.leg))
        if channel.role is Role.AGENT:
            self._leave_customer(channel, was_up)
        else:
            for phone in self.phones_of(channel):
                self._follow(phone)
        self.note("ended", channel, by=by)
        self.report(channel)
        contact = channel.contact
        if contact is not None and self.recording(contact) is not Recording.OFF and not self.recordable(contact):
            self.record(contact, Recording.OFF)

    def register(self, device: str, ready: bool) -> None:
        """A phone can be rung or cannot; calls that it has go on."""
        if self.phones.get(device) is not ready:
            self.phones[device] = ready
            self.journal(Entry(self.clock.now(), "phone", device=device, cause="ready" if ready else "gone"))
        self.tell(PhoneChanged(device, ready))

    def report(self, channel: Channel) -> None:
        """What is true of a leg is told (again); there is nothing to tell of one that is being dialled."""
        match channel.state:
            case LegState.RINGING:
                self.tell(LegRinging(channel.leg, channel.since))
            case LegState.CONNECTED:
                self.tell(LegAnswered(channel.leg, channel.since))
            case LegState.HELD:
                self.tell(LegHeld(channel.leg, channel.since))
            case LegState.ENDED:
                self.tell(LegEnded(channel.leg, channel.cause, channel.since))
            case LegState.DIALING:
                pass

    def knows(self, leg: str) -> bool:
        """Whether there is, or was within the last hour, a leg of that name, or it was told that there is none."""
        return leg in self._channels or leg in self._never

    def report_of(self, leg: str, cause: str = "normal") -> None:
        """What is true of the leg of that name is told; of one that never was, that it has ended, with `cause`.

        A name that was once told as ended stays so: an ask that comes late must not bring the leg to life.
        """
        channel = self._channels.get(leg)
        if channel is not None:
            self.report(channel)
            return
        if leg not in self._never:
            self._never[leg] = LegEnded(leg, cause, self.clock.now())
            self._ended.append((self.clock.now(), leg))
        self.tell(self._never[leg])

    def note(self, what: str, channel: Channel, *, by: str = "", count: int = 0) -> None:
        """An entry about a leg in the journal."""
        self.journal(
            Entry(
                self.clock.now(),
                what,
                channel.leg,
                channel.contact,
                channel.role,
                channel.device,
                channel.number,
                channel.line,
                channel.cause,
                by,
                count=count,
            )
        )

    # --- inside ----------------------------------------------------------------------------------------------------

    def _move(self, channel: Channel, state: LegState) -> None:
        channel.state = state
        channel.since = self.clock.now()

    def _leave_customer(self, phone: Channel, was_up: bool) -> None:
        """A customer whom the agent leaves is hung up on, unless parked, still waiting, or with somebody else.

        One who called is left only by a phone that was answered; one who is being called, by the phone of who calls.
        """
        customer = self._channels.get(phone.customer)
        if customer is None or customer.state is LegState.HELD:
            return
        if (was_up and customer.up) or not customer.inbound:
            self._follow(customer)

    def _follow(self, channel: Channel) -> None:
        def leave() -> None:
            parked = channel.role is Role.CUSTOMER and channel.state is LegState.HELD
            if not parked and self.speaker_of(channel) is None:
                self.end(channel, "normal" if channel.up else "cancelled", by="follows")

        self.clock.after(self.timing.follow, leave)

    def _forget(self) -> None:
        oldest = self.clock.now() - REMEMBERED
        while self._ended and self._ended[0][0] < oldest:
            _, leg = self._ended.popleft()
            self._never.pop(leg, None)
            channel = self._channels.pop(leg, None)
            if channel is not None:
                _leave(self._of_customer, channel.customer, channel)
                _leave(self._of_contact, channel.contact, channel)


def _leave(index: dict[str, list[Channel]], key: str | None, channel: Channel) -> None:
    if key is not None and key in index:
        index[key] = [other for other in index[key] if other is not channel]
        if not index[key]:
            del index[key]
