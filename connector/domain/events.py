"""What the switch, Salesforce or the clock reported.  News that is already true changes nothing."""

from msgspec import Struct

from connector.domain.erasure import Person
from connector.domain.model import Kind, Line, Record, Recording


class CallArrived(Struct, frozen=True, gc=False):
    """A customer calls `line`.  `contact_key` is set when the switch already carries our key for this channel.

    `record` is the id of the Salesforce record that the call is about, where the switch knows it.
    """

    leg: str
    number: str
    line: str
    at: int
    contact_key: str | None = None
    record: str = ""


class LegRinging(Struct, frozen=True, gc=False):
    """The far end of a leg rings."""

    leg: str
    at: int


class LegAnswered(Struct, frozen=True, gc=False):
    """A leg has audio both ways."""

    leg: str
    at: int


class LegHeld(Struct, frozen=True, gc=False):
    """A leg was parked: it hears music, nobody hears it."""

    leg: str
    at: int


class LegResumed(Struct, frozen=True, gc=False):
    """A parked leg is heard again."""

    leg: str
    at: int


class LegMuted(Struct, frozen=True, gc=False):
    """The microphone of a leg is off, or on again."""

    leg: str
    muted: bool
    at: int


class LegEnded(Struct, frozen=True, gc=False):
    """A leg is gone.  `cause`: normal, busy, no_answer, declined, wrong_number, cancelled, failed."""

    leg: str
    cause: str
    at: int


class LegsMixed(Struct, frozen=True, gc=False):
    """Exactly these legs hear each other now, wherever each of them was before."""

    legs: tuple[str, ...]
    at: int


class RecordingChanged(Struct, frozen=True, gc=False):
    """The switch has started, paused or stopped a contact's recording."""

    contact: str
    recording: Recording
    at: int


class AskRefused(Struct, frozen=True, gc=False):
    """The switch will not do what it was asked; `ask` is the ask's id."""

    contact: str
    ask: str
    code: str
    at: int


class PhoneChanged(Struct, frozen=True, gc=False):
    """An agent's phone can be rung (registered) or cannot; `line` is how it takes calls."""

    device: str
    ready: bool
    line: Line = Line.ALWAYS


class PhoneHeld(Struct, frozen=True, gc=False):
    """An agent's phone itself has put the call of `leg` on hold; what the far end hears is still as it was."""

    leg: str
    at: int


class PhoneResumed(Struct, frozen=True, gc=False):
    """An agent's phone has taken the call of `leg` back from its own hold."""

    leg: str
    at: int


class PhoneTransferred(Struct, frozen=True, gc=False):
    """An agent's phone asks that the far end of `leg` be passed on; nothing is done yet.

    To `number`, as dialled there; or, with `other`, to the far end of that leg of the same phone.
    """

    leg: str
    number: str
    other: str
    at: int


class EmergencyDialled(Struct, frozen=True, gc=False):
    """On that phone itself somebody has dialled an emergency number, which left at once, without the connector.

    `number` is the one that was called, `callback` the one that was shown; `address_sent`: the address went along.
    """

    device: str
    number: str
    callback: str
    address_sent: bool
    at: int


SwitchEvent = (
    CallArrived
    | LegRinging
    | LegAnswered
    | LegHeld
    | LegResumed
    | LegMuted
    | LegEnded
    | LegsMixed
    | RecordingChanged
    | AskRefused
    | PhoneChanged
    | PhoneHeld
    | PhoneResumed
    | PhoneTransferred
    | EmergencyDialled
)


class CallerMatched(Struct, frozen=True, gc=False):
    """Who has the number, of those whom the agent may see; `hidden`: there are others.

    `related` are records that concern them; `failed`: Salesforce could not be asked.
    `seen`: the ids of those that came along which the agent may see.  `about`: the record that the switch named, if a
    Task can link to it and the agent may see it.
    """

    contact: str
    people: tuple[Record, ...] = ()
    related: tuple[Record, ...] = ()
    failed: bool = False
    hidden: bool = False
    seen: tuple[str, ...] = ()
    about: Record | None = None


class TaskSaved(Struct, frozen=True, gc=False):
    """Salesforce holds that revision of the Task.  `task_id` None: people deleted the Task, and it stays deleted."""

    contact: str
    revision: int
    task_id: str | None
    subject: str


class TaskWaiting(Struct, frozen=True, gc=False):
    """Salesforce cannot be reached or is busy; the next try is at `next_try`."""

    contact: str
    revision: int
    next_try: int
    code: str


class TaskRefused(Struct, frozen=True, gc=False):
    """Salesforce refused that revision: its own code, the fields concerned and its own words.

    `field` has their API names, the one to look at first first, with `, ` between; "" when it named none.
    """

    contact: str
    revision: int
    code: str
    field: str
    message: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The names one by one."""
        return tuple(self.field.split(", ")) if self.field else ()


class TaskDiscarded(Struct, frozen=True, gc=False):
    """Somebody has decided that this revision is not written, and why (`reason`, with their name)."""

    contact: str
    revision: int
    reason: str


class TaskWanted(Struct, frozen=True, gc=False):
    """Somebody wants a Task that Salesforce refused, or that was discarded, to be written after all, as it is now."""

    contact: str


TaskEvent = TaskSaved | TaskWaiting | TaskRefused | TaskDiscarded | TaskWanted
CrmEvent = CallerMatched | TaskEvent


class DeadlinePassed(Struct, frozen=True, gc=False):
    """A deadline derived from a contact's state is over.

    `kind`: ring, ask, dial, consult, recall, unattended, wrap_up, not_before, work.
    """

    contact: str
    kind: str
    due: int


class AgentDeadlinePassed(Struct, frozen=True, gc=False):
    """A deadline derived from an agent's state is over.  `kind`: no_panel."""

    agent: str
    kind: str
    due: int


class PanelsChanged(Struct, frozen=True, gc=False):
    """The agent's first panel was opened, or their last one is gone."""

    agent: str
    open: bool
    at: int


class WorkCompleted(Struct, frozen=True, gc=False):
    """Salesforce was told that the Work Queue step of a contact's call is complete."""

    contact: str


class CallbackRequested(Struct, frozen=True, gc=False):
    """Somebody is to be called (`number` in E.164), not before `not_before`.  `key` is the contact's; twice is once.

    `record` is what it is about, where that is known.
    """

    key: str
    number: str
    name: str
    skill: str
    not_before: int
    priority: int
    at: int
    record: Record | None = None


class WorkDelivered(Struct, frozen=True, gc=False):
    """A work item or an e-mail (`kind`) waits in a skill.  `key` is the contact's; the same again changes nothing."""

    key: str
    kind: Kind
    skill: str
    title: str
    payload: tuple[tuple[str, str], ...]
    url: str
    record: Record | None
    priority: int
    at: int


class PersonErased(Struct, frozen=True, gc=False):
    """A person has asked that what is known of them be forgotten."""

    person: Person


Event = (
    SwitchEvent
    | CrmEvent
    | DeadlinePassed
    | AgentDeadlinePassed
    | PanelsChanged
    | WorkCompleted
    | CallbackRequested
    | WorkDelivered
    | PersonErased
)
