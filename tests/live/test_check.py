"""`connector check` on a real Asterisk, which is in use meanwhile."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from house.asterisk import command
from msgspec.structs import replace

from connector.ports.finding import Finding
from connector.sandbox.asterisk.instance import USER
from connector.switch import SwitchConfig, Wanted, check_switch
from tests.live.asterisk_rig import AsteriskRig, World
from tests.ports.switch_rig import GONE, JONAS, SAM

pytestmark = [pytest.mark.live, pytest.mark.waits, pytest.mark.asyncio(loop_scope="module")]

READER = """
[reader]
type = user
read_only = yes
password = pw
password_format = plain
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[World]:
    """Two running Asterisks."""
    program = Path(needs("asterisk"))
    made = World(tmp_path_factory.mktemp("c"), command(program), program)
    try:
        await made.start()
        with (made.pbx.folder / "etc" / "ari.conf").open("a") as file:
            file.write(READER)
        await made.pbx.cli("module reload res_ari.so")
        yield made
    finally:
        await made.stop()


@pytest.fixture
def config(world: World) -> SwitchConfig:
    return SwitchConfig(
        "asterisk",
        world.pbx.ari,
        user=USER,
        password=world.pbx.password,
        devices=(SAM, JONAS),
        routes={"local": "psap"},
        sounds=world.sounds,
    )


def wrong(findings: list[Finding]) -> list[str]:
    return [finding.what for finding in findings if not finding.ok]


async def test_all_is_right_and_who_uses_it_is_not_disturbed(world: World, config: SwitchConfig) -> None:
    rig = AsteriskRig(world)
    before = await check_switch(config, Wanted(routes=("local",), local=("local",)))
    assert "nobody uses the Stasis application 'phone-panel'" in [finding.what for finding in before]
    await rig.switch.start(rig.heard)
    try:
        found = await check_switch(config, Wanted(routes=("local",)))
        assert wrong(found) == []
        words = [finding.what for finding in found]
        assert f"phone {SAM!r} is registered" in words
        assert "phones can be kept connected between calls, by [phone-panel-line]" in words
        assert any(finding.hint and "uses the Stasis application" in finding.what for finding in found)
        assert await rig.ring(), "its events still come"
        assert rig.heard.downs == []
    finally:
        await rig.close()


async def test_what_is_not_there_is_told(config: SwitchConfig) -> None:
    given = replace(config, trunk="nowhere", devices=(GONE, "2099"), routes={"local": "void"}, sounds={})
    found = await check_switch(given, Wanted(routes=("local", "national"), announcements=("recorded",)))
    assert wrong(found) == [
        "there is no PJSIP endpoint 'nowhere' (switch.trunk: numbers are called by it)",
        "there is no PJSIP endpoint 'void' (switch.routes: emergency calls leave by it (local))",
        "emergency calls by the org's route 'national' cannot be made",
        "there is no PJSIP endpoint for the phone '2099' of an agent",
        "closed: Asterisk has no sound ss-noservice",
        "full: Asterisk has no sound queue-callswaiting",
        "the announcement 'recorded' of a skill has no sound: calls of that skill are not recorded",
    ]
    assert f"the phone {GONE!r} is not registered now" in [finding.what for finding in found if finding.hint]


async def test_an_emergency_route_that_takes_no_address_is_told(config: SwitchConfig) -> None:
    bare = replace(config, routes={"local": SAM, "national": SAM})
    found = await check_switch(bare, Wanted(routes=("local", "national"), local=("local",)))
    assert wrong(found) == [f"emergency calls by {SAM!r} (local) would leave without the caller's address"]
    hints = [finding.what for finding in found if finding.hint]
    assert f"emergency calls by {SAM!r} (national) have no P-Asserted-Identity" in hints
    assert f"Asterisk knows no address and no callback number yet for emergencies on the phones {SAM}, {JONAS}" in hints


async def test_who_may_not_control_calls_is_told(config: SwitchConfig) -> None:
    found = await check_switch(replace(config, user="reader", password="pw"))
    assert wrong(found) == ["the user 'reader' may not control calls"]


async def test_a_wrong_password_and_a_wrong_path_are_told(config: SwitchConfig) -> None:
    refused = await check_switch(replace(config, password="guessed"))
    assert wrong(refused) == ["Asterisk refuses the user 'connector' or the password"]
    elsewhere = await check_switch(replace(config, url=config.url.replace("/ari", "/rest")))
    assert wrong(elsewhere) == [f"there is no ARI at {config.url.replace('/ari', '/rest')}"]


async def test_a_module_that_is_not_running_is_told(world: World, config: SwitchConfig) -> None:
    await world.pbx.cli("module unload func_cut.so")
    try:
        found = await check_switch(config)
        assert wrong(found) == ["modules for emergency numbers that are dialled on a phone: func_cut.so not running"]
    finally:
        await world.pbx.cli("module load func_cut.so")
