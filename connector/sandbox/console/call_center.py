"""What the console tells the panel of its call centre and its softphone layout.

Shapes and keys: Open CTI guide, getCallCenterSettings and getSoftphoneLayout.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HEIGHT_PX = 560
WIDTH_PX = 340


def call_center_settings(panel_url: str, standby_url: str | None, standby_ms: int) -> dict[str, str]:
    """The flat map of path to text that getCallCenterSettings returns. It never holds a secret: every user reads it."""
    general: dict[str, tuple[str, str]] = {
        "reqInternalName": ("InternalName", "PhonePanel"),
        "reqDisplayName": ("Display Name", "Phone Panel"),
        "reqAdapterUrl": ("CTI Adapter URL", panel_url),
        "reqUseApi": ("Use CTI API", "true"),
        "reqSoftphoneHeight": ("Softphone Height", str(HEIGHT_PX)),
        "reqSoftphoneWidth": ("Softphone Width", str(WIDTH_PX)),
        "reqSalesforceCompatibilityMode": ("Salesforce Compatibility Mode", "Lightning"),
    }
    if standby_url is not None:
        general["reqStandbyUrl"] = ("Standby URL", standby_url)
        general["reqTimeout"] = ("Timeout (milliseconds)", str(standby_ms))
    dialling = {
        "reqOutsidePrefix": ("Outside Prefix", ""),
        "reqLongDistPrefix": ("Long Distance Prefix", ""),
        "reqInternationalPrefix": ("International Prefix", ""),
    }
    settings: dict[str, str] = {}
    _section(settings, "reqGeneralInfo", "General Information", 0, general)
    _section(settings, "reqDialingOptions", "Dialing Options", 1, dialling)
    return settings


def _section(settings: dict[str, str], name: str, label: str, order: int, items: Mapping[str, tuple[str, str]]) -> None:
    settings[f"/{name}/label"] = label
    settings[f"/{name}/sortOrder"] = str(order)
    for position, (item, (item_label, value)) in enumerate(items.items()):
        settings[f"/{name}/{item}"] = value
        settings[f"/{name}/{item}/label"] = item_label
        settings[f"/{name}/{item}/sortOrder"] = str(position)


def _object(*fields: tuple[str, str]) -> list[dict[str, str]]:
    return [{"displayName": display, "apiName": api} for display, api in fields]


OBJECTS = {
    "Account": _object(("Account Name", "Name"), ("Account Phone", "Phone")),
    "Contact": _object(("Name", "Name"), ("Account Name", "Account.Name"), ("Business Phone", "Phone")),
    "Lead": _object(("Name", "Name"), ("Company", "Company"), ("Phone", "Phone")),
}

SOFTPHONE_LAYOUT: dict[str, Any] = {
    "Inbound": {
        "callRelatedFields": ["ANI", "DNIS", "SEGMENT", "QUEUE"],
        "objects": OBJECTS,
        "screenPopSettings": {
            "screenPopsOpenWithin": "ExistingWindow",
            "NoMatch": {},
            "SingleMatch": {"screenPopType": "PopToEntity", "screenPopData": ""},
            "MultipleMatches": {"screenPopType": "PopToSearch", "screenPopData": ""},
        },
    },
    "Outbound": {"callRelatedFields": ["DNIS"], "objects": OBJECTS, "screenPopSettings": {}},
    "Internal": {"callRelatedFields": ["ANI"], "objects": {}, "screenPopSettings": {}},
}
"""One match opens the record, several open the search page; no match, outbound and internal calls open nothing."""
