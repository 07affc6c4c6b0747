"""Write docs/explain/states.md from the tables of the core. `--check` only says whether it is up to date."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from connector.domain.model import AgentState, LegState, Phase
from connector.domain.transitions import AGENT, BACK, CONTACT, LEG

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explain" / "states.md"
HEADER = """<!-- Made by `python tools/states.py` from connector/domain/transitions.py: edit those tables. -->

# States

Three small tables, not one big one. What is held, consulting or in a conference follows from legs: see `Contact` in
`connector/domain/model.py`. A pair that a table does not have is refused as a command, and as an event counted and
ignored. News that is already true changes nothing and is not drawn.
"""
BACK_TEXT = """
*before*: the agent returns to what they chose for afterwards, or else to what the call interrupted.
"""

Table = Mapping[tuple[Any, Any], Any]


def main() -> int:
    """Write the page, or compare it. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when it is out of date")
    if not parser.parse_args().check:
        PAGE.write_text(text(), encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text():
        return 0
    print(f"{PAGE.relative_to(ROOT)} is out of date: run `python tools/states.py`")
    return 1


def text() -> str:
    """The page as it should be."""
    parts = [
        HEADER,
        _section("Leg: one channel", LegState, LEG, LegState.DIALING, LegState.ENDED),
        _section("Contact: one agent's part of an interaction", Phase, CONTACT, Phase.QUEUED, Phase.CLOSED),
        _section("Agent", AgentState, AGENT, AgentState.LOGGED_OUT, None),
        BACK_TEXT,
    ]
    return "\n".join(parts)


def _section(title: str, states: Iterable[StrEnum], table: Table, first: StrEnum, last: StrEnum | None) -> str:
    lines = [f"## {title}", "", "```mermaid", "stateDiagram-v2", f"    [*] --> {first}"]
    arrows: dict[tuple[str, str], list[str]] = {}
    for (old, trigger), new in table.items():
        if new is not old:
            arrows.setdefault((old, "before" if new is BACK else str(new)), []).append(str(trigger))
    for state in states:
        lines += [f"    {old} --> {new}: {', '.join(on)}" for (old, new), on in arrows.items() if old == state]
    if last is not None:
        lines.append(f"    {last} --> [*]")
    return "\n".join([*lines, "```", ""])


if __name__ == "__main__":
    sys.exit(main())
