"""What `connector check` finds out about an Asterisk, by questions that change nothing and are in nobody's way.

Nothing connects as the Stasis application: whoever does takes it from the connector that runs.
"""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

import aiohttp
from msgspec import Struct

from connector.errors import SwitchUnavailable
from connector.ports.finding import Finding
from connector.switch.asterisk.check_emergency import look_at_emergencies
from connector.switch.asterisk.machine import IN_EAR, LINE_CONTEXT
from connector.switch.asterisk.needed import NEEDED

OLDEST: Final = 22
"""The first major version with requests over the event socket and geolocation by the channel."""

ANSWER_WITHIN: Final = 10.0
THIS_MACHINE: Final = ("localhost", "127.0.0.1", "::1")
_REACH: Final = (
    "is Asterisk running, does http.conf have enabled = yes and this bindaddr and port, and does the firewall let this "
    "machine through?"
)


class Plan(Struct, frozen=True):
    """What the settings name: see `AsteriskSwitch`."""

    app: str
    trunk: str
    devices: tuple[str, ...]
    routes: Mapping[str, str]
    sounds: Mapping[str, str]


class Wanted(Struct, frozen=True):
    """What the org's configuration names: routes of emergency calls, and announcements before recordings.

    `local` are those of calls with an address.
    """

    routes: tuple[str, ...] = ()
    announcements: tuple[str, ...] = ()
    local: tuple[str, ...] = ()


async def look_at(url: str, user: str, password: str, plan: Plan, wanted: Wanted | None) -> list[Finding]:
    """All findings, those that are as they should be included.

    `wanted` None: the org could not be asked.  Raises SwitchUnavailable only for an Asterisk that goes away meanwhile.
    """
    headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}
    timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        ari = _Ari(session, url)
        found, usable = await _signed_in(ari, url, user)
        if not usable:
            return found
        for part in (_modules(ari), _application(ari, plan), _endpoints(ari, plan, wanted), _sounds(ari, plan, wanted)):
            found.extend(await part)
        local = () if wanted is None else wanted.local
        return found + await look_at_emergencies(ari.ask, plan.routes, plan.devices, local)


class _Ari:
    """Questions to one Asterisk."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def ask(self, *parts: str, method: str = "GET") -> tuple[int, Any]:
        """The status and, where it is JSON, the body.  Raises SwitchUnavailable with the cure."""
        path = "/".join(quote(part, safe="") for part in parts)
        try:
            async with self._session.request(method, f"{self._url}/{path}") as answer:
                is_json = answer.content_type == "application/json"
                return answer.status, await answer.json() if is_json else None
        except aiohttp.ClientConnectorCertificateError as error:
            cure = "write the host as in its certificate, and let this machine trust who signed that"
            raise SwitchUnavailable(f"the certificate of {self._url} is refused: {error}; {cure}") from error
        except aiohttp.ClientConnectorSSLError as error:
            raise SwitchUnavailable(
                f"{self._url} does not speak TLS: see tlsenable in http.conf and its port, usually 8089"
            ) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            why = str(error) or type(error).__name__
            raise SwitchUnavailable(f"Asterisk at {self._url} cannot be reached ({why}): {_REACH}") from error


async def _signed_in(ari: _Ari, url: str, user: str) -> tuple[list[Finding], bool]:
    """Whether ARI is there, takes the user, and is new enough; nothing else can be asked before."""
    status, info = await ari.ask("asterisk", "info")
    if status == 401:
        cure = f"make switch.user and switch.password_file as in ari.conf: a section [{user}] with type = user"
        return [Finding(False, f"Asterisk refuses the user {user!r} or the password", cure)], False
    if status == 404:
        cure = "load res_ari.so, set enabled = yes in ari.conf, and end switch.url as http.conf says (its prefix, /ari)"
        return [Finding(False, f"there is no ARI at {url}", cure)], False
    version = info.get("system", {}).get("version", "") if status == 200 and isinstance(info, dict) else ""
    if not version:
        return [Finding(False, f"what answers at {url} is no Asterisk (status {status})", "correct switch.url")], False
    found = [_of_version(version), *_of_transport(url)]
    # Nobody has such a channel: who may not write is told so before it is looked for.
    status, _ = await ari.ask("channels", f"check-{secrets.token_hex(8)}", method="DELETE")
    cure = f"set read_only = no in the section [{user}] of ari.conf"
    found.append(Finding(status != 403, f"the user {user!r} may {'not ' if status == 403 else ''}control calls", cure))
    return found, True


def _of_version(version: str) -> Finding:
    major = version.removeprefix("certified/").partition(".")[0]
    cure = f"it must be {OLDEST} or newer"
    if not major.isdecimal():
        return Finding(True, f"Asterisk {version}: its version has no number", cure, hint=True)
    return Finding(int(major) >= OLDEST, f"Asterisk {version}", cure)


def _of_transport(url: str) -> list[Finding]:
    parts = urlsplit(url)
    if parts.scheme == "https" or parts.hostname in THIS_MACHINE:
        return []
    cure = "use https (tlsenable in http.conf), or a network that nobody else is on"
    return [Finding(True, "the password and all calls' data go to Asterisk unencrypted", cure, hint=True)]


async def _modules(ari: _Ari) -> list[Finding]:
    _, modules = await ari.ask("asterisk", "modules")
    running = {module["name"] for module in modules or () if module.get("status") == "Running"}
    found = []
    for purpose, needed in NEEDED.items():
        missing = [name for name in needed if name not in running]
        cure = f"load {' '.join(missing)}: see modules.conf, and `module load` in Asterisk's console"
        what = f"modules for {purpose}" + (f": {', '.join(missing)} not running" if missing else "")
        found.append(Finding(not missing, what, cure))
    return found


async def _application(ari: _Ari, plan: Plan) -> list[Finding]:
    status, _ = await ari.ask("applications", plan.app)
    found = []
    if status == 200:
        what = f"a connector uses the Stasis application {plan.app!r}, or did since Asterisk was started"
        cure = "if that is another connector, give one of them another switch.app: a second one takes all calls away"
        found.append(Finding(True, what, cure, hint=True))
    else:
        found.append(Finding(True, f"nobody uses the Stasis application {plan.app!r}"))
    what = f"whether the dialplan hands callers to Stasis({plan.app},inbound,${{EXTEN}}) cannot be asked"
    cure = "`dialplan show` in Asterisk's console must have it, for our numbers; or call one, and see the panel ring"
    return [*found, Finding(True, what, cure, hint=True), await _ear(ari)]


async def _ear(ari: _Ari) -> Finding:
    status, body = await ari.ask("deviceStates", IN_EAR)
    if status == 200 and body.get("state") == "INVALID":
        cure = f"it needs the context [{LINE_CONTEXT}] with the extension ear: see docs/admin/asterisk.md, The dialplan"
        return Finding(True, "no phone can be kept connected between calls: the dialplan has no ear", cure, hint=True)
    return Finding(True, f"phones can be kept connected between calls, by [{LINE_CONTEXT}]")


async def _endpoints(ari: _Ari, plan: Plan, wanted: Wanted | None) -> list[Finding]:
    found = [await _way_out(ari, plan.trunk, "switch.trunk: numbers are called by it")]
    for name, endpoint in plan.routes.items():
        found.append(await _way_out(ari, endpoint, f"switch.routes: emergency calls leave by it ({name})"))
    if wanted is None:
        what = "the agents' phones and the emergency routes of the org are not looked at: the org cannot be asked"
        return [*found, Finding(True, what, hint=True)]
    for name in wanted.routes:
        if name not in plan.routes:
            what = f"emergency calls by the org's route {name!r} cannot be made"
            cure = f'say by which endpoint they leave: {name} = "…" in switch.routes'
            found.append(Finding(False, what, cure))
    found.extend(await asyncio.gather(*(_phone(ari, device) for device in sorted(set(plan.devices)))))
    return found


async def _way_out(ari: _Ari, endpoint: str, what: str) -> Finding:
    status, body = await ari.ask("endpoints", "PJSIP", endpoint)
    if status != 200:
        cure = "make it in pjsip.conf, or correct the setting"
        return Finding(False, f"there is no PJSIP endpoint {endpoint!r} ({what})", cure)
    if body.get("state") == "offline":
        cure = f"see `pjsip show endpoint {endpoint}`: its contact does not answer, or it has none"
        return Finding(False, f"the PJSIP endpoint {endpoint!r} is offline ({what})", cure)
    return Finding(True, f"PJSIP endpoint {endpoint!r} ({what})")


async def _phone(ari: _Ari, device: str) -> Finding:
    status, body = await ari.ask("endpoints", "PJSIP", device)
    if status != 200:
        cure = "make it known to Asterisk, or correct the agent's device in the org"
        return Finding(False, f"there is no PJSIP endpoint for the phone {device!r} of an agent", cure)
    if body.get("state") != "online":
        cure = "is it switched on, and does it sign in with the name and password of its endpoint?"
        return Finding(True, f"the phone {device!r} is not registered now", cure, hint=True)
    return Finding(True, f"phone {device!r} is registered")


async def _sounds(ari: _Ari, plan: Plan, wanted: Wanted | None) -> list[Finding]:
    found = []
    for message, media in plan.sounds.items():
        kind, _, name = media.partition(":")
        if kind != "sound":
            continue
        if name.startswith(("/", "custom/")):
            what = f"{message}: Asterisk does not say whether it has the sound {name}"
            found.append(Finding(True, what, "it must be able to read that file", hint=True))
            continue
        status, _ = await ari.ask("sounds", name)
        cure = f'install Asterisk\'s sounds, or name another in switch.sounds: {message} = "sound:…"'
        words = f"{message}: sound {name}" if status == 200 else f"{message}: Asterisk has no sound {name}"
        found.append(Finding(status == 200, words, cure))
    for name in wanted.announcements if wanted is not None else ():
        if name not in plan.sounds:
            what = f"the announcement {name!r} of a skill has no sound: calls of that skill are not recorded"
            found.append(Finding(False, what, f'add {name} = "sound:…" to switch.sounds'))
    return found
