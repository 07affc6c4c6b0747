"""The seeded world: lifelike and the same at every start. Ids count up in the order in which things are made here.

`found` sets up what every org has; `fill` adds the people and their business. Dates are relative to the org's time.
"""

from __future__ import annotations

from connector.sandbox.org import ids
from connector.sandbox.org.objects import PRODUCT
from connector.sandbox.org.objects.task import CLOSED_STATUSES, PRIORITIES, STATUSES
from connector.sandbox.org.records import Records
from connector.sandbox.org.schema import Row
from connector.sandbox.org.seed.rights import grant, place, seat
from connector.sandbox.org.seed.telephony import TRANSCRIPTS
from connector.sandbox.org.seed.world import ADMINISTRATOR, World

ORGANIZATION_ID = ids.make_id("00D", 0)

# Key, first name, last name, title, time zone, locale, language, country, device, active.
USERS: tuple[tuple[str, str, str, str, str, str, str, str, str, bool], ...] = (
    ("sam", "Sam", "Rivera", "Service Agent", "America/Los_Angeles", "en_US", "en_US", "US", "2041", True),
    ("jonas", "Jonas", "Weber", "Service Agent", "Europe/Amsterdam", "nl_NL", "nl_NL", "NL", "2042", True),
    ("priya", "Priya", "Nair", "Service Supervisor", "America/Los_Angeles", "en_US", "en_US", "US", "2043", True),
    ("hannah", "Hannah", "Becker", "Account Executive", "America/New_York", "en_US", "en_US", "US", "", True),
    ("robin", "Robin", "Clarke", "Service Agent (left)", "America/Los_Angeles", "en_US", "en_US", "US", "2049", False),
)
# Key, the number that reaches them from outside, where they are, and whether somebody made sure of that.
EMERGENCY: tuple[tuple[str, str, Row, bool], ...] = (
    ("sam", "(415) 555-0161",
     {"Number": "1", "Street": "Market Street", "Floor": "4", "City": "San Francisco", "State": "CA",
      "Postal_Code": "94105"}, True),
    ("jonas", "020 555 0142", {"Number": "1", "Street": "Damrak", "City": "Amsterdam", "Postal_Code": "1012 LG"}, True),
    ("priya", "",
     {"Number": "88", "Street": "Kearny Street", "City": "San Francisco", "State": "CA",
      "Postal_Code": "94108"}, False),
)  # fmt: skip
PERMISSION_SETS = (
    ("Phone_Panel_Agent", "Phone Panel Agent", ("sam", "jonas", "priya", "robin")),
    ("Phone_Panel_Supervisor", "Phone Panel Supervisor", ("priya",)),
    ("Phone_Panel_Integration", "Phone Panel Integration", ("integration",)),
)


def found(records: Records, integration_username: str) -> None:
    """Set up an org without any business in it: organization, users, permission sets, record types, picklists."""
    schema = records.schema
    records.insert(
        schema["Organization"],
        {"Name": "Phone Panel Sandbox", "PrimaryContact": "Alex Morgan", "DefaultLocaleSidKey": "en_US",
         "TimeZoneSidKey": "America/Los_Angeles", "LanguageLocaleKey": "en_US", "InstanceName": "CS5",
         "OrganizationType": "Developer Edition", "IsSandbox": True},
        ADMINISTRATOR,
        ORGANIZATION_ID,
    )  # fmt: skip
    profiles = {
        name: records.insert(schema["Profile"], {"Name": name, "UserType": "Standard"}, ADMINISTRATOR)
        for name in ("System Administrator", "Service Agent", "Minimum Access - API Only Integrations")
    }
    users = _users(records, profiles, integration_username)
    for name, label, members in PERMISSION_SETS if _has_product(records) else ():
        granted = records.insert(schema["PermissionSet"], {"Name": name, "Label": label}, ADMINISTRATOR)
        for member in members:
            pair: Row = {"PermissionSetId": granted, "AssigneeId": users[member]}
            records.insert(schema["PermissionSetAssignment"], pair, ADMINISTRATOR)
    grant(records, profiles)
    if _has_product(records):
        place(records, users)
        seat(records, [users[member] for member in PERMISSION_SETS[0][2]])
    for name, developer_name, person in (("Business Account", "Business_Account", False),
                                         ("Person Account", "PersonAccount", True)):  # fmt: skip
        kind: Row = {"Name": name, "DeveloperName": developer_name, "SobjectType": "Account", "IsPersonType": person}
        records.insert(schema["RecordType"], kind, ADMINISTRATOR)
    for name in ("Back office", "Callbacks"):
        queue: Row = {"Name": name, "DeveloperName": name.replace(" ", "_"), "Type": "Queue"}
        records.insert(schema["Group"], queue, ADMINISTRATOR)
    _picklists(records)


def _users(records: Records, profiles: dict[str, str], integration_username: str) -> dict[str, str]:
    schema = records.schema
    base: Row = {"TimeZoneSidKey": "America/Los_Angeles", "LocaleSidKey": "en_US", "LanguageLocaleKey": "en_US"}
    admin: Row = {**base, "Username": "admin@phone-panel.example", "FirstName": "Alex", "LastName": "Morgan",
                  "Email": "admin@phone-panel.example", "Alias": "amorgan",
                  "ProfileId": profiles["System Administrator"]}  # fmt: skip
    records.database.next_number("005")
    users = {"admin": records.insert(schema["User"], admin, ADMINISTRATOR, ADMINISTRATOR)}
    machine: Row = {**base, "Username": integration_username, "LastName": "Phone Connector", "Alias": "phonecon",
                    "Email": "integration@phone-panel.example", "TimeZoneSidKey": "UTC",
                    "ProfileId": profiles["Minimum Access - API Only Integrations"]}  # fmt: skip
    users["integration"] = records.insert(schema["User"], machine, ADMINISTRATOR)
    reached = {key: (direct, address, verified) for key, direct, address, verified in EMERGENCY}
    for key, first, last, title, zone, locale, language, country, device, active in USERS:
        direct, address, verified = reached.get(key, ("", {}, False))
        mail = f"{first}.{last}@phone-panel.example".lower()
        person: Row = {
            "Username": mail, "FirstName": first, "LastName": last, "Email": mail,
            "Alias": (first[0] + last)[:8].lower(),
            "Title": title, "Department": "Service", "TimeZoneSidKey": zone, "LocaleSidKey": locale,
            "LanguageLocaleKey": language, "IsActive": active, "Extension": device, "Phone_Device__c": device,
            "Phone_Country__c": country, "Phone_Direct_Number__c": direct or None,
            "Phone_Address_Verified__c": verified, "Phone_Transcript__c": key in TRANSCRIPTS,
            **{f"Phone_Address_{part}__c": value for part, value in address.items()},
            "ProfileId": profiles["Service Agent"],
        }  # fmt: skip
        known: Row = {name: value for name, value in person.items() if name in schema["User"].fields}
        users[key] = records.insert(schema["User"], known, ADMINISTRATOR)
    return users


def _has_product(records: Records) -> bool:
    return any(name.startswith(PRODUCT) for name in records.schema.objects)


def _picklists(records: Records) -> None:
    schema = records.schema
    for order, status in enumerate(STATUSES, 1):
        row: Row = {"MasterLabel": status, "ApiName": status, "SortOrder": order, "IsDefault": status == "Not Started",
                    "IsClosed": status in CLOSED_STATUSES}  # fmt: skip
        records.insert(schema["TaskStatus"], row, ADMINISTRATOR)
    for order, priority in enumerate(PRIORITIES, 1):
        row = {"MasterLabel": priority, "ApiName": priority, "SortOrder": order, "IsDefault": priority == "Normal",
               "IsHighPriority": priority == "High"}  # fmt: skip
        records.insert(schema["TaskPriority"], row, ADMINISTRATOR)


def fill(records: Records) -> None:
    """Add the seeded world to an org that `found` has set up."""
    world = World(records)
    if _has_product(records):
        world.add_telephony()
    world.add_accounts()
    world.add_people()
    world.add_business()
    world.add_call_steps()
    world.add_activities()
