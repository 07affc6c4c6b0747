"""Messages from a panel to the connector.  An unknown key or a wrong type is an error that names it."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

END: Final = r"$(?!\n)"
"""The end of the text: to Python's `$` alone, the place before a last line break is as good."""

Id = Annotated[str, Meta(min_length=1, max_length=64)]
Text = Annotated[str, Meta(max_length=255)]
Comments = Annotated[str, Meta(max_length=32_000)]
Token = Annotated[str, Meta(min_length=1, max_length=4096)]
Digits = Annotated[str, Meta(pattern=r"^[0-9A-D*#]{1,32}" + END)]
Revision = Annotated[int, Meta(ge=1, le=2**53 - 1)]
"""Up to the largest whole number that JavaScript and the store hold exactly."""


DraftField = Annotated[
    str,
    Meta(
        pattern="^(comments|disposition|tags|who|what|[A-Z][A-Za-z0-9]{0,79}|[A-Za-z][A-Za-z0-9_]{0,76}__c)" + END,
    ),
]
"""One of the panel's own fields, or the API name of a field of Task."""


class RecordLink(Struct, frozen=True, forbid_unknown_fields=True):
    """A Salesforce record as a panel names it: an 18 character id, its object's API name and its display name."""

    id: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?" + END)]
    type: Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,79}" + END)]
    name: Text = ""


class DraftMessage(Struct, frozen=True, forbid_unknown_fields=True, tag="draft"):
    """One field of a contact's draft.  `revision` grows with each change made in one panel.

    `field` decides which value is read: `comments` and `disposition` carry `text`, `tags` carries `tags`,
    `who` and `what` carry `record` (null clears the link).  The API name of a field that Salesforce has asked for (see
    `Save`) carries `text`, written as `FieldView` says.  Answered by `draft_saved` after the commit.
    """

    contact: Id
    field: DraftField
    revision: Revision
    text: Comments = ""
    tags: Annotated[tuple[Text, ...], Meta(max_length=20)] = ()
    record: RecordLink | None = None


class Hello(Struct, frozen=True, forbid_unknown_fields=True, tag="hello"):
    """The first message of a socket: who speaks (a signed session token) and the drafts not yet acknowledged."""

    version: int
    token: Token
    panel: Id
    focused: bool = False
    drafts: Annotated[tuple[DraftMessage, ...], Meta(max_length=100)] = ()


class Target(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to consult: an `agent` (user id), a `skill` (id), an `entry` of the address book (id), a `number`."""

    kind: Literal["agent", "skill", "entry", "number"]
    id: Annotated[str, Meta(min_length=1, max_length=80)]


class Command(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="command"):
    """An order.  `id` is made by the panel and is the same when the order is sent again; the answer is a `reply`.

    Which of the optional values a command needs is in `docs/reference/wire.md`.  `name` is one of
    `set_state` (state, reason), `log_out`, `dial` (number, skill, record, hold, work), `dial_emergency` (number),
    `favourite` (entry, on), `line` (on), `answer`, `decline`, `end`, `hold`, `resume`, `mute`, `unmute`,
    `digits` (digits), `record`, `stop_record`, `mask`, `unmask`, `consult` (to), `abandon`, `merge`, `transfer`,
    `swap`, `drop` (leg), `step` (work), `finish`, `give_back`, `extend`, `done`, `save_again`; of supervisors
    `retry_task`, `retry_tasks`, `discard_task` (reason).
    """

    id: Id
    name: Annotated[str, Meta(pattern="^[a-z_]{1,32}" + END)]
    contact: Id | None = None
    state: Literal["AVAILABLE", "UNAVAILABLE"] | None = None
    reason: Text | None = None
    number: Annotated[str, Meta(min_length=1, max_length=80)] | None = None
    skill: Id | None = None
    record: RecordLink | None = None
    digits: Digits | None = None
    hold: bool = False
    work: Id | None = None
    to: Target | None = None
    leg: Annotated[str, Meta(min_length=1, max_length=128)] | None = None
    entry: Id | None = None
    on: bool | None = None


class Find(Struct, frozen=True, forbid_unknown_fields=True, tag="find"):
    """A search: `people` (Contacts and Leads), `records` (what a Task may be related to), `book` (the address book).

    Salesforce is searched for two characters or more; the address book shows its favourites and first entries for none.
    """

    id: Id
    what: Literal["people", "records", "book"]
    text: Annotated[str, Meta(max_length=100)]


class Preview(Struct, frozen=True, forbid_unknown_fields=True, tag="preview"):
    """Asks what would be dialled for a typed number, in a call of that skill; answered by `previewed`."""

    id: Id
    number: Annotated[str, Meta(max_length=80)]
    skill: Text | None = None


class Describe(Struct, frozen=True, forbid_unknown_fields=True, tag="describe"):
    """Asks how the fields that Salesforce has asked for on a contact's Task are filled in: `described`."""

    id: Id
    contact: Id


class Visited(Struct, frozen=True, forbid_unknown_fields=True, tag="visited"):
    """A record's tab became active in Salesforce; it becomes an option of Name or Related To on open contacts."""

    record: RecordLink


class Focus(Struct, frozen=True, forbid_unknown_fields=True, tag="focus"):
    """This panel got the agent's attention: chores go to the panel that was focused last."""


class ChoreTaken(Struct, frozen=True, forbid_unknown_fields=True, tag="chore_taken"):
    """This panel would do a chore: told `chore_yours` it does it, however long Salesforce takes."""

    chore: Id


class ChoreDone(Struct, frozen=True, forbid_unknown_fields=True, tag="chore_done"):
    """A chore was carried out (`ok`), or could not be (`message` says why) and is to be offered to the next panel."""

    chore: Id
    ok: bool
    message: Text = ""


class Watch(Struct, frozen=True, forbid_unknown_fields=True, tag="watch"):
    """Which lists this panel shows now; only these are sent, at most once a second.

    `queues` are the agent's own skills, `skills` all of them, `agents` the colleagues and how they are.  For
    supervisors only: `staff` is everybody who is logged in, `tasks` the Tasks that are not written.
    """

    lists: Annotated[tuple[Literal["queues", "today", "agents", "skills", "staff", "tasks"], ...], Meta(max_length=6)]


class Renew(Struct, frozen=True, forbid_unknown_fields=True, tag="renew"):
    """A fresh session token of the same agent, asked for by `token_wanted`: the socket's session begins anew."""

    token: Token


class Ping(Struct, frozen=True, forbid_unknown_fields=True, tag="ping"):
    """Asks for a `pong`: a browser cannot see WebSocket pings, so it asks for one of its own."""


Asked = Find | Preview | Describe | Visited | Focus | ChoreTaken | ChoreDone | Watch | Renew | Ping
Message = Hello | Command | DraftMessage | Asked

decode = msgspec.json.Decoder(Message).decode
"""Bytes or text of one message to its value; raises `msgspec.ValidationError` or `msgspec.DecodeError`."""
