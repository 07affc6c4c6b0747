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
    """An outbound call.  `number` as typed; `record` is the Salesforce record it was dialled from."""

    agent: str
    number: str
    skill: str = ""
    record: Record | None = None


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


class Done(OnContact, frozen=True):
    """End wrap-up."""


class SaveAgain(OnContact, frozen=True):
    """Try again to save a Task that Salesforce refused."""


class SaveDraft(OnContact, frozen=True):
    """One field of the draft, as far as it is newer than what is held: exactly one of the values is used."""

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
    | Done
    | SaveAgain
    | SaveDraft
)
Command = SetState | LogOut | Dial | Visit | ContactCommand
