"""Emergency calls as they leave a real Asterisk: from the panel, and dialled on a phone itself."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from house.asterisk import command
from msgspec import structs

from connector.domain.address import CivicAddress
from connector.domain.commands import DialEmergency
from connector.domain.effects import PlaceCall
from connector.domain.emergency import PhonePlan
from connector.domain.events import EmergencyDialled, LegEnded
from connector.domain.model import LegState
from tests.domain.stage import DIRECTORY, Stage
from tests.domain.stage import SAM as AGENT
from tests.live.answering_point import BUSY, ENDPOINT, RINGS, UNAVAILABLE, AnsweringPoint, Invite
from tests.live.asterisk_rig import AsteriskRig, World
from tests.ports.switch_rig import JONAS, SAM, fresh

pytestmark = [pytest.mark.live, pytest.mark.waits, pytest.mark.asyncio(loop_scope="module")]

ROUTES = {"sim-local": "help-local", "sim-national": "help-national"}
DIRECT = "+14155550161"
STREET = "Market & ${CHANNEL(name)} Street"
DESK = CivicAddress("US", "CA", "San José", STREET, "1", "B", '4 "east" <b>', "Desk 12|\\", "94105", "O'Hara")
NUMBERS = {"9911": "911", "9933": "933", "911": "911", "933": "933"}
PLAN = PhonePlan(SAM, DIRECT, "sim-local", "sim-national", NUMBERS, DESK)
PROFILE = "asterisk/config/dynamic/res_geolocation/profile/emergency-"
NOWHERE = PhonePlan(JONAS, "+31205550142", "sim-national", "sim-national", {"112": "112", "0112": "112"})


class Help:
    """The world with the two answering points: who has the caller's address, and who has not."""

    def __init__(self, world: World, local: AnsweringPoint, national: AnsweringPoint) -> None:
        self.world, self.local, self.national = world, local, national

    def rig(self) -> AsteriskRig:
        """A connector with its hands on the phones."""
        return AsteriskRig(self.world, routes=ROUTES)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def help_(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[Help]:
    """Two running Asterisks and the answering points."""
    program = Path(needs("asterisk"))
    made = World(tmp_path_factory.mktemp("e"), command(program), program)
    local, national = AnsweringPoint("127.0.0.5"), AnsweringPoint("127.0.0.6")
    try:
        for name, point in (("help-local", local), ("help-national", national)):
            await point.start()
            made.endpoints += ENDPOINT.format(name=name, host=point.host, port=point.port)
        await made.start()
        yield Help(made, local, national)
    finally:
        await made.stop()
        local.stop()
        national.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def rig(help_: Help) -> AsyncIterator[AsteriskRig]:
    """A connector that runs."""
    made = help_.rig()
    await made.switch.start(made.heard)
    yield made
    await made.close()
    help_.local.answer = BUSY
    assert help_.local.quiet
    assert help_.national.quiet
    assert not made.heard.impossible


def has_the_address(invite: Invite, number: str, address: CivicAddress = DESK) -> None:
    """It says where the caller is, to be routed by that, and whom to call back."""
    assert invite.number == number
    assert (invite.shown("From"), invite.shown("P-Asserted-Identity")) == (DIRECT, DIRECT)
    assert invite.message.get_content_type() == "multipart/mixed"
    assert set(invite.parts()) == {"application/sdp", "application/pidf+xml"}
    assert tuple(invite.address()) == address.elements
    pidf = next(part for part in invite.message.walk() if part.get_content_type() == "application/pidf+xml")
    assert invite.message["Geolocation"] == f"<cid:{str(pidf['Content-ID']).strip('<>')}>"
    assert invite.message["Geolocation-Routing"] == "yes"


def has_none(invite: Invite, number: str, shown: str = DIRECT) -> None:
    """It says whom to call back, and nothing of where they are."""
    assert invite.number == number
    assert (invite.shown("From"), invite.shown("P-Asserted-Identity")) == (shown, shown)
    assert (invite.message["Geolocation"], invite.message["Geolocation-Routing"]) == (None, None)
    assert list(invite.parts()) == ["application/sdp"]


def dialled(number: str, *, verified: bool) -> PlaceCall:
    """What the switch is asked when an agent dials that in the panel."""
    sam = structs.replace(DIRECTORY.agents[AGENT], device=SAM, direct_number=DIRECT, address=DESK)
    agents = {AGENT: structs.replace(sam, address_verified=verified)}
    stage = Stage(structs.replace(DIRECTORY, agents=agents))
    stage.give(DialEmergency(AGENT, number))
    (ask,) = stage.asks
    assert isinstance(ask, PlaceCall)
    return structs.replace(ask, contact=fresh("contact"), agent_leg=fresh("agent"), customer_leg=fresh("customer"))


@pytest.mark.parametrize(("typed", "number"), NUMBERS.items())
async def test_from_the_panel_with_the_address(help_: Help, rig: AsteriskRig, typed: str, number: str) -> None:
    await rig.switch.ask(dialled(typed, verified=True))
    has_the_address(await help_.local.next(), number)


@pytest.mark.parametrize(("typed", "number"), NUMBERS.items())
async def test_from_the_panel_without_one(help_: Help, rig: AsteriskRig, typed: str, number: str) -> None:
    await rig.switch.ask(dialled(typed, verified=False))
    has_none(await help_.national.next(), number)


async def test_from_the_panel_by_the_other_way_where_the_first_cannot_be_used(help_: Help, rig: AsteriskRig) -> None:
    help_.local.answer = UNAVAILABLE
    ask = dialled("911", verified=True)
    await rig.switch.ask(ask)
    has_the_address(await help_.local.next(), "911")
    has_none(await help_.national.next(), "911")
    await rig.until(lambda: rig.heard.legs.get(ask.customer_leg) is LegState.ENDED)
    ends = [news for news in rig.heard.news if isinstance(news, LegEnded) and news.leg == ask.customer_leg]
    assert [news.cause for news in ends] == ["busy"]


async def provided(rig: AsteriskRig, *plans: PhonePlan) -> None:
    """The connector has said so of the phones, and Asterisk knows it."""
    rig.switch.provide(plans)
    for plan in plans:
        await rig.world.until(PROFILE + plan.device, f"{plan.callback}|")


async def told(rig: AsteriskRig, number: str, shown: str, *, sent: bool, device: str = SAM) -> None:
    """The connector is told of it once."""
    await rig.until(lambda: any(isinstance(news, EmergencyDialled) for news in rig.heard.news))
    (found,) = [news for news in rig.heard.news if isinstance(news, EmergencyDialled)]
    assert found == EmergencyDialled(device, number, shown, sent, found.at)


@pytest.mark.parametrize(("dialled", "number"), NUMBERS.items())
async def test_dialled_on_a_phone(help_: Help, rig: AsteriskRig, dialled: str, number: str) -> None:
    await provided(rig, PLAN, NOWHERE)
    await help_.world.network.dial(SAM, dialled)
    has_the_address(await help_.local.next(), number)
    await told(rig, number, DIRECT, sent=True)


@pytest.mark.parametrize("dialled", ["112", "0112"])
async def test_dialled_on_a_phone_whose_place_nobody_verified(help_: Help, rig: AsteriskRig, dialled: str) -> None:
    await provided(rig, PLAN, NOWHERE)
    await help_.world.network.dial(JONAS, dialled)
    has_none(await help_.national.next(), "112", NOWHERE.callback)
    await told(rig, "112", NOWHERE.callback, sent=False, device=JONAS)


async def test_where_the_first_way_cannot_be_used_it_leaves_by_the_other(help_: Help, rig: AsteriskRig) -> None:
    await provided(rig, PLAN)
    help_.local.answer = UNAVAILABLE
    await help_.world.network.dial(SAM, "911")
    has_the_address(await help_.local.next(), "911")
    has_none(await help_.national.next(), "911")
    await told(rig, "911", DIRECT, sent=True)


async def test_dialled_on_a_phone_while_no_connector_runs_and_asterisk_was_restarted(help_: Help) -> None:
    rig = help_.rig()
    await rig.switch.start(rig.heard)
    await provided(rig, PLAN)
    await rig.close()
    await help_.world.network.dial(SAM, "911")
    has_the_address(await help_.local.next(), "911")
    await help_.world.restart()
    for dialled, number in NUMBERS.items():
        await help_.world.network.dial(SAM, dialled)
        has_the_address(await help_.local.next(), number)


async def test_what_was_dialled_while_no_connector_ran_and_still_goes_on_is_told_once(help_: Help) -> None:
    first, second, third = (help_.rig() for _ in range(3))
    # Of calls that are over the dialplan may still have to tell.
    await first.until_channels(0)
    await first.switch.start(first.heard)
    await provided(first, PLAN)
    await first.switch.close()
    help_.local.answer = RINGS
    mine = await help_.world.network.dial(SAM, "9911")
    has_the_address(await help_.local.next(), "911")
    await second.switch.start(second.heard)
    await told(second, "911", DIRECT, sent=True)
    await second.settle()
    await second.switch.close()
    await third.switch.start(third.heard)
    await third.settle()
    assert not third.heard.news
    help_.local.answer = BUSY
    await help_.world.network.hang_up(mine)
    for rig in (first, second, third):
        await rig.close()


async def test_an_address_that_is_verified_no_more_does_not_go_along(help_: Help, rig: AsteriskRig) -> None:
    await provided(rig, PLAN)
    await provided(rig, PhonePlan(SAM, DIRECT + "9", "sim-national", "sim-national", NUMBERS))
    await help_.world.network.dial(SAM, "911")
    has_none(await help_.national.next(), "911", DIRECT + "9")


async def test_a_phone_of_which_nothing_is_known_reaches_help_all_the_same(help_: Help, rig: AsteriskRig) -> None:
    came: list[str] = []
    help_.world.network.arrived = lambda _channel, number: came.append(number)
    await provided(rig, PLAN)
    rig.switch.provide(())
    await rig.world.until(PROFILE + SAM, "not found")
    await help_.world.network.dial(SAM, "911")
    await rig.until(lambda: came == ["911"])
