"""How the org is set up, as far as users and permission sets name it: rights, call centres."""

from __future__ import annotations

from connector.sandbox.org.fields import audit, flag, lookup, record_id, text
from connector.sandbox.org.schema import Field, sobject

RIGHTS = {
    "PermissionsApiEnabled": "API Enabled",
    "PermissionsActivitiesAccess": "Access Activities",
    "PermissionsEditTask": "Edit Tasks",
    "PermissionsViewAllData": "View All Data",
    "PermissionsModifyAllData": "Modify All Data",
    "PermissionsViewSetup": "View Setup and Configuration",
}
"""Fields of PermissionSet, and what Setup calls them."""


def rights() -> list[Field]:
    return [flag(name, label) for name, label in RIGHTS.items()]


USER_ROLE = sobject(
    "UserRole", "Role", "Role", "00E",
    [
        record_id(),
        text("Name", "Name", 80, required=True),
        text("DeveloperName", "Developer Name", 80),
        lookup("ParentRoleId", "Parent Role ID", ("UserRole",), relationship="ParentRole"),
        *audit(),
    ],
)  # fmt: skip

CALL_CENTER = sobject(
    "CallCenter", "Call Center", "Call Centers", "04v",
    [
        record_id(),
        text("Name", "Name", 80, required=True),
        text("InternalName", "Internal Name", 80, required=True),
        text("AdapterUrl", "CTI Adapter URL", 2000),
        *audit(),
    ],
    updateable=False, deletable=False,
)  # fmt: skip
