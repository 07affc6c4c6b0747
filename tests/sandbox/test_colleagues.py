"""What a colleague without a face does with what its panel is told; time passes when the test says so."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from connector.sandbox.colleagues import NOTE, Colleague, Manner, Message

SETUP: Message = {
    "type": "setup",
    "country": "NL",
    "reasons": ["Break", "Training"],
    "dispositions": ["Answered"],
    "skills": [{"id": "Billing", "outbound": False}, {"id": "Sales", "outbound": True}],
}


def contact(key: str = "c1", phase: str = "OFFERED", *allowed: str, **values: Any) -> Message:
    """A contact as the wire shows it, with these controls allowed."""
    return {
        "key": key,
        "phase": phase,
        "kind": "inbound",
        "number": "+14155550143",
        "controls": dict.fromkeys(allowed),
        "disposition_required": False,
        "draft": {"comments": {"value": "", "revision": 0}, "disposition": {"value": "", "revision": 4}},
        **values,
    }


class Stage:
    """A colleague, what it sends, and what it means to do later."""

    def __init__(self, manner: Manner | None = None, mine: set[str] | None = None) -> None:
        self.sent: list[Message] = []
        self.later: list[tuple[float, Callable[[], None]]] = []
        self.mine = mine if mine is not None else set()
        self.colleague = Colleague(
            manner or Manner(), self.mine, self.sent.append, lambda seconds, do: self.later.append((seconds, do))
        )
        self.colleague.take(SETUP)

    def state(self, agent: str, *contacts: Message) -> None:
        self.colleague.take({"type": "state", "agent": {"state": agent}, "contacts": list(contacts)})

    def pass_time(self) -> list[float]:
        """All that was to be done later is done; the waits of it."""
        due, self.later = self.later, []
        for _, do in due:
            do()
        return [seconds for seconds, _ in due]

    def orders(self) -> list[str]:
        """The names of the orders since the last look."""
        names = [message["name"] for message in self.sent if message["type"] == "command"]
        self.sent.clear()
        return names

    def refuse(self, name: str) -> None:
        """The newest order of that name is refused."""
        order = [message for message in self.sent if message.get("name") == name][-1]
        self.colleague.take({"type": "reply", "id": order["id"], "error": "not_now"})


def test_one_who_comes_is_away_and_no_more_than_that() -> None:
    stage = Stage()
    stage.state("LOGGED_OUT")
    stage.state("LOGGED_OUT")
    stage.pass_time()
    (order,) = stage.sent
    assert (order["name"], order["state"], order["reason"]) == ("set_state", "UNAVAILABLE", "Training")
    free = [stage.colleague.free]
    stage.state("UNAVAILABLE")
    assert [*free, stage.colleague.free] == [False, True]
    assert stage.pass_time() == []


def test_a_person_who_left_as_available_is_not_played_as_available() -> None:
    stage = Stage()
    stage.state("AVAILABLE")
    stage.pass_time()
    assert stage.orders() == ["set_state"]


def test_an_offer_is_answered_the_call_ended_and_wrapped_up() -> None:
    stage = Stage(Manner(answer=2, talk=90, wrap_up=3))
    stage.state("UNAVAILABLE")
    for phase, name, after in (("OFFERED", "answer", 2), ("ACTIVE", "end", 90), ("WRAP_UP", "done", 3)):
        for _ in range(2):
            stage.state("WORKING", contact("c1", phase, name))
        assert stage.pass_time() == [after]
        assert stage.orders() == [name]


def test_a_control_that_is_off_is_waited_for() -> None:
    stage = Stage()
    stage.state("UNAVAILABLE")
    stage.state("WORKING", contact("c1", "ACTIVE", controls={"end": "held"}))
    assert stage.pass_time() == []
    stage.state("WORKING", contact("c1", "ACTIVE", "end"))
    stage.state("WORKING", contact("c1", "ACTIVE", controls={"end": "held"}))
    stage.pass_time()
    assert stage.orders() == []
    stage.state("WORKING", contact("c1", "ACTIVE", "end"))
    stage.pass_time()
    assert stage.orders() == ["end"]


def test_who_declines_does_so_every_other_time() -> None:
    stage = Stage(Manner(declines=True))
    stage.state("UNAVAILABLE")
    for key, name in (("c1", "decline"), ("c2", "answer"), ("c3", "decline")):
        stage.state("UNAVAILABLE", contact(key, "OFFERED", "answer", "decline", number="2041", asked_by="Sam"))
        stage.pass_time()
        assert stage.orders() == [name]


def test_a_colleague_at_the_other_end_is_not_hung_up_on_soon() -> None:
    stage = Stage(Manner(with_us=600, talk=90))
    stage.state("UNAVAILABLE")
    stage.state("WORKING", contact("c1", "ACTIVE", "end", number="2041"))
    stage.state("WORKING", contact("c2", "ACTIVE", "end", asked_by="Sam Rivera"))
    stage.state("WORKING", contact("c3", "ACTIVE", "end"))
    assert stage.pass_time() == [600, 600, 90]


def test_work_is_finished_and_a_needed_disposition_chosen() -> None:
    stage = Stage()
    stage.state("UNAVAILABLE")
    stage.state("WORKING", contact("w", "ACTIVE", "finish", kind="work_item"))
    stage.pass_time()
    assert stage.orders() == ["finish"]
    stage.state("WRAP_UP", contact("w", "WRAP_UP", "done", disposition_required=True))
    stage.pass_time()
    (draft,) = stage.sent
    assert (draft["field"], draft["text"], draft["revision"]) == ("disposition", "Answered", 5)


def test_what_is_refused_is_tried_again_but_not_for_ever() -> None:
    stage = Stage()
    stage.state("UNAVAILABLE")
    stage.state("WRAP_UP", contact("c1", "WRAP_UP", "done"))
    tries = 0
    while stage.pass_time():
        tries += 1
        stage.refuse("done")
    assert tries == 5


def test_what_a_person_left_behind_is_not_touched() -> None:
    stage = Stage()
    stage.state("WRAP_UP", contact("theirs", "WRAP_UP", "done"))
    assert stage.pass_time() == []
    ours = Stage(mine={"ours"})
    ours.state("WRAP_UP", contact("ours", "WRAP_UP", "done"))
    ours.pass_time()
    assert ours.orders() == ["done"]


# --- helping ---------------------------------------------------------------------------------------------------------


def queues(**waiting: int) -> Message:
    return {"type": "queues", "queues": [{"skill": skill, "waiting": count} for skill, count in waiting.items()]}


def agents(*states: str) -> Message:
    return {"type": "agents", "agents": [{"state": state} for state in states]}


def test_one_who_helps_takes_what_waits_while_another_is_in_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    stage = Stage(Manner(helps=True, patience=6))
    assert stage.sent.pop() == {"type": "watch", "lists": ["queues", "agents"]}
    stage.state("UNAVAILABLE")
    stage.colleague.take(agents("AVAILABLE", "WORKING"))
    stage.colleague.take(queues(Sales=0, Billing=1))
    assert stage.orders() == []
    now += 6
    assert stage.pass_time() == [6]
    (order,) = stage.sent
    assert (order["name"], order["state"]) == ("set_state", "AVAILABLE")
    stage.sent.clear()
    stage.state("WORKING", contact("c1", "OFFERED", "answer"))
    (order,) = stage.sent
    assert (order["name"], order["state"]) == ("set_state", "UNAVAILABLE"), "for afterwards"


def test_nobody_helps_where_nobody_is_in_a_call_or_nothing_waits_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    stage = Stage(Manner(helps=True, patience=6))
    stage.sent.clear()
    stage.state("UNAVAILABLE")
    stage.colleague.take(queues(Sales=1))
    now += 60
    stage.colleague.take(agents("AVAILABLE"))
    stage.pass_time()
    stage.colleague.take(queues(Sales=0))
    stage.colleague.take(agents("WORKING"))
    assert stage.orders() == []


def test_one_for_whom_nothing_came_is_away_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    stage = Stage(Manner(helps=True, patience=0, ready=10))
    stage.sent.clear()
    stage.state("UNAVAILABLE")
    stage.colleague.take(agents("WORKING"))
    stage.colleague.take(queues(Sales=1))
    stage.pass_time()
    assert stage.orders() == ["set_state"]
    stage.state("AVAILABLE")
    stage.colleague.take(queues())
    stage.pass_time()
    assert stage.sent[-1]["state"] == "UNAVAILABLE"


# --- what they can be asked ------------------------------------------------------------------------------------------


def test_they_call_a_phone_with_a_skill_that_may_call() -> None:
    stage = Stage()
    stage.state("UNAVAILABLE")
    stage.colleague.call("2041")
    (order,) = stage.sent
    assert (order["name"], order["number"], order["skill"]) == ("dial", "2041", "Sales")


def test_they_make_an_emergency_call_and_end_it() -> None:
    stage = Stage(Manner(work=15))
    stage.state("UNAVAILABLE")
    stage.colleague.call_emergency()
    (order,) = stage.sent
    assert (order["name"], order["number"]) == ("dial_emergency", "112")
    stage.state("WORKING", contact("e", "ACTIVE", "end", number="112", emergency="local"))
    assert stage.pass_time() == [15]


def passing() -> tuple[Stage, list[str]]:
    """One who is ready for the customer that they are to pass on to Sam, and how often that one was let call."""
    rung: list[str] = []
    stage = Stage()
    stage.state("UNAVAILABLE")
    stage.colleague.pass_on("005S", lambda: rung.append("rung"))
    stage.state("UNAVAILABLE")
    assert rung == []
    for _ in range(2):
        stage.state("AVAILABLE")
    stage.orders()
    stage.later.clear()
    return stage, rung


def test_they_pass_a_customer_on_with_a_note() -> None:
    stage, rung = passing()
    assert rung == ["rung"], "once, and not before they are ready"
    stage.state("WORKING", contact("c1", "OFFERED", "answer"))
    stage.pass_time()
    stage.sent.clear()
    stage.state("WORKING", contact("c1", "ACTIVE", "consult", "end"))
    stage.pass_time()
    note, order = stage.sent
    assert (note["field"], note["text"]) == ("comments", NOTE)
    assert (order["name"], order["to"]) == ("consult", {"kind": "agent", "id": "005S"})
    stage.sent.clear()
    ringing = contact("c1", "ACTIVE", "abandon", consult={"state": "ringing"})
    stage.state("WORKING", ringing)
    stage.state("WORKING", contact("c1", "ACTIVE", "transfer", consult={"state": "connected"}))
    stage.pass_time()
    assert stage.orders() == ["transfer"]


def test_when_the_other_one_does_not_want_to_the_call_goes_on_and_ends() -> None:
    stage, _ = passing()
    stage.state("WORKING", contact("c1", "ACTIVE", "consult", "end"))
    stage.state("WORKING", contact("c1", "ACTIVE", "abandon", consult={"state": "ringing"}))
    stage.pass_time()
    stage.sent.clear()
    stage.state("WORKING", contact("c1", "ACTIVE", "consult", "end"))
    stage.pass_time()
    assert stage.orders() == ["end"]
