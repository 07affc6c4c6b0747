"""Every cell of every table, against a matrix written by hand; "." is no transition."""

import pytest

from connector.domain.model import AgentState, LegState, Phase
from connector.domain.transitions import AGENT, BACK, CONTACT, LEG, AgentTrigger, ContactTrigger, LegTrigger

LEG_MATRIX = """
              ringing    answered   held       resumed    ended
DIALING       RINGING    CONNECTED  .          .          ENDED
RINGING       RINGING    CONNECTED  .          .          ENDED
CONNECTED     .          CONNECTED  HELD       CONNECTED  ENDED
HELD          .          HELD       HELD       CONNECTED  ENDED
ENDED         ENDED      ENDED      ENDED      ENDED      ENDED
"""

CONTACT_MATRIX = """
              offer      requeue    answer     abandon    finish     close
QUEUED        OFFERED    .          .          CLOSED     .          .
OFFERED       .          QUEUED     ACTIVE     CLOSED     .          .
ACTIVE        .          QUEUED     .          CLOSED     WRAP_UP    .
WRAP_UP       .          .          .          .          .          CLOSED
CLOSED        .          .          .          .          .          .
"""

AGENT_MATRIX = """
              go_available  go_unavailable  log_out     engage    rest      release
LOGGED_OUT    AVAILABLE     UNAVAILABLE     .           WORKING   .         LOGGED_OUT
AVAILABLE     AVAILABLE     UNAVAILABLE     LOGGED_OUT  WORKING   .         AVAILABLE
UNAVAILABLE   AVAILABLE     UNAVAILABLE     LOGGED_OUT  WORKING   .         UNAVAILABLE
WORKING       WORKING       WORKING         .           WORKING   WRAP_UP   BACK
WRAP_UP       WRAP_UP       WRAP_UP         .           WORKING   WRAP_UP   BACK
"""


def cells(matrix: str) -> list[tuple[str, str, str]]:
    """(state, trigger, target) of each cell."""
    head, *rows = matrix.strip().splitlines()
    triggers = head.split()
    return [
        (row.split()[0], trigger, cell) for row in rows for trigger, cell in zip(triggers, row.split()[1:], strict=True)
    ]


@pytest.mark.parametrize(("state", "trigger", "target"), cells(LEG_MATRIX))
def test_leg(state: str, trigger: str, target: str) -> None:
    found = LEG.get((LegState(state), LegTrigger(trigger)))
    assert found == (None if target == "." else LegState(target))


@pytest.mark.parametrize(("state", "trigger", "target"), cells(CONTACT_MATRIX))
def test_contact(state: str, trigger: str, target: str) -> None:
    found = CONTACT.get((Phase(state), ContactTrigger(trigger)))
    assert found == (None if target == "." else Phase(target))


@pytest.mark.parametrize(("state", "trigger", "target"), cells(AGENT_MATRIX))
def test_agent(state: str, trigger: str, target: str) -> None:
    key = (AgentState(state), AgentTrigger(trigger))
    if target == ".":
        assert key not in AGENT
    else:
        assert AGENT[key] == (BACK if target == "BACK" else AgentState(target))


def test_the_matrices_have_every_state_and_trigger() -> None:
    assert {(s, t) for s, t, _ in cells(LEG_MATRIX)} == {(s, t) for s in LegState for t in LegTrigger}
    assert {(s, t) for s, t, _ in cells(CONTACT_MATRIX)} == {(s, t) for s in Phase for t in ContactTrigger}
    assert {(s, t) for s, t, _ in cells(AGENT_MATRIX)} == {(s, t) for s in AgentState for t in AgentTrigger}
