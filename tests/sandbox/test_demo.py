"""The demo as a command: ports, its end, a connector that dies, and calls on request."""

import asyncio
import json
import os
import re
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from connector.cli import main
from connector.config import read
from connector.errors import ConfigError, ConnectorError
from connector.sandbox import demo as demo_module
from connector.sandbox import simulate
from connector.sandbox.demo import PORTS, ports, programs_of
from connector.sandbox.parts import Part, PartError

ROOT = Path(__file__).parents[2]
ANY = dict.fromkeys(PORTS, "0")


# --- ports -----------------------------------------------------------------------------------------------------------


def test_free_ports_are_found_and_all_differ() -> None:
    for _ in range(20):
        chosen = ports(ANY)
        assert list(chosen) == ["PANEL_PORT", "ORG_PORT", "CONSOLE_PORT"]
        assert len({*chosen.values()} - {0}) == 3


@pytest.mark.parametrize("name", PORTS)
def test_a_taken_port_names_the_variable_and_the_cure(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError) as refused:
            ports({**ANY, name: str(port)})
    assert str(refused.value) == f"Port {port} is taken. Stop what uses it, or choose another: {name}=<port> make demo"


@pytest.mark.parametrize("text", ["http", "-1", "65536", "80.5", "0x50"])
def test_what_is_no_port_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^ORG_PORT: .* is not a port; give 1 to 65535\.$"):
        ports({**ANY, "ORG_PORT": text})


def test_two_parts_cannot_have_one_port() -> None:
    free = str(ports(ANY)["ORG_PORT"])
    with pytest.raises(ConfigError, match=r"^CONSOLE_PORT and ORG_PORT are both \d+"):
        ports({**ANY, "ORG_PORT": free, "CONSOLE_PORT": free})


def test_a_bad_origin_is_told_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in PORTS:
        monkeypatch.setenv(name, "0")
    monkeypatch.setenv("SALESFORCE_ORIGINS", "acme.lightning.force.com")
    assert main(["demo"]) == 1
    told = capsys.readouterr()
    assert told.err.startswith("connector: SALESFORCE_ORIGINS: ")
    assert "starting" not in told.out


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({"BROWSER": "none", "DISPLAY": ":0"}, False),
        ({"BROWSER": "firefox"}, True),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({}, sys.platform == "darwin"),
    ],
)
def test_a_page_is_opened_where_there_is_a_window_for_it(environment: dict[str, str], shown: bool) -> None:
    assert demo_module._can_show(environment) is shown


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"SWITCH": "freeswitch"}, "SWITCH: 'freeswitch' is no switch of the demo"),
        ({"SWITCH": "asterisk"}, "ASTERISK: is not there; `make demo SWITCH=asterisk` fetches it"),
        ({"SWITCH": "asterisk", "ASTERISK": "here", "PHONES": "nowhere"}, "PHONES: is not there"),
    ],
)
def test_what_is_wrong_with_the_choice_of_a_switch_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], words: str
) -> None:
    (tmp_path / "here" / "usr").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=re.escape(words)):
        programs_of(given)


def test_the_switch_is_simulated_unless_it_is_named(tmp_path: Path) -> None:
    assert programs_of({}) is programs_of({"SWITCH": "simulated"}) is None
    (tmp_path / "usr").mkdir()
    found = programs_of({"SWITCH": "asterisk", "ASTERISK": str(tmp_path), "PHONES": str(tmp_path)})
    assert found is not None
    assert (found.asterisk, found.phones) == (tmp_path, tmp_path)


# --- parts -----------------------------------------------------------------------------------------------------------


@contextmanager
def module(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Iterator[str]:
    """The name of a module with that body, which a child can run."""
    (folder / "a_part.py").write_text(body)
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{ROOT}")
    yield "a_part"


def alive(pid: int) -> bool:
    """Whether that process runs; one that has ended and is not waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


async def test_a_part_that_does_not_start_has_the_last_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        module(tmp_path, monkeypatch, "raise SystemExit('the org is on fire')") as name,
        pytest.raises(PartError, match=r"(?s)org did not start\..*the org is on fire"),
    ):
        await Part("org", name, [], tmp_path).start()


async def test_a_part_that_is_never_ready_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.sandbox.parts.READY_WITHIN", 0.3)
    with module(tmp_path, monkeypatch, "import time\ntime.sleep(60)") as name:
        part = Part("org", name, [], tmp_path)
        with pytest.raises(PartError, match="org was not ready within"):
            await part.start()
        assert not alive(part.pid)


async def test_a_part_whose_start_is_given_up_can_still_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with module(tmp_path, monkeypatch, "import time\ntime.sleep(60)") as name:
        part = Part("org", name, [], tmp_path)
        starting = asyncio.get_running_loop().create_task(part.start())
        await asyncio.sleep(0)
        starting.cancel()
        with suppress(asyncio.CancelledError):
            await starting
        await part.stop()
        assert part._process is None or not alive(part.pid)


async def test_a_part_may_say_more_than_that_it_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "print('part ready here', flush=True)\nfor _ in range(20_000): print('x' * 99, flush=False)\n"
    with module(tmp_path, monkeypatch, body) as name:
        part = Part("org", name, [], tmp_path)
        assert await part.start() == "here"
        assert await asyncio.wait_for(part.ended(), 10) == 0


async def test_a_part_that_does_not_want_to_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.sandbox.parts.END_WITHIN", 0.1)
    body = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('a ready b')\ntime.sleep(60)"
    with module(tmp_path, monkeypatch, body) as name:
        part = Part("org", name, [], tmp_path)
        await part.start()
        await part.stop()
        assert not alive(part.pid)


async def test_parts_speak_past_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "acme.example")
    with module(tmp_path, monkeypatch, "import os\nprint('a ready', os.environ['no_proxy'])") as name:
        part = Part("org", name, [], tmp_path)
        assert await part.start() == "acme.example,localhost,127.0.0.1"
        assert await part.ended() == 0


def test_a_note_is_taken_back_by_whose_it_is(tmp_path: Path) -> None:
    note = tmp_path / "demo.json"
    note.write_text('{"switch": "x", "key": "theirs"}')
    demo_module._take_back(note, "ours")
    assert note.exists()
    demo_module._take_back(note, "theirs")
    assert not note.exists()
    demo_module._take_back(note, "theirs")


# --- the whole -------------------------------------------------------------------------------------------------------


class Command:
    """`connector demo` as somebody runs it."""

    def __init__(self, process: asyncio.subprocess.Process, environment: dict[str, str]) -> None:
        self.process = process
        self.environment = environment
        self.lines: list[str] = []

    async def line(self, has: str) -> str:
        """The next line with that in it."""
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            while text := (await self.process.stdout.readline()).decode():
                self.lines.append(text)
                if has in text:
                    return text
        raise AssertionError(f"no line with {has!r}: {self.lines}")

    def parts(self) -> dict[str, int]:
        """The demo's children: the module that each runs, and its process id."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        found = {}
        for pid in children:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if words[2:3] == ["connector.sandbox.child"]:  # else it is only about to become one
                found[words[3].rsplit(".", 1)[1]] = int(pid)
        return found

    async def end(self, number: int) -> int:
        """That signal; the exit code."""
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), 20)


LOOPBACK = "0100007F"
"""127.0.0.1, as the kernel writes it."""


def listening(pid: int) -> list[str]:
    """The addresses at which that process listens, as the kernel writes them."""
    held = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            held.add(str(descriptor.readlink()))
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in held:
                found.append(words[1].partition(":")[0])
    return found


@asynccontextmanager
async def command(folder: Path, **environment: str) -> AsyncIterator[Command]:
    places = {"XDG_STATE_HOME": str(folder), "TMPDIR": str(folder)}
    known = {**os.environ, **ANY, **places, "BROWSER": "none", **environment}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "connector", "demo", env=known, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield Command(process, known)
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
        process._transport.close()  # type: ignore[attr-defined]  # its pipe, which nobody reads to the end


async def ask(url: str) -> tuple[int, Any, str]:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        text = await answer.text()
        policy = answer.headers.get("Content-Security-Policy", "")
        return answer.status, json.loads(text) if "json" in answer.content_type else text, policy


@pytest.mark.slow
async def test_the_demo_from_its_start_to_ctrl_c(
    tmp_path: Path, needs: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    needs("panel")
    async with command(tmp_path, SALESFORCE_ORIGINS="https://acme.lightning.force.com") as demo:
        ready = await demo.line("ready: ")
        found = re.fullmatch(r"ready: console (http://\S+)  panel (http://\S+)/panel  org (http://\S+)\n", ready)
        assert found, ready
        console, panel, org = found.groups()
        assert (await ask(console))[0] == (await ask(f"{org}/services/data"))[0] == 200
        _, _, policy = await ask(f"{panel}/panel?sfdcIframeOrigin={console}")
        assert f"frame-ancestors {console} https://acme.lightning.force.com;" in policy
        assert (await ask(f"{panel}/readyz"))[:2] == (200, {"ready": True, "missing": []})
        note = tmp_path / "phone-panel" / "demo.json"
        assert stat.S_IMODE(note.stat().st_mode) == 0o600

        told = await asyncio.to_thread(simulate.call, demo.environment, "+14155550143", "Billing", 30)
        assert told.startswith("+14155550143 calls Billing (")
        for number, skill, field in (("12", None, "from"), ("+14155550143", "Nobody", "skill")):
            with pytest.raises(ConnectorError, match=f"^{field}: "):
                await asyncio.to_thread(simulate.call, demo.environment, number, skill, 30)

        said = await asyncio.to_thread(simulate.callback, demo.environment, {"number": "+14155550182"})
        assert said.startswith("+14155550182 is to be called back, in Support_EN (")
        said = await asyncio.to_thread(simulate.work, demo.environment, "email", {"title": "Hello", "skill": "Sales"})
        assert said.startswith("“Hello” waits in Sales (")
        with pytest.raises(ConnectorError, match=r"^skill: There is no skill 'Nobody'"):
            await asyncio.to_thread(simulate.work, demo.environment, "work_item", {"skill": "Nobody"})

        closed = {"Hours__c": "Su 03:00-03:01"}
        said = await asyncio.to_thread(simulate.configure, demo.environment, "Phone_Skill__mdt", "Billing", closed)
        assert said.startswith("Phone_Skill__mdt Billing: Hours__c = Su 03:00-03:01")
        with pytest.raises(ConnectorError, match="has no field Nope"):
            await asyncio.to_thread(simulate.configure, demo.environment, "Phone_Skill__mdt", "Sales", {"Nope": "x"})
        open_again = {"Hours__c": ""}
        await asyncio.to_thread(simulate.configure, demo.environment, "Phone_Skill__mdt", "Billing", open_again)

        settings = (await demo.line("connector check --config")).split()[-1]
        assert await asyncio.to_thread(main, ["check", "--config", settings]) == 0
        checked = capsys.readouterr().out
        assert "WRONG" not in checked
        assert "ok     switch: remote" in checked
        assert "ok     Sign-in at Salesforce works." in checked
        assert f"ok     sign-in at the connector: the app must have the callback URL {panel}/sign-in/" in checked
        assert (await ask(f"{panel}/readyz"))[0] == 200, "who checks leaves the running connector alone"

        pids = demo.parts()
        assert set(pids) == {"org", "switch", "connector_process", "console"}
        heard_at = {name: listening(pid) for name, pid in pids.items()}
        assert all(heard_at.values())
        assert {address for found in heard_at.values() for address in found} == {LOOPBACK}
        alarms = read(Path(settings), {}).emergency
        assert urlsplit(alarms.webhook_url).hostname == "localhost"
        assert (alarms.smtp_host, alarms.smtp_user) == ("127.0.0.1", ""), "nobody outside hears of an emergency call"
        os.kill(pids["connector_process"], signal.SIGKILL)
        await demo.line("starting it again")
        async with asyncio.timeout(30):
            while True:
                with suppress(aiohttp.ClientError):
                    status, _, _ = await ask(f"{panel}/readyz")
                    if status == 200:
                        break
                await asyncio.sleep(0.05)  # another process: there is no event to wait for
        _, metrics, _ = await ask(f"{panel}/metrics")
        assert 'phone_panel_contacts{phase="QUEUED"} 3.0' in metrics, "call, call back and e-mail are still there"
        pids |= {"again": demo.parts()["connector_process"]}
        assert len(set(pids.values())) == 5

        assert await demo.end(signal.SIGINT) == 0
        assert [name for name, pid in pids.items() if alive(pid)] == []
        assert not note.exists()
        assert list(tmp_path.glob("phone-panel-demo-*")) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_ctrl_c_while_it_starts_leaves_nothing_behind(tmp_path: Path, number: int) -> None:
    async with command(tmp_path) as demo:
        await demo.line("starting: ")
        async with asyncio.timeout(20):
            while not (pids := demo.parts()):  # noqa: ASYNC110  # another process: there is no event to wait for
                await asyncio.sleep(0.01)
        assert await demo.end(number) == 130
        assert [name for name, pid in pids.items() if alive(pid)] == []
        assert list(tmp_path.glob("phone-panel-demo-*")) == []


@pytest.mark.slow
async def test_a_demo_that_is_killed_takes_its_parts_with_it(tmp_path: Path, needs: Callable[[str], str]) -> None:
    needs("panel")
    async with command(tmp_path) as demo:
        await demo.line("ready: ")
        pids = demo.parts()
        assert len(pids) == 4
        await demo.end(signal.SIGKILL)
        async with asyncio.timeout(20):
            while any(alive(pid) for pid in pids.values()):  # noqa: ASYNC110  # other processes: there is no event
                await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_the_end_of_a_part_is_the_end_of_the_demo(tmp_path: Path, needs: Callable[[str], str]) -> None:
    needs("panel")
    async with command(tmp_path) as demo:
        await demo.line("ready: ")
        pids = demo.parts()
        os.kill(pids["org"], signal.SIGKILL)
        assert await asyncio.wait_for(demo.process.wait(), 20) == 1
        assert [name for name, pid in pids.items() if alive(pid)] == []
