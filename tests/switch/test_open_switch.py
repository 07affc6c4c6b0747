"""Which switch a configuration gives, and what is said about one that cannot be used."""

from pathlib import Path

import pytest
from aiohttp import web
from pytest_aiohttp import AiohttpServer

from connector.domain.events import PhoneChanged
from connector.errors import ConfigError, SwitchUnavailable
from connector.switch import SwitchConfig, check_switch, open_switch
from connector.switch.simulated.driver import RemoteSwitch, SimulatedSwitch
from tests.ports.switch_rig import Heard
from tests.switch.simulated.server_process import PHONES, RemoteRig, ServerProcess

ARI = "http://127.0.0.1:1/ari"

pytestmark = pytest.mark.slow


async def test_a_simulated_one_has_the_phones_it_was_given() -> None:
    switch, heard = open_switch(SwitchConfig(devices=("2041", "2042"))), Heard()
    assert isinstance(switch, SimulatedSwitch)
    await switch.start(heard)
    assert heard.snapshots[0].phones == {"2041": True, "2042": True}
    switch.watch(("2042", "2043"))
    assert heard.news == [PhoneChanged("2043", True)]
    assert switch.engine.snapshot().phones == {"2041": True, "2042": True, "2043": True}
    await switch.close()
    await check_switch(SwitchConfig())


@pytest.mark.parametrize(
    "config,setting",
    [
        (SwitchConfig("remote"), "switch.url"),
        (SwitchConfig("remote", "http://127.0.0.1:1", "key"), "switch.url"),
        (SwitchConfig("remote", "ws://127.0.0.1:1"), "switch.key"),
        (SwitchConfig("asterisk", "", user="u", password="p"), "switch.url"),
        (SwitchConfig("asterisk", "ws://127.0.0.1:1/ari", user="u", password="p"), "switch.url"),
        (SwitchConfig("asterisk", "http://u@127.0.0.1:1/ari", user="u", password="p"), "switch.url"),
        (SwitchConfig("asterisk", ARI, password="p"), "switch.user"),
        (SwitchConfig("asterisk", ARI, user="u"), "switch.password_file"),
        (SwitchConfig("asterisk", ARI, user="u", password="p", sounds={"consent": "x"}), "switch.sounds"),
        (SwitchConfig("carrier pigeon"), "switch.kind"),  # type: ignore[arg-type]
    ],
)
async def test_a_configuration_that_cannot_be_used_names_the_setting(config: SwitchConfig, setting: str) -> None:
    with pytest.raises(ConfigError, match=setting):
        open_switch(config)
    with pytest.raises(ConfigError, match=setting):
        await check_switch(config)


async def test_a_check_does_not_disturb_who_is_connected(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, *PHONES)
    rig = RemoteRig(server)
    try:
        await rig.start()
        config = SwitchConfig("remote", server.url, server.key)
        await check_switch(config)
        assert isinstance(open_switch(config), RemoteSwitch)
        await rig.settle()
        assert rig.heard.downs == []
        with pytest.raises(SwitchUnavailable, match="refuses the key"):
            await check_switch(SwitchConfig("remote", server.url, "guessed"))
    finally:
        await rig.close()
        assert server.stop() == 0
    with pytest.raises(SwitchUnavailable, match="cannot be reached"):
        await check_switch(config)


async def test_something_else_that_answers_is_told_so(aiohttp_server: AiohttpServer) -> None:
    other = await aiohttp_server(web.Application())
    with pytest.raises(SwitchUnavailable, match="no simulated switch"):
        await check_switch(SwitchConfig("remote", f"ws://127.0.0.1:{other.port}", "key"))
