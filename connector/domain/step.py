"""One step of the core: reads the floor, gathers what changes, and leaves the floor itself alone."""

from msgspec import Struct
from msgspec.structs import replace

from connector.domain.directory import Directory
from connector.domain.effects import AskSwitch, Effect, PushState, QueuesChanged, SaveTask, SwitchAsk
from connector.domain.model import Agent, Ask, Contact, Floor, Line, Phase, Problem


class Stamp(Struct, frozen=True, gc=False):
    """What the runner adds to an input: when it is dealt with, and one fresh time-ordered id for whatever it makes."""

    now: int
    id: str


class Change(Struct, frozen=True, gc=False):
    """The result of a decision: changed values only, and the effects in order.

    `forgotten` are contacts that the floor need no longer hold; `phones` are devices that can be rung now (True), or
    cannot any more, and `lines` how they take calls; `created` is the key of a contact that a command made;
    `unknown` says that an event did not fit any table (it changed nothing, and is to be counted and logged).
    """

    contacts: tuple[Contact, ...] = ()
    agents: tuple[Agent, ...] = ()
    queues: dict[str, tuple[str, ...]] = {}
    forgotten: tuple[str, ...] = ()
    phones: dict[str, bool] = {}
    lines: dict[str, Line] = {}
    effects: tuple[Effect, ...] = ()
    created: str | None = None
    unknown: bool = False


class Step:
    """Gathers a `Change`.  Values read through it are the newest: those put in this step, else the floor's."""

    def __init__(self, floor: Floor, directory: Directory, stamp: Stamp) -> None:
        self.floor = floor
        self.directory = directory
        self.now = stamp.now
        self.fresh = stamp.id
        self.created: str | None = None
        self.unknown = False
        self.phones: dict[str, bool] = {}
        self.lines: dict[str, Line] = {}
        self._ids = 0
        self._keys = 0
        self._contacts: dict[str, Contact] = {}
        self._agents: dict[str, Agent] = {}
        self._queues: dict[str, tuple[str, ...]] = {}
        self._forgotten: list[str] = []
        self._effects: list[Effect] = []

    def holders(self, leg: str) -> list[Contact]:
        """The contacts that have that leg, as they are now."""
        found = [self.contact(key) for key in self.floor.legs.get(leg, ())]
        found += [contact for key, contact in self._contacts.items() if key not in self.floor.legs.get(leg, ())]
        return [contact for contact in found if contact is not None and contact.leg_of(leg) is not None]

    def new_id(self) -> str:
        """An id that no other step has."""
        self._ids += 1
        return f"{self.fresh}.{self._ids}"

    def new_key(self) -> str:
        """The key of one more contact that this step makes: the stamp's own id is the first."""
        self._keys += 1
        return self.fresh if self._keys == 1 else f"{self.fresh}-{self._keys}"

    def contact(self, key: str) -> Contact | None:
        """The contact, or None."""
        return self._contacts.get(key) or self.floor.contacts.get(key)

    def newest(self, contact: Contact) -> Contact:
        """The contact as this step has left it so far."""
        return self._contacts.get(contact.key, contact)

    def known(self, key: str) -> Contact:
        """A contact that there is: an agent has it, it waits in a queue, or this step made it."""
        found = self.contact(key)
        assert found is not None
        return found

    def agent(self, agent_id: str) -> Agent:
        """The agent; one who was never seen is logged out."""
        return self._agents.get(agent_id) or self.floor.agents.get(agent_id) or Agent(agent_id)

    def queue(self, skill: str) -> tuple[str, ...]:
        """The keys that wait in a skill, the oldest first."""
        found = self._queues.get(skill)
        return self.floor.queues.get(skill, ()) if found is None else found

    def queued_skills(self) -> list[str]:
        """The skills in which somebody waits, or waited before this step."""
        return [*self.floor.queues, *(skill for skill in self._queues if skill not in self.floor.queues)]

    def put(self, contact: Contact) -> Contact:
        """The contact has changed; its agent is shown so."""
        self._contacts[contact.key] = contact
        if contact.agent is not None:
            self.push(contact.agent)
        return contact

    def put_agent(self, agent: Agent) -> Agent:
        """The agent has changed, and is shown so."""
        self._agents[agent.id] = agent
        self.push(agent.id)
        return agent

    def enqueue(self, contact: Contact) -> None:
        """The contact waits in its skill, at the place of its priority and age."""
        keys = [key for key in self.queue(contact.skill) if key != contact.key]
        waiting = sorted([*(self.known(key) for key in keys), contact], key=turn)
        self._queues[contact.skill] = tuple(other.key for other in waiting)
        self.effect(QueuesChanged())

    def dequeue(self, contact: Contact) -> None:
        """The contact does not wait any more."""
        self._queues[contact.skill] = tuple(key for key in self.queue(contact.skill) if key != contact.key)
        self.effect(QueuesChanged())

    def forget(self, contact: Contact) -> None:
        """The floor need not hold the contact any more: it is closed and its Task is settled or not needed."""
        self._forgotten.append(contact.key)

    def effect(self, effect: Effect) -> None:
        """Something to be done after this step's commit."""
        if effect not in self._effects:
            self._effects.append(effect)

    def push(self, agent: str) -> None:
        """What that agent sees has changed."""
        self.effect(PushState(agent))

    def ask(self, ask: SwitchAsk) -> None:
        """Something to be asked of the switch after this step's commit."""
        self._effects.append(AskSwitch(ask))

    def asked(self, contact: Contact, goal: str, ask_id: str, longer: int = 0) -> Contact:
        """The contact with `goal` noted as asked for and its last problem gone; `longer`: what it may take beyond."""
        note = Ask(ask_id, goal, self.now, self.now + self.directory.settings.ask + longer)
        return self.put(replace(contact, asked=(*contact.asked, note), problem=None))

    def problem(self, contact: Contact, code: str, order: str) -> Contact:
        """The contact with a problem that the agent is told."""
        return self.put(replace(contact, problem=Problem(code, order, self.now)))

    def save(self, task: SaveTask) -> None:
        """A Task revision to be written."""
        self._effects.append(task)

    def change(self) -> Change:
        """What was gathered."""
        return Change(
            tuple(self._contacts.values()),
            tuple(self._agents.values()),
            self._queues,
            tuple(self._forgotten),
            self.phones,
            self.lines,
            tuple(self._effects),
            self.created,
            self.unknown,
        )


def turn(contact: Contact) -> tuple[int, int, str]:
    """What contacts that wait are sorted by: priority, then age, then key."""
    return contact.priority, contact.started, contact.key


def apply(floor: Floor, change: Change) -> None:
    """Makes the change true on the floor.  Only the runner calls this, with the change that it commits."""
    for contact in change.contacts:
        old = floor.contacts.get(contact.key)
        if old is None or old.legs is not contact.legs:
            _leave(floor, old)
            for leg in contact.legs:
                floor.legs[leg.id] = (*floor.legs.get(leg.id, ()), contact.key)
        floor.contacts[contact.key] = contact
        _repair(floor, contact)
    for agent in change.agents:
        floor.agents[agent.id] = agent
    for skill, keys in change.queues.items():
        if keys:
            floor.queues[skill] = keys
        else:
            floor.queues.pop(skill, None)
    floor.phones.update(change.phones)
    floor.lines.update(change.lines)
    for key in change.forgotten:
        gone = floor.contacts.pop(key, None)
        _leave(floor, gone)
        if gone is not None and gone.agent is not None:
            _let_go(floor, gone.agent, key)


def _repair(floor: Floor, contact: Contact) -> None:
    agent = contact.agent
    if agent is None:
        return
    known = floor.repairs.get(agent, ())
    if not contact.in_repair:
        _let_go(floor, agent, contact.key)
    elif contact.key not in known:
        floor.repairs[agent] = (*known, contact.key)


def _let_go(floor: Floor, agent: str, key: str) -> None:
    known = floor.repairs.get(agent)
    if known is None or key not in known:
        return
    if left := tuple(other for other in known if other != key):
        floor.repairs[agent] = left
    else:
        del floor.repairs[agent]


def _leave(floor: Floor, contact: Contact | None) -> None:
    if contact is None:
        return
    for leg in contact.legs:
        left = tuple(key for key in floor.legs.get(leg.id, ()) if key != contact.key)
        if left:
            floor.legs[leg.id] = left
        else:
            floor.legs.pop(leg.id, None)


def load(floor: Floor, contacts: tuple[Contact, ...], agents: tuple[Agent, ...]) -> None:
    """Fills an empty floor with what the store kept: the queues follow from the contacts.

    Which phones can be rung, and how they take calls, is not known before the switch says so.
    """
    known = tuple(replace(agent, phone_ready=False, line=Line.ALWAYS) for agent in agents)
    apply(floor, Change(contacts=contacts, agents=known))
    for contact in sorted(contacts, key=turn):
        if contact.phase is Phase.QUEUED:
            floor.queues[contact.skill] = (*floor.queues.get(contact.skill, ()), contact.key)
