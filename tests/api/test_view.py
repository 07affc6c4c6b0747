"""What panels are shown in each situation: the shape and the facts of the examples that the panel's own tests read."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields

from connector.api.view import pop_view, queues_view, record_view, setup_view, state_view, today_row, waiting
from connector.domain import commands as c
from connector.domain.events import CallbackRequested, WorkDelivered
from connector.domain.model import Agent, AgentState, Kind, Record
from connector.wire import state as wire
from tests.api.situations import MIA_CHEN, SEEN_BY_JONAS, SITUATIONS, idle, live, problem, saved
from tests.domain.stage import (
    BILLING_LINE,
    DIRECTORY,
    JONAS,
    MIA,
    SAM,
    Stage,
    available,
    dialling,
    go,
)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "wire" / "to_panel"


def shown(stage: Stage, agent: str = SAM, **more: Any) -> dict[str, Any]:
    """The state message as it travels."""
    who = stage.floor.agents.get(agent) or Agent(agent)
    values = {"seq": 1, "now": stage.now, "durable": True, **more}
    found: dict[str, Any] = json.loads(wire.encode(state_view(stage.floor, stage.directory, who, **values)))
    return found


def shown_in(name: str) -> dict[str, Any]:
    return shown(SITUATIONS[name](), JONAS if name in SEEN_BY_JONAS else SAM)


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return found


LEFT_OUT = frozenset(
    field.name
    for kind in (wire.ContactView, wire.LegView, wire.ConsultView, wire.AgentView, wire.Setup, wire.State)
    for field in fields(kind)
    if not field.required
)
"""Keys that are not sent where they have their default."""


def same_keys(ours: Any, theirs: Any, place: str = "$") -> None:
    """At every level both have the same keys, but for those that are left out; what is null in one of them has none."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if not place.endswith("controls"):
            assert set(ours) ^ set(theirs) <= LEFT_OUT, place
        for key in ours.keys() & theirs.keys():
            same_keys(ours[key], theirs[key], f"{place}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list):
        for mine, drawn in zip(ours, theirs, strict=False):
            same_keys(mine, drawn, f"{place}[]")


def facts(state: dict[str, Any]) -> dict[str, Any]:
    """What the panel decides by, without names, times and ids."""
    agent = state["agent"]
    return {
        "agent": agent["state"],
        "reason": agent["reason"] is not None,
        "phone_ready": agent["phone_ready"],
        "agent_controls": agent["controls"],
        "contacts": [facts_of(contact) for contact in state["contacts"]],
        "repairs": [facts_of(contact) for contact in state.get("repairs", [])],
    }


def facts_of(contact: dict[str, Any]) -> dict[str, Any]:
    consult = contact.get("consult")
    return {
        "kind": (contact["kind"], contact["direction"], contact["phase"]),
        "legs": sorted(map(facts_of_leg, contact["legs"])),
        "held": contact["held_since"] is not None,
        "answered": contact["answered"] is not None,
        "ended": contact["ended"] is not None,
        "muted": contact["muted"],
        "mask": (contact["mask"], contact["masked_since"] is not None),
        "asked": contact["asked"],
        "problem": contact["problem"] and contact["problem"]["order"],
        "match": contact["match"]["state"],
        "what_closed": contact["what_closed"],
        "save": (contact["save"]["state"], contact["save"].get("fields"), contact["save"].get("asked")),
        "given": {name: draft["value"] for name, draft in contact["draft"].get("given", {}).items()},
        "wrap_up": contact["wrap_up_ends"] is not None,
        "controls": contact["controls"],
        "consult": consult and (consult["kind"], consult["state"], consult["name"]),
        **{name: contact.get(name) for name in ("in_ear", "conference", "asked_by", "sender", "parked", "caller")},
        **{name: contact.get(name) for name in ("title", "emergency", "attempts")},
    }


def facts_of_leg(leg: dict[str, Any]) -> tuple[Any, ...]:
    given = [leg.get(name, default) for name, default in (("joined", True), ("colleague", False), ("droppable", False))]
    return (leg["role"], leg["state"], *given, leg.get("name", ""))


@pytest.mark.parametrize("name", SITUATIONS)
def test_each_situation_is_shown_as_its_example_says(name: str) -> None:
    ours, theirs = shown_in(name), example(name)
    same_keys(ours, theirs)
    assert facts(ours) == facts(theirs)


def test_there_is_a_situation_for_every_example() -> None:
    assert set(SITUATIONS) == {path.stem for path in FIXTURES.glob("state_*.json")}


# --- the rest --------------------------------------------------------------------------------------------------------


def test_controls_are_those_of_the_examples_and_no_others() -> None:
    """A control that the panel knows and the connector never names, or the other way round, would be dead."""
    for name in SITUATIONS:
        for mine, drawn in zip(shown_in(name)["contacts"], example(name)["contacts"], strict=True):
            assert list(mine["controls"]) == list(drawn["controls"]), name


def test_a_person_account_is_opened_by_its_account_and_chosen_by_its_contact() -> None:
    person = Record("003000000000009AAA", "Contact", "Ada Park", "", "matched_phone", pop_id="001000000000009AAA")
    opened, chosen = pop_view(person), record_view(person)
    assert (opened.id, opened.type, opened.name) == ("001000000000009AAA", "Account", "Ada Park")
    assert (chosen.id, chosen.type, chosen.name) == ("003000000000009AAA", "Contact", "Ada Park")
    assert pop_view(MIA_CHEN) == record_view(MIA_CHEN)


def test_what_may_not_be_on_disk_says_so() -> None:
    assert shown(idle(), durable=False)["durable"] is False


def test_a_phone_is_not_ready_while_the_switch_is_away() -> None:
    stage = live()
    stage.floor.switch_up = False
    state = shown(stage)
    assert state["agent"]["phone_ready"] is False
    assert state["agent"]["controls"]["dial"] == "switch_down"
    assert set(state["contacts"][0]["controls"].values()) == {"switch_down"}


def test_what_follows_the_call_is_shown() -> None:
    stage = live()
    stage.give(c.SetState(SAM, AgentState.UNAVAILABLE, "Lunch"))
    agent = shown(stage)["agent"]
    assert (agent["state"], agent["next_state"], agent["next_reason"]) == ("WORKING", "UNAVAILABLE", "Lunch")


def test_numbers_are_shown_as_the_agents_country_writes_them() -> None:
    stage = Stage()
    available(stage, JONAS)
    stage.ring_in("+31205550121")
    contact = shown(stage, JONAS)["contacts"][0]
    assert (contact["number"], contact["number_shown"], contact["place"]) == (
        "+31205550121",
        "020 555 0121",
        "Amsterdam",
    )


def test_a_colleague_is_shown_by_the_extension() -> None:
    stage = Stage()
    available(stage)
    available(stage, JONAS)
    stage.give(c.Dial(SAM, "2042"))
    contact = shown(stage)["contacts"][0]
    assert (contact["direction"], contact["kind"], contact["number_shown"], contact["place"]) == (
        "internal",
        "outbound",
        "2042",
        "",
    )


def test_digits_and_a_problem_are_shown_with_the_order() -> None:
    contact = shown(problem())["contacts"][0]
    assert (contact["problem"]["code"], contact["problem"]["order"]) == ("no_such_leg", "hold")
    stage = live()
    stage.give(c.SendDigits(SAM, stage.contact().key, "12#"))
    assert shown(stage)["contacts"][0]["digits"] == "12#"


def test_an_agent_whom_nobody_knows_is_shown_logged_out() -> None:
    state = shown(Stage(), "005000000000009AAA")
    assert (state["agent"]["state"], state["agent"]["name"], state["contacts"]) == (
        "LOGGED_OUT",
        "005000000000009AAA",
        [],
    )
    assert state["agent"]["controls"]["set_state"] == "unknown_agent"


def test_another_agents_contact_is_not_shown() -> None:
    assert shown(live(), JONAS)["contacts"] == []


def test_what_can_be_chosen() -> None:
    setup = json.loads(wire.encode(setup_view(DIRECTORY, SAM)))
    same_keys(setup, example("setup"))
    assert [(skill["id"], skill["outbound"], skill["caller_id"]) for skill in setup["skills"]] == [
        ("support", True, "+1 415 555 0100"),
        ("billing", False, ""),
        ("sales", False, "+1 415 555 0102"),
    ]
    answered = ["Answered"]
    assert [skill["dispositions"] for skill in setup["skills"]] == [answered, [*answered, "Refunded"], answered]
    marks = ["Refund", "VIP"]
    assert [skill["tags"] for skill in setup["skills"]] == [marks, [*marks, "Disputed"], marks]
    assert setup["tags"] == [*marks, "Disputed"]
    assert (setup["language"], setup["locale"], setup["country"]) == ("en_US", "en_US", "US")
    assert setup["comments_limit"] == 32_000


def test_queues_are_those_of_the_agents_skills() -> None:
    stage = Stage(ready=())
    stage.ring_in()
    stage.ring_in(line=BILLING_LINE)
    queues = json.loads(wire.encode(queues_view(stage.floor, stage.directory, JONAS)))
    same_keys(queues, example("queues"))
    assert [(queue["skill"], queue["waiting"]) for queue in queues["queues"]] == [("support", 1), ("sales", 0)]


def test_a_row_of_today() -> None:
    stage = saved()
    row = today_row(stage.directory, stage.contact(), DIRECTORY.agents[SAM])
    same_keys(json.loads(wire.encode(row)), example("today")["rows"][0])
    assert (row.name, row.number_shown, row.skill_name) == ("Mia Chen", "+1 415 555 0143", "Support EN")
    assert (row.outcome, row.duration, row.save.state) == ("answered", 60, "saved")
    assert row.record is not None and row.record.id == MIA_CHEN.id


def test_a_row_of_what_was_delivered_before_is_of_when_it_was_dealt_with() -> None:
    stage = Stage()
    stage.give(WorkDelivered("w-1", Kind.WORK_ITEM, "support", "Refund", (), "", None, 5, stage.now))
    stage.pass_time(3 * 24 * 3_600_000)
    available(stage)
    stage.give(c.Answer(SAM, "w-1"))
    accepted = stage.now
    stage.pass_time(90_000)
    stage.give(c.Finish(SAM, "w-1"))
    row = today_row(stage.directory, stage.contact("w-1"), DIRECTORY.agents[SAM])
    assert (row.kind, row.name, row.outcome, row.at, row.duration) == (
        "work_item",
        "Refund",
        "completed",
        accepted,
        90,
    )


def test_a_callback_that_is_asked_for_later_does_not_wait_yet() -> None:
    stage = Stage()
    later = stage.now + 60_000
    stage.give(CallbackRequested("cb", MIA, "Mia", "support", later, 5, stage.now))
    assert waiting(stage.floor, "support") == (0, None)
    stage.pass_time(60_000)
    assert waiting(stage.floor, "support") == (1, later)


def test_a_row_of_a_call_that_nobody_took_has_no_length() -> None:
    stage, key = dialling()
    go(stage, c.End(SAM, key))
    row = today_row(stage.directory, stage.contact(key), DIRECTORY.agents[SAM])
    assert (row.outcome, row.duration, row.record) == ("cancelled", 0, None)
