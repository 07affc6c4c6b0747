"""What Asterisk is told of phones: the text that its dialplan splits, and what becomes of it when it says no."""

import pytest

from connector.domain.address import CivicAddress
from connector.domain.emergency import PhonePlan
from connector.errors import SwitchUnavailable
from connector.switch.asterisk.location import location_info, location_variables
from connector.switch.asterisk.plans import Plans, text_of
from connector.switch.asterisk.socket import AriRefusal

ROUTES = {"local": "psap", "national": "trunk"}
DESK = CivicAddress("US", "CA", "San José", "Main Street", "1", floor="4", postal_code="94105")
NUMBERS = {"9911": "911", "911": "911", "933": "933"}
SAM = PhonePlan("2041", "+14155550161", "local", "national", NUMBERS, DESK)
JONAS = PhonePlan("2042", "", "national", "national", {"112": "112"})


class Profiles:
    """An Asterisk that keeps profiles, but for those in `refused`; with `lost` it is gone."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.refused: set[str] = set()
        self.lost = False

    async def keep_profile(self, name: str, text: str) -> None:
        if self.lost:
            raise SwitchUnavailable("gone")
        if name in self.refused:
            raise AriRefusal("PUT", 403, "cannot be changed")
        self.kept[name] = text

    async def forget_profile(self, name: str) -> None:
        del self.kept[name]


def test_an_address_in_asterisk_s_words() -> None:
    assert location_info(DESK) == (
        'country="US",A1="CA",A3="San José",RD="Main Street",HNO="1",FLR="4",PC="94105"'
    )  # fmt: skip
    assert location_variables(DESK)["GEOLOC_PROFILE(location_info)"] == location_info(DESK)


@pytest.mark.parametrize(
    ("street", "written"),
    [
        ("${SHELL(rm)}", "&#36;&#123;SHELL&#40;rm&#41;&#125;"),
        ('A "b", c=d', "A &#34;b&#34;&#44; c&#61;d"),
        ("A & B <c> | \\ ;'", "A &#38; B &#60;c&#62; &#124; &#92; &#59;&#39;"),
        ("St. Mary-Axe 3", "St. Mary-Axe 3"),
        ("Straße 北 é", "Straße 北 é"),
    ],
)
def test_no_sign_means_anything_to_asterisk(street: str, written: str) -> None:
    assert location_info(CivicAddress("GB", street=street)) == f'country="GB",RD="{written}"'


def test_the_text_of_a_plan() -> None:
    assert text_of(SAM, ROUTES) == f"+14155550161|psap|trunk|9911-911-933|911-911-933|{location_info(DESK)}"
    assert text_of(JONAS, ROUTES) == "|trunk|trunk|112|112|"
    assert text_of(SAM, {}) == f"+14155550161|||9911-911-933|911-911-933|{location_info(DESK)}"


async def test_what_is_wanted_is_kept_and_what_is_not_is_gone() -> None:
    asterisk, plans = Profiles(), Plans(ROUTES)
    plans.wanted = (SAM, JONAS)
    await plans.write(asterisk)  # type: ignore[arg-type]  # of the machine it is all that is used
    assert asterisk.kept == {"emergency-2041": text_of(SAM, ROUTES), "emergency-2042": text_of(JONAS, ROUTES)}
    plans.wanted = (JONAS,)
    await plans.write(asterisk)  # type: ignore[arg-type]
    assert asterisk.kept == {"emergency-2042": text_of(JONAS, ROUTES)}


async def test_a_plan_that_asterisk_does_not_take_is_logged_and_the_others_are_kept(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asterisk, plans = Profiles(), Plans({"local": "psap"})
    asterisk.refused = {"emergency-2041"}
    plans.wanted = (SAM, JONAS)
    await plans.write(asterisk)  # type: ignore[arg-type]
    assert asterisk.kept == {"emergency-2042": "|||112|112|"}
    first, second = (record.getMessage() for record in caplog.records)
    assert first == "a route of emergency calls is not in the settings: see [switch] routes"
    assert second.endswith("Asterisk did not take its plan")
    asterisk.lost = True
    with pytest.raises(SwitchUnavailable):
        await plans.write(asterisk)  # type: ignore[arg-type]
