"""What is made of an Asterisk at each connection: it is played by `Pbx`, which notes what is asked of it."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from connector.domain.effects import Connect, EndLeg, PlaceCall
from connector.domain.events import LegAnswered, LegEnded, LegHeld, SwitchEvent
from connector.domain.model import LegState, Recording, Role
from connector.ports.switch import LegNow
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.asks import carry_out
from connector.switch.asterisk.floor import Floor
from connector.switch.asterisk.notes import Note, note_of
from connector.switch.asterisk.recorder import Tape
from connector.switch.asterisk.recovery import ALONE, reconcile
from connector.switch.asterisk.socket import AriRefusal
from connector.switch.register.channel import Channel
from connector.switch.register.clock import VirtualClock

MIA, LINE, SAM = "+14155550143", "+14155550100", "2041"
BOOT = 1_790_000_000_000
"""When Asterisk was started, before all the rest."""

AT = "2026-11-25T13:57:50.114+0000"


class Pbx:
    """An Asterisk as `Machine` sees it: what is there is set by the test, what is asked is in `asked`."""

    def __init__(self) -> None:
        self.channel_list: list[tuple[p.Channel, str]] = []
        self.bridge_list: list[p.Bridge] = []
        self.played: set[str] = set()
        self.recorded: dict[str, str] = {}
        self.held: set[str] = set()
        self.ear = True
        self.boot = BOOT
        self.asked: list[tuple[Any, ...]] = []

    def there(self, leg: str, state: str = "Up", note: Note | str = "", *, name: str = "", does: str = "ours") -> None:
        """A channel in our application, with a note."""
        text = note if isinstance(note, str) else msgspec.json.encode(note).decode()
        dialplan = p.Dialplan(app_name="Stasis", app_data=f"phone-panel,{does}")
        caller = p.Caller("", MIA)
        made = p.Channel(leg, name or f"PJSIP/x-{leg}", state, "", caller, dialplan, AT)
        self.channel_list.append((made, text))

    def gone(self, leg: str) -> None:
        self.channel_list = [(channel, note) for channel, note in self.channel_list if channel.id != leg]

    def bridge(self, name: str, *legs: str) -> None:
        self.bridge_list.append(p.Bridge(name, legs))

    async def watch(self, devices: tuple[str, ...]) -> None:
        pass

    async def ready(self, device: str) -> bool:
        return True

    async def started(self) -> int:
        return self.boot

    async def channels(self) -> tuple[set[str], list[tuple[p.Channel, str]]]:
        return {channel.id for channel, _ in self.channel_list}, list(self.channel_list)

    async def bridges(self) -> list[p.Bridge]:
        return list(self.bridge_list)

    async def calls_in(self, context: str) -> list[p.Channel]:
        return []

    async def playing(self, playback: str) -> bool:
        return playback in self.played

    async def recording(self, name: str) -> str:
        return self.recorded.get(name, "")

    async def has_ear(self) -> bool:
        return self.ear

    async def holds(self, channel: str) -> bool:
        return channel in self.held

    async def end(self, leg: str) -> bool:
        self.asked.append(("end", leg))
        return True

    def __getattr__(self, what: str) -> Callable[..., Awaitable[None]]:
        async def asked(*values: Any, **more: Any) -> None:
            self.asked.append((what, *values, *more.values()))

        return asked

    def asked_for(self, *what: str) -> list[tuple[Any, ...]]:
        """What was asked of these kinds, notes left out of it."""
        return [asked for asked in self.asked if asked[0] in what]


class Rig:
    """A driver without its socket."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.pbx = Pbx()
        self.news: list[SwitchEvent] = []
        self.jobs: list[Callable[[], Awaitable[None]]] = []
        self.restart()

    def restart(self) -> None:
        """A new process, which knows nothing."""
        sounds = {"closed": "sound:closed"}
        self.floor = Floor(self.clock, self.news.append, self.jobs.append, trunk="carrier", routes={}, sounds=sounds)

    async def connect(self, lost: int | None = None) -> None:
        self.jobs.clear()
        at = self.clock.now() if lost is None else lost
        await reconcile(self.floor, self.pbx, (SAM,), at)  # type: ignore[arg-type]  # plays it
        self.news.clear()
        await self.work()

    async def work(self) -> None:
        while self.jobs:
            await self.jobs.pop(0)()

    async def ask(self, ask: Any) -> None:
        await carry_out(self.floor, ask)
        await self.work()

    async def hear(self, event: p.Event) -> None:
        self.floor.take(event)
        await self.work()

    def legs(self) -> dict[str, LegNow]:
        return {leg.leg: leg for leg in self.floor.exchange.snapshot().legs}

    def states(self) -> dict[str, LegState]:
        return {name: leg.state for name, leg in self.legs().items()}


@pytest.fixture
def rig() -> Rig:
    return Rig()


def caller(**more: Any) -> Note:
    given = {"contact": "c1", "inbound": True, "answered": BOOT + 2_000, **more}
    return Note(Role.CUSTOMER, MIA, LINE, BOOT + 1_000, **given)


def phone(**more: Any) -> Note:
    given = {"contact": "c1", "device": SAM, "customer": "cust", "answered": BOOT + 2_000, "dialled": True, **more}
    return Note(Role.AGENT, SAM, LINE, BOOT + 1_500, **given)


def called(**more: Any) -> Note:
    given = {"contact": "c1", "dialled": True, **more}
    return Note(Role.CUSTOMER, MIA, LINE, BOOT + 1_000, **given)


def channel_of(leg: str, state: str) -> p.Channel:
    return p.Channel(leg, f"PJSIP/x-{leg}", state)


def talk(rig: Rig) -> None:
    """The customer and the agent's phone are in a bridge."""
    rig.pbx.there("cust", note=caller(), does=f"inbound,{LINE}")
    rig.pbx.there("phone", note=phone())
    rig.pbx.bridge("mix-1", "cust", "phone")


PLACED = PlaceCall("a1", "c1", "phone", "cust", SAM, "+14155550171", LINE)


# Who is there, and who hears whom ---------------------------------------------------------------------------------


async def test_a_new_process_finds_a_conversation(rig: Rig) -> None:
    talk(rig)
    await rig.connect()
    legs = rig.legs()
    assert {(leg.contact, leg.state, leg.mix) for leg in legs.values()} == {("c1", LegState.CONNECTED, "mix-1")}
    assert (legs["cust"].answered, legs["phone"].number) == (BOOT + 2_000, SAM)
    assert rig.pbx.asked == []


async def test_a_third_is_part_of_it(rig: Rig) -> None:
    talk(rig)
    rig.pbx.there("third", note=Note(Role.CONSULTED, "+1", LINE, BOOT, answered=BOOT + 1, dialled=True))
    rig.pbx.bridge_list[0] = p.Bridge("mix-1", ("cust", "phone", "third"))
    await rig.connect()
    assert len({leg.mix for leg in rig.legs().values()}) == 1


async def test_who_was_parted_meanwhile_hears_the_other_no_more(rig: Rig) -> None:
    talk(rig)
    await rig.connect()
    rig.pbx.bridge_list = []
    await rig.connect()
    assert {leg.mix for leg in rig.legs().values()} == {""}


async def test_one_in_a_bridge_is_not_held_whatever_the_note_says(rig: Rig) -> None:
    talk(rig)
    rig.pbx.gone("cust")
    rig.pbx.there("cust", note=caller(held=True), does="inbound")
    await rig.connect()
    assert rig.states()["cust"] is LegState.CONNECTED
    assert rig.pbx.asked_for("music") == [("music", "cust", False)]


async def test_one_who_is_held_hears_music(rig: Rig) -> None:
    rig.pbx.there("cust", note=caller(held=True), does="inbound")
    rig.pbx.there("phone", note=phone())
    await rig.connect()
    assert rig.states() == {"cust": LegState.HELD, "phone": LegState.CONNECTED}
    assert rig.pbx.asked_for("music") == [("music", "cust", True)]


async def test_a_muted_microphone_stays_so(rig: Rig) -> None:
    talk(rig)
    rig.pbx.gone("phone")
    rig.pbx.there("phone", note=phone(muted=True))
    await rig.connect()
    assert rig.legs()["phone"].muted


async def test_a_caller_in_a_bridge_was_answered(rig: Rig) -> None:
    talk(rig)
    rig.pbx.gone("cust")
    rig.pbx.there("cust", note=caller(answered=None), does="inbound")
    await rig.connect()
    assert rig.states()["cust"] is LegState.CONNECTED


# Who ended --------------------------------------------------------------------------------------------------------


async def test_who_is_gone_has_ended_and_the_other_follows(rig: Rig) -> None:
    talk(rig)
    await rig.connect()
    rig.pbx.gone("cust")
    await rig.connect()
    rig.clock.advance(100)
    await rig.work()
    gone = rig.legs()["cust"]
    assert (gone.state, gone.cause, gone.since) == (LegState.ENDED, "normal", rig.clock.now() - 100)
    assert rig.pbx.asked_for("hang_up") == [("hang_up", "phone", "normal")]


async def test_what_died_with_asterisk_ended_when_it_did(rig: Rig) -> None:
    talk(rig)
    await rig.connect()
    lost = rig.clock.now()
    rig.clock.advance(60_000)
    rig.pbx.channel_list, rig.pbx.bridge_list, rig.pbx.boot = [], [], rig.clock.now() - 1_000
    await rig.connect(lost)
    assert {(leg.state, leg.since) for leg in rig.legs().values()} == {(LegState.ENDED, lost)}
    assert rig.floor.started == rig.clock.now() - 1_000


async def test_a_hang_up_that_was_asked_for_has_its_cause(rig: Rig) -> None:
    rig.pbx.there("phone", "Ringing", phone(answered=None))
    await rig.connect()
    await rig.ask(EndLeg("a2", "c1", "phone", "no_answer"))
    rig.pbx.gone("phone")
    await rig.connect()
    assert rig.legs()["phone"].cause == "no_answer"


async def test_a_hang_up_that_was_not_carried_out_is_no_cause_later(rig: Rig) -> None:
    talk(rig)
    await rig.connect()
    await rig.ask(EndLeg("a2", "c1", "phone", "no_answer"))
    await rig.connect()
    await rig.hear(p.ChannelDestroyed(channel=channel_of("phone", "Up"), cause=16))
    assert LegEnded("phone", "normal", rig.clock.now()) in rig.news


# Callers ----------------------------------------------------------------------------------------------------------


async def test_a_caller_who_was_not_noted_hears_that_it_rings(rig: Rig) -> None:
    rig.pbx.there("new", "Ring", does=f"inbound,{LINE}")
    await rig.connect()
    found = rig.legs()["new"]
    assert (found.state, found.number, found.line, found.contact) == (LegState.RINGING, MIA, LINE, None)
    assert [asked[0] for asked in rig.pbx.asked] == ["let_ring", "note"]


async def test_a_caller_whom_the_dialplan_has_answered_waits_all_the_same(rig: Rig) -> None:
    rig.pbx.there("new", "Up", caller(answered=None), does=f"inbound,{LINE}")
    await rig.connect()
    assert rig.states() == {"new": LegState.RINGING}


async def test_a_caller_who_comes_at_that_moment_is_told_of_once(rig: Rig) -> None:
    rig.pbx.there("new", "Ring", does=f"inbound,{LINE}")
    await rig.connect()
    await rig.hear(p.StasisStart(timestamp=AT, channel=channel_of("new", "Ring"), args=("inbound", LINE)))
    assert rig.news == []


async def test_a_note_that_is_none_is_no_note(rig: Rig) -> None:
    rig.pbx.there("new", "Ring", "somebody else's", does=f"inbound,{LINE}")
    await rig.connect()
    assert rig.states() == {"new": LegState.RINGING}


@pytest.mark.parametrize("playing", [True, False])
async def test_who_is_told_why_they_cannot_be_taken_is_hung_up_on(rig: Rig, playing: bool) -> None:
    rig.pbx.there("cust", note=caller(announced=True), does="inbound")
    rig.pbx.played = {"said-cust"} if playing else set()
    await rig.connect()
    assert bool(rig.pbx.asked_for("hang_up")) is not playing
    if playing:
        await rig.hear(p.PlaybackFinished(playback=p.PlaybackOf("said-cust")))
    assert rig.pbx.asked_for("hang_up") == [("hang_up", "cust", "normal")]
    rig.clock.advance(2 * ALONE)
    assert rig.jobs == []


async def test_a_caller_left_alone_hears_music_before_long(rig: Rig) -> None:
    rig.pbx.there("cust", note=caller(), does="inbound")
    rig.pbx.bridge("mix-1", "cust")
    await rig.connect()
    assert rig.pbx.asked == []
    rig.clock.advance(ALONE)
    await rig.work()
    assert rig.pbx.asked_for("unmix", "music") == [("unmix", "mix-1", "cust"), ("music", "cust", True)]
    assert rig.news == [LegHeld("cust", rig.clock.now())]


async def test_a_caller_whom_the_core_takes_care_of_is_left_to_it(rig: Rig) -> None:
    rig.pbx.there("cust", note=caller(), does="inbound")
    rig.pbx.there("phone", note=phone())
    await rig.connect()
    await rig.ask(Connect("a1", "c1", "cust", "phone"))
    rig.pbx.asked.clear()
    rig.clock.advance(ALONE)
    await rig.work()
    assert rig.pbx.asked == []


# What was under way ------------------------------------------------------------------------------------------------


async def test_a_phone_that_was_lifted_meanwhile_gets_the_caller(rig: Rig) -> None:
    rig.pbx.there("cust", "Ring", caller(answered=None), does=f"inbound,{LINE}")
    rig.pbx.there("phone", "Ringing", phone(answered=None))
    await rig.connect()
    await rig.ask(Connect("a1", "c1", "cust", "phone"))
    assert not rig.pbx.asked_for("mix")
    rig.pbx.gone("phone")
    rig.pbx.there("phone", "Up", phone(answered=None))
    await rig.connect()
    assert [asked[2] for asked in rig.pbx.asked_for("mix")] == [("cust", "phone")]


async def test_a_connect_asked_again_of_a_new_process_is_carried_out(rig: Rig) -> None:
    rig.pbx.there("cust", "Ring", caller(answered=None), does=f"inbound,{LINE}")
    rig.pbx.there("phone", "Up", phone(answered=None))
    await rig.connect()
    assert rig.states()["phone"] is LegState.CONNECTED
    await rig.ask(Connect("a1", "c1", "cust", "phone"))
    assert [asked[2] for asked in rig.pbx.asked_for("mix")] == [("cust", "phone")]


async def test_a_channel_that_was_made_and_not_dialled_is_dialled(rig: Rig) -> None:
    rig.pbx.there("phone", "Down", phone(answered=None, dialled=False))
    rig.pbx.there("other", "Down", phone(answered=None, dialled=True))
    await rig.connect()
    assert [asked[1] for asked in rig.pbx.asked_for("dial")] == ["phone"]


async def test_a_phone_that_cannot_be_dialled_has_failed(rig: Rig) -> None:
    async def refused(*_: object) -> None:
        raise AriRefusal("POST", 409, "no")

    setattr(rig.pbx, "dial", refused)  # noqa: B010 - the stand-in has what it is asked for only by name
    rig.pbx.there("phone", "Down", phone(answered=None, dialled=False))
    await rig.connect()
    assert (rig.legs()["phone"].state, rig.legs()["phone"].cause) == (LegState.ENDED, "failed")


async def test_a_number_is_called_though_the_phone_was_lifted_before_the_restart(rig: Rig) -> None:
    rig.pbx.there("phone", "Up", phone(answered=None))
    await rig.connect()
    await rig.ask(PLACED)
    assert [asked[1] for asked in rig.pbx.asked_for("call")] == ["cust"]
    assert not rig.pbx.asked_for("ring_phone")
    rig.pbx.asked.clear()
    await rig.ask(PLACED)
    assert not rig.pbx.asked_for("call")


async def test_a_number_is_called_once_the_phone_is_lifted_after_the_restart(rig: Rig) -> None:
    rig.pbx.there("phone", "Ringing", phone(answered=None))
    await rig.connect()
    await rig.ask(PLACED)
    assert not rig.pbx.asked_for("call")
    await rig.hear(p.ChannelStateChange(channel=channel_of("phone", "Up")))
    assert [asked[1] for asked in rig.pbx.asked_for("call")] == ["cust"]
    assert LegAnswered("phone", rig.clock.now()) in rig.news


async def test_a_number_that_was_to_be_called_when_the_connection_went_is_called_when_asked_again(rig: Rig) -> None:
    await rig.connect()
    await rig.ask(PLACED)
    rig.pbx.there("phone", "Ringing", phone(answered=None))
    await rig.connect()
    assert "cust" not in rig.legs()
    await rig.ask(PLACED)
    await rig.hear(p.ChannelStateChange(channel=channel_of("phone", "Up")))
    assert [asked[1] for asked in rig.pbx.asked_for("call")] == ["cust"]


@pytest.mark.parametrize("meanwhile", [True, False])
async def test_one_who_was_called_talks_when_they_answer(rig: Rig, meanwhile: bool) -> None:
    rig.pbx.there("phone", "Up", phone())
    rig.pbx.there("cust", "Up" if meanwhile else "Ringing", called())
    await rig.connect()
    if not meanwhile:
        assert not rig.pbx.asked_for("mix")
        await rig.hear(p.ChannelStateChange(channel=channel_of("cust", "Up")))
    assert [asked[2] for asked in rig.pbx.asked_for("mix")] == [("cust", "phone")]


# Recordings --------------------------------------------------------------------------------------------------------


def spied(rig: Rig, *, wanted: Recording = Recording.ON, silent: bool = False, state: str = "recording") -> None:
    note = msgspec.json.encode(Tape("c1", ("cust",), "c1-1", wanted, True, silent)).decode()
    rig.pbx.there("spy-c1-1", note=note, name="Snoop/cust-0000", does="spy")
    if state:
        rig.pbx.recorded["c1-1"] = state


@pytest.mark.parametrize("wanted", [Recording.ON, Recording.PAUSED])
async def test_a_recording_is_found_as_it_was(rig: Rig, wanted: Recording) -> None:
    talk(rig)
    spied(rig, wanted=wanted, silent=wanted is Recording.PAUSED)
    await rig.connect()
    assert rig.floor.exchange.snapshot().recordings == {"c1": wanted}
    assert not rig.pbx.asked_for("silence", "hang_up")


async def test_a_recording_of_one_who_was_parked_meanwhile_is_silent(rig: Rig) -> None:
    rig.pbx.there("cust", note=caller(held=True), does="inbound")
    rig.pbx.there("phone", note=phone())
    spied(rig)
    await rig.connect()
    assert rig.pbx.asked_for("silence") == [("silence", "c1-1", True)]


async def test_a_recording_that_had_not_begun_begins(rig: Rig) -> None:
    talk(rig)
    spied(rig, state="")
    await rig.connect()
    assert rig.pbx.asked_for("record") == [("record", "spy-c1-1", "c1-1")]
    assert rig.floor.exchange.snapshot().recordings == {}
    await rig.hear(p.RecordingStarted(recording=p.Recording("c1-1")))
    assert rig.floor.exchange.snapshot().recordings == {"c1": Recording.ON}


async def test_a_recording_that_asterisk_has_not_begun_yet_is_silenced_when_it_has(rig: Rig) -> None:
    rig.pbx.there("cust", note=caller(held=True), does="inbound")
    rig.pbx.there("phone", note=phone())
    spied(rig, state="queued")
    await rig.connect()
    assert not rig.pbx.asked_for("record", "silence")
    await rig.hear(p.RecordingStarted(recording=p.Recording("c1-1")))
    assert rig.pbx.asked_for("silence") == [("silence", "c1-1", True)]
    assert rig.floor.exchange.snapshot().recordings == {"c1": Recording.ON}


async def test_a_recording_that_cannot_be_written_is_off(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    talk(rig)
    spied(rig, state="")
    await rig.connect()
    await rig.hear(p.RecordingFailed(recording=p.Recording("c1-1", "no space left")))
    assert rig.floor.exchange.snapshot().recordings == {}
    assert ("hang_up", "spy-c1-1", "normal") in rig.pbx.asked
    assert "could not record: no space left" in caplog.text


async def test_a_recording_that_is_gone_is_off(rig: Rig) -> None:
    talk(rig)
    spied(rig)
    await rig.connect()
    rig.pbx.gone("spy-c1-1")
    await rig.connect()
    assert rig.floor.exchange.snapshot().recordings == {}


# What nobody wants -------------------------------------------------------------------------------------------------


async def test_what_nobody_wants_is_swept(rig: Rig) -> None:
    talk(rig)
    rig.pbx.there("spy-c9-1", name="Snoop/cust-0001", does="spy")
    rig.pbx.there("ear-1", name="WebSocket/out-0001", does="ear")
    rig.pbx.there("dialled", name="PJSIP/2041-0007", does="phone,0123")
    rig.pbx.there("line-2041", name="PJSIP/2041-0008", does="line")
    rig.pbx.there("tap-cust-1", name="Snoop/cust-0009", does="tap")
    rig.pbx.there("tap-cust-1-media", name="WebSocket/out-0002", does="")
    rig.pbx.bridge("mix-old")
    rig.pbx.bridge("tap-cust-1", "tap-cust-1", "tap-cust-1-media")
    rig.pbx.bridge("somebody-elses")
    await rig.connect()
    assert [asked[1] for asked in rig.pbx.asked_for("hang_up")] == [
        *("spy-c9-1", "ear-1", "dialled", "tap-cust-1", "tap-cust-1-media")
    ]
    assert [asked[1] for asked in rig.pbx.asked_for("remove_bridge")] == ["mix-old", "tap-cust-1"]


async def test_a_channel_that_comes_and_is_nobody_s_is_hung_up(rig: Rig) -> None:
    await rig.connect()
    await rig.hear(p.StasisStart(channel=channel_of("dialled", "Ring"), args=("phone", "0123")))
    await rig.hear(p.StasisStart(channel=channel_of("line-2041", "Up"), args=("line",)))
    assert rig.pbx.asked_for("hang_up") == [("hang_up", "dialled", "normal")]


async def test_a_leg_that_ended_for_the_core_and_is_there_is_swept(rig: Rig) -> None:
    talk(rig)
    await rig.connect()
    channel = rig.floor.exchange.channel("phone")
    assert channel is not None
    rig.floor.exchange.end(channel, "normal", by="network")
    await rig.connect()
    assert rig.pbx.asked_for("hang_up") == [("hang_up", "phone", "normal")]


def test_a_note_holds_all_that_a_channel_cannot_say() -> None:
    made = Channel("leg", Role.AGENT, SAM, LINE, 1, LegState.HELD, "c1", SAM, "cust", False, 2, True, dialled=True)
    note = msgspec.json.decode(note_of(made), type=Note)
    assert (note.held, note.muted, note.answered, note.dialled, note.customer) == (True, True, 2, True, "cust")


# The record that a call is about --------------------------------------------------------------------------------

CASE = "500000000000001AAA"


@pytest.mark.parametrize(
    ("does", "record"),
    [
        (f"inbound,{LINE}", ""),
        (f"inbound,{LINE},", ""),
        (f"inbound,{LINE},{CASE}", CASE),
        (f"inbound,{LINE},{CASE},more", CASE),
        (f"inbound,{LINE},the last one", ""),
    ],
)
async def test_a_caller_who_was_not_noted_is_about_what_the_dialplan_says(rig: Rig, does: str, record: str) -> None:
    rig.pbx.there("cust", "Ring", does=does)
    await rig.connect()
    found = rig.legs()["cust"]
    assert (found.line, found.record) == (LINE, record)


async def test_what_a_call_is_about_is_noted_with_it(rig: Rig) -> None:
    rig.pbx.there("cust", note=caller(record=CASE), does=f"inbound,{LINE},other")
    await rig.connect()
    assert rig.legs()["cust"].record == CASE


async def test_what_is_no_id_is_left_out_with_a_word_in_the_log(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    await rig.connect()
    channel = p.Channel("new", "PJSIP/x-new", "Ring", "", p.Caller("", MIA))
    rig.floor.take(p.StasisStart(AT, channel=channel, args=("inbound", LINE, "500'; drop")))
    assert rig.legs()["new"].record == ""
    assert "names a record by what is no id" in caplog.text
