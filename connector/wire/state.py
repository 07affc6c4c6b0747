"""Messages from the connector to a panel.  Times are milliseconds since 1970 UTC; `null` means "not" or "none".

A key that is documented with a default is left out where it has that value.
"""

import msgspec
from msgspec import UNSET, Struct, UnsetType


class RecordView(Struct, frozen=True, gc=False):
    """A Salesforce record that can be opened or chosen.  `why` is a code: matched_phone, matched_mobile,
    matched_other, matched_lead (a number of the lead that they were), active_tab, open_tab, account_of, dialled,
    delivered (with a work item), named (by the switch), search, last_call, favourite; `detail` is its account or
    subtitle.  An entry of the address book has the type Entry; its `detail` is the number and what it says of itself.
    """

    id: str
    type: str
    name: str
    detail: str = ""
    why: str = ""


class LegView(Struct, frozen=True, gc=False, omit_defaults=True):
    """One party.  `role`: CUSTOMER, AGENT (this agent), CONSULTED.  `state`: DIALING, RINGING, CONNECTED, HELD, ENDED.

    `joined`: hears the conversation, as opposed to a private consult.  `colleague`: an agent's phone.  `name` and
    `number_shown` are "" where the contact itself says who it is; `droppable`: `drop` may be ordered for it.
    """

    id: str
    role: str
    state: str
    since: int
    joined: bool = True
    colleague: bool = False
    name: str = ""
    number_shown: str = ""
    droppable: bool = False


class ConsultView(Struct, frozen=True, gc=False, omit_defaults=True):
    """The private consult.  `kind`: agent, skill, entry, number.  `state`: queued, dialing, ringing, connected, held.

    `name` is the target's, `answered_by` the colleague who got a skill's request; `detail` is a colleague's skills, an
    entry's number, or where a number is.
    """

    kind: str
    name: str
    detail: str
    state: str
    since: int
    answered_by: str = ""


class Detail(Struct, frozen=True, gc=False):
    """One line of what a work item is about."""

    name: str
    value: str


class MatchView(Struct, frozen=True, gc=False):
    """Who has this number.  `state`: searching, none, one, many, failed, withheld (no number to search)."""

    state: str
    people: tuple[RecordView, ...] = ()


class TextDraft(Struct, frozen=True, gc=False):
    """A draft value with the revision under which the connector holds it (0 = never written)."""

    value: str = ""
    revision: int = 0


class TagsDraft(Struct, frozen=True, gc=False):
    """The chosen tags, with their revision."""

    value: tuple[str, ...] = ()
    revision: int = 0


class LinkDraft(Struct, frozen=True, gc=False):
    """Name or Related To, with its revision; `by` is `agent`, `match` (chosen by itself), `sender`, or
    `left_out`: Salesforce would not have it."""

    value: RecordView | None = None
    revision: int = 0
    by: str = "agent"


class DraftView(Struct, frozen=True, gc=False):
    """What the agent wrote so far; `given` by API name, the fields that Salesforce has asked for (default: none)."""

    comments: TextDraft
    disposition: TextDraft
    tags: TagsDraft
    who: LinkDraft
    what: LinkDraft
    given: dict[str, TextDraft] | UnsetType = UNSET


class SaveView(Struct, frozen=True, gc=False):
    """The Task.  `state`: none, saving, saved, waiting (next try at `next_try`), attention (see `field`, `message`),
    discarded (`message`: who decided so, and why).

    `field` is the API name of the Task's field to look at first, and `fields` are all that Salesforce refused (by
    default that one, or none).  `asked` are those that it has refused since it last took a version, that the panel has
    no place for and that the agent may fill in (default: none); how, is asked by `describe`.  `left_out` names the
    records without which it is saved, because Salesforce would not have it hang on them (default: none).
    """

    state: str
    task_id: str | None = None
    subject: str | None = None
    next_try: int | None = None
    code: str | None = None
    field: str | None = None
    message: str | None = None
    left_out: str | UnsetType = UNSET
    fields: tuple[str, ...] | UnsetType = UNSET
    asked: tuple[str, ...] | UnsetType = UNSET


class ProblemView(Struct, frozen=True, gc=False):
    """The last order that did not work out on this contact: a stable code, the order's name, when."""

    code: str
    order: str
    at: int


class ContactView(Struct, frozen=True, gc=False, omit_defaults=True):
    """One contact.  `controls` has every control that makes sense in this phase: null = allowed, text = why not.

    `kind`: inbound, outbound, callback, work_item, email.  `in_ear`: the agent hears its customer.  `conference`: more
    than customer and agent belong to it.  `parked`: an e-mail that a call has interrupted.  `asked_by` is the colleague
    who consults this agent, `sender` the one who passed the customer on; links with `by` "sender" came along.
    `emergency`: "" or local, national, test, with the `address` that was sent.
    """

    key: str
    kind: str
    direction: str
    phase: str
    number: str
    number_shown: str
    place: str
    skill: str | None
    skill_name: str | None
    started: int
    offered: int | None
    answered: int | None
    ended: int | None
    outcome: str | None
    legs: tuple[LegView, ...]
    held_since: int | None
    muted: bool
    recording: str
    mask: str
    masked_since: int | None
    digits: str
    asked: tuple[str, ...]
    problem: ProblemView | None
    match: MatchView
    draft: DraftView
    who_options: tuple[RecordView, ...]
    what_options: tuple[RecordView, ...]
    what_closed: str | None
    disposition_required: bool
    wrap_up_ends: int | None
    save: SaveView
    controls: dict[str, str | None]
    in_ear: bool = False
    conference: bool = False
    consult: ConsultView | None = None
    asked_by: str = ""
    sender: str = ""
    parked: bool = False
    title: str = ""
    payload: tuple[Detail, ...] = ()
    url: str = ""
    record: RecordView | None = None
    caller: str = ""
    attempts: int = 0
    emergency: str = ""
    address: str = ""


class AgentView(Struct, frozen=True, gc=False, omit_defaults=True):
    """The agent.  `state`: LOGGED_OUT, AVAILABLE, UNAVAILABLE, WORKING, WRAP_UP; `next_state` is for afterwards.

    `persistent`: the agent's phone is to be kept connected between calls; `line` is how it stands: "" takes a call that
    is answered here, kept is connected, lifted must be lifted, which is the answer.
    """

    id: str
    name: str
    state: str
    reason: str | None
    since: int
    next_state: str | None
    next_reason: str | None
    phone_ready: bool
    phone: str
    controls: dict[str, str | None]
    favourites: tuple[str, ...] = ()
    persistent: bool = False
    line: str = ""


class State(Struct, frozen=True, gc=False, tag="state"):
    """Everything the panel shows, after each change; `seq` grows from message to message of one socket.

    `repairs` are closed contacts of the agent whose Task Salesforce has refused and holds no version of since (default:
    none): their draft can be written to, and saved again.
    """

    seq: int
    now: int
    durable: bool
    agent: AgentView
    contacts: tuple[ContactView, ...]
    repairs: tuple[ContactView, ...] | UnsetType = UNSET


class SkillChoice(Struct, frozen=True, gc=False):
    """A skill, with what its contacts may end with and be marked with: a contact of any may come to the agent.

    `outbound` says that this agent can dial by it, and `caller_id` what is shown then.
    """

    id: str
    name: str
    outbound: bool
    caller_id: str
    dispositions: tuple[str, ...]
    tags: tuple[str, ...]


class Setup(Struct, frozen=True, gc=False, tag="setup", omit_defaults=True):
    """Sent once after `hello` and whenever the directory changed: what can be chosen.

    `locale` is how the agent writes the time of day, as Salesforce names it.  `transcript`: what is said in the agent's
    calls is shown, as `transcript` and `segments` tell it.
    """

    version: int
    user: str
    language: str
    locale: str
    country: str
    reasons: tuple[str, ...]
    skills: tuple[SkillChoice, ...]
    dispositions: tuple[str, ...]
    tags: tuple[str, ...]
    comments_limit: int
    mask_reminder: int = 60_000
    click_to_dial: bool = True
    transfer_notes: bool = True
    blind_transfer: bool = False
    supervisor: bool = False
    transcript: bool = False


class Reply(Struct, frozen=True, gc=False, tag="reply", omit_defaults=True):
    """The answer to a command: asked (`error` absent), or refused with a stable code; `field` names the bad one."""

    id: str
    error: str | None = None
    field: str | None = None
    message: str | None = None
    contact: str | None = None


class DraftSaved(Struct, frozen=True, gc=False, tag="draft_saved"):
    """That field's revision is durable."""

    contact: str
    field: str
    revision: int


class DraftRefused(Struct, frozen=True, gc=False, tag="draft_refused"):
    """That field's revision was not taken, with a stable code; the panel keeps it and says so."""

    contact: str
    field: str
    revision: int
    error: str
    message: str


class Found(Struct, frozen=True, gc=False, tag="found"):
    """The answer to `find`; `error` is a code when the search did not work (records is then empty).

    `field` and `message` are there when the question was wrong: what it is that is wrong, and what would be right.
    """

    id: str
    records: tuple[RecordView, ...] = ()
    error: str | None = None
    field: str | UnsetType = UNSET
    message: str | UnsetType = UNSET


class ChoiceView(Struct, frozen=True, gc=False):
    """A value of a picklist, and its label."""

    value: str
    label: str


class FieldView(Struct, frozen=True, gc=False, omit_defaults=True):
    """How a field of Task is filled in.  `kind`: text, long_text, email, phone, url, number (with a point), date
    (2026-11-30), moment (2026-11-30T09:00:00Z), checkbox (true, false), choice, choices (`;` between), id (of a record
    of one of the `targets`), other (cannot be filled in here).

    `writable`: the connector may write it.  `strict`: nothing but the `choices`.  `longest` in characters, `digits`
    before and `decimals` after the point; 0 for no limit that is known.
    """

    name: str
    label: str
    kind: str
    required: bool = False
    writable: bool = True
    strict: bool = False
    choices: tuple[ChoiceView, ...] = ()
    longest: int = 0
    digits: int = 0
    decimals: int = 0
    targets: tuple[str, ...] = ()
    help: str = ""


class Described(Struct, frozen=True, gc=False, tag="described", omit_defaults=True):
    """The answer to `describe`; `error` is a code when Salesforce could not be asked (fields is then empty)."""

    id: str
    contact: str
    fields: tuple[FieldView, ...] = ()
    error: str | None = None


class Previewed(Struct, frozen=True, gc=False, tag="previewed", omit_defaults=True):
    """What would be dialled: E.164, how it is shown, the country or region; or why not (`error`).

    `emergency` is local, national or test for a number that `dial_emergency` calls at once, with the `address` that
    would be sent along.
    """

    id: str
    number: str | None = None
    shown: str = ""
    place: str = ""
    error: str | None = None
    emergency: str | None = None
    address: str = ""


class LayoutAsked(Struct, frozen=True, gc=False):
    """What a softphone layout is asked.  `call`: Inbound, Outbound, Internal; `found`: one, many, none.

    `part`: all; but_new, while a window of a new record must not open; only_new, once it may.
    """

    call: str
    found: str
    part: str


class Chore(Struct, frozen=True, gc=False, tag="chore", omit_defaults=True):
    """Something that one panel must do once: a panel that would says `chore_taken`, and waits for `chore_yours`.

    `kind`: screen_pop (record), url_pop (text), search_pop (text), flow_pop (text is the flow; arguments), new_record
    (text is the object; fields), layout_pop (layout, record, text is the number; fields, arguments), refresh,
    complete_work (text is the work id; task_id, disposition, connected).
    """

    id: str
    kind: str
    contact: str
    record: RecordView | None = None
    text: str | None = None
    task_id: str | None = None
    disposition: str | None = None
    connected: bool | None = None
    fields: dict[str, str] = {}
    arguments: dict[str, str] = {}
    layout: LayoutAsked | None = None


class ChoreYours(Struct, frozen=True, gc=False, tag="chore_yours"):
    """The chore is this panel's own, and no other's.  It does it, unless it has done so and was not heard."""

    chore: str


class QueueView(Struct, frozen=True, gc=False):
    """How many wait in a skill and since when the longest."""

    skill: str
    name: str
    waiting: int
    longest_since: int | None


class Queues(Struct, frozen=True, gc=False, tag="queues"):
    """Queue sizes of the agent's skills."""

    queues: tuple[QueueView, ...]


class AgentRow(Struct, frozen=True, gc=False):
    """A colleague.  `code`: why they cannot be called now, or null; `skills` are names."""

    id: str
    name: str
    state: str
    reason: str | None
    since: int
    skills: tuple[str, ...]
    code: str | None


class Agents(Struct, frozen=True, gc=False, tag="agents"):
    """All other agents who are not logged out, by name."""

    agents: tuple[AgentRow, ...]


class SkillRow(Struct, frozen=True, gc=False):
    """A skill to transfer to: how many wait, since when the longest, how many agents are free."""

    skill: str
    name: str
    waiting: int
    longest_since: int | None
    free: int


class Skills(Struct, frozen=True, gc=False, tag="skills"):
    """All skills."""

    skills: tuple[SkillRow, ...]


class StaffRow(Struct, frozen=True, gc=False):
    """An agent, for supervisors.  `kinds` are those of the contacts that they have now; `phone`: it is registered."""

    id: str
    name: str
    state: str
    reason: str | None
    since: int
    kinds: tuple[str, ...]
    phone: bool


class Staff(Struct, frozen=True, gc=False, tag="staff"):
    """All agents who are not logged out, by name, and how many are: for supervisors."""

    agents: tuple[StaffRow, ...]
    logged_out: int


class ParkedRow(Struct, frozen=True, gc=False):
    """A Task that Salesforce refuses: whose, of which contact, and why.

    `message` is Salesforce's own; `what` is the matter and `cure` mends it, in the supervisor's language.  `doubtful`:
    Salesforce may have it all the same.
    """

    contact: str
    kind: str
    name: str
    number_shown: str
    agent: str
    at: int
    subject: str
    code: str
    field: str
    message: str
    what: str
    cure: str
    doubtful: bool


class BudgetView(Struct, frozen=True, gc=False):
    """The org's API requests of the last 24 hours, null before Salesforce has told.

    `mode`: normal; reserve (few are left: only agents' saves and questions); last (only their saves).  `batch` is how
    many Tasks the last write had, `rest_until` till when Salesforce is left alone, `rest_why` why, in words.
    """

    used: int | None
    limit: int | None
    mode: str | None
    batch: int
    rest_until: int | None
    rest_why: str | None


class ProofView(Struct, frozen=True, gc=False):
    """What the last comparison of the ledger with the org found, when it began (`connector reconcile`).

    `gaps` are contacts without proof that were not mended, `unproven` those that could not be looked at, `why` so.
    """

    at: int
    contacts: int
    gaps: int
    unproven: int
    why: str


class Tasks(Struct, frozen=True, gc=False, tag="tasks"):
    """The Tasks that are not written, for supervisors: the oldest of those that are parked, and how many are.

    `waiting` are on their way or put off, and `oldest` is when the contact of the oldest of them ended.
    """

    parked: tuple[ParkedRow, ...]
    parked_total: int
    waiting: int
    oldest: int | None
    budget: BudgetView
    proof: ProofView | None = None


class Segment(Struct, frozen=True, gc=False, omit_defaults=True, tag="said", tag_field="kind"):
    """One utterance.  `party` is the leg; `side`: agent (this one), customer, or party, who is called `name`.

    Until it is `final` it comes again under its id with a higher `revision`, or is dropped.
    """

    id: str
    party: str
    side: str
    text: str
    final: bool
    began: int
    ended: int
    revision: int
    name: str = ""


class Pause(Struct, frozen=True, gc=False, tag="pause", tag_field="kind"):
    """A stretch of which nothing was heard.  `why`: hold or mask; `ended` null: it goes on."""

    id: str
    why: str
    began: int
    ended: int | None


class Transcript(Struct, frozen=True, gc=False, tag="transcript", omit_defaults=True):
    """All that is remembered of a contact's conversation, when it begins and to each panel that comes; never stored.

    `status`: live, paused, failed (comes back by itself), refused (no room for this call).  `cut`: the oldest items are
    not remembered any more.
    """

    contact: str
    status: str
    items: tuple[Segment | Pause, ...]
    cut: bool = False


class Segments(Struct, frozen=True, gc=False, tag="segments", omit_defaults=True):
    """What is new in it: items by their id, each as it is now, and ids of what counts as never said."""

    contact: str
    status: str
    items: tuple[Segment | Pause, ...]
    dropped: tuple[str, ...] = ()


class TranscriptOver(Struct, frozen=True, gc=False, tag="transcript_over"):
    """That contact's conversation is over, or may not be shown any more: it is to be forgotten."""

    contact: str


class Alarm(Struct, frozen=True, gc=False, tag="alarm"):
    """To supervisors: an agent makes an emergency call.  `address` "" means that none is verified."""

    agent: str
    number: str
    callback: str
    address: str
    at: int


class TodayRow(Struct, frozen=True, gc=False):
    """A contact of today.  `outcome`: answered, missed, declined, abandoned, no_answer, busy, failed, cancelled."""

    key: str
    kind: str
    direction: str
    name: str
    number: str
    number_shown: str
    skill_name: str | None
    outcome: str
    at: int
    duration: int
    save: SaveView
    record: RecordView | None


class Today(Struct, frozen=True, gc=False, tag="today"):
    """The agent's contacts of today, newest first."""

    total: int
    rows: tuple[TodayRow, ...]


class TokenWanted(Struct, frozen=True, gc=False, tag="token_wanted"):
    """The socket's session ends soon: the panel answers with `renew`, or the socket is closed when it does."""


class Pong(Struct, frozen=True, gc=False, tag="pong"):
    """The answer to `ping`."""

    now: int


class Failure(Struct, frozen=True, gc=False, tag="error"):
    """Something that belongs to no order: a message that could not be read, or why the socket is being closed."""

    error: str
    message: str
    field: str | None = None
    final: bool = False


encode = msgspec.json.Encoder().encode
"""One message to JSON bytes."""
