"""Agents' phones made known to an Asterisk through its ARI, without a file and without a reload.

The Asterisk must keep such objects in its database: sorcery.conf with `auth`, `aor` and `endpoint` of res_pjsip also in
astdb (or in realtime).
"""

from typing import Final
from urllib.parse import quote

import aiohttp

from connector.errors import SwitchUnavailable

KINDS: Final = ("auth", "aor", "endpoint")
"""In the order in which each can refer to the ones before it."""


async def provision(
    session: aiohttp.ClientSession, url: str, device: str, password: str, *, context: str = "agents"
) -> None:
    """A phone may register as `device` with that password; what it dials goes to the dialplan's `context`.

    Raises SwitchUnavailable that says why not; what was there under that name is replaced.
    """
    objects: dict[str, dict[str, str]] = {
        "auth": {"auth_type": "digest", "username": device, "password": password},
        "aor": {"max_contacts": "1", "remove_existing": "yes"},
        "endpoint": {
            "auth": device,
            "aors": device,
            "context": context,
            "disallow": "all",
            "allow": "ulaw",
            "direct_media": "no",
            "dtmf_mode": "rfc4733",
            "callerid": f'"{device}" <{device}>',
        },
    }
    for kind in KINDS:
        fields = [{"attribute": name, "value": value} for name, value in objects[kind].items()]
        path = f"{url}/asterisk/config/dynamic/res_pjsip/{kind}/{quote(device, safe='')}"
        try:
            async with session.put(path, json={"fields": fields}) as answer:
                if answer.status != 200:
                    said = (await answer.text())[:200]
                    raise SwitchUnavailable(f"Asterisk does not take the phone {device} ({kind}): {said}")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise SwitchUnavailable(f"Asterisk at {url} cannot be reached: {error}") from error
