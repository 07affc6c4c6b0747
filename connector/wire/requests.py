"""What other systems send by HTTP and are answered, and what a webhook is sent: documented in openapi.yaml."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from connector.wire.commands import END, RecordLink

Key = Annotated[str, Meta(min_length=1, max_length=255)]
Priority = Annotated[int, Meta(ge=1, le=10)]
Name = Annotated[str, Meta(max_length=255)]
Skill = Annotated[str, Meta(min_length=1, max_length=64)]
Label = Annotated[str, Meta(min_length=1, max_length=80)]
Value = Annotated[str, Meta(max_length=1_000)] | int | float


class CallbackRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody is to be called.

    `number` may be written as people write it; `country` (ISO, two letters) says where one without country code is, and
    is the skill's own when left out.  `not_before` is ISO 8601; without an offset it is a time of `time_zone` (IANA),
    which is the skill's when left out.  `key` makes the request one that may be sent again; the header Idempotency-Key
    does the same.  `priority` 1 is dealt with first, 10 last; left out, it is the skill's.  `record` is what it is
    about: it opens, and is Name or Related To.
    """

    number: Annotated[str, Meta(min_length=1, max_length=80)]
    skill: Skill
    name: Name = ""
    country: Annotated[str, Meta(pattern="^[A-Z]{2}" + END)] | None = None
    not_before: Annotated[str, Meta(min_length=1, max_length=40)] | None = None
    time_zone: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    priority: Priority | None = None
    key: Key | None = None
    record: RecordLink | None = None


class WorkRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of work without a call.

    `kind`: a call may interrupt an email, and it comes back afterwards; a work_item is not interrupted.  `payload` is
    shown line by line; `url` (a page) and `record` are opened when the agent accepts.  `priority` and `key` as with a
    callback.
    """

    skill: Skill
    title: Annotated[str, Meta(min_length=1, max_length=255)]
    kind: Literal["work_item", "email"] = "work_item"
    payload: Annotated[dict[Label, Value], Meta(max_length=20)] = {}
    url: Annotated[str, Meta(max_length=2_000)] = ""
    record: RecordLink | None = None
    priority: Priority | None = None
    key: Key | None = None


class Accepted(Struct, frozen=True):
    """It is on disk: the key of its contact, which its Task will have too."""

    contact: str


class Refused(Struct, frozen=True):
    """It was not taken, with a stable code (codes.md); `field` names what is wrong, "" when it is about no field."""

    code: str
    field: str
    message: str


class AlarmPost(Struct, frozen=True, tag="emergency_call"):
    """What the webhook is sent: an agent calls an emergency number.

    `contact` is a key that no other call has; `address` "" means that none was sent.
    """

    contact: str
    agent: str
    name: str
    number: str
    callback: str
    address: str
    at: int


encode = msgspec.json.Encoder().encode
decode_callback = msgspec.json.Decoder(CallbackRequest).decode
decode_work = msgspec.json.Decoder(WorkRequest).decode
