"""Emergency numbers: what an agent typed, by which route it leaves, and which address goes along."""

from typing import Final

from msgspec import Struct

from connector.domain.address import CivicAddress
from connector.domain.directory import EMERGENCY, Directory, EmergencyRoute, Profile
from connector.domain.numbers import short_digits


class PhonePlan(Struct, frozen=True):
    """How an emergency number leaves that is dialled on the phone itself: by `route`, else by `other`.

    `numbers` maps what may be dialled to the number that is called; `callback` is shown, and `address` goes along by
    `route` only.
    """

    device: str
    callback: str
    route: str
    other: str
    numbers: dict[str, str]
    address: CivicAddress | None = None


TEST: Final = "test"
LOCAL: Final = "local"
NATIONAL: Final = "national"


def route_of(directory: Directory, country: str) -> EmergencyRoute | None:
    """How emergency calls of agents in that country leave, or None.  What is configured comes before what we have."""
    country = country.upper()
    return next((route for route in (*directory.emergency, *EMERGENCY) if route.country.upper() == country), None)


def emergency_of(directory: Directory, profile: Profile, typed: str) -> tuple[str, str, str] | None:
    """Kind (local, national, test), number and address of an emergency call that `typed` means there, or None.

    The number is without what may be dialled before it (9 in 9911); the address, in one line, is "" unless it is
    verified.
    """
    route = route_of(directory, profile.country)
    digits = short_digits(typed)
    if route is None:
        return None
    number = next((found for found in _readings(route, digits) if found in route.numbers or found in route.tests), None)
    if number is None:
        return None
    sent = verified(profile)
    address = "" if sent is None else sent.line
    return TEST if number in route.tests else LOCAL if address else NATIONAL, number, address


def verified(profile: Profile) -> CivicAddress | None:
    """Where the agent is, if somebody made sure of that."""
    return profile.address if profile.address_verified else None


def _readings(route: EmergencyRoute, digits: str) -> list[str]:
    rest = [digits[len(prefix) :] for prefix in route.prefixes if digits.startswith(prefix)]
    return [digits, *rest]


def dialled_numbers(route: EmergencyRoute) -> dict[str, str]:
    """What may be dialled there, with every prefix and without, and the number that it means."""
    every = (*route.numbers, *route.tests)
    prefixed = {prefix + number: number for prefix in route.prefixes for number in every}
    return {**prefixed, **{number: number for number in every}}


def trunks_of(directory: Directory, profile: Profile, address: CivicAddress | None) -> tuple[str, str]:
    """The names of the two ways, first the one to be tried first: the local one for a call with an address."""
    route = route_of(directory, profile.country)
    if route is None:
        return "", ""
    return (route.national, route.local) if address is None else (route.local, route.national)
