"""Who may call in the Demo menu: the org's people with a phone, and the skills they can call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import phonenumbers

from connector.sandbox.console.org_rest import OrgRest

REGIONS = {"": "US", "United States": "US", "USA": "US", "Netherlands": "NL", "The Netherlands": "NL", "Germany": "DE",
           "United Kingdom": "GB"}  # fmt: skip
"""Countries as people write them in addresses, for numbers without a country code."""


class Caller(msgspec.Struct, frozen=True):
    """A person and one of their numbers: as written in the record, and in E.164."""

    name: str
    company: str
    shown: str
    number: str


class Skill(msgspec.Struct, frozen=True):
    """A skill that customers can call: its key and what people call it."""

    key: str
    label: str


async def callers(rest: OrgRest, user: str) -> list[Caller]:
    """Contacts and Leads with a number that can be dialled, by name."""
    contacts = await rest.query(
        user,
        "SELECT Name, Phone, MobilePhone, MailingCountry, Account.Name FROM Contact "
        "ORDER BY LastName, FirstName LIMIT 200",
    )
    leads = await rest.query(
        user, "SELECT Name, Phone, MobilePhone, Country, Company FROM Lead ORDER BY LastName, FirstName LIMIT 200"
    )
    found = [_caller(row, (row.get("Account") or {}).get("Name") or "", row["MailingCountry"]) for row in contacts]
    found += [_caller(row, row["Company"] or "", row["Country"]) for row in leads]
    return [caller for caller in found if caller is not None]


def _caller(row: Mapping[str, Any], company: str, country: str | None) -> Caller | None:
    region = REGIONS.get(country or "", country if country and len(country) == 2 else "US")
    for shown in (row["Phone"], row["MobilePhone"]):
        number = e164(shown, region) if shown else None
        if number:
            return Caller(row["Name"], company, shown, number)
    return None


def e164(text: str, region: str) -> str | None:
    """The number in E.164 without its extension; None when it is not a possible number of the region."""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


async def skills(rest: OrgRest, user: str) -> list[Skill]:
    """The skills that have a number to call, by label."""
    rows = await rest.query(
        user, "SELECT DeveloperName, MasterLabel, Inbound_Numbers__c FROM Phone_Skill__mdt ORDER BY MasterLabel"
    )
    return [Skill(row["DeveloperName"], row["MasterLabel"]) for row in rows if row["Inbound_Numbers__c"]]
