"""What must happen outside after a change.  Effects leave in commit order; an ask is harmless when made twice."""

from msgspec import Struct

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
    """Call `number` as `customer_leg` for an agent whose phone becomes `agent_leg`; show `caller_id`."""

    id: str
    contact: str
    agent_leg: str
    customer_leg: str
    device: str
    number: str
    caller_id: str


class Mix(Struct, frozen=True, gc=False, tag=True):
    """A goal: `talking` legs hear each other, `parked` legs hear music and are not heard."""

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
    """A goal: the contact's recording is on, paused or off."""

    id: str
    contact: str
    recording: Recording


class EndLeg(Struct, frozen=True, gc=False, tag=True):
    """A goal: that leg is gone."""

    id: str
    contact: str
    leg: str


SwitchAsk = Adopt | Offer | Connect | PlaceCall | Mix | SetMute | PlayDigits | SetRecording | EndLeg


class AskSwitch(Struct, frozen=True, gc=False):
    """Ask the switch; its answer comes as an event, or not at all before the deadline."""

    ask: SwitchAsk


class PushState(Struct, frozen=True, gc=False):
    """What that agent sees has changed."""

    agent: str


class QueuesChanged(Struct, frozen=True, gc=False):
    """The sizes of queues have changed."""


class MatchCaller(Struct, frozen=True, gc=False):
    """Find out who has the number (E.164); the answer is `CallerMatched`."""

    contact: str
    number: str


class PopRecord(Struct, frozen=True, gc=False):
    """Open a record in Salesforce, in one panel of the agent."""

    agent: str
    contact: str
    record: Record


class WithdrawPop(Struct, frozen=True):
    """The contact is no longer that agent's: its record need not be opened, if it was not yet."""

    agent: str
    contact: str


class RefreshView(Struct, frozen=True, gc=False):
    """A Task was written: let the agent's Salesforce page show it, in one panel."""

    agent: str
    contact: str


class SaveTask(Struct, frozen=True, gc=False):
    """Write this revision of the contact's Task: `fields` are API names with their values."""

    contact: str
    revision: int
    fields: dict[str, str | int | None]


Effect = AskSwitch | PushState | QueuesChanged | MatchCaller | PopRecord | WithdrawPop | RefreshView | SaveTask
