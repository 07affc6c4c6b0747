"""What a journal says about each contact, and what is left of it after a kill."""

from pathlib import Path

import pytest

from connector.domain.model import Recording, Role
from connector.switch.register.entry import Entry
from connector.switch.simulated.journal import CallSeen, JournalFile, calls_by_contact, read

CUSTOMER, AGENT = Role.CUSTOMER, Role.AGENT


def line(at: int, what: str, role: Role = CUSTOMER, **other: object) -> Entry:
    leg = "customer" if role is CUSTOMER else "agent"
    contact = None if what == "arrived" else "contact"
    device = "2041" if role is AGENT else ""
    values = {"leg": leg, "contact": contact, "role": role, "device": device, **other}
    return Entry(at, what, **values)  # type: ignore[arg-type]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    entries = (
        Entry(1, "arrived", "1.1", None, CUSTOMER, number="+14155550143", line="+14155550100"),
        Entry(2, "recording", contact="contact", recording=Recording.PAUSED),
        Entry(3, "digits", "1.1", "contact", CUSTOMER, count=3),
    )
    journal = JournalFile(tmp_path / "journal")
    for entry in entries:
        journal.write(entry)
        assert read(journal.path)[-1] == entry, "not on disk when write returned"
    journal.close()
    assert read(journal.path) == entries


def test_it_is_added_to_not_begun_again(tmp_path: Path) -> None:
    for at in (1, 2):
        journal = JournalFile(tmp_path / "journal")
        journal.write(Entry(at, "up"))
        journal.close()
    assert [entry.at for entry in read(tmp_path / "journal")] == [1, 2]


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_line_that_a_kill_cut_off_is_left_out(tmp_path: Path, cut: int) -> None:
    journal = JournalFile(tmp_path / "journal")
    journal.write(Entry(1, "up"))
    journal.write(Entry(2, "arrived", "1.1"))
    journal.close()
    text = journal.path.read_bytes()
    journal.path.write_bytes(text[:-cut])
    assert [entry.at for entry in read(journal.path)] == [1]


def test_an_answered_call() -> None:
    calls = calls_by_contact(
        [
            line(10, "arrived", number="+14155550143", line="+14155550100"),
            line(11, "adopted"),
            line(12, "offered", AGENT, device="2042"),
            line(13, "ended", AGENT, device="2042", cause="declined"),
            line(14, "offered", AGENT),
            line(15, "ringing", AGENT),
            line(16, "answered", AGENT),
            line(17, "answered"),
            line(20, "held"),
            line(25, "resumed"),
            line(26, "digits", count=4),
            line(27, "digits", count=1),
            line(30, "held"),
            line(40, "ended", cause="normal"),
            line(41, "ended", AGENT, cause="normal"),
        ]
    )
    expected = CallSeen("contact", "customer", "+14155550143", "+14155550100", started=10, answered=17, ended=40)
    expected.cause, expected.device, expected.agent_answered, expected.agent_ended = "normal", "2041", 16, 41
    expected.offers, expected.held, expected.digits = ("2042", "2041"), ((20, 25), (30, 40)), 5
    assert calls == {"contact": expected}
    assert calls["contact"].spoke


def test_a_call_that_was_placed_and_not_answered() -> None:
    calls = calls_by_contact(
        [
            line(10, "placed", number="+14155550181"),
            line(10, "placed", AGENT),
            line(12, "answered", AGENT),
            line(14, "ended", cause="busy"),
            line(15, "ended", AGENT, cause="normal"),
        ]
    )
    call = calls["contact"]
    assert (call.placed, call.started, call.ended, call.cause, call.spoke) == (True, 10, 14, "busy", False)
    assert (call.device, call.number) == ("2041", "+14155550181")


def test_a_call_without_a_key_is_no_contact() -> None:
    assert calls_by_contact([line(10, "arrived"), line(12, "ended", contact=None, cause="cancelled")]) == {}


def test_one_who_was_asked_and_is_passed_on_is_the_customer_of_the_next_contact() -> None:
    entries = [
        line(10, "placed", Role.CONSULTED, leg="asked"),
        line(20, "answered", Role.CONSULTED, leg="asked"),
        line(30, "adopted", Role.CONSULTED, leg="asked", contact="next"),
        line(40, "offered", AGENT, contact="next"),
        line(50, "answered", AGENT, contact="next"),
        line(60, "resumed", Role.CONSULTED, leg="asked", contact="next"),
        Entry(60, "mixed", legs=("agent", "asked")),
        line(70, "offered", AGENT, contact="question", leg="colleague", device="2042"),
        line(80, "answered", AGENT, contact="question", leg="colleague", device="2042"),
        Entry(81, "mixed", legs=("agent", "colleague")),
        line(90, "ended", AGENT, contact="question", leg="colleague", device="2042", cause="normal"),
    ]
    seen = calls_by_contact(entries)
    assert (seen["next"].customer_leg, seen["next"].answered, seen["next"].spoke) == ("asked", 60, True)
    assert not seen["question"].spoke
