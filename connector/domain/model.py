"""What the floor of one switch consists of.  Times are milliseconds since 1970 UTC; ids are opaque text.

Values are frozen and made of older values, so they cannot form cycles: the garbage collector need not walk them
(`gc=False`), which on a floor of thousands is time and memory.
"""

from enum import StrEnum

from msgspec import Struct


class LegState(StrEnum):
    """Where one channel stands; ENDED absorbs."""

    DIALING = "DIALING"
    RINGING = "RINGING"
    CONNECTED = "CONNECTED"
    HELD = "HELD"
    ENDED = "ENDED"


UP = frozenset({LegState.CONNECTED, LegState.HELD})
"""The states of a leg that was answered and has not ended."""


class Role(StrEnum):
    """Whose channel a leg is."""

    CUSTOMER = "CUSTOMER"
    AGENT = "AGENT"
    CONSULTED = "CONSULTED"


class Line(StrEnum):
    """How an agent's phone takes a call that its agent answers in the panel.

    ALWAYS: by itself.  KEPT: it is connected between calls, as the agent chose, and takes it by itself.  LIFTED:
    whoever has the phone must lift it, and lifting it is the answer.
    """

    ALWAYS = "always"
    KEPT = "kept"
    LIFTED = "lifted"


class Phase(StrEnum):
    """Where a contact stands."""

    QUEUED = "QUEUED"
    OFFERED = "OFFERED"
    ACTIVE = "ACTIVE"
    WRAP_UP = "WRAP_UP"
    CLOSED = "CLOSED"


class AgentState(StrEnum):
    """Where an agent stands; UNAVAILABLE comes with a reason."""

    LOGGED_OUT = "LOGGED_OUT"
    AVAILABLE = "AVAILABLE"
    UNAVAILABLE = "UNAVAILABLE"
    WORKING = "WORKING"
    WRAP_UP = "WRAP_UP"


class Kind(StrEnum):
    """How a contact came about.  A WORK_ITEM and an EMAIL have no legs; a call may interrupt an EMAIL."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    CALLBACK = "callback"
    WORK_ITEM = "work_item"
    EMAIL = "email"


SILENT = frozenset({Kind.WORK_ITEM, Kind.EMAIL})
"""The kinds without a call."""


class Outcome(StrEnum):
    """How a contact's call ended, in the words of reports."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    FAILED = "failed"
    COMPLETED = "completed"


class Recording(StrEnum):
    """What the switch has confirmed about the recording; PAUSED is what masking does to it."""

    OFF = "off"
    ON = "on"
    PAUSED = "paused"


class Mask(StrEnum):
    """FAILED: the agent asked for masking and the switch refused or kept silent."""

    OFF = "off"
    ON = "on"
    FAILED = "failed"


class MatchState(StrEnum):
    """What is known about who has the caller's number."""

    SEARCHING = "searching"
    NONE = "none"
    ONE = "one"
    MANY = "many"
    FAILED = "failed"
    WITHHELD = "withheld"


class SaveState(StrEnum):
    """How far a contact's Task is."""

    NONE = "none"
    SAVING = "saving"
    SAVED = "saved"
    WAITING = "waiting"
    ATTENTION = "attention"
    DISCARDED = "discarded"


class Record(Struct, frozen=True, gc=False):
    """A Salesforce record.

    `id` is what a Task would link to; `pop_id` is the record to open when that is another one (a person account's
    Task links to its PersonContactId).  `why` is a code that says how it came to be offered.
    """

    id: str
    type: str
    name: str
    detail: str = ""
    why: str = ""
    pop_id: str = ""


class Leg(Struct, frozen=True, gc=False):
    """One channel of a contact, named by an id of our own or, for a call that came in, of the switch's.

    A leg may be in several contacts: a colleague's is AGENT in theirs and CONSULTED (or, when they were called
    directly, CUSTOMER) in ours.  `joined`: it belongs to the conversation with the CUSTOMER, on hold too; a private
    consult, and this contact's own agent who has stepped out for one, do not.  `agent` is whose phone it is, of a
    colleague; `name` and `number` are what a party is shown as; `invited`: this contact's agent brought it in.
    """

    id: str
    role: Role
    state: LegState
    since: int
    joined: bool = True
    agent: str = ""
    name: str = ""
    number: str = ""
    invited: bool = False


class Consult(Struct, frozen=True, gc=False):
    """Whom a contact's agent is asking in private.  `kind`: agent, skill, entry, number.

    `leg` is the CONSULTED leg, "" while a skill's queue holds the request; `contact` is the one that the request is for
    the colleague who gets it, "" for a number.
    """

    kind: str
    target: str
    name: str
    since: int
    leg: str = ""
    contact: str = ""
    number: str = ""


class Missed(Struct, frozen=True, gc=False):
    """A contact that an agent was offered and did not take: `outcome` is missed, declined or abandoned."""

    key: str
    kind: Kind
    number: str
    name: str
    skill: str
    at: int
    outcome: str


class Ask(Struct, frozen=True, gc=False):
    """What the switch was asked and has not yet fulfilled: one per aspect of a contact at a time."""

    id: str
    goal: str
    since: int
    due: int


class Problem(Struct, frozen=True, gc=False):
    """The last order on a contact that did not work out."""

    code: str
    order: str
    at: int


class Field(Struct, frozen=True, gc=False):
    """A draft's text (comments, disposition) and the revision under which it was written; 0 = never."""

    value: str = ""
    revision: int = 0


class Given(Struct, frozen=True, gc=False):
    """A field of the Task, by its API name, that the agent gave a value since Salesforce asked for it (see `given`)."""

    name: str
    text: Field = Field()


class Labels(Struct, frozen=True, gc=False):
    """The chosen tags."""

    value: tuple[str, ...] = ()
    revision: int = 0


class Link(Struct, frozen=True, gc=False):
    """Name or Related To.  `by` is `agent`, or `match` when the only record with that number was taken by itself."""

    value: Record | None = None
    revision: int = 0
    by: str = "agent"


class Draft(Struct, frozen=True, gc=False):
    """What the agent has written about a contact so far."""

    comments: Field = Field()
    disposition: Field = Field()
    tags: Labels = Labels()
    who: Link = Link()
    what: Link = Link()
    given: tuple[Given, ...] = ()


class Match(Struct, frozen=True, gc=False):
    """The answer of the caller match."""

    state: MatchState
    people: tuple[Record, ...] = ()
    related: tuple[Record, ...] = ()


class Save(Struct, frozen=True, gc=False):
    """The state of a contact's Task: `wanted` counts our revisions, 0 while none was asked for.

    `dirty`: the draft has changed since the last revision was asked for.  `base`: no revision up to this one is asked
    for again, since the contact comes from a backup and others may have been written under those numbers.  `left_out`
    names the records that Salesforce would not have it hang on, so that it hangs on nothing there.

    `fields` are all that the last refusal named (API names), `field` the one of them to look at first.  `refused`:
    Salesforce has refused it, and taken no version since; `asked` are fields that it has named since then and that an
    agent may give a value.
    """

    state: SaveState = SaveState.NONE
    wanted: int = 0
    written: int = 0
    dirty: bool = False
    task_id: str | None = None
    subject: str | None = None
    next_try: int | None = None
    code: str | None = None
    field: str | None = None
    message: str | None = None
    base: int = 0
    left_out: str = ""
    fields: tuple[str, ...] = ()
    refused: bool = False
    asked: tuple[str, ...] = ()


class Contact(Struct, frozen=True, gc=False):
    """One agent's part of an interaction, from offer to the end of wrap-up.

    `line` is our number (called, or shown as caller id); `unmasked` is what the recording returns to after a mask;
    `overtime`: the time of wrap-up is over, but something keeps it open; `extended` is what was added to it, in ms.

    `internal`: the far end is a colleague; `direct`: it is for this agent only, and for no queue.  `asked_by` is the
    contact whose agent consults this one's, which has no Task of its own before it gets the customer; `sender` is the
    agent who passed the customer on.  `title`, `payload`, `url` and `record` are what a work item, an e-mail or a
    callback is about; of a call that came in, `record` is the one that the switch named.  `caller` is a name given with
    a callback; `not_before` is when it may be offered; `attempts` counts the calls made for it before this one.  `work`
    is the step of a Work Queue that the call is for, `work_done` says that Salesforce was told.  `emergency`: local (by
    the address that goes along), national or test.  `given_back` is the agent who gave a work item or e-mail back, and
    when; `reaches` the agent whose emergency call showed the number that is called here.  `silenced`: the microphone is
    off because the phone itself was put on hold.  `recorded`: something of it is, or was, on a recording.  `queued` is
    since when it waits in a queue, 0 for since `started`; `waited` is for how long it did, `rung` for how long it rang
    and `hold` for how long the customer was on hold, in ms (see `times`): hold before `hold_counted` is in it already,
    or another agent's.  `ended_by`: `agent` or `customer`, of a call that was answered.  `popped`: what concerns it was
    opened in Salesforce for its agent; `window_due`: a new record's window is to open, too, once it is answered.
    `along` are a Name and a Related To that somebody else has chosen: they become this agent's once it is known that
    they may see them, and are neither shown nor written before.
    """

    key: str
    interaction_key: str
    kind: Kind
    phase: Phase
    number: str
    line: str
    skill: str
    started: int
    match: Match
    agent: str | None = None
    legs: tuple[Leg, ...] = ()
    offered: int | None = None
    answered: int | None = None
    ended: int | None = None
    closed: int | None = None
    outcome: Outcome | None = None
    internal: bool = False
    direct: bool = False
    muted: bool = False
    recording: Recording = Recording.OFF
    mask: Mask = Mask.OFF
    masked_since: int | None = None
    unmasked: Recording = Recording.OFF
    digits: str = ""
    asked: tuple[Ask, ...] = ()
    problem: Problem | None = None
    visited: tuple[Record, ...] = ()
    popped: bool = False
    window_due: bool = False
    overtime: bool = False
    draft: Draft = Draft()
    save: Save = Save()
    priority: int = 5
    extended: int = 0
    consult: Consult | None = None
    asked_by: str = ""
    sender: str = ""
    along: tuple[Record, ...] = ()
    title: str = ""
    payload: tuple[tuple[str, str], ...] = ()
    url: str = ""
    record: Record | None = None
    caller: str = ""
    not_before: int = 0
    attempts: int = 0
    work: str = ""
    work_done: bool = False
    emergency: str = ""
    address: str = ""
    given_back: tuple[str, int] = ("", 0)
    reaches: str = ""
    silenced: bool = False
    recorded: bool = False
    queued: int = 0
    waited: int | None = None
    rung: int | None = None
    hold: int = 0
    hold_counted: int = 0
    ended_by: str = ""

    def leg(self, role: Role) -> Leg | None:
        """The first leg of that role, or None."""
        for leg in self.legs:
            if leg.role is role:
                return leg
        return None

    def leg_of(self, leg_id: str) -> Leg | None:
        """The leg of that id, or None."""
        for leg in self.legs:
            if leg.id == leg_id:
                return leg
        return None

    @property
    def held(self) -> bool:
        """Whether the customer is parked."""
        leg = self.leg(Role.CUSTOMER)
        return leg is not None and leg.state is LegState.HELD

    @property
    def live(self) -> bool:
        """Whether this contact occupies the agent: offered, in a call, or a work item at hand."""
        return self.phase is Phase.OFFERED or self.phase is Phase.ACTIVE

    @property
    def call(self) -> bool:
        """Whether this contact occupies the agent's phone: a call that is offered or under way."""
        return self.live and self.kind not in SILENT

    @property
    def inside(self) -> bool:
        """Whether it is a call within the house: with a colleague, or to an internal number of the dial plan."""
        dialled = self.kind in (Kind.OUTBOUND, Kind.CALLBACK) and not self.emergency
        return self.internal or (dialled and self.number.isdecimal())

    @property
    def consulted(self) -> Leg | None:
        """The leg of the private consult, if there is one by now."""
        return None if self.consult is None else self.leg_of(self.consult.leg)

    @property
    def joined(self) -> tuple[Leg, ...]:
        """Who hears the conversation, or will when the customer comes back from a hold."""
        return tuple(leg for leg in self.legs if leg.joined)

    @property
    def conference(self) -> bool:
        """Whether others than customer and agent belong to the conversation, the agent being among them or not."""
        return len(self.legs) > 2 and sum(leg.joined and leg.role is not Role.AGENT for leg in self.legs) > 1

    @property
    def in_ear(self) -> bool:
        """Whether the agent hears this contact's customer, or is about to."""
        agent, customer = self.leg(Role.AGENT), self.leg(Role.CUSTOMER)
        if self.phase is not Phase.ACTIVE or agent is None or customer is None:
            return False
        return agent.joined and customer.state is not LegState.HELD

    @property
    def recalled(self) -> bool:
        """Whether the agent's phone was hung up while the customer was on hold, and is rung again for them."""
        mine = self.leg(Role.AGENT)
        return mine is not None and self.answered is not None and self.phase is Phase.ACTIVE and mine.state not in UP

    @property
    def work_due(self) -> bool:
        """Whether Salesforce is to be told that the step of a Work Queue is complete: the Task has the disposition."""
        saved = self.save.task_id is not None and self.save.written >= self.save.wanted
        return saved and self._work_over

    @property
    def work_waits(self) -> bool:
        """Whether it is to be told so as soon as the Task is written."""
        return self._work_over and self.save.written < self.save.wanted

    @property
    def _work_over(self) -> bool:
        if not self.work or self.work_done or self.phase is not Phase.CLOSED or self.save.dirty:
            return False
        return self.draft.disposition.value != ""

    @property
    def in_repair(self) -> bool:
        """Whether it is closed, and its Task was refused and is not written: its agent can mend what is wrong."""
        return self.save.refused and self.phase is Phase.CLOSED

    @property
    def unattended(self) -> bool:
        """Whether its parties talk with each other while no agent is with them any more."""
        return self.phase is Phase.ACTIVE and self.agent is None


class Agent(Struct, frozen=True, gc=False):
    """A person who takes calls.  `before` is what a call interrupted, `next` what the agent chose for afterwards.

    `panel_gone` is since when no panel of theirs is open, None while one is.  `missed` are offers not taken, the newest
    first; `favourites` are entries of the address book.  Until `reached_until` a call to `reached_by` rings this agent
    in any state: it is the number that their emergency call showed.  `persistent`: the agent wants their phone kept
    connected between calls; `line` is how it stands.
    """

    id: str
    state: AgentState = AgentState.LOGGED_OUT
    reason: str = ""
    since: int = 0
    before: tuple[AgentState, str] = (AgentState.LOGGED_OUT, "")
    next: tuple[AgentState, str] | None = None
    phone_ready: bool = False
    contacts: tuple[str, ...] = ()
    visited: tuple[Record, ...] = ()
    panel_gone: int | None = None
    missed: tuple[Missed, ...] = ()
    favourites: tuple[str, ...] = ()
    reached_by: str = ""
    reached_until: int = 0
    persistent: bool = False
    line: Line = Line.ALWAYS


class Floor(Struct):
    """All state of one switch.  Only the runner changes it, by applying a `Change`; `decide` just reads it.

    `queues` holds, for each skill, the keys of QUEUED contacts, the next one first; `legs` maps a leg to its contacts;
    `phones` says of each device that the switch has told of whether it can be rung, `lines` how it takes calls;
    `repairs` holds, for each agent, the keys of closed contacts whose Task they can mend (see `Contact.in_repair`);
    `switch_up` says whether the switch can be asked, `store_up` whether what is decided can be kept.
    """

    contacts: dict[str, Contact] = {}
    agents: dict[str, Agent] = {}
    queues: dict[str, tuple[str, ...]] = {}
    legs: dict[str, tuple[str, ...]] = {}
    phones: dict[str, bool] = {}
    lines: dict[str, Line] = {}
    repairs: dict[str, tuple[str, ...]] = {}
    switch_up: bool = True
    store_up: bool = True
