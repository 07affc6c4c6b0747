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
        database.update(kind, str(row["Id"]), dict.fromkeys(RIGHTS, True))


def seat(records: Records, users: list[str]) -> None:
    """The call centre with these users in it."""
    name, internal, url = CALL_CENTRE
    row: Row = {"Name": name, "InternalName": internal, "AdapterUrl": url}
    centre = records.insert(records.schema["CallCenter"], row, ADMINISTRATOR)
    for user in users:
        records.database.update(records.schema["User"], user, {"CallCenterId": centre})
