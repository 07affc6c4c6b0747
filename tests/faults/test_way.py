"""Faults of the way and of the org as a whole: met by a first version, then by a later one."""

import socket
import threading
from typing import Any

import pytest

from tests.faults.bad_days import FAULTS
from tests.faults.lab import Lab
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow

CONTACTS = 8


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_of_the_way(lab: Lab, name: str, external_id: str) -> None:
    keys: list[str] = []
    for version in (1, 2):
        lab.proxy.faults = FAULTS[name]()
        lab.proxy.met = 0
        if version == 1:
            keys = await lab.call(CONTACTS)
        else:
            await lab.type(keys)
        await lab.connector.settle()
        assert lab.proxy.met
        lab.proxy.faults = []
        await lab.proxy.release()
        await lab.figures(0)
        if external_id == "plain" and name.startswith("arrives"):
            # Salesforce does not keep the two apart here; the next look at the contact does.
            await lab.type(keys)
        await lab.settled()


@pytest.mark.parametrize("rows", [None, [0, 2, 4, 6]], ids=["every row locked", "half a batch locked"])
async def test_row_locks(lab: Lab, org: RunningOrg, rows: list[int] | None) -> None:
    keys = await lab.call(CONTACTS)
    locks = {"kind": "row_lock", "count": 3, "path": "composite", "rows": rows}
    for _ in range(2):
        org.control("POST", "faults", [locks])
        assert (await lab.settled()).recovered_ms > 0
        await lab.type(keys)
    await lab.settled()


async def test_no_name_can_be_resolved(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    tries = 0

    def lookup(*given: Any, **more: Any) -> Any:
        nonlocal tries
        if threading.current_thread().name.startswith("salesforce") and tries < 5:
            tries += 1
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return real(*given, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    keys = await lab.call(CONTACTS)
    assert (await lab.settled()).recovered_ms >= 15_000
    assert tries == 5
    tries = 0
    lab.proxy.hang_up()
    await lab.type(keys)
    await lab.settled()
    assert tries == 5
