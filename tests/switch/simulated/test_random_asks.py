"""Whatever is asked, and whatever happens meanwhile: what is told is possible, complete, and true."""

from collections.abc import Callable
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.effects import (
    Adopt,
    Announce,
    CallParty,
    Connect,
    EndLeg,
    Mix,
    Offer,
    PlaceCall,
    PlayDigits,
    SetMute,
    SetRecording,
    SwitchAsk,
)
from connector.domain.events import LegMuted, LegsMixed, RecordingChanged, SwitchEvent
from connector.domain.model import LegState, Recording, Role
from connector.errors import SwitchUnavailable
from connector.ports.switch import Snapshot
from connector.switch.register.channel import Channel
from connector.switch.register.clock import VirtualClock
from connector.switch.register.entry import Entry
from connector.switch.simulated.destinations import Fate, Rule
from connector.switch.simulated.engine import Engine
from connector.switch.simulated.faults import ASKS, Delay, Down, Phone, Refuse, Silent, Up
from connector.switch.simulated.journal import CallSeen, calls_by_contact
from tests.ports.switch_rig import CALLER, GONE, JONAS, LINE, SAM, Heard

CUSTOMERS: Final = 3
CONTACTS = st.sampled_from([f"contact-{n}" for n in range(CUSTOMERS)])
AGENT_LEGS = st.sampled_from([f"agent-{n}" for n in range(4)])
PLACED = st.sampled_from(["placed-0", "placed-1"])
# Numbered customers stand for the leg that the n-th ring made; one too many, for a leg that never was.
CUSTOMER_LEGS = st.sampled_from([f"customer-{n}" for n in range(CUSTOMERS + 1)]) | PLACED
PARTIES = st.sampled_from(["party-0", "party-1"])
LEGS = CUSTOMER_LEGS | AGENT_LEGS | PARTIES
# Whom a phone is rung for, or is to talk to: a colleague who asks for help, too.
FAR_ENDS = CUSTOMER_LEGS | AGENT_LEGS
DEVICES = st.sampled_from([SAM, JONAS, GONE, "9999"])
NUMBERS = st.sampled_from(["+14155550143", "+14155550181", "+14155550182", "+14155550183", "no number", JONAS])
ROUTES = st.sampled_from(["", "", "sim-local", "none"])
SOME_LEGS = st.lists(LEGS, max_size=4).map(tuple)
ID = st.just("ask")

ASK: st.SearchStrategy[SwitchAsk] = st.one_of(
    st.builds(Adopt, CUSTOMER_LEGS, CONTACTS),
    st.builds(Offer, CONTACTS, FAR_ENDS, AGENT_LEGS, DEVICES),
    st.builds(Connect, ID, CONTACTS, FAR_ENDS, AGENT_LEGS),
    st.builds(PlaceCall, ID, CONTACTS, AGENT_LEGS, PLACED | AGENT_LEGS, DEVICES, NUMBERS, st.just(LINE), ROUTES),
    st.builds(CallParty, ID, CONTACTS, PARTIES, AGENT_LEGS, NUMBERS, st.just(LINE)),
    st.builds(Announce, ID, CONTACTS, CUSTOMER_LEGS, st.sampled_from(["closed", "none"])),
    st.builds(Mix, ID, CONTACTS, SOME_LEGS, SOME_LEGS),
    st.builds(SetMute, ID, CONTACTS, LEGS, st.booleans()),
    st.builds(PlayDigits, ID, CONTACTS, LEGS, st.sampled_from(["1", "123", "x"])),
    st.builds(SetRecording, ID, CONTACTS, st.sampled_from(Recording)),
    st.builds(EndLeg, ID, CONTACTS, LEGS, st.sampled_from(["", "declined"])),
)
KINDS = st.sampled_from([kind for kind in ASKS if kind != "Adopt"])
FAULT = st.one_of(
    st.builds(Refuse, KINDS),
    st.builds(Silent, KINDS),
    st.builds(Delay, KINDS, st.integers(0, 500)),
    st.just(Down()),
    st.just(Up()),
    st.builds(Phone, DEVICES, st.booleans()),
)


class Sure(Heard):
    """A listener who looks whether those who are told to hear each other do, and nobody else hears them."""

    def __init__(self, world: "World") -> None:
        super().__init__()
        self.world = world

    def event(self, event: SwitchEvent) -> None:
        super().event(event)
        if isinstance(event, LegsMixed):
            assert {*event.legs} in mixes_of(self.world.engine.snapshot()), event


def mixes_of(snapshot: Snapshot) -> list[set[str]]:
    """Who hears whom."""
    found: dict[str, set[str]] = {}
    for leg in snapshot.legs:
        if leg.mix:
            found.setdefault(leg.mix, set()).add(leg.leg)
    return list(found.values())


class World:
    """An engine in virtual time, who listens to it, and its journal."""

    def __init__(self) -> None:
        rules = (Rule("0181", Fate.BUSY), Rule("0182", Fate.NO_ANSWER, 10_000_000), Rule("0183", Fate.DECLINED))
        self.clock = VirtualClock()
        self.entries: list[Entry] = []
        phones = (SAM, JONAS)
        self.engine = Engine(self.clock, phones, rules=rules, lines={"Sales": LINE}, journal=self.entries.append)
        self.heard = Sure(self)
        self.engine.attach(self.heard)
        self.rung: list[str] = []

    def ring(self) -> None:
        if len(self.rung) < CUSTOMERS:
            self.rung.append(self.engine.ring(CALLER, LINE))

    def leg(self, name: str) -> str:
        kind, _, number = name.partition("-")
        return self.rung[int(number)] if kind == "customer" and int(number) < len(self.rung) else name

    def ask(self, ask: SwitchAsk) -> None:
        try:
            self.engine.ask(self._named(ask))
        except SwitchUnavailable:
            assert self.engine.down is not None

    def hang_up(self, name: str) -> None:
        leg = self.leg(name)
        if any(channel.leg == leg for channel in self.engine.live()):
            self.engine.hang_up(leg)

    def _named(self, ask: SwitchAsk) -> SwitchAsk:
        values = {}
        for field in ask.__struct_fields__:
            value = getattr(ask, field)
            if field in ("leg", "customer_leg"):
                value = self.leg(value)
            elif field in ("talking", "parked"):
                value = tuple(map(self.leg, value))
            values[field] = value
        return type(ask)(**values)


Action = Callable[[World], None]
ACTION: st.SearchStrategy[Action] = st.one_of(
    st.just(World.ring),
    st.builds(lambda ask: lambda world: world.ask(ask), ASK),
    st.builds(lambda leg: lambda world: world.hang_up(leg), LEGS),
    st.builds(lambda ms: lambda world: world.clock.advance(ms), st.sampled_from([0, 1, 6, 20, 100, 1_000, 5_000])),
    st.builds(lambda fault: lambda world: world.engine.inflict(fault), FAULT),
)


def customer_calls(world: World) -> None:
    """One call on its way, so that few random steps are needed to reach the rest."""
    world.ring()
    world.ask(Adopt("customer-0", "contact-0"))
    world.ask(Offer("contact-0", "customer-0", "agent-0", SAM))
    world.clock.advance(200)


def customer_talks(world: World) -> None:
    """The same, answered."""
    customer_calls(world)
    world.ask(Connect("ask", "contact-0", "customer-0", "agent-0"))
    world.clock.advance(200)


def consults(world: World) -> None:
    """The same, and a colleague has answered for a consult."""
    customer_talks(world)
    world.ask(Mix("ask", "contact-0", ("agent-0",), ("customer-0",)))
    world.ask(Offer("contact-1", "agent-0", "agent-1", JONAS))
    world.clock.advance(200)
    world.ask(Connect("ask", "contact-1", "agent-0", "agent-1"))
    world.clock.advance(200)


def confer(world: World) -> None:
    """The same with a number, and all four hear each other."""
    consults(world)
    world.ask(CallParty("ask", "contact-0", "party-0", "agent-0", "+14155550143", LINE))
    world.clock.advance(5_000)
    world.ask(Mix("ask", "contact-0", ("customer-0", "agent-0", "agent-1", "party-0"), ()))
    world.clock.advance(10)


BEGINNINGS: Final = (World.ring, customer_calls, customer_talks, consults, confer)
STORY = st.tuples(st.sampled_from(BEGINNINGS), st.lists(ACTION, min_size=1, max_size=25)).map(
    lambda parts: [parts[0], *parts[1]]
)


def as_told(world: World, snapshot: Snapshot) -> None:
    """The events of the listener add up to what the snapshot says."""
    heard = world.heard
    assert not heard.impossible
    for leg in snapshot.legs:
        assert heard.legs.get(leg.leg, LegState.DIALING) is leg.state, leg


def as_in_journal(world: World, snapshot: Snapshot) -> None:
    """So do the entries of the journal, also when nobody listened."""
    after = {
        "arrived": LegState.RINGING,
        "offered": LegState.DIALING,
        "placed": LegState.DIALING,
        "ringing": LegState.RINGING,
        "answered": LegState.CONNECTED,
        "held": LegState.HELD,
        "resumed": LegState.CONNECTED,
        "ended": LegState.ENDED,
    }
    states = {entry.leg: after[entry.what] for entry in world.entries if entry.what in after}
    assert states == {leg.leg: leg.state for leg in snapshot.legs}


@given(STORY)
def test_what_is_told_is_possible_and_adds_up_to_the_snapshot(story: list[Action]) -> None:
    world = World()
    for action in story:
        action(world)
        snapshot = world.engine.snapshot()
        if world.engine.down is None:
            as_told(world, snapshot)
        as_in_journal(world, snapshot)


@given(STORY)
def test_mutes_and_recordings_add_up_too(story: list[Action]) -> None:
    world = World()
    for action in story:
        if world.engine.down is None:
            action(world)
    world.engine.inflict(Up())
    muted: dict[str, bool] = {}
    recordings: dict[str, Recording] = {}
    for leg in world.heard.snapshots[-1].legs:
        muted[leg.leg] = leg.muted
    for event in world.heard.news:
        if isinstance(event, LegMuted):
            muted[event.leg] = event.muted
        elif isinstance(event, RecordingChanged):
            recordings[event.contact] = event.recording
    snapshot = world.engine.snapshot()
    for leg in snapshot.legs:
        assert muted.get(leg.leg, False) is leg.muted
    assert {c: r for c, r in recordings.items() if r is not Recording.OFF} == snapshot.recordings


@given(STORY)
def test_who_hears_whom(story: list[Action]) -> None:
    world = World()
    for action in story:
        action(world)
        for mix in mixes_of(snapshot := world.engine.snapshot()):
            assert len(mix) > 1, "a leg alone is in no mix"
        for leg in snapshot.legs:
            assert leg.state is LegState.CONNECTED or not leg.mix, leg


@given(STORY)
def test_the_switch_hangs_up_on_nobody_who_is_parked(story: list[Action]) -> None:
    world = World()
    for action in story:
        action(world)
    world.clock.advance(100_000)
    parked = set()
    for entry in world.entries:
        if entry.what == "held":
            parked.add(entry.leg)
        elif entry.what == "resumed":
            parked.discard(entry.leg)
        elif entry.what == "ended" and entry.by == "follows":
            assert entry.leg not in parked, entry


def left_to_the_connector(world: World, phone: Channel) -> bool:
    """Whether an agent's leg may go on without whom it was rung for.

    It is parked, others were with it or are called for it, or it called a colleague who was not offered it yet.
    """
    others = any(channel.customer == phone.leg for channel in world.engine.live())
    others = others or all(entry.leg != phone.customer for entry in world.entries)
    mixed = (entry.legs for entry in world.entries if phone.leg in entry.legs)
    return phone.state is LegState.HELD or others or any(legs - {phone.leg, phone.customer} for legs in map(set, mixed))


@given(STORY)
def test_nobody_is_left_behind(story: list[Action]) -> None:
    world = World()
    for action in story:
        action(world)
    world.clock.advance(100_000)
    live = {channel.leg: channel for channel in world.engine.live()}
    for channel in live.values():
        if channel.role is Role.AGENT:
            assert channel.customer in live or left_to_the_connector(world, channel), f"{channel} waits for nobody"
    for channel in live.values():
        if channel.role is not Role.AGENT or left_to_the_connector(world, channel):
            world.engine.hang_up(channel.leg)
    world.clock.advance(100_000)
    snapshot = world.engine.snapshot()
    assert {leg.state for leg in snapshot.legs} <= {LegState.ENDED}
    assert snapshot.recordings == {}


@given(STORY, ASK)
def test_asked_twice_is_done_once(story: list[Action], ask: SwitchAsk) -> None:
    world = World()
    for action in story:
        action(world)
    world.engine.inflict(Up())
    # The fates that wait for an ask are used up: they are about a first ask only.
    for _ in range(len(story)):
        world.ask(ask)
        world.clock.advance(20_000)
    first = world.engine.snapshot()
    world.ask(ask)
    world.clock.advance(20_000)
    assert world.engine.snapshot() == first


@given(STORY)
def test_the_journal_makes_calls_of_it(story: list[Action]) -> None:
    world = World()
    for action in story:
        action(world)
    for call in calls_by_contact(world.entries).values():
        _possible(call)


def _possible(call: CallSeen) -> None:
    if call.ended is not None and call.answered is not None:
        assert call.answered <= call.ended
    for begin, end in call.held:
        assert end is None or begin <= end
    if call.spoke:
        assert call.device in call.offers
