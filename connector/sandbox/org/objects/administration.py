"""Who works here and who may do what: Organization, User, queues, permission sets, record types."""

from __future__ import annotations

from connector.sandbox.org.fields import (
    audit,
    email,
    flag,
    lookup,
    moment,
    number,
    phone,
    picklist,
    record_id,
    text,
)
from connector.sandbox.org.objects.setup import rights
from connector.sandbox.org.schema import Field, SObject, sobject

ORGANIZATION = sobject(
    "Organization", "Organization", "Organizations", "00D",
    [
        record_id(),
        text("Name", "Name", 80, required=True),
        phone("Phone", "Phone"),
        text("PrimaryContact", "Primary Contact", 80),
        text("DefaultLocaleSidKey", "Locale", 40),
        text("TimeZoneSidKey", "Time Zone", 40),
        text("LanguageLocaleKey", "Language", 40),
        text("InstanceName", "Instance Name", 5),
        text("NamespacePrefix", "Namespace Prefix", 15),
        text("OrganizationType", "Edition", 40),
        flag("IsSandbox", "Is Sandbox"),
        moment("TrialExpirationDate", "Trial Expiration Date"),
        *audit(),
    ],
    createable=False, updateable=False, deletable=False,
)  # fmt: skip

USER = sobject(
    "User", "User", "Users", "005",
    [
        record_id(),
        Field(name="Username", label="Username", type="string", length=80, required=True, nillable=False,
              unique=True, id_lookup=True),
        text("LastName", "Last Name", 80, required=True),
        text("FirstName", "First Name", 40),
        Field(name="Name", label="Full Name", type="string", length=121, createable=False, updateable=False,
              calculated=True, name_field=True),
        text("Alias", "Alias", 8),
        text("Title", "Title", 80),
        text("Department", "Department", 80),
        email("Email"),
        phone("Phone", "Phone"),
        phone("MobilePhone", "Mobile"),
        text("Extension", "Extension", 40),
        flag("IsActive", "Active", default=True),
        picklist("UserType", "User Type", ("Standard", "Guest", "PowerPartner"), default="Standard", length=40),
        text("TimeZoneSidKey", "Time Zone", 40, required=True),
        text("LocaleSidKey", "Locale", 40, required=True),
        text("LanguageLocaleKey", "Language", 40, required=True),
        lookup("ProfileId", "Profile ID", ("Profile",)),
        lookup("ManagerId", "Manager ID", ("User",)),
        lookup("CallCenterId", "Call Center ID", ("CallCenter",)),
        lookup("UserRoleId", "Role ID", ("UserRole",)),
        text("Phone_Device__c", "Phone Device", 40),
        text("Phone_Country__c", "Phone Country", 2),
        phone("Phone_Direct_Number__c", "Phone Direct Number"),
        text("Phone_Address_Name__c", "Phone Address Name", 80),
        text("Phone_Address_Number__c", "Phone Address Number", 20),
        text("Phone_Address_Street__c", "Phone Address Street", 80),
        text("Phone_Address_Building__c", "Phone Address Building", 40),
        text("Phone_Address_Floor__c", "Phone Address Floor", 20),
        text("Phone_Address_Room__c", "Phone Address Room", 40),
        text("Phone_Address_Postal_Code__c", "Phone Address Postal Code", 20),
        text("Phone_Address_City__c", "Phone Address City", 40),
        text("Phone_Address_State__c", "Phone Address State", 40),
        flag("Phone_Address_Verified__c", "Phone Address Verified"),
        moment("Phone_Address_Verified_On__c", "Phone Address Verified On"),
        lookup("Phone_Address_Verified_By__c", "Phone Address Verified By", ("User",)),
        flag("Phone_Transcript__c", "Phone Transcript"),
        *audit(),
    ],
    deletable=False,
)  # fmt: skip

PROFILE = sobject(
    "Profile", "Profile", "Profile", "00e",
    [record_id(), text("Name", "Name", 255, required=True), text("UserType", "User Type", 40), *audit()],
    createable=False, updateable=False, deletable=False,
)  # fmt: skip

QUEUE = sobject(
    "Group", "Group", "Groups", "00G",
    [
        record_id(),
        text("Name", "Name", 40, required=True),
        text("DeveloperName", "Developer Name", 80),
        picklist("Type", "Type", ("Regular", "Queue", "Role"), default="Regular", length=40),
        email("Email"),
        *audit(),
    ],
)  # fmt: skip

PERMISSION_SET = sobject(
    "PermissionSet", "Permission Set", "Permission Sets", "0PS",
    [
        record_id(),
        text("Name", "Permission Set Name", 80, required=True),
        text("Label", "Permission Set Label", 80, required=True),
        text("Description", "Description", 255),
        flag("IsCustom", "Is Custom", default=True),
        flag("IsOwnedByProfile", "Is Owned By Profile"),
        *rights(),
        *audit(),
    ],
)  # fmt: skip

PERMISSION_SET_ASSIGNMENT = sobject(
    "PermissionSetAssignment", "Permission Set Assignment", "Permission Set Assignments", "0Pa",
    [
        record_id(),
        lookup("PermissionSetId", "PermissionSet ID", ("PermissionSet",), required=True, updateable=False),
        lookup("AssigneeId", "Assignee ID", ("User",), required=True, updateable=False),
        *audit(),
    ],
    name_field="Id", updateable=False,
)  # fmt: skip

RECORD_TYPE = sobject(
    "RecordType", "Record Type", "Record Types", "012",
    [
        record_id(),
        text("Name", "Name", 80, required=True),
        text("DeveloperName", "Record Type Name", 80, required=True),
        text("SobjectType", "SObject Type Name", 40, required=True),
        flag("IsActive", "Active", default=True),
        flag("IsPersonType", "Is Person Type"),
        *audit(),
    ],
    createable=False, updateable=False, deletable=False,
)  # fmt: skip

AGENT_SKILL = sobject(
    "Phone_Agent_Skill__c", "Phone Agent Skill", "Phone Agent Skills", "a00",
    [
        record_id(),
        Field(name="Name", label="Agent Skill Number", type="string", length=80, nillable=False, createable=False,
              updateable=False, auto_number=True, name_field=True),
        lookup("User__c", "User", ("User",), required=True),
        text("Skill__c", "Skill", 80, required=True),
        number("Proficiency__c", "Proficiency", 2),
        *audit(),
    ],
)  # fmt: skip

ADDRESS_BOOK_ENTRY = sobject(
    "Phone_Address_Book_Entry__c", "Phone Address Book Entry", "Phone Address Book Entries", "a01",
    [
        record_id(),
        text("Name", "Name", 80, required=True),
        phone("Number__c", "Number"),
        text("Detail__c", "Detail", 255),
        *audit(),
    ],
)  # fmt: skip

ADMINISTRATION: tuple[SObject, ...] = (
    ORGANIZATION,
    USER,
    PROFILE,
    QUEUE,
    PERMISSION_SET,
    PERMISSION_SET_ASSIGNMENT,
    RECORD_TYPE,
    AGENT_SKILL,
    ADDRESS_BOOK_ENTRY,
)
