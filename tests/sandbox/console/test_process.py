"""The console as a process of its own."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from connector.sandbox.console.server import Console
from connector.sandbox.org.server import Org

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

COMMAND = [sys.executable, "-m", "connector.sandbox.console"]


async def test_it_says_when_it_is_ready_and_ends_on_a_signal(org: Org, tmp_path: Path) -> None:
    key = tmp_path / "sandbox.key"
    key.write_text(f"{org.control_key}\n")
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "--port", "0", "--org-url", org.url, "--panel-url", "http://localhost:1/panel",
        "--control-key-file", str(key), "--user", "priya=priya.nair@phone-panel.example",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        words = (await process.stdout.readline()).decode().split()
        assert words[:2] == ["console", "ready"]
        async with aiohttp.ClientSession() as http, http.get(words[2]) as response:
            assert response.status == 200
            assert "Priya Nair" in await response.text()
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


async def test_a_taken_port_and_a_missing_key_are_one_clear_line(console: Console, tmp_path: Path) -> None:
    key = tmp_path / "sandbox.key"
    for port, words in ((0, b"No such file"), (console.port, b"address already in use")):
        process = await asyncio.create_subprocess_exec(
            *COMMAND, "--port", str(port), "--org-url", "http://localhost:1", "--panel-url", "http://localhost:2/panel",
            "--control-key-file", str(key),
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, complaint = await process.communicate()
        assert process.returncode == 1
        assert complaint.startswith(b"the console cannot start: ")
        assert words in complaint
        assert complaint.count(b"\n") == 1
        key.write_text("k")


async def test_a_user_without_a_username_is_refused(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "--org-url", "http://localhost:1", "--panel-url", "http://localhost:2/panel",
        "--control-key-file", str(tmp_path / "k"), "--user", "sam",
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, complaint = await process.communicate()
    assert process.returncode == 2
    assert b"'sam' is not KEY=USERNAME" in complaint
