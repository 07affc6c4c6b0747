"""Where an agent is, in the words of Asterisk's geolocation, which makes a PIDF-LO of them (RFC 4119, 5139)."""

import re
from typing import Final

from connector.domain.address import CivicAddress

_SPECIAL: Final = re.compile(r"[^\w .\-]", re.ASCII)


def location_info(address: CivicAddress) -> str:
    """`country="US",A1="CA",…`, for GEOLOC_PROFILE(location_info).

    Asterisk puts a value into XML as it is, and first takes what looks like a variable in it for one: all but letters,
    digits and a few signs are written as references to characters, so that `$`, quotes and `&` mean themselves.
    """
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in address.elements)


def _escaped(value: str) -> str:
    return _SPECIAL.sub(lambda found: found[0] if ord(found[0]) > 127 else f"&#{ord(found[0])};", value)


def location_variables(address: CivicAddress) -> dict[str, str]:
    """Set on a channel before it calls, they go along with the call as a PIDF-LO that may be used to route it."""
    return {
        "GEOLOC_PROFILE(format)": "civicAddress",
        "GEOLOC_PROFILE(location_info)": location_info(address),
        "GEOLOC_PROFILE(pidf_element)": "tuple",
        "GEOLOC_PROFILE(method)": "Manual",
        "GEOLOC_PROFILE(allow_routing_use)": "yes",
    }
