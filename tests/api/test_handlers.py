"""Wire command to domain command: each by its name, with the agent of the session."""

import re
from pathlib import Path

import msgspec
import pytest

from connector.api import handlers
from connector.api.supervision import ORDERS
from connector.domain import commands as c
from connector.domain.model import AgentState, Record
from connector.errors import BadInput
from connector.wire import commands as wire
from connector.wire.commands import Command, DraftMessage, RecordLink, Target, Visited
from tests.domain.stage import SAM

CASE = RecordLink("500000000000001AAA", "Case", "00001026")
AS_RECORD = Record("500000000000001AAA", "Case", "00001026")

EXPECTED = {
    "answer": c.Answer(SAM, "k"),
    "decline": c.Decline(SAM, "k"),
    "end": c.End(SAM, "k"),
    "hold": c.Hold(SAM, "k"),
    "resume": c.Resume(SAM, "k"),
    "mute": c.Mute(SAM, "k"),
    "unmute": c.Unmute(SAM, "k"),
    "record": c.StartRecord(SAM, "k"),
    "stop_record": c.StopRecord(SAM, "k"),
    "mask": c.StartMask(SAM, "k"),
    "unmask": c.StopMask(SAM, "k"),
    "abandon": c.Abandon(SAM, "k"),
    "merge": c.Merge(SAM, "k"),
    "transfer": c.Transfer(SAM, "k"),
    "swap": c.Swap(SAM, "k"),
    "finish": c.Finish(SAM, "k"),
    "give_back": c.GiveBack(SAM, "k"),
    "extend": c.Extend(SAM, "k"),
    "done": c.Done(SAM, "k"),
    "save_again": c.SaveAgain(SAM, "k"),
    "digits": c.SendDigits(SAM, "k", "12#"),
    "set_state": c.SetState(SAM, AgentState.UNAVAILABLE, "Lunch"),
    "log_out": c.LogOut(SAM),
    "dial": c.Dial(SAM, "555 0143", "support", AS_RECORD, True, "0wT1"),
    "dial_emergency": c.DialEmergency(SAM, "555 0143"),
    "favourite": c.SetFavourite(SAM, "bank", False),
    "line": c.SetLine(SAM, False),
    "consult": c.Consult(SAM, "k", "skill", "billing"),
    "drop": c.Drop(SAM, "k", "leg-3"),
    "step": c.BeginStep(SAM, "k", "0wT1"),
}

FULL = {
    "contact": "k",
    "digits": "12#",
    "state": "UNAVAILABLE",
    "reason": "Lunch",
    "number": "555 0143",
    "skill": "support",
    "record": CASE,
    "hold": True,
    "work": "0wT1",
    "to": Target("skill", "billing"),
    "leg": "leg-3",
    "entry": "bank",
    "on": False,
}
NEEDS = {
    "digits": ("contact", "digits"),
    "set_state": ("state",),
    "log_out": (),
    "dial": ("number",),
    "dial_emergency": ("number",),
    "favourite": ("entry", "on"),
    "line": ("on",),
    "consult": ("contact", "to"),
    "drop": ("contact", "leg"),
    "step": ("contact", "work"),
}


def named_in_the_wire() -> set[str]:
    """The commands that the documentation of the message lists."""
    listed = (Command.__doc__ or "").split("is one of", 1)[1]
    return set(re.findall(r"`(\w+)`", listed))


def test_every_command_of_the_wire_is_one_of_the_domain_or_a_supervisors() -> None:
    assert set(EXPECTED) | ORDERS == named_in_the_wire()


def test_every_command_is_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "wire.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == set(EXPECTED) | ORDERS


@pytest.mark.parametrize("name", EXPECTED)
def test_a_command_becomes_the_domains_and_what_it_does_not_need_is_ignored(name: str) -> None:
    made = handlers.command(SAM, Command("1", name, **FULL))  # type: ignore[arg-type]  # a value of each kind
    assert made == EXPECTED[name]
    assert type(made) is type(EXPECTED[name])


@pytest.mark.parametrize(("name", "field"), [(n, f) for n in EXPECTED for f in NEEDS.get(n, ("contact",))])
def test_what_a_command_needs_is_asked_for_by_name(name: str, field: str) -> None:
    given = {key: value for key, value in FULL.items() if key != field}
    with pytest.raises(BadInput, match=name) as refused:
        handlers.command(SAM, Command("1", name, **given))  # type: ignore[arg-type]  # as above
    assert (refused.value.code, refused.value.field) == ("field_missing", field)


@pytest.mark.parametrize("name", ["", "visit", "save_draft", "Answer", "__class__", "hold "])
def test_another_name_is_no_command(name: str) -> None:
    with pytest.raises(BadInput) as refused:
        handlers.command(SAM, Command("1", name, contact="k"))
    assert (refused.value.code, refused.value.field) == ("command_unknown", "name")


def test_no_message_can_name_another_agent() -> None:
    for kind in (Command, DraftMessage, Visited, wire.Find, wire.Watch):
        assert "agent" not in {field.name for field in msgspec.structs.fields(kind)}


def test_what_is_left_out_is_the_domains_default() -> None:
    assert handlers.command(SAM, Command("1", "set_state", state="AVAILABLE")) == c.SetState(SAM, AgentState.AVAILABLE)
    assert handlers.command(SAM, Command("1", "dial", number="911")) == c.Dial(SAM, "911")


def test_a_draft_keeps_field_and_revision_and_asks_what_is_known_of_the_record() -> None:
    asked: list[RecordLink] = []

    def known(link: RecordLink) -> Record:
        asked.append(link)
        return AS_RECORD

    message = DraftMessage("k", "what", 7, record=CASE)
    assert handlers.draft(SAM, message, known) == c.SaveDraft(SAM, "k", "what", 7, record=AS_RECORD)
    assert asked == [CASE]
    assert handlers.draft(SAM, DraftMessage("k", "who", 8), known) == c.SaveDraft(SAM, "k", "who", 8)
    tags = DraftMessage("k", "tags", 2, tags=("VIP",))
    assert handlers.draft(SAM, tags, known) == c.SaveDraft(SAM, "k", "tags", 2, tags=("VIP",))
    assert asked == [CASE], "a link that is cleared is not looked for"


def test_a_visit_names_the_record() -> None:
    assert handlers.visit(SAM, Visited(CASE)) == c.Visit(SAM, AS_RECORD)
