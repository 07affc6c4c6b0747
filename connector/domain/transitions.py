"""The three tables, and nothing else: what a trigger does to a leg, a contact, an agent.

Two rules hold for all of them.  A pair that is not in a table is not a transition: for a command that is an error and
leaves the state untouched, for an event it is counted and otherwise ignored.  A pair that maps a state to itself is
news that is already true.  The state diagrams of the documentation are drawn from these tables.
"""

from enum import StrEnum
from typing import Final

from connector.domain.model import AgentState, LegState, Phase


class LegTrigger(StrEnum):
    """What the switch reports about one channel."""

    RINGING = "ringing"
    ANSWERED = "answered"
    HELD = "held"
    RESUMED = "resumed"
    ENDED = "ended"


class ContactTrigger(StrEnum):
    """What happens to a contact as a whole."""

    OFFER = "offer"
    REQUEUE = "requeue"
    ANSWER = "answer"
    ABANDON = "abandon"
    FINISH = "finish"
    CLOSE = "close"


class AgentTrigger(StrEnum):
    """What happens to an agent: ENGAGE, REST and RELEASE follow from the contacts that they have."""

    GO_AVAILABLE = "go_available"
    GO_UNAVAILABLE = "go_unavailable"
    LOG_OUT = "log_out"
    ENGAGE = "engage"
    REST = "rest"
    RELEASE = "release"


DIALING, RINGING, CONNECTED, HELD, ENDED = LegState
LEG: Final[dict[tuple[LegState, LegTrigger], LegState]] = {
    (DIALING, LegTrigger.RINGING): RINGING,
    (DIALING, LegTrigger.ANSWERED): CONNECTED,
    (DIALING, LegTrigger.ENDED): ENDED,
    (RINGING, LegTrigger.RINGING): RINGING,
    (RINGING, LegTrigger.ANSWERED): CONNECTED,
    (RINGING, LegTrigger.ENDED): ENDED,
    (CONNECTED, LegTrigger.ANSWERED): CONNECTED,
    (CONNECTED, LegTrigger.HELD): HELD,
    (CONNECTED, LegTrigger.RESUMED): CONNECTED,
    (CONNECTED, LegTrigger.ENDED): ENDED,
    (HELD, LegTrigger.ANSWERED): HELD,
    (HELD, LegTrigger.HELD): HELD,
    (HELD, LegTrigger.RESUMED): CONNECTED,
    (HELD, LegTrigger.ENDED): ENDED,
    (ENDED, LegTrigger.RINGING): ENDED,
    (ENDED, LegTrigger.ANSWERED): ENDED,
    (ENDED, LegTrigger.HELD): ENDED,
    (ENDED, LegTrigger.RESUMED): ENDED,
    (ENDED, LegTrigger.ENDED): ENDED,
}

CONTACT: Final[dict[tuple[Phase, ContactTrigger], Phase]] = {
    (Phase.QUEUED, ContactTrigger.OFFER): Phase.OFFERED,
    (Phase.QUEUED, ContactTrigger.ABANDON): Phase.CLOSED,
    (Phase.OFFERED, ContactTrigger.REQUEUE): Phase.QUEUED,
    (Phase.OFFERED, ContactTrigger.ANSWER): Phase.ACTIVE,
    (Phase.OFFERED, ContactTrigger.ABANDON): Phase.CLOSED,
    (Phase.ACTIVE, ContactTrigger.FINISH): Phase.WRAP_UP,
    (Phase.ACTIVE, ContactTrigger.REQUEUE): Phase.QUEUED,
    (Phase.ACTIVE, ContactTrigger.ABANDON): Phase.CLOSED,
    (Phase.WRAP_UP, ContactTrigger.CLOSE): Phase.CLOSED,
}

BACK: Final = None
"""The agent returns to what they chose for afterwards, or else to what the call interrupted."""

OUT, FREE, AWAY, WORKING, WRAPPING = AgentState
AGENT: Final[dict[tuple[AgentState, AgentTrigger], AgentState | None]] = {
    (OUT, AgentTrigger.GO_AVAILABLE): FREE,
    (OUT, AgentTrigger.GO_UNAVAILABLE): AWAY,
    (OUT, AgentTrigger.ENGAGE): WORKING,
    (OUT, AgentTrigger.RELEASE): OUT,
    (FREE, AgentTrigger.GO_AVAILABLE): FREE,
    (FREE, AgentTrigger.GO_UNAVAILABLE): AWAY,
    (FREE, AgentTrigger.LOG_OUT): OUT,
    (FREE, AgentTrigger.ENGAGE): WORKING,
    (FREE, AgentTrigger.RELEASE): FREE,
    (AWAY, AgentTrigger.GO_AVAILABLE): FREE,
    (AWAY, AgentTrigger.GO_UNAVAILABLE): AWAY,
    (AWAY, AgentTrigger.LOG_OUT): OUT,
    (AWAY, AgentTrigger.ENGAGE): WORKING,
    (AWAY, AgentTrigger.RELEASE): AWAY,
    (WORKING, AgentTrigger.GO_AVAILABLE): WORKING,
    (WORKING, AgentTrigger.GO_UNAVAILABLE): WORKING,
    (WORKING, AgentTrigger.ENGAGE): WORKING,
    (WORKING, AgentTrigger.REST): WRAPPING,
    (WORKING, AgentTrigger.RELEASE): BACK,
    (WRAPPING, AgentTrigger.GO_AVAILABLE): WRAPPING,
    (WRAPPING, AgentTrigger.GO_UNAVAILABLE): WRAPPING,
    (WRAPPING, AgentTrigger.ENGAGE): WORKING,
    (WRAPPING, AgentTrigger.REST): WRAPPING,
    (WRAPPING, AgentTrigger.RELEASE): BACK,
}
