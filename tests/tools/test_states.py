"""The diagrams are what the tables say."""

import states

from connector.domain.model import LegState
from connector.domain.transitions import AGENT, CONTACT, LEG


def test_the_page_is_up_to_date() -> None:
    assert states.PAGE.read_text(encoding="utf-8") == states.text(), "run `python tools/states.py`"


def test_every_change_of_a_table_is_an_arrow() -> None:
    text = states.text()
    for table in (LEG, CONTACT, AGENT):
        for (old, trigger), new in table.items():
            if new is not old and old is not LegState.ENDED:
                arrow = f"    {old} --> {new or 'before'}: "
                assert any(trigger in line for line in text.splitlines() if line.startswith(arrow)), (old, trigger)
