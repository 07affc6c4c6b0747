"""The dial plan: its small language, which pattern counts, and what is called for what was typed."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.domain import dial_plan
from connector.domain.commands import Consult, Dial
from connector.domain.dial_plan import covers, matches, rewritten, same_places, written
from connector.domain.directory import Directory, EmergencyRoute, Entry, NumberPattern, PatternAction
from connector.domain.effects import CallParty, MatchCaller, PlaceCall
from connector.domain.model import MatchState
from connector.domain.tasks import call_type
from connector.errors import BadInput
from tests.domain.stage import DIRECTORY, JONAS, MIA, SAM, Stage, available, on_a_call

ALLOW, REFUSE, INTERNAL, REWRITE = PatternAction


def plan(*patterns: NumberPattern, **settings: object) -> Directory:
    return replace(DIRECTORY, patterns=patterns, settings=replace(DIRECTORY.settings, **settings))


def rule(pattern: str, action: PatternAction, result: str = "", *skills: str) -> NumberPattern:
    return NumberPattern(f"Rule {pattern}", pattern, action, result, skills)


def called(directory: Directory, typed: str, agent: str = SAM, skill: str = "support") -> tuple[str, bool]:
    return dial_plan.dialled(directory, typed, directory.agents[agent], skill)


def code(directory: Directory, typed: str, agent: str = SAM, skill: str = "support") -> str:
    with pytest.raises(BadInput) as refusal:
        called(directory, typed, agent, skill)
    assert refusal.value.field == "number"
    return refusal.value.code


# The language -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("+1900*", "+1900*"),
        (" +1 (900) *", "+1900*"),
        ("4XXX", "4xxx"),
        ("80-xx", "80xx"),
        ("*", "*"),
        ("+*", "+*"),
        ("+x*", "+x*"),
        ("0", "0"),
    ],
)
def test_a_pattern_is_written_as_people_write_numbers(text: str, pattern: str) -> None:
    assert written(text) == pattern


@pytest.mark.parametrize("text", ["", "+", " ", "1+2", "*1", "1**", "19[0-9]*", "4yyy", "(.*)+", "900!", "++1", "١٢"])
def test_what_is_no_pattern_is_said_how_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write digits, x for any digit"):
        written(text)


@pytest.mark.parametrize(
    ("pattern", "those", "not_those"),
    [
        ("+1900*", ["+1900", "+19005550100"], ["+190", "+18005550100", "19005550100", "1900"]),
        ("4xxx", ["4000", "4123"], ["400", "40000", "5000", "+4000"]),
        ("80xx", ["8000", "8099"], ["8100", "800", "80000"]),
        ("0*", ["0", "0900123"], ["1", "+0", ""]),
        ("*", ["4", "0900123"], ["+14155550100"]),
        ("+*", ["+14155550100"], ["4155550100"]),
        ("+31x0*", ["+3120", "+31205550100"], ["+3121", "+312"]),
        ("112", ["112"], ["1123", "11"]),
        ("xx", ["00", "42"], ["0", "000", "+4"]),
    ],
)
def test_what_matches(pattern: str, those: list[str], not_those: list[str]) -> None:
    assert [matches(pattern, number) for number in those] == [True] * len(those)
    assert [matches(pattern, number) for number in not_those] == [False] * len(not_those)


@pytest.mark.parametrize(
    ("pattern", "result", "number", "becomes"),
    [
        ("80xx", "+141555501xx", "8043", "+14155550143"),
        ("0*", "*", "04155550143", "4155550143"),
        ("+4420*", "901144*", "+442079460000", "90114479460000"),
        ("+1415555xxxx", "xxxx", "+14155552042", "2042"),
        ("x0x", "9xx", "102", "912"),
        ("0", "+14155550100", "0", "+14155550100"),
        ("7x*", "x1*", "7200", "2100"),
    ],
)
def test_what_becomes_of_a_number(pattern: str, result: str, number: str, becomes: str) -> None:
    assert matches(pattern, number)
    assert same_places(pattern, result)
    assert rewritten(pattern, result, number) == becomes


@pytest.mark.parametrize(
    ("pattern", "result"), [("80xx", "+1415555xxxx"), ("8xxx", "+141555501xx"), ("0*", "+14155550100"), ("0", "0*")]
)
def test_a_result_loses_no_digit_and_makes_none_up(pattern: str, result: str) -> None:
    assert not same_places(pattern, result)


SMALL = ["".join(signs) + rest for n in range(4) for signs in itertools.product("1x", repeat=n) for rest in ("", "*")]
SMALL = [sign + one for sign in ("", "+") for one in SMALL if sign + one not in ("", "+")]
DIGITS = ["".join(digits) for n in range(6) for digits in itertools.product("12", repeat=n)]
NUMBERS = [*DIGITS, *["+" + digits for digits in DIGITS]]


def test_every_small_pattern_covers_another_exactly_when_it_matches_all_that_the_other_does() -> None:
    of = {pattern: {number for number in NUMBERS if matches(pattern, number)} for pattern in SMALL}
    for wide, narrow in itertools.product(SMALL, SMALL):
        assert covers(wide, narrow) is (of[narrow] <= of[wide]), (wide, narrow)


@given(st.text("0123456789x", max_size=12), st.booleans(), st.text("0123456789", max_size=24))
def test_the_rest_and_the_places_of_a_number_come_back_whole(fixed: str, more: bool, digits: str) -> None:
    pattern = fixed + "*" * more
    if pattern and matches(pattern, digits):
        assert rewritten(pattern, pattern, digits) == digits


# Which one counts -----------------------------------------------------------------------------------------------------


def test_without_a_pattern_a_number_is_what_it_was() -> None:
    assert called(plan(), "(415) 555-0143") == (MIA, False)
    assert code(plan(), "4711") == "number_too_short"


@pytest.mark.parametrize(
    "typed", ["+1 900 555 0100", "900-555-0100", "1 900 555 0100", "tel:+19005550100", "011 1 900 555 0100"]
)
def test_a_number_is_refused_however_it_is_written(typed: str) -> None:
    directory = plan(rule("+1900*", REFUSE))
    assert code(directory, typed) == "number_refused"
    assert called(directory, MIA) == (MIA, False)
    with pytest.raises(BadInput, match=r"'\+19005550100' may not be called from here: Rule \+1900\*\."):
        called(directory, "+19005550100")


def test_the_first_that_matches_counts() -> None:
    only_home = plan(rule("+3197*", ALLOW), rule("+31*", REFUSE), rule("+1*", ALLOW), rule("+*", REFUSE))
    assert called(only_home, "+31 97 012 345 678") == ("+3197012345678", False)
    assert called(only_home, MIA) == (MIA, False)
    assert code(only_home, "+31 20 123 4567") == "number_refused"
    assert code(only_home, "+44 20 7946 0000") == "number_refused"
    turned = replace(only_home, patterns=only_home.patterns[::-1])
    assert code(turned, MIA) == "number_refused"


def test_digits_are_looked_at_as_they_were_typed_and_then_as_what_they_mean() -> None:
    directory = plan(rule("80xx", REWRITE, "+190055501xx"), rule("+1900*", REFUSE), rule("0900*", REFUSE))
    assert code(directory, "8043") == "number_refused"
    assert code(directory, "0900 1234", JONAS) == "number_refused"
    assert code(directory, "tel:09001234", JONAS) == "number_refused"


@pytest.mark.parametrize("typed", ["8043", "80 43", " 80-43 ", "８０４３"])
def test_short_digits_become_a_number_before_anything_else(typed: str) -> None:
    assert called(plan(rule("80xx", REWRITE, "+141555501xx")), typed) == (MIA, False)


def test_what_becomes_of_digits_is_read_as_the_agent_s_country_writes_it() -> None:
    directory = plan(rule("5xx", REWRITE, "02012345xx"))
    assert called(directory, "567", JONAS) == ("+31201234567", False)
    assert code(directory, "567", SAM) == "number_invalid"


def test_no_pattern_is_asked_again_about_its_own_result() -> None:
    directory = plan(rule("80xx", REWRITE, "81xx"), rule("81xx", REWRITE, "+141555501xx"))
    assert code(directory, "8043") == "number_too_short"


def test_a_pattern_of_other_skills_does_not_count() -> None:
    directory = plan(rule("+31*", REFUSE, "", "billing"), rule("80xx", REWRITE, "+141555501xx", "sales", "support"))
    assert called(directory, "+31 20 123 4567", skill="support") == ("+31201234567", False)
    assert code(directory, "+31 20 123 4567", skill="billing") == "number_refused"
    assert called(directory, "8043", skill="sales") == (MIA, False)
    assert code(directory, "8043", skill="billing") == "number_too_short"
    assert code(directory, "8043", skill="") == "number_too_short"


# Who is nobody's business of a pattern ------------------------------------------------------------------------------


EVERYTHING = [
    rule("*", REFUSE),
    rule("*", INTERNAL),
    rule("*", REWRITE, "+1415555*"),
    rule("xxx", INTERNAL),
    rule("911", REFUSE),
    rule("9*", REWRITE, "*"),
    rule("9xxx", INTERNAL),
    rule("+*", REFUSE),
    rule("x*", ALLOW),
]


@pytest.mark.parametrize("one", EVERYTHING, ids=lambda one: f"{one.pattern} {one.action}")
@pytest.mark.parametrize(
    ("typed", "agent"),
    [("911", SAM), ("9911", SAM), ("933", SAM), ("9-1-1", SAM), ("112", JONAS), ("0112", JONAS), ("112", SAM)],
)
def test_an_emergency_number_is_touched_by_no_pattern(one: NumberPattern, typed: str, agent: str) -> None:
    dutch = EmergencyRoute("NL", ("112",), (), ("0",), "a", "b")
    directory = replace(plan(one), emergency=(*DIRECTORY.emergency, dutch))
    assert code(directory, typed, agent) == "number_emergency"


def test_what_is_an_emergency_number_of_colleagues_only_is_not_dialled_either() -> None:
    dutch = EmergencyRoute("NL", ("112",), (), ("0",), "a", "b")
    directory = replace(plan(rule("01xx", INTERNAL), rule("9xx", INTERNAL)), emergency=(*DIRECTORY.emergency, dutch))
    assert code(directory, "0112", SAM) == "number_too_short"
    assert code(directory, "933", JONAS) == "number_too_short"
    assert called(directory, "0113", SAM) == ("0113", False)


@pytest.mark.parametrize(
    ("pattern", "result", "typed"), [("7*", "*", "7911"), ("7x", "9x1", "71"), ("7*", "9*", "7911")]
)
def test_no_digits_become_an_emergency_number(pattern: str, result: str, typed: str) -> None:
    assert code(plan(rule(pattern, REWRITE, result)), typed) == "number_emergency"


def test_no_number_is_dialled_as_an_emergency_number() -> None:
    directory = plan(rule("+1415555xxxx", REWRITE, "xxxx"), outside_prefix="8")
    assert dial_plan.outside(directory, "+14155559911", "support") == "814155559911"
    assert dial_plan.outside(directory, "+14155559912", "support") == "9912"


def test_a_colleague_s_phone_reaches_them_whatever_the_plan_says() -> None:
    for one in (rule("2xxx", REFUSE), rule("2xxx", INTERNAL), rule("2*", REWRITE, "+1415555*")):
        assert called(plan(one), "2042") == ("2042", True)


@pytest.mark.parametrize(
    ("one", "typed"),
    [
        (rule("7xx", REWRITE, "20xx"), "742"),
        (rule("+14155552xxx", REWRITE, "2xxx"), "+1 415 555 2042"),
    ],
)
def test_what_comes_out_as_a_colleague_s_phone_is_a_call_to_that_colleague(one: NumberPattern, typed: str) -> None:
    assert called(plan(one), typed) == ("2042", True)


def test_one_s_own_phone_is_not_called() -> None:
    assert code(plan(rule("2xxx", INTERNAL)), "2041") == "number_invalid"
    assert code(plan(rule("7xx", REWRITE, "20xx")), "741") == "number_invalid"
    assert called(plan(rule("+14155552xxx", REWRITE, "2xxx")), "+14155552041") == ("+14155552041", False)


def test_a_single_digit_is_no_internal_number() -> None:
    assert code(plan(rule("x", INTERNAL)), "4") == "number_too_short"
    assert called(plan(rule("xx", INTERNAL)), "42") == ("42", False)


# What the switch is told ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "prefix", "sent"),
    [
        (MIA, "", MIA),
        (MIA, "9", "914155550143"),
        (MIA, "*9#", "*9#14155550143"),
        ("4711", "9", "4711"),
        ("+31201234567", "9", "0031201234567"),
        ("+442079460000", "", "+442079460000"),
    ],
)
def test_what_is_sent_for_a_number(number: str, prefix: str, sent: str) -> None:
    directory = plan(rule("+31*", REWRITE, "0031*"), rule("+44*", ALLOW), outside_prefix=prefix)
    assert dial_plan.outside(directory, number, "support") == sent


def test_no_number_is_sent_as_an_agent_s_phone() -> None:
    directory = plan(rule("+14155552xxx", REWRITE, "2xxx"))
    assert dial_plan.outside(directory, "+14155552042", "support") == "+14155552042"
    assert dial_plan.outside(directory, "+14155552100", "support") == "2100"


def test_a_number_rewritten_for_the_switch_is_stored_as_what_it_is() -> None:
    stage = Stage(plan(rule("+31*", REWRITE, "0031*")))
    available(stage)
    stage.give(Dial(SAM, "+31 20 123 4567"))
    (ask,) = stage.asks
    assert isinstance(ask, PlaceCall)
    assert (ask.number, stage.contact().number) == ("0031201234567", "+31201234567")


def test_an_internal_number_is_called_like_any_other_and_nobody_is_looked_up() -> None:
    stage = Stage(plan(rule("47xx", INTERNAL), outside_prefix="9"))
    available(stage)
    key = stage.give(Dial(SAM, "47 11")).created
    contact = stage.contact(key)
    assert (contact.number, contact.internal, contact.inside) == ("4711", False, True)
    assert (contact.match.state, call_type(contact)) == (MatchState.NONE, "Internal")
    assert not any(isinstance(effect, MatchCaller) for effect in stage.effects)
    (ask,) = stage.asks
    assert isinstance(ask, PlaceCall)
    assert (ask.number, ask.route) == ("4711", "")


def test_dialling_outside_the_plan_changes_nothing() -> None:
    stage = Stage(plan(rule("+1900*", REFUSE)))
    available(stage)
    with pytest.raises(BadInput) as refusal:
        stage.give(Dial(SAM, "+1 900 555 0100"))
    assert refusal.value.code == "number_refused"
    assert stage.floor.contacts == {}
    assert stage.asks == []


BOOK = (Entry("porter", "Porter", "4711"), Entry("hot", "Hotline", "+19005550100"), Entry("mia", "Mia", "8043"))
OFFICE = replace(
    plan(rule("47xx", INTERNAL), rule("+1900*", REFUSE), rule("80xx", REWRITE, "+141555501xx"), outside_prefix="9"),
    entries=BOOK,
)


@pytest.mark.parametrize(
    ("kind", "target", "sent", "name"),
    [
        ("number", "4711", "4711", "4711"),
        ("number", "8042", "914155550142", "+1 415 555 0142"),
        ("entry", "porter", "4711", "Porter"),
        ("entry", "mia", "914155550143", "Mia"),
    ],
)
def test_whom_a_consult_reaches(kind: str, target: str, sent: str, name: str) -> None:
    stage, key = on_a_call(directory=OFFICE)
    stage.give(Consult(SAM, key, kind, target))
    ask = stage.asks[-1]
    assert isinstance(ask, CallParty)
    assert ask.number == sent
    consult = stage.contact().consult
    assert consult is not None
    assert consult.name == name


@pytest.mark.parametrize(("kind", "target"), [("number", "900 555 0100"), ("entry", "hot")])
def test_a_consult_outside_the_plan_leaves_the_customer_where_they_are(kind: str, target: str) -> None:
    stage, key = on_a_call(directory=OFFICE)
    before = stage.contact()
    with pytest.raises(BadInput) as refusal:
        stage.give(Consult(SAM, key, kind, target))
    assert (refusal.value.code, stage.contact()) == ("number_refused", before)
