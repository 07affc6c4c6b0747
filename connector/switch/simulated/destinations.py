"""What happens when a number is called: rules by number, so that each outcome can be had on demand."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from msgspec import Struct

from connector.errors import BadInput


class Fate(StrEnum):
    """How a called number behaves; all but ANSWER are causes of `LegEnded` too."""

    ANSWER = "answer"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    WRONG_NUMBER = "wrong_number"
    FAILED = "failed"


RINGS: Final = frozenset({Fate.ANSWER, Fate.NO_ANSWER, Fate.DECLINED})
"""The fates of a number that rings first; the others end the call without it."""

PATIENCE: Final = {Fate.ANSWER: 3_000, Fate.NO_ANSWER: 30_000, Fate.DECLINED: 2_000}
"""For how long a number rings before its fate, in ms, where the rule does not say."""


class Rule(Struct, frozen=True):
    """Numbers that end in `ending` (a whole number, or its last digits) have that fate.

    `ring` is how long it rings before that, `talk` how long the called one talks before hanging up, both in ms; None is
    the usual time, and for `talk` that they do not hang up.
    """

    ending: str
    fate: Fate
    ring: int | None = None
    talk: int | None = None

    @property
    def rings_for(self) -> int:
        """How long the number rings before its fate, in ms."""
        return PATIENCE.get(self.fate, 0) if self.ring is None else self.ring


ANSWERS: Final = Rule("", Fate.ANSWER)

TRY_OUT: Final = (
    Rule("0181", Fate.BUSY),
    Rule("0182", Fate.NO_ANSWER),
    Rule("0183", Fate.DECLINED),
    Rule("0184", Fate.WRONG_NUMBER),
    Rule("0185", Fate.FAILED),
)
"""The rules of a switch that was given none: fictional numbers by which each fate can be seen."""


def rule_of(rules: Iterable[Rule], number: str) -> Rule:
    """The first rule that fits the number, or else the one by which it is answered after the usual time."""
    return next((rule for rule in rules if number.endswith(rule.ending)), ANSWERS)


_RULE = re.compile(r"(?P<ending>\+?\d+)=(?P<fate>[a-z_]+)(?::(?P<seconds>\d+(?:\.\d+)?))?")


def parse_rules(text: str) -> tuple[Rule, ...]:
    """Rules as on a command line, `0181=busy,+14155550143=answer:5`; the number after the colon is `ring` in seconds.

    Raises BadInput with the field `rules` for anything else.
    """
    rules = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _RULE.fullmatch(part)
        if found is None or found["fate"] not in {*Fate}:
            fates = ", ".join(Fate)
            raise BadInput("rule_invalid", "rules", f"{part!r} is not DIGITS=FATE or DIGITS=FATE:SECONDS, of {fates}")
        ring = None if found["seconds"] is None else int(float(found["seconds"]) * 1000)
        rules.append(Rule(found["ending"], Fate(found["fate"]), ring))
    return tuple(rules)
