"""The agents and the address book: users with the permission, their skills, and the entries that agents may call."""

from collections.abc import Sequence
from typing import Final

from connector.domain import numbers
from connector.domain.address import CivicAddress, cleaned
from connector.domain.dial_plan import matches
from connector.domain.directory import DEFAULT_SKILL, Entry, NumberPattern, PatternAction, Profile, Skill
from connector.salesforce.client import Json
from connector.salesforce.tables import AGENT_PERMISSION, SUPERVISOR_PERMISSION, Tables

MIDDLING: Final = 5
"""The proficiency of an agent for whom none is given."""

_PLAIN: Final = Profile("", "")
_ADDRESS: Final = tuple(field for field in CivicAddress.__struct_fields__ if field != "country")
_ENTRY: Final = "Phone_Address_Book_Entry__c"


def read_agents(tables: Tables, skills: dict[str, Skill]) -> dict[str, Profile]:
    """The active users with the agent's permission set, by id; all have the default skill if none is configured."""
    holders: dict[str, set[str]] = {AGENT_PERMISSION: set(), SUPERVISOR_PERMISSION: set()}
    for row in tables.rows("PermissionSetAssignment"):
        holders[row["PermissionSet"]["Name"]].add(row["AssigneeId"])
    users = [user for user in tables.rows("User") if user["Id"] in holders[AGENT_PERMISSION]]
    levels = _levels(tables, {user["Id"] for user in users}, skills)
    default = {} if tables.rows("Phone_Skill__mdt") else {DEFAULT_SKILL: MIDDLING}
    people = _Users(tables, skills)
    supervisors = holders[SUPERVISOR_PERMISSION]
    return {
        user["Id"]: people.profile(user, levels.get(user["Id"], default), user["Id"] in supervisors) for user in users
    }


def read_entries(
    tables: Tables, agents: dict[str, Profile], patterns: Sequence[NumberPattern] = ()
) -> tuple[Entry, ...]:
    """The address book by name.  A number without a country code is read as in the country that all agents have in
    common; with agents in several it is left out, since it could be anybody's.  What the dial plan makes a number of
    stays as it is written."""
    countries = {agent.country for agent in agents.values()}
    country = countries.pop() if len(countries) == 1 else ""
    devices = {agent.device for agent in agents.values() if agent.device}
    found = []
    for row in tables.rows(_ENTRY):
        name, text = (str(row.get(field) or "").strip() for field in ("Name", "Number__c"))
        digits = numbers.short_digits(text)
        rule = next((one for one in patterns if digits and matches(one.pattern, digits)), None)
        planned = rule is not None and rule.action in (PatternAction.INTERNAL, PatternAction.REWRITE)
        known = text if text in devices else digits if planned else ""
        number = known or tables.number(_ENTRY, name, "Number__c", text, country)
        if number:
            found.append(Entry(row["Id"], name, number, (row.get("Detail__c") or "").strip()))
    return tuple(found)


class _Users:
    """Makes profiles; a device and a direct number belong to the first who has them."""

    def __init__(self, tables: Tables, skills: dict[str, Skill]) -> None:
        self._tables = tables
        self._devices: dict[str, str] = {}
        self._numbers = {line: f"the skill {skill.name}" for skill in skills.values() for line in skill.numbers}

    def profile(self, user: Json, levels: dict[str, int], supervisor: bool) -> Profile:
        """The user as an agent."""
        locale = (user.get("LocaleSidKey") or "").partition("_")[2][:2]
        country = (user.get("Phone_Country__c") or locale).upper() or _PLAIN.country
        address = _address(user, country)
        return Profile(
            id=user["Id"],
            name=user["Name"],
            device=self._device(user),
            country=country,
            time_zone=user.get("TimeZoneSidKey") or _PLAIN.time_zone,
            language=user.get("LanguageLocaleKey") or _PLAIN.language,
            locale=user.get("LocaleSidKey") or _PLAIN.locale,
            skills=levels,
            supervisor=supervisor,
            direct_number=self._direct_number(user, country),
            address=address,
            address_verified=self._is_verified(user, address),
            transcript=bool(user.get("Phone_Transcript__c")),
        )

    def _is_verified(self, user: Json, address: CivicAddress | None) -> bool:
        """Whether somebody made sure of the address, and help can find it by what it says."""
        if not user.get("Phone_Address_Verified__c"):
            return False
        faults = {"street": "is blank"} if address is None else address.faults()
        for field, why in faults.items():
            words = f"{_field(field)} {why}: the address is not sent with emergency calls"
            self._tables.note("User", user["Name"], words)
        return not faults

    def _device(self, user: Json) -> str:
        device = (user.get("Phone_Device__c") or "").strip()
        if not device:
            self._tables.note("User", user["Name"], "has no Phone_Device__c: no phone can be rung for this agent")
        elif device in self._devices:
            why = f"Phone_Device__c {device} belongs to {self._devices[device]} already"
            self._tables.note("User", user["Name"], why)
            return ""
        else:
            self._devices[device] = user["Name"]
        return device

    def _direct_number(self, user: Json, country: str) -> str:
        text = (user.get("Phone_Direct_Number__c") or "").strip()
        if not text:
            return ""
        number = self._tables.number("User", user["Name"], "Phone_Direct_Number__c", text, country)
        if number in self._numbers:
            why = f"Phone_Direct_Number__c {number} belongs to {self._numbers[number]} already"
            self._tables.note("User", user["Name"], why)
            return ""
        if number:
            self._numbers[number] = user["Name"]
        return number


def _field(part: str) -> str:
    return f"Phone_Address_{part.title()}__c"


def _address(user: Json, country: str) -> CivicAddress | None:
    """Where they are, in the country of their phone; None when nothing is said."""
    parts = {part: cleaned(str(user.get(_field(part)) or "")) for part in _ADDRESS}
    return CivicAddress(country, **parts) if any(parts.values()) else None


def _levels(tables: Tables, agents: set[str], skills: dict[str, Skill]) -> dict[str, dict[str, int]]:
    """For each agent, skill → proficiency, 1 to 10."""
    found: dict[str, dict[str, int]] = {}
    for row in tables.rows("Phone_Agent_Skill__c"):
        agent, skill, level = row["User__c"], row.get("Skill__c"), row.get("Proficiency__c")
        if agent not in agents:
            continue
        if skill not in skills:
            tables.note("Phone_Agent_Skill__c", row["Name"], f"Skill__c {skill!r} is no skill")
            continue
        proficiency = MIDDLING if level is None else round(level)
        if not 1 <= proficiency <= 10:
            tables.note("Phone_Agent_Skill__c", row["Name"], f"Proficiency__c {level:g} is not between 1 and 10")
            proficiency = min(10, max(1, proficiency))
        found.setdefault(agent, {})[skill] = proficiency
    return found
