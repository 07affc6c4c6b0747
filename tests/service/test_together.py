"""The loop and the simulated switch together, in virtual time: calls, faults, slow disks and kills at any moment.

What must be true is taken from the switch's own journal.  One walk is one seed; `make soak` takes many.
"""

import asyncio
import random
from collections.abc import Callable

import pytest
from hypothesis import settings

from connector.domain.commands import Answer, Decline, Dial, Done, Hold, Resume, SaveAgain, SaveDraft, SetState
from connector.domain.decide import deadline
from connector.domain.events import TaskSaved
from connector.domain.model import AgentState, Contact, Kind, LegState, Phase, Recording, Role
from connector.domain.rules.allowed import controls
from connector.ports.store import Loaded
from connector.service.clock import Timer
from connector.service.runner import Runner
from connector.switch.register.clock import VirtualClock
from connector.switch.register.entry import Entry
from connector.switch.simulated.driver import SimulatedSwitch
from connector.switch.simulated.engine import Engine
from connector.switch.simulated.faults import ASKS, Delay, Down, Phone, Refuse, Silent, Up
from connector.switch.simulated.journal import calls_by_contact
from tests.domain.stage import BILLING_LINE, DIRECTORY, JONAS, LINE, MIA, SAM, TASK
from tests.domain.test_properties import order_of
from tests.service.rig import Disk, Panels, People

pytestmark = pytest.mark.slow

AGENTS = (SAM, JONAS)
LINES = (LINE, BILLING_LINE, "+14155550102")
WALKS = settings().max_examples // 8
STEPS = 150


class Both:
    """The clock of the switch, as the loop wants it."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock

    def now(self) -> int:
        return self._clock.now()

    def call_at(self, at: int, call: Callable[[], None]) -> Timer:
        return self._clock.after(max(0, at - self._clock.now()), call)


class LateDisk(Disk):
    """Commits are on disk some ms later, in order; until then a kill loses them."""

    def __init__(self, clock: VirtualClock, dice: random.Random) -> None:
        super().__init__()
        self.at_once = False
        self.clock = clock
        self.dice = dice
        self.takes: tuple[int, ...] = (0, 1, 2, 3)
        self.fails = 0

    def commit(self, commit, done) -> None:  # type: ignore[no-untyped-def]
        super().commit(commit, done)
        self.clock.after(self.dice.choice(self.takes), self.next)

    def next(self) -> None:
        if self.waiting:
            if self.fails > 0:
                self.fails -= 1
                self.fail()
            else:
                self.write(1)


class World:
    """A switch that lives on while connectors come and go."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.clock = VirtualClock()
        self.entries: list[Entry] = []
        self.engine = Engine(self.clock, ("2041", "2042"), journal=self.entries.append)
        self.disk = LateDisk(self.clock, self.dice)
        self.saved: dict[str, int] = {}
        self.drafts = 0
        self.ids = 0
        self.said_not_to_be_durable: set[str] = set()

    def new_id(self, _now: int) -> str:
        self.ids += 1
        return f"id{self.ids:05}"

    async def start(self) -> None:
        """A connector that finds what is on disk."""
        await self.until_up()
        old = self.disk
        self.disk = LateDisk(self.clock, self.dice)
        self.disk.commits = old.commits
        self.runner = Runner(
            store=self.disk,  # type: ignore[arg-type]  # the loop uses no more of it
            switch=SimulatedSwitch(self.engine),
            crm=People(),  # type: ignore[arg-type]  # the loop uses no more of it
            clock=Both(self.clock),
            outside=Panels(),
            poke_outbox=lambda: None,
            new_id=self.new_id,
        )
        agents = {agent.id: agent for commit in old.commits for agent in commit.agents}
        contacts = tuple(contact for contact in self.disk.contacts.values() if not self.settled(contact))
        news = tuple(
            TaskSaved(contact.key, self.saved[contact.key], TASK, "Call")
            for contact in contacts
            if self.saved.get(contact.key, 0) > contact.save.written
        )
        await self.runner.start(Loaded(1, contacts, tuple(agents.values()), (), None, news), DIRECTORY)

    def settled(self, contact: Contact) -> bool:
        return contact.phase is Phase.CLOSED and contact.save.written >= self.disk.tasks.get(contact.key, 0)

    async def until_up(self) -> None:
        self.engine.inflict(Up())

    async def kill(self) -> None:
        """Whatever is not on disk is lost; what was asked of the switch was asked.

        While the disk is slow what goes ahead is said not to be durable, and a call may be lost with it.
        """
        if self.runner.slow:
            self.said_not_to_be_durable |= {
                contact.key for commit, _ in self.disk.waiting for contact in commit.contacts
            }
        self.disk.waiting.clear()
        await self.runner.stop()
        await self.runner._switch.close()
        await self.start()

    async def pass_time(self, ms: int) -> None:
        """In small steps, so that asks leave the loop in between."""
        for _ in range(ms // 20 + 1):
            await self.turn()
            self.clock.advance(20)
        await self.turn()

    async def turn(self) -> None:

        for _ in range(3):
            await asyncio.sleep(0)

    # --- who does what ---------------------------------------------------------------------------------------------

    def act(self, agent: str) -> None:
        """An agent does something that makes sense, more or less."""
        dice, runner = self.dice, self.runner
        known = runner.floor.agents.get(agent)
        if known is None or dice.random() < 0.1:
            state = dice.choice([AgentState.AVAILABLE, AgentState.AVAILABLE, AgentState.UNAVAILABLE])
            self.order(SetState(agent, state, "" if state is AgentState.AVAILABLE else "Lunch"))
            return
        if not known.contacts:
            if known.state is AgentState.UNAVAILABLE and dice.random() < 0.7:
                self.order(SetState(agent, AgentState.AVAILABLE))
            elif dice.random() < 0.3:
                number = dice.choice([MIA, "+14155550181", "+14155550182", "+14155550183", "+14155550185", "2041"])
                self.order(Dial(agent, number, dice.choice(["support", "sales"])))
            return
        key = dice.choice(known.contacts)
        contact = runner.floor.contacts[key]
        offers = [name for name, why in controls(runner.floor, contact, DIRECTORY).items() if why is None]
        if contact.phase is Phase.OFFERED:
            if dice.random() < 0.8:
                self.order(Answer(agent, key))
            elif dice.random() < 0.3:
                self.order(Decline(agent, key))
        elif contact.phase is Phase.WRAP_UP:
            self.write(agent, key, "disposition", "Answered")
            self.order(dice.choice([Done(agent, key), Done(agent, key), SaveAgain(agent, key)]))
        elif offers:
            name = dice.choice(offers)
            if name != "end" or dice.random() < 0.3:
                self.order(order_of(runner.floor, name, agent, key, dice.randrange(1_000)))
            self.write(agent, key, "comments", f"note {self.drafts}")

    def order(self, command: object) -> None:
        self.runner.command(command, self.new_id(0), lambda _reply: None)  # type: ignore[arg-type]

    def write(self, agent: str, key: str, field: str, text: str) -> None:
        self.drafts += 1
        self.runner.draft(SaveDraft(agent, key, field, 1 + self.drafts, text), lambda: None)

    def trouble(self) -> None:
        """Something goes wrong."""
        dice, engine = self.dice, self.engine
        live = engine.live()
        kind = dice.randrange(9)
        ask = dice.choice(sorted(ASKS))
        if kind == 0:
            engine.inflict(Silent(ask))
        elif kind == 1 and ask != "Adopt":
            engine.inflict(Refuse(ask))
        elif kind == 2:
            engine.inflict(Delay(ask, dice.choice([50, 500, 7_000])))
        elif kind == 3:
            engine.inflict(Down() if engine.down is None else Up())
        elif kind == 4:
            engine.inflict(Phone(dice.choice(["2041", "2042"]), dice.random() < 0.7))
        elif kind == 5 and live:
            engine.hang_up(dice.choice(live).leg)
        elif kind == 6:
            self.disk.takes = dice.choice([(0, 1, 2, 3), (0, 1, 2, 3), (100, 400), (300, 900)])
        elif kind == 7:
            self.disk.fails = dice.choice([0, 1, 4])

    def salesforce(self) -> None:
        """Some of the Tasks that are on disk are written."""
        for key, revision in sorted(self.disk.tasks.items()):
            if self.saved.get(key, 0) < revision and self.dice.random() < 0.5:
                self.saved[key] = revision
                self.runner.event(TaskSaved(key, revision, TASK, "Call"))

    # --- what must be true -----------------------------------------------------------------------------------------

    async def agree(self) -> None:
        """Floor and switch come to say the same of every leg, microphone and recording."""
        differences = ["not looked yet"]
        for _ in range(10):
            await self.pass_time(1_000)
            if not (differences := self.differences()):
                return
        raise AssertionError("\n".join(differences))

    def differences(self) -> list[str]:
        """Of a leg that is being dialled the switch may not have heard: then it rings in vain until its deadline."""
        floor, snapshot = self.runner.floor, self.engine.snapshot()
        there = {leg.leg: leg for leg in snapshot.legs if leg.state is not LegState.ENDED}
        found = [f"{leg} is on no contact" for leg in there if leg not in floor.legs]
        for contact in floor.contacts.values():
            for leg in contact.legs:
                known = there.get(leg.id)
                if known is None:
                    found += [] if leg.state is LegState.DIALING else [f"{leg} is not on the switch"]
                elif leg.state is not known.state:
                    found.append(f"{leg} is {known.state}")
                elif leg.role is Role.AGENT and contact.phase is Phase.ACTIVE and known.muted is not contact.muted:
                    found.append(f"{leg} is muted or not")
            heard = snapshot.recordings.get(contact.key, Recording.OFF)
            if contact.phase is Phase.ACTIVE and contact.recording is not heard:
                found.append(f"the recording of {contact.key} is {heard}, not {contact.recording}")
        return found

    async def quiet(self) -> None:
        """No more trouble: the switch is up, the disk quick, and asks have had their time."""
        self.engine._faults._left.clear()
        self.engine.inflict(Up())
        for device in ("2041", "2042"):
            self.engine.inflict(Phone(device, True))
        self.disk.takes, self.disk.fails = (0, 1), 0
        await self.pass_time(12_000)

    async def finish(self) -> None:
        """Everybody hangs up, agents write their dispositions, Salesforce has everything."""
        for _ in range(40):
            if not self.runner.floor.contacts:
                return
            for channel in self.engine.live():
                self.engine.hang_up(channel.leg)
            await self.pass_time(2_000)
            for contact in list(self.runner.floor.contacts.values()):
                if contact.phase is Phase.WRAP_UP and contact.agent is not None:
                    self.write(contact.agent, contact.key, "disposition", "Answered")
                    self.order(Done(contact.agent, contact.key))
            await self.pass_time(200)
            for _ in range(8):
                self.salesforce()
            await self.pass_time(200)


@pytest.mark.parametrize("seed", range(WALKS))
async def test_a_walk(seed: int) -> None:
    world = World(seed)
    await world.start()
    for step in range(STEPS):
        if world.dice.random() < 0.25:
            talk = world.dice.choice([None, 2_000, 15_000])
            patience = world.dice.choice([None, 4_000, 40_000])
            if len(world.engine.live()) < 8:
                world.engine.ring(world.dice.choice([MIA, ""]), world.dice.choice(LINES), talk=talk, patience=patience)
        for agent in AGENTS:
            if world.dice.random() < 0.6:
                world.act(agent)
        if world.dice.random() < 0.12:
            world.trouble()
        if world.dice.random() < 0.3:
            world.salesforce()
        if world.dice.random() < 0.02:
            await world.kill()
        await world.pass_time(world.dice.choice([0, 20, 100, 1_000, 3_000]))
        if step % 50 == 49:
            await world.quiet()
            await world.agree()
    await world.quiet()
    await world.finish()
    floor = world.runner.floor
    assert world.runner.counts.faults == 0
    assert floor.contacts == {}, [(c.phase, c.save, deadline(c, DIRECTORY)) for c in floor.contacts.values()]
    assert world.engine.live() == []
    for known in floor.agents.values():
        assert known.contacts == ()
        assert known.state not in (AgentState.WORKING, AgentState.WRAP_UP)
    calls = calls_by_contact(world.entries)
    must = {key for key, call in calls.items() if call.spoke or call.placed}
    assert must - world.said_not_to_be_durable <= set(world.saved), "a call without a Task"
    may = {key for key, call in calls.items() if call.agent_answered is not None}
    may |= {key for key, contact in world.disk.contacts.items() if contact.kind is Kind.OUTBOUND}
    assert set(world.saved) <= must | may, "a Task without a call"
    assert world.disk.tasks == world.saved


@pytest.mark.parametrize("seed", range(20))
async def test_hold_queue_and_ring_are_what_the_switch_saw(seed: int) -> None:
    """Also over kills of the connector, in the middle of a hold or of a wait."""
    world = World(seed)
    await world.start()
    dice = world.dice
    keys: list[str] = []
    for _ in range(3):
        world.engine.ring(MIA, LINE)
        await world.pass_time(dice.choice([60, 1_000, 7_000]))
        key = next(known for known in world.runner.floor.contacts if known not in keys)
        keys.append(key)
        if dice.random() < 0.3:
            await world.kill()
        agent = await _taken(world, key)
        for order in [Hold, Resume] * dice.choice([0, 1, 2]) + [Hold] * dice.choice([0, 1]):
            await world.pass_time(dice.choice([60, 500, 9_000]))
            world.order(order(agent, key))
            if dice.random() < 0.3:
                await world.pass_time(dice.choice([0, 60, 3_000]))
                await world.kill()
        await world.pass_time(dice.choice([60, 4_000]))
        world.engine.hang_up(_customer(world, key))
        await world.pass_time(200)
        world.order(Done(agent, key))
        await world.pass_time(200)
    seen = calls_by_contact(world.entries)
    for key in keys:
        call, contact = seen[key], world.disk.contacts[key]
        assert contact.answered is not None and call.started is not None
        held = sum((until or 0) - since for since, until in call.held)
        assert contact.hold == held
        assert contact.waited == contact.answered - call.started
        assert contact.rung is not None
        assert 0 <= contact.rung <= contact.waited
        assert contact.ended_by == "customer"


async def _taken(world: World, key: str) -> str:
    """Somebody has answered, who may have become unavailable while no connector was there."""
    for _ in range(20):
        contact = world.runner.floor.contacts[key]
        if contact.agent is None:
            for agent in AGENTS:
                world.order(SetState(agent, AgentState.AVAILABLE))
        elif contact.answered is None:
            world.order(Answer(contact.agent, key))
        else:
            return contact.agent
        await world.pass_time(world.dice.choice([60, 2_000]))
    raise AssertionError("nobody takes the call")


def _customer(world: World, key: str) -> str:
    leg = world.runner.floor.contacts[key].leg(Role.CUSTOMER)
    assert leg is not None
    return leg.id
