"""What a request of another system means: numbers, times, addresses and payloads, each error naming the field."""

from datetime import datetime
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from connector.api import deliveries
from connector.api.deliveries import LATEST, contact_key, same
from connector.domain.decide import decide
from connector.domain.directory import Directory, EmergencyRoute, NumberPattern, PatternAction
from connector.domain.events import CallbackRequested, WorkDelivered
from connector.domain.model import Floor, Kind, Record
from connector.domain.step import Stamp, apply
from connector.errors import BadInput
from connector.wire.requests import CallbackRequest, WorkRequest
from tests.domain.stage import DIRECTORY, MIA, START

LINK = {"id": "500000000000001AAA", "type": "Case", "name": "00001026"}


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def callback(directory: Directory = DIRECTORY, **values: Any) -> CallbackRequested:
    asked = msgspec.convert({"number": "(415) 555-0143", "skill": "support", **values}, CallbackRequest)
    return deliveries.callback(asked, "k", directory, START)


def work(**values: Any) -> WorkDelivered:
    asked = msgspec.convert({"skill": "support", "title": "Check parcel", **values}, WorkRequest)
    return deliveries.work(asked, "k", DIRECTORY, START)


def refused(make: Any, **values: Any) -> tuple[str, str]:
    with pytest.raises(BadInput) as caught:
        make(**values)
    assert str(caught.value)
    return caught.value.code, caught.value.field


def test_a_callback_is_as_the_skill_has_it_where_nothing_is_said() -> None:
    assert callback() == CallbackRequested("k", MIA, "", "support", 0, DIRECTORY.skills["support"].priority, START)
    assert callback(name=" Mia \n Chen ", priority=1).name == "Mia Chen"
    assert callback(priority=1).priority == 1
    assert callback(record=LINK).record == Record(LINK["id"], "Case", "00001026")


@pytest.mark.parametrize(
    ("number", "country", "e164"),
    [
        ("+31 20 555 0121", None, "+31205550121"),
        ("020 555 0121", "NL", "+31205550121"),
        ("415 555 0143", "US", MIA),
    ],
)
def test_the_number_is_read_as_the_country_writes_it(number: str, country: str | None, e164: str) -> None:
    assert callback(number=number, country=country).number == e164


@pytest.mark.parametrize(
    ("number", "country", "code"),
    [
        ("911", "US", "number_emergency"),
        ("9 1 1", "US", "number_emergency"),
        ("933", "US", "number_emergency"),
        ("112", "NL", "number_emergency"),
        ("555", "US", "number_too_short"),
        ("nobody", "US", "number_invalid"),
        ("020 555 0121", "US", "number_invalid"),
    ],
)
def test_what_is_no_number_to_call_back_is_refused(number: str, country: str, code: str) -> None:
    assert refused(callback, number=number, country=country) == (code, "number")


def test_no_number_that_is_configured_as_an_emergency_number_is_called_back() -> None:
    directory = replace(DIRECTORY, emergency=(EmergencyRoute("US", ("4155550143",)),))
    with pytest.raises(BadInput, match="emergency"):
        deliveries.callback(CallbackRequest("415 555 0143", "support"), "k", directory, START)


@pytest.mark.parametrize(
    ("not_before", "zone", "at"),
    [
        ("2026-11-25T14:30", "Europe/Amsterdam", "2026-11-25T14:30:00+01:00"),
        ("2026-11-25T14:30:00+02:00", "Europe/Amsterdam", "2026-11-25T14:30:00+02:00"),
        ("2026-11-25T14:30:00Z", None, "2026-11-25T14:30:00+00:00"),
        ("2026-11-25T14:30", None, "2026-11-25T14:30:00+00:00"),
        ("2026-11-25", "America/Los_Angeles", "2026-11-25T00:00:00-08:00"),
        ("2027-03-28T02:30", "Europe/Amsterdam", "2027-03-28T02:30:00+01:00"),
    ],
)
def test_the_time_is_one_of_the_time_zone(not_before: str, zone: str | None, at: str) -> None:
    assert callback(not_before=not_before, time_zone=zone).not_before == ms(at)


PLAN = replace(
    DIRECTORY,
    patterns=(
        NumberPattern("Premium", "+1900*", PatternAction.REFUSE, skills=("support",)),
        NumberPattern("Porter", "47xx", PatternAction.INTERNAL),
        NumberPattern("Short dial", "80xx", PatternAction.REWRITE, "+141555501xx"),
        NumberPattern("Desks", "70xx", PatternAction.REWRITE, "20xx"),
    ),
)


@pytest.mark.parametrize(
    ("number", "becomes"),
    [("8043", MIA), ("47 11", "4711"), ("+1 415 555 0143", MIA), ("tel:8043", MIA)],
)
def test_the_number_of_a_callback_is_what_the_dial_plan_makes_of_it(number: str, becomes: str) -> None:
    assert callback(PLAN, number=number).number == becomes


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+1 900 555 0100", "number_refused"),
        ("911", "number_emergency"),
        ("7042", "number_invalid"),
        ("2042", "number_too_short"),
    ],
)
def test_a_callback_outside_the_dial_plan_is_refused_with_the_field(number: str, code: str) -> None:
    assert refused(callback, directory=PLAN, number=number) == (code, "number")
    assert callback(PLAN, number="+1 900 555 0100", skill="billing").number == "+19005550100"


def test_a_time_without_a_zone_is_the_skills_and_a_past_one_is_at_once() -> None:
    skills = {**DIRECTORY.skills, "support": replace(DIRECTORY.skills["support"], time_zone="America/New_York")}
    asked = CallbackRequest(MIA, "support", not_before="2026-11-25T14:30")
    found = deliveries.callback(asked, "k", replace(DIRECTORY, skills=skills), START)
    assert found.not_before == ms("2026-11-25T14:30:00-05:00")
    assert callback(not_before="2026-11-23T12:00:00Z").not_before == 0


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"not_before": "tomorrow"}, "time_invalid", "not_before"),
        ({"not_before": "2026-13-01T10:00"}, "time_invalid", "not_before"),
        ({"not_before": "2027-12-01T10:00"}, "time_too_far", "not_before"),
        ({"time_zone": "Atlantis/Capital"}, "time_zone_unknown", "time_zone"),
        ({"time_zone": "../../etc/passwd", "not_before": "2026-11-25T14:30"}, "time_zone_unknown", "time_zone"),
        ({"skill": "juggling"}, "skill_unknown", "skill"),
    ],
)
def test_what_cannot_be_used_of_a_callback_is_named(values: dict[str, Any], code: str, field: str) -> None:
    assert refused(callback, **values) == (code, field)
    assert callback(not_before="2027-11-23T12:00:00Z").not_before - START < LATEST


def test_a_work_item_is_what_it_says() -> None:
    payload = {"Order": "A-1", "Pieces": 2, "Weight": 1.5, "Whole": 3.0}
    found = work(kind="email", payload=payload, url="https://x.example/1?a=b#c", record=LINK, priority=9)
    assert found == WorkDelivered(
        "k",
        Kind.EMAIL,
        "support",
        "Check parcel",
        (("Order", "A-1"), ("Pieces", "2"), ("Weight", "1.5"), ("Whole", "3")),
        "https://x.example/1?a=b#c",
        Record("500000000000001AAA", "Case", "00001026"),
        9,
        START,
    )
    assert work().kind is Kind.WORK_ITEM
    assert work().record is None


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "x.example", "https://", "https://x.example/a b", "//x", "https://[x"],
)
def test_only_the_address_of_a_page_is_opened(url: str) -> None:
    assert refused(work, url=url) == ("url_invalid", "url")


def test_a_key_is_the_same_for_the_same_and_another_systems_is_another() -> None:
    key = contact_key("flow", "order-1")
    assert key == contact_key("flow", "order-1")
    assert len(key) == 32
    others = {contact_key("flow", "order-2"), contact_key("other", "order-1"), contact_key("flow-order", "1")}
    assert len(others | {key}) == 4


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (callback(), callback(number="415 555 0188")),
        (callback(), callback(name="Mia")),
        (callback(), callback(record=LINK)),
        (work(), callback()),
        (work(), work(kind="email")),
        (work(), work(title="Another")),
        (work(), work(payload={"Order": 1})),
        (work(), work(url="https://x.example/")),
        (work(), work(record=LINK)),
    ],
)
def test_another_request_is_told_from_the_same(one: Any, other: Any) -> None:
    floor = Floor()
    apply(floor, decide(floor, DIRECTORY, one, Stamp(START, "fresh")))
    contact = floor.contacts["k"]
    assert same(contact, one)
    assert not same(contact, other)
