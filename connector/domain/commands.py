"""What an agent asks.  `agent` comes from the session, never from the message."""

from msgspec import Struct

from connector.domain.model import AgentState, Record


class SetState(Struct, frozen=True):
    """Available, or Unavailable with a reason; during a call it applies afterwards."""

    agent: str
    state: AgentState
    reason: str = ""


class LogOut(Struct, frozen=True):
    """Take no more calls; not with a live contact."""

    agent: str


class Dial(Struct, frozen=True):
    """An outbound call.  `number` as typed; `record` is the Salesforce record it was dialled from.

    `hold`: the call in the agent's ear is put on hold for it.  `work`: the step of a Work Queue that the call is for.
    """

    agent: str
    number: str
    skill: str = ""
    record: Record | None = None
    hold: bool = False
    work: str = ""


class DialEmergency(Struct, frozen=True):
    """An emergency call, at once: nothing is asked or awaited.  `number` as typed (911, 9911, 933)."""

    agent: str
    number: str


class SetFavourite(Struct, frozen=True):
    """An entry of the address book is, or is no longer, among the agent's favourites."""

    agent: str
    entry: str
    on: bool


class SetLine(Struct, frozen=True):
    """The agent's phone is to be kept connected between calls (`persistent`), or rung for each."""

    agent: str
    persistent: bool


class OnContact(Struct, frozen=True):
    """A command on one contact of the agent."""

    agent: str
    contact: str


class Answer(OnContact, frozen=True):
    """Take the offered call."""


class Decline(OnContact, frozen=True):
    """Give the offered call back to its queue."""


class End(OnContact, frozen=True):
    """End the call, or cancel one that is still being dialled."""


class Hold(OnContact, frozen=True):
    """Park the customer."""


class Resume(OnContact, frozen=True):
    """Bring the parked customer back."""


class Mute(OnContact, frozen=True):
    """The agent's microphone is not heard."""


class Unmute(OnContact, frozen=True):
    """The agent's microphone is heard again."""


class SendDigits(OnContact, frozen=True):
    """Send DTMF to the customer's side, after those sent before."""

    digits: str


class StartRecord(OnContact, frozen=True):
    """Record the call from now on."""


class StopRecord(OnContact, frozen=True):
    """Stop recording."""


class StartMask(OnContact, frozen=True):
    """The recording must not hear what is said from now on."""


class StopMask(OnContact, frozen=True):
    """The recording may hear again."""


class Consult(OnContact, frozen=True):
    """Ask somebody in private while the customer waits on hold (in a conference: while the others talk on).

    `kind`: agent (`target` is their id), skill (its id), entry (of the address book, its id), number (as typed).
    """

    kind: str
    target: str


class Abandon(OnContact, frozen=True):
    """Give up the consult."""


class Merge(OnContact, frozen=True):
    """The consulted one joins the conversation; on a held call: it and the call in the agent's ear become one."""


class Transfer(OnContact, frozen=True):
    """The other two talk with each other, and the agent is free."""


class Swap(OnContact, frozen=True):
    """The one in the agent's ear is put on hold and the one on hold comes back: two calls, or customer and consult."""


class Drop(OnContact, frozen=True):
    """A party that this agent brought in leaves the conference."""

    leg: str


class Finish(OnContact, frozen=True):
    """The work item or e-mail is dealt with."""


class GiveBack(OnContact, frozen=True):
    """The work item or e-mail goes back to its queue."""


class Extend(OnContact, frozen=True):
    """More time for wrap-up, where the skill permits it."""


class Done(OnContact, frozen=True):
    """End wrap-up."""


class SaveAgain(OnContact, frozen=True):
    """Try again to save a Task that Salesforce refused."""


class BeginStep(OnContact, frozen=True):
    """A call that was dialled is for that step (`work`) of a Work Queue, which came to be known a moment later."""

    work: str


class SaveDraft(OnContact, frozen=True):
    """One field of the draft, as far as it is newer than what is held: exactly one of the values is used.

    `field` is one of the panel's, or the API name of one that Salesforce has asked for (see `given`).
    """

    field: str
    revision: int
    text: str = ""
    tags: tuple[str, ...] = ()
    record: Record | None = None


class Visit(Struct, frozen=True):
    """The agent made a record's tab active."""

    agent: str
    record: Record


ContactCommand = (
    Answer
    | Decline
    | End
    | Hold
    | Resume
    | Mute
    | Unmute
    | SendDigits
    | StartRecord
    | StopRecord
    | StartMask
    | StopMask
    | Consult
    | Abandon
    | Merge
    | Transfer
    | Swap
    | Drop
    | Finish
    | GiveBack
    | Extend
    | Done
    | SaveAgain
    | BeginStep
    | SaveDraft
)
Command = SetState | LogOut | Dial | DialEmergency | SetFavourite | SetLine | Visit | ContactCommand
