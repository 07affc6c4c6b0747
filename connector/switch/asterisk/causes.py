"""Why a leg ended, in the core's words (see `LegEnded`), from what Asterisk says of its channel."""

from typing import Final

_BUSY: Final = 17
_OF_Q850: Final = {
    1: "wrong_number",  # unallocated number
    2: "wrong_number",  # no route to the network
    3: "wrong_number",  # no route to the destination
    22: "wrong_number",  # number changed
    28: "wrong_number",  # number incomplete
    _BUSY: "busy",
    18: "no_answer",  # no user responding
    19: "no_answer",  # alerted, no answer
    20: "no_answer",  # subscriber absent: the phone is off
    21: "declined",  # call rejected
}
"""ITU-T Q.850, table 1; Asterisk maps SIP statuses to these (`hangup_sip2cause`)."""

_NORMAL: Final = (0, 16, 31)


def cause_of(q850: int, *, up: bool, agent: bool) -> str:
    """The cause of the end of a leg that was `up` (answered) or not, an agent's phone or somebody else.

    A phone that says busy while it rings was declined by its owner: that is what the red button of most sends.
    """
    if up:
        return "normal"
    if q850 in _NORMAL:
        return "cancelled"
    found = _OF_Q850.get(q850, "failed")
    return "declined" if agent and found == "busy" else found
