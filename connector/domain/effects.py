"""What must happen outside after a change.  Effects leave in commit order; an ask is harmless when made twice."""

from msgspec import Struct

from connector.domain.address import CivicAddress
from connector.domain.model import Record, Recording


class Adopt(Struct, frozen=True, gc=False, tag=True):
    """Set our key on the customer's channel."""

    leg: str
    contact: str


class Offer(Struct, frozen=True, gc=False, tag=True):
    """Ring an agent's phone as `agent_leg` for a waiting customer."""

    contact: str
    customer_leg: str
    agent_leg: str
    device: str


class Connect(Struct, frozen=True, gc=False, tag=True):
    """Answer the ringing agent leg and let it and the customer talk."""

    id: str
    contact: str
    customer_leg: str
    agent_leg: str


class PlaceCall(Struct, frozen=True, gc=False, tag=True):
    """Call `number` as `customer_leg` for an agent whose phone becomes `agent_leg`; show `caller_id`.

    A `number` that is a phone of ours is not called: the colleague is offered `agent_leg` by an `Offer` that follows.
    `route` is "" or an emergency route's name, and `address` what goes along with an emergency call; where it cannot
    leave by that route, it leaves by `other`, without the address.
    """

    id: str
    contact: str
    agent_leg: str
    customer_leg: str
    device: str
    number: str
    caller_id: str
    route: str = ""
    address: CivicAddress | None = None
    other: str = ""


class CallParty(Struct, frozen=True, gc=False, tag=True):
    """Call `number` as `leg` for an agent who is in a call already; show `caller_id`.  Who hears whom is a `Mix`."""

    id: str
    contact: str
    leg: str
    agent_leg: str
    number: str
    caller_id: str


class Announce(Struct, frozen=True, gc=False, tag=True):
    """Answer a caller who cannot be taken, say why (`message`: closed, full) and hang up."""

    id: str
    contact: str
    leg: str
    message: str


class Mix(Struct, frozen=True, gc=False, tag=True):
    """A goal: `talking` legs hear each other and nobody else, `parked` legs hear music and are not heard.

    All of it or nothing.  A leg leaves whatever it was part of before; those whom it leaves go on talking.  Told as
    `LegHeld`, `LegResumed` and, where two or more talk, `LegsMixed`.
    """

    id: str
    contact: str
    talking: tuple[str, ...]
    parked: tuple[str, ...]


class SetMute(Struct, frozen=True, gc=False, tag=True):
    """A goal: the microphone of a leg is off or on."""

    id: str
    contact: str
    leg: str
    muted: bool


class PlayDigits(Struct, frozen=True, gc=False, tag=True):
    """Send DTMF on a leg, after those asked for before.  The one ask that is not repeated when its fate is unknown."""

    id: str
    contact: str
    leg: str
    digits: str


class SetRecording(Struct, frozen=True, gc=False, tag=True):
    """A goal: the contact's recording is on, paused or off.

    `announcement` names what all who talk are to have heard whole before a recording starts, "" for nothing; until then
    nothing is written, and that it is on is not told.  One that has started already goes on as asked at once.
    """

    id: str
    contact: str
    recording: Recording
    announcement: str = ""


class EndLeg(Struct, frozen=True, gc=False, tag=True):
    """A goal: that leg is gone.  `cause` is the one to be reported ("": normal, or cancelled before the answer)."""

    id: str
    contact: str
    leg: str
    cause: str = ""


class KeepLine(Struct, frozen=True, gc=False, tag=True):
    """A goal: an agent's phone is connected between calls, so that it takes them by itself, or is rung for each.

    Told as `PhoneChanged` when it comes true or ceases to be.  To be kept the phone is rung, and must be lifted once;
    when nobody lifts it nothing is told, and its calls are as if this was never asked.
    """

    device: str
    on: bool


SwitchAsk = (
    Adopt
    | Offer
    | Connect
    | PlaceCall
    | CallParty
    | Announce
    | Mix
    | SetMute
    | PlayDigits
    | SetRecording
    | EndLeg
    | KeepLine
)


class AskSwitch(Struct, frozen=True, gc=False):
    """Ask the switch; its answer comes as an event, or not at all before the deadline."""

    ask: SwitchAsk


class PushState(Struct, frozen=True, gc=False):
    """What that agent sees has changed."""

    agent: str


class QueuesChanged(Struct, frozen=True, gc=False):
    """The sizes of queues have changed."""


class MatchCaller(Struct, frozen=True, gc=False):
    """Find out who has the number (E.164), as the contact's agent may see it, once it has one: `CallerMatched`.

    And which of the records that came along they may see; `number` is "" where it is about these alone.
    """

    contact: str
    number: str


class PopRecord(Struct, frozen=True, gc=False):
    """Open a record in Salesforce, in one panel of the agent."""

    agent: str
    contact: str
    record: Record


class PopSearch(Struct, frozen=True, gc=False):
    """Open Salesforce's search for the text, in one panel of the agent."""

    agent: str
    contact: str
    text: str


Values = tuple[tuple[str, str], ...]
"""Names with their values, in order; none of them is empty."""


class PopFlow(Struct, frozen=True, gc=False):
    """Start the screen flow with these arguments, in one panel of the agent."""

    agent: str
    contact: str
    flow: str
    arguments: Values


class PopNew(Struct, frozen=True, gc=False):
    """Begin a new record of the object, with these fields filled in, in one panel of the agent."""

    agent: str
    contact: str
    sobject: str
    fields: Values


class PopByLayout(Struct, frozen=True, gc=False):
    """Do, in one panel of the agent, what the org's softphone layout says for so many matches.

    `call`: Inbound, Outbound, Internal; `found`: one (`record` is it), many, none.  `part`: all; but_new, when a window
    of a new record must not open yet; only_new, for what was left out then.
    """

    agent: str
    contact: str
    call: str
    found: str
    record: Record | None
    number: str
    fields: Values
    arguments: Values
    part: str


class PopUrl(Struct, frozen=True, gc=False):
    """Open the page that a work item is about, in one panel of the agent."""

    agent: str
    contact: str
    url: str


class WithdrawPop(Struct, frozen=True):
    """The contact is no longer that agent's: its record or page need not be opened, if it was not yet."""

    agent: str
    contact: str


class RefreshView(Struct, frozen=True, gc=False):
    """A Task was written: let the agent's Salesforce page show it, in one panel."""

    agent: str
    contact: str


class CompleteWork(Struct, frozen=True, gc=False):
    """Tell Salesforce, in one panel, that the Work Queue step of a contact's call is complete."""

    agent: str
    contact: str
    work: str
    task_id: str
    disposition: str
    connected: bool


class RaiseAlarm(Struct, frozen=True, gc=False):
    """An agent makes an emergency call: supervisors' panels, e-mail and the webhook are told at once."""

    agent: str
    contact: str
    number: str
    callback: str
    address: str
    at: int


class SaveTask(Struct, frozen=True, gc=False):
    """Write this revision of the contact's Task: `fields` are API names with their values."""

    contact: str
    revision: int
    fields: dict[str, str | int | float | bool | None]


Pop = PopRecord | PopUrl | PopSearch | PopFlow | PopNew | PopByLayout
"""What opens in Salesforce, once, in the panel that the agent used last."""

Effect = (
    AskSwitch
    | PushState
    | QueuesChanged
    | MatchCaller
    | Pop
    | WithdrawPop
    | RefreshView
    | CompleteWork
    | RaiseAlarm
    | SaveTask
)
