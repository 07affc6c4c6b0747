"""A long queue: agents are looked for once a skill and step, however many wait."""

import pytest

from connector.domain import routing
from connector.domain.commands import SetState
from connector.domain.events import CallArrived
from connector.domain.model import Agent, AgentState, Contact, Phase
from connector.domain.rules import offer
from connector.domain.step import Step
from tests.domain.stage import BILLING_LINE, LINE, MIA, SAM, START, Stage


def test_the_search_for_an_agent_does_not_grow_with_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()
    for n in range(40):
        stage.give(CallArrived(f"in-{n}", MIA, (LINE, BILLING_LINE)[n % 2], START + n))
    asked: list[str] = []
    best = routing.agent_for

    def counted(step: Step, contact: Contact) -> Agent | None:
        asked.append(contact.skill)
        return best(step, contact)

    monkeypatch.setattr(offer, "agent_for", counted)
    stage.give(CallArrived("in-40", MIA, LINE, START + 40))
    assert sorted(asked) == ["billing", "support"]
    asked.clear()
    stage.give(SetState(SAM, AgentState.AVAILABLE))
    assert sorted(asked) == ["billing", "support", "support"]
    offered = [contact for contact in stage.floor.contacts.values() if contact.phase is Phase.OFFERED]
    assert [contact.started for contact in offered] == [START]
