"""What profiles and permission sets allow, and who is in the call centre."""

from __future__ import annotations

from connector.sandbox.org.objects.setup import RIGHTS
from connector.sandbox.org.records import Records
from connector.sandbox.org.schema import Row
from connector.sandbox.org.seed.world import ADMINISTRATOR

OF_PROFILES = {
    "System Administrator": tuple(RIGHTS),
    "Service Agent": ("PermissionsApiEnabled", "PermissionsActivitiesAccess", "PermissionsEditTask"),
    "Minimum Access - API Only Integrations": ("PermissionsApiEnabled",),
}
CONNECTOR = "Phone_Panel_Integration"
OF_CONNECTOR = (
    "PermissionsApiEnabled", "PermissionsActivitiesAccess", "PermissionsEditTask", "PermissionsViewSetup",
)  # fmt: skip
"""What the package's permission set for the connector gives; whose Tasks it reaches is a matter of its role."""

ROLES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("Phone Connector", "Phone_Connector", "", ("integration",)),
    ("Service", "Service", "Phone_Connector", ("sam", "jonas", "priya", "robin")),
)
"""Name, developer name and parent of each role, and who has it: the connector's user is above the agents."""

CALL_CENTRE = ("Phone Panel", "PhonePanel", "/apex/PhonePanel")


def grant(records: Records, profiles: dict[str, str]) -> None:
    """Each profile's own permission set, with its users in it, and the rights that the connector's set gives."""
    schema, database = records.schema, records.database
    kind, assignment = schema["PermissionSet"], schema["PermissionSetAssignment"]
    for name, rights in OF_PROFILES.items():
        row: Row = {
            "Name": f"X{profiles[name]}",
            "Label": name,
            "IsOwnedByProfile": True,
            **dict.fromkeys(rights, True),
        }
        owned = records.insert(kind, row, ADMINISTRATOR)
        for user in database.find(schema["User"], "ProfileId", profiles[name]):
            records.insert(assignment, {"PermissionSetId": owned, "AssigneeId": user["Id"]}, ADMINISTRATOR)
    for row in database.find(kind, "Name", CONNECTOR):
        database.update(kind, str(row["Id"]), dict.fromkeys(OF_CONNECTOR, True))


def place(records: Records, users: dict[str, str]) -> None:
    """The role hierarchy with these users (by key) in it."""
    made: dict[str, str] = {}
    for name, developer_name, parent, members in ROLES:
        row: Row = {"Name": name, "DeveloperName": developer_name, "ParentRoleId": made.get(parent)}
        made[developer_name] = records.insert(records.schema["UserRole"], row, ADMINISTRATOR)
        for member in members:
            records.database.update(records.schema["User"], users[member], {"UserRoleId": made[developer_name]})


def seat(records: Records, users: list[str]) -> None:
    """The call centre with these users in it."""
    name, internal, url = CALL_CENTRE
    row: Row = {"Name": name, "InternalName": internal, "AdapterUrl": url}
    centre = records.insert(records.schema["CallCenter"], row, ADMINISTRATOR)
    for user in users:
        records.database.update(records.schema["User"], user, {"CallCenterId": centre})
