"""Channels, recordings and phones, and what happens to them: what a switch is, without what makes it happen.

Everything that changes is told as an event and noted in the journal; how it comes about is each driver's own.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final

from connector.domain.events import (
    LegAnswered,
    LegEnded,
    LegHeld,
    LegMuted,
    LegResumed,
    LegRinging,
    LegsMixed,
    PhoneChanged,
    PhoneHeld,
    PhoneResumed,
    PhoneTransferred,
    RecordingChanged,
    SwitchEvent,
)
from connector.domain.model import LegState, Line, Recording, Role
from connector.ports.switch import LegNow, Snapshot
from connector.switch.register.channel import Channel
from connector.switch.register.clock import Clock
from connector.switch.register.entry import Entry
from connector.switch.register.parties import Parties

REMEMBERED: Final = 3_600_000
"""For how long a leg that ended is still in the snapshot, in ms."""

FOLLOW: Final = 20
"""After how long a leg whose other side has gone ends, in ms, unless somebody else is there by then."""


class Exchange:
    """The machine.  `tell` is given each event, `journal` each entry, in the order in which things happen."""

    def __init__(
        self,
        clock: Clock,
        devices: Iterable[str],
        *,
        tell: Callable[[SwitchEvent], None],
        journal: Callable[[Entry], None],
        let_go: Callable[[Channel, str, str], None] | None = None,
        follow: int = FOLLOW,
    ) -> None:
        """`let_go` hangs up on a leg, with the cause and by whom; without it the leg has ended at once."""
        self.clock = clock
        self.let_go = let_go or (lambda channel, cause, by: self.end(channel, cause, by=by))
        self._follow = follow
        self.phones: dict[str, bool] = dict.fromkeys(devices, True)
        self.lines: dict[str, Line] = {}
        self.tell = tell
        self.journal = journal
        self.parties = Parties()
        self._recordings: dict[str, Recording] = {}
        self._written: set[str] = set()
        self._ended: deque[tuple[int, str]] = deque()
        self._never: dict[str, LegEnded] = {}
        self.moved: Callable[[], None] = lambda: None
        """Called when who hears whom may have changed."""

    # --- what is there ---------------------------------------------------------------------------------------------

    def channel(self, leg: str) -> Channel | None:
        """The leg, also for an hour after its end, or None."""
        return self.parties.channels.get(leg)

    def channels(self) -> list[Channel]:
        """All legs, those that ended within the last hour too, the oldest first."""
        self._forget()
        return list(self.parties.channels.values())

    def recording(self, contact: str) -> Recording:
        """How the recording of a contact stands."""
        return self._recordings.get(contact, Recording.OFF)

    def written(self, contact: str) -> bool:
        """Whether something is being recorded of the contact, be it silence for now."""
        return contact in self._written

    def snapshot(self) -> Snapshot:
        """All of it."""
        legs = tuple(map(self.now, self.channels()))
        return Snapshot(legs, dict(self._recordings), dict(self.phones), dict(self.lines))

    def now(self, channel: Channel) -> LegNow:
        """The leg as a snapshot shows it."""
        mix = self.parties.mixes.of(channel.leg)
        return channel.now("" if mix is None else mix.id)

    # --- what happens ----------------------------------------------------------------------------------------------

    def add(self, channel: Channel, what: str) -> Channel:
        """A leg has come into being; the journal calls it `what`."""
        self._forget()
        self.parties.add(channel)
        self.note(what, channel)
        return channel

    def adopt(self, channel: Channel, contact: str) -> None:
        """A leg carries that contact's key."""
        if channel.contact != contact:
            self.parties.adopt(channel, contact)
            self.note("adopted", channel)
            self.moved()

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

    def hear(self, channel: Channel) -> None:
        """A leg can be heard, whether it waited or was parked, and this is told also when it was so already."""
        if channel.state is LegState.HELD:
            self.resume(channel)
        elif channel.up:
            self.report(channel)
        else:
            self.answer(channel)

    def hold(self, channel: Channel) -> None:
        """A leg that was answered is parked and hears nobody, and this is told also when it was so already."""
        self.parties.mixes.leave(channel.leg)
        if channel.state is LegState.CONNECTED:
            self._move(channel, LegState.HELD)
            self.note("held", channel)
        self.tell(LegHeld(channel.leg, channel.since))
        self.moved()

    def resume(self, channel: Channel) -> None:
        """A leg that was answered is heard, and this is told also when it was so already."""
        if channel.state is LegState.HELD:
            self._move(channel, LegState.CONNECTED)
            self.note("resumed", channel)
        self.tell(LegResumed(channel.leg, channel.since))

    def mix(self, legs: tuple[str, ...], *, told: bool = True) -> None:
        """Exactly these legs hear each other; with `told` this is told, also when it was so already."""
        mixes, now = self.parties.mixes, self.clock.now()
        if mixes.together(legs, now):
            self.journal(Entry(now, "mixed", legs=legs))
        mix = mixes.of(legs[0]) if legs else None
        if mix is not None and told:
            self.tell(LegsMixed(legs, mix.since))
        self.moved()

    def mute(self, channel: Channel, muted: bool) -> None:
        """The microphone of a leg is off or on, and this is told also when it was so already."""
        if channel.muted is not muted:
            channel.muted = muted
            self.note("muted" if muted else "unmuted", channel)
        self.tell(LegMuted(channel.leg, muted, self.clock.now()))

    def record(self, contact: str, recording: Recording) -> None:
        """A contact's recording is as wanted, and this is told also when it was so already."""
        if recording is Recording.ON:
            self._written.add(contact)
        if self.recording(contact) is not recording:
            if recording is Recording.OFF:
                del self._recordings[contact]
                self._written.discard(contact)
            else:
                self._recordings[contact] = recording
            legs = self.parties.recorded_of(contact)
            self.journal(Entry(self.clock.now(), "recording", contact=contact, recording=recording, legs=legs))
        self.tell(RecordingChanged(contact, recording, self.clock.now()))

    def end(self, channel: Channel, cause: str, *, by: str, at: int | None = None) -> None:
        """A leg is gone, and those whom nobody is left to talk to follow; one that ended before is left alone.

        `at` is when, where that was not now: it came to be known later.
        """
        if not channel.live:
            return
        was_up, mix = channel.up, self.parties.mixes.of(channel.leg)
        left = self.parties.left_by(channel, was_up, mix)
        self.parties.mixes.leave(channel.leg)
        self._ended.append((self.clock.now(), channel.leg))
        self._move(channel, LegState.ENDED)
        channel.since = channel.since if at is None else at
        channel.cause = cause
        for other in left:
            self.follow(other)
        self.note("ended", channel, by=by)
        self.report(channel)
        contact = channel.contact
        if (
            contact is not None
            and self.recording(contact) is not Recording.OFF
            and not self.parties.recordable(contact)
        ):
            self.record(contact, Recording.OFF)
        self.moved()

    def register(self, device: str, ready: bool) -> None:
        """A phone can be rung or cannot; calls that it has go on."""
        if self.phones.get(device) is not ready:
            self.phones[device] = ready
            self.journal(Entry(self.clock.now(), "phone", device=device, cause="ready" if ready else "gone"))
        self._tell_of(device)

    def line(self, device: str, line: Line) -> None:
        """A phone takes calls like that, and this is told also when it was so already."""
        if self.lines.get(device, Line.ALWAYS) is not line:
            self.lines[device] = line
            self.journal(Entry(self.clock.now(), "line", device=device, cause=line))
        self._tell_of(device)

    def _tell_of(self, device: str) -> None:
        line = self.lines.get(device, Line.ALWAYS)
        self.tell(PhoneChanged(device, self.phones.get(device, False), line))

    def phone_holds(self, channel: Channel, on: bool) -> None:
        """An agent's phone itself has put its call on hold, or taken it back; who hears whom is as it was."""
        if channel.role is Role.AGENT and channel.up:
            now = self.clock.now()
            self.note("phone_held" if on else "phone_resumed", channel)
            self.tell(PhoneHeld(channel.leg, now) if on else PhoneResumed(channel.leg, now))

    def phone_transfers(self, channel: Channel, number: str, other: str) -> None:
        """An agent's phone asks for the far end of its call to be passed on; nothing is done by that."""
        if channel.role is Role.AGENT and channel.up:
            self.note("phone_transferred", channel)
            self.tell(PhoneTransferred(channel.leg, number, other, self.clock.now()))

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
        return leg in self.parties.channels or leg in self._never

    def report_of(self, leg: str, cause: str = "normal") -> None:
        """What is true of the leg of that name is told; of one that never was, that it has ended, with `cause`.

        A name that was once told as ended stays so: an ask that comes late must not bring the leg to life.  A phone
        that waits for it waits for nobody then.
        """
        channel = self.parties.channels.get(leg)
        if channel is not None:
            self.report(channel)
            return
        if leg not in self._never:
            self._never[leg] = LegEnded(leg, cause, self.clock.now())
            self._ended.append((self.clock.now(), leg))
            for phone in self.parties.phones_of(leg):
                self.follow(phone)
        self.tell(self._never[leg])

    def follow(self, channel: Channel) -> None:
        """A leg whose other side has gone ends before long, unless somebody else is there by then."""

        def leave() -> None:
            if not self.parties.stays(channel):
                self.let_go(channel, "normal" if channel.up else "cancelled", "follows")

        self.clock.after(self._follow, leave)

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

    def _forget(self) -> None:
        oldest = self.clock.now() - REMEMBERED
        while self._ended and self._ended[0][0] < oldest:
            _, leg = self._ended.popleft()
            self._never.pop(leg, None)
            self.parties.forget(leg)
