"""Of `connector check`: whether emergency calls leave Asterisk as they should, with what goes along."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from connector.ports.finding import Finding
from connector.switch.asterisk.plans import CONTEXT

Ask = Callable[..., Awaitable[tuple[int, Any]]]
"""See `_Ari.ask` of check.py."""

_DYNAMIC = ("asterisk", "config", "dynamic")


async def look_at_emergencies(
    ask: Ask, routes: Mapping[str, str], devices: Iterable[str], local: Iterable[str]
) -> list[Finding]:
    """`local` are the routes of calls with an address.  An endpoint that is not there is told elsewhere."""
    found = []
    for name, endpoint in routes.items():
        status, body = await ask(*_DYNAMIC, "res_pjsip", "endpoint", endpoint)
        if status == 200:
            found += _of_endpoint(endpoint, name, _fields(body), local=name in local)
    return found + await _of_phones(ask, devices)


def _of_endpoint(endpoint: str, route: str, fields: Mapping[str, str], *, local: bool) -> list[Finding]:
    found = []
    if local and not fields.get("geoloc_outgoing_call_profile"):
        what = f"emergency calls by {endpoint!r} ({route}) would leave without the caller's address"
        cure = f"set geoloc_outgoing_call_profile = <prefer_incoming> for the endpoint {endpoint} in pjsip.conf"
        found.append(Finding(False, what, cure))
    if "yes" not in (_truth(fields.get("send_pai")), _truth(fields.get("send_rpid"))):
        what = f"emergency calls by {endpoint!r} ({route}) have no P-Asserted-Identity"
        cure = f"if the carrier wants one, set send_pai = yes and trust_id_outbound = yes for the endpoint {endpoint}"
        found.append(Finding(True, what, cure, hint=True))
    return found


async def _of_phones(ask: Ask, devices: Iterable[str]) -> list[Finding]:
    unknown = []
    for device in sorted(set(devices)):
        status, _ = await ask(*_DYNAMIC, "res_geolocation", "profile", f"{CONTEXT}{device}")
        if status != 200:
            unknown.append(device)
    if not unknown:
        return []
    what = f"Asterisk knows no address and no callback number yet for emergencies on the phones {', '.join(unknown)}"
    return [Finding(True, what, "start the connector, which tells it; see docs/admin/asterisk.md", hint=True)]


def _fields(body: Any) -> dict[str, str]:
    return {one["attribute"]: one["value"] for one in body or () if isinstance(one, dict)}


def _truth(value: str | None) -> str:
    return "yes" if value in ("yes", "true", "1") else "no"
