"""How emergency calls leave, out of Phone_Emergency_Route__mdt."""

import re
from typing import Final

from connector.domain.directory import EMERGENCY, EmergencyRoute
from connector.salesforce.client import Json
from connector.salesforce.tables import Tables, listed

SOBJECT: Final = "Phone_Emergency_Route__mdt"


def read_routes(tables: Tables) -> tuple[EmergencyRoute, ...]:
    """The routes, one a country; the built-in ones where no sound one is configured."""
    found: dict[str, EmergencyRoute] = {}
    for row in tables.rows(SOBJECT):
        try:
            route = _route(tables, row)
        except ValueError as error:
            tables.note(SOBJECT, row["DeveloperName"], f"is left out: {error}")
            continue
        if route.country in found:
            tables.note(SOBJECT, row["DeveloperName"], f"is left out: {route.country} has a route already")
        else:
            found[route.country] = route
    return tuple(found.values()) or EMERGENCY


def _route(tables: Tables, row: Json) -> EmergencyRoute:
    country = (row.get("Country__c") or "").strip().upper()
    if not re.fullmatch("[A-Z]{2}", country):
        raise ValueError(f"Country__c {country!r} is not a country's two letters")
    emergency = _digits(tables, row, "Numbers__c")
    if not emergency:
        raise ValueError("Numbers__c has no number")
    local, national = ((row.get(field) or "").strip() for field in ("Local_Route__c", "National_Route__c"))
    if not (local or national):
        raise ValueError("it has neither a Local_Route__c nor a National_Route__c")
    return EmergencyRoute(
        country=country,
        numbers=emergency,
        tests=tuple(number for number in _digits(tables, row, "Test_Numbers__c") if number not in emergency),
        prefixes=_digits(tables, row, "Prefixes__c"),
        local=local or national,
        national=national or local,
    )


def _digits(tables: Tables, row: Json, field: str) -> tuple[str, ...]:
    """The parts of a comma list that are one to six digits."""
    parts = dict.fromkeys(listed(row.get(field)))
    for part in parts:
        if not re.fullmatch(r"[0-9]{1,6}", part):
            tables.note(SOBJECT, row["DeveloperName"], f"{field} {part!r} is left out: give one to six digits")
    return tuple(part for part in parts if re.fullmatch(r"[0-9]{1,6}", part))
