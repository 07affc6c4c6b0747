"""The types of component that the org takes: the folder of each in a package and the end of its file names."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class ComponentType(msgspec.Struct, frozen=True):
    """A type of the Metadata API.

    content: the file itself is no XML; what describes it is beside it in a file `-meta.xml`. bundle: a folder of files.
    in_folders: components lie in folders, which are components themselves.
    """

    name: str
    folder: str
    suffix: str = ""
    content: bool = False
    bundle: bool = False
    in_folders: bool = False


TYPES: tuple[ComponentType, ...] = (
    ComponentType("ApexClass", "classes", "cls", content=True),
    ComponentType("ApexComponent", "components", "component", content=True),
    ComponentType("ApexPage", "pages", "page", content=True),
    ComponentType("ApexTrigger", "triggers", "trigger", content=True),
    ComponentType("AuraDefinitionBundle", "aura", bundle=True),
    ComponentType("CallCenter", "callCenters", "callCenter"),
    ComponentType("ConnectedApp", "connectedApps", "connectedApp"),
    ComponentType("CspTrustedSite", "cspTrustedSites", "cspTrustedSite"),
    ComponentType("CustomApplication", "applications", "app"),
    ComponentType("CustomLabels", "labels", "labels"),
    ComponentType("CustomMetadata", "customMetadata", "md"),
    ComponentType("CustomObject", "objects", "object"),
    ComponentType("CustomPermission", "customPermissions", "customPermission"),
    ComponentType("CustomTab", "tabs", "tab"),
    ComponentType("ExternalClientApplication", "externalClientApps", "eca"),
    ComponentType("ExtlClntAppOauthSettings", "extlClntAppOauthSettings", "ecaOauth"),
    ComponentType("ExtlClntAppGlobalOauthSettings", "extlClntAppGlobalOauthSets", "ecaGlblOauth"),
    ComponentType("ExtlClntAppConfigurablePolicies", "extlClntAppPolicies", "ecaPlcy"),
    ComponentType("ExtlClntAppOauthConfigurablePolicies", "extlClntAppOauthPolicies", "ecaOauthPlcy"),
    ComponentType("FlexiPage", "flexipages", "flexipage"),
    ComponentType("Flow", "flows", "flow"),
    ComponentType("GlobalValueSet", "globalValueSets", "globalValueSet"),
    ComponentType("Layout", "layouts", "layout"),
    ComponentType("LightningComponentBundle", "lwc", bundle=True),
    ComponentType("LightningMessageChannel", "messageChannels", "messageChannel"),
    ComponentType("PermissionSet", "permissionsets", "permissionset"),
    ComponentType("PermissionSetGroup", "permissionsetgroups", "permissionsetgroup"),
    ComponentType("QuickAction", "quickActions", "quickAction"),
    ComponentType("RemoteSiteSetting", "remoteSiteSettings", "remoteSite"),
    ComponentType("Report", "reports", "report", in_folders=True),
    ComponentType("ReportType", "reportTypes", "reportType"),
    ComponentType("StaticResource", "staticresources", "resource", content=True),
    ComponentType("Translations", "translations", "translation"),
)
BY_NAME: Mapping[str, ComponentType] = {item.name: item for item in TYPES}
BY_FOLDER: Mapping[str, ComponentType] = {item.folder: item for item in TYPES}

CHILDREN: Mapping[str, str] = {
    "fields": "CustomField", "recordTypes": "RecordType", "listViews": "ListView",
    "validationRules": "ValidationRule", "compactLayouts": "CompactLayout", "fieldSets": "FieldSet",
    "businessProcesses": "BusinessProcess", "webLinks": "WebLink", "indexes": "Index",
}  # fmt: skip
"""Parts of an object's file that are components of their own, by element."""

KNOWN = frozenset([*BY_NAME, *CHILDREN.values(), "CustomLabel"])
"""Every type name that a package.xml may hold."""
