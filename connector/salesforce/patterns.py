"""The dial plan out of Phone_Number_Pattern__mdt."""

from collections.abc import Collection
from typing import Final

from connector.domain import numbers
from connector.domain.dial_plan import ANY, REST, SHORTEST, covers, matches, same_places, written
from connector.domain.directory import EmergencyRoute, NumberPattern, PatternAction, Skill
from connector.domain.emergency import dialled_numbers
from connector.errors import BadInput
from connector.salesforce.client import Json
from connector.salesforce.tables import Tables

SOBJECT: Final = "Phone_Number_Pattern__mdt"


def read_patterns(
    tables: Tables, skills: dict[str, Skill], routes: Collection[EmergencyRoute]
) -> tuple[NumberPattern, ...]:
    """The patterns in their order; one that cannot be meant, or that can never count, is noted and left out."""
    urgent = {number for route in routes for number in dialled_numbers(route)}
    found: list[NumberPattern] = []
    for row in tables.in_order(SOBJECT):
        known = tables.skills(SOBJECT, row, skills)
        if known is None:
            continue
        try:
            one = _pattern(row, known, urgent)
            _counts(one, found)
        except ValueError as error:
            tables.note(SOBJECT, row["DeveloperName"], f"is left out: {error}")
            continue
        if (row.get("Result__c") or "").strip() and one.action is not PatternAction.REWRITE:
            tables.note(SOBJECT, row["DeveloperName"], f"Result__c is of no use with Action__c {one.action}")
        found.append(one)
    return tuple(found)


def _pattern(row: Json, skills: tuple[str, ...], urgent: Collection[str]) -> NumberPattern:
    pattern, action = _written(row, "Pattern__c"), _action(row)
    if pattern in urgent:
        raise ValueError(f"{pattern} is an emergency number, which no pattern touches")
    if action is PatternAction.INTERNAL:
        if pattern.startswith("+"):
            raise ValueError(f"Pattern__c {pattern!r}: internal numbers are looked at as they are typed, without +")
        if len(pattern) < SHORTEST and REST not in pattern:
            raise ValueError(f"Pattern__c {pattern!r}: an internal number has {SHORTEST} digits or more")
    result = _result(row, pattern, urgent) if action is PatternAction.REWRITE else ""
    return NumberPattern(row["MasterLabel"], pattern, action, result, skills)


def _action(row: Json) -> PatternAction:
    text = (row.get("Action__c") or "").strip().lower()
    if text not in {*PatternAction}:
        raise ValueError(f"Action__c {text!r} is none of {', '.join(PatternAction)}")
    return PatternAction(text)


def _written(row: Json, field: str) -> str:
    text = row.get(field) or ""
    try:
        return written(text)
    except ValueError as error:
        raise ValueError(f"{field} {text!r}: {error}") from error


def _result(row: Json, pattern: str, urgent: Collection[str]) -> str:
    """What a number becomes: with the same open places, no emergency number, and a number if it has to be one."""
    result = _written(row, "Result__c")
    if not same_places(pattern, result):
        raise ValueError(
            f"Result__c {result!r} must have as many {ANY}, and a {REST} or none, as Pattern__c {pattern!r}"
        )
    reached = sorted(number for number in urgent if matches(result, number))
    if reached:
        raise ValueError(f"Result__c {result!r} could be {reached[0]}, an emergency number")
    if result.startswith("+") and not pattern.startswith("+") and REST not in result:
        try:
            numbers.normalise(result.replace(ANY, "2"), "")
        except BadInput as error:
            raise ValueError(f"Result__c {result!r} is no telephone number, whatever the {ANY} are") from error
    return result


def _counts(one: NumberPattern, before: list[NumberPattern]) -> None:
    for other in before:
        all_its_skills = not other.skills or (one.skills and set(one.skills) <= set(other.skills))
        if all_its_skills and covers(other.pattern, one.pattern):
            raise ValueError(f"{other.name} ({other.pattern}) comes before it and takes all that it would")
