"""What the programs of `task_writing.py` write: contacts that come by chance, each with two versions of its Task.

As in life: the first version when the call ends, with what was typed until then; the last when wrap-up does.  When each
is wanted is drawn before anything runs, and is the same for all programs, however far behind one of them may be.
"""

import random

from msgspec import Struct
from msgspec.structs import replace

from bench import floor
from connector.domain import tasks
from connector.domain.model import Contact, Field, Outcome, Phase, Save, SaveState
from connector.ports.store import TaskFields

LAST = 2
"""The revision after which nothing more is wanted."""

WRAP_UP = (3.0, 6.0)
"""Seconds from the end of a call to the end of its wrap-up; shorter than in life, so that a run need not be long."""

AGENTS = 500
DIRECTORY = floor.directory(AGENTS)
_SAID = "She has the letter of the bank at hand and asks to be called back about it. "


class Wanted(Struct, frozen=True):
    """A version of a contact's Task: wanted `at` so many seconds after the start."""

    at: float
    contact: int
    revision: int


def schedule(rate: float, seconds: float, seed: int) -> list[Wanted]:
    """`rate` contacts a second by chance (Poisson), in the order in which their versions are wanted."""
    dice = random.Random(seed)
    found, at = [], 0.0
    for n in range(round(rate * seconds)):
        at += dice.expovariate(rate)
        found += [Wanted(at, n, 1), Wanted(at + dice.uniform(*WRAP_UP), n, LAST)]
    return sorted(found, key=lambda one: one.at)


def contact_of(one: Wanted) -> Contact:
    """The contact as it is then: in wrap-up, or closed with a disposition, tags and twice the note."""
    call = floor.contact(one.contact)
    save = Save(SaveState.SAVING, wanted=one.revision, written=one.revision - 1)
    ended = replace(
        call,
        agent=floor.agent_id(one.contact % AGENTS),
        phase=Phase.WRAP_UP,
        ended=floor.START + 252_000,
        outcome=Outcome.ANSWERED,
        ended_by="agent",
        legs=(),
        save=save,
        draft=replace(call.draft, comments=Field(_SAID * 3, 3)),
    )
    if one.revision < LAST:
        return ended
    draft = replace(
        ended.draft, comments=Field(_SAID * 6, 9), disposition=Field("Resolved", 1), tags=Field(("Refund", "VIP"), 2)
    )
    return replace(ended, phase=Phase.CLOSED, closed=floor.START + 280_000, draft=draft)


def fields_of(contact: Contact) -> TaskFields:
    """The values of its Task."""
    return tasks.fields(contact, DIRECTORY)
