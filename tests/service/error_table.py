"""The table of Salesforce's errors, row by row: what each looks like when it comes, and what is done about it.

`tests/service/test_error_table.py` holds the judgement to it, `tests/faults/test_error_table.py` the whole way.
"""

from enum import StrEnum
from typing import Any, Final

from msgspec import Struct

from connector.ports.crm import TaskError


class Action(StrEnum):
    """What is done about it.  BRIEF, BUDGET and STOP leave the org alone, the others concern the row alone."""

    RENEW = "a new session, and the same request once more"
    BRIEF = "all Tasks wait for seconds"
    BUDGET = "all Tasks wait until there are requests again"
    STOP = "all Tasks wait, and an administrator is called"
    SMALLER = "all Tasks wait for seconds, and the next request is half as large"
    UNKNOWN = "all Tasks wait for seconds, and are looked up before they are written again"
    BACK_OFF = "this Task waits, each time longer, by chance a bit more or less"
    LOOK_UP = "this Task is looked up at once, then written"
    PARK = "this Task waits for people, with the field and Salesforce's own words"


class Case(Struct, frozen=True):
    """One error of a row of the table (`row`).  `status` 0: of a record; else of the request as a whole."""

    row: str
    action: Action
    code: str
    message: str
    fields: tuple[str, ...] = ()
    status: int = 0

    @property
    def name(self) -> str:
        """For the name of a test."""
        return f"{self.code or self.status} {'of a record' if not self.status else self.status} {self.message[:20]}"

    @property
    def told(self) -> dict[str, Any]:
        """As a record's answer says it."""
        return {"statusCode": self.code, "message": self.message, "fields": list(self.fields)}

    def of(self, contact: str) -> TaskError:
        """As the adapter passes it on."""
        return TaskError(contact, self.code, self.message, self.fields, request=bool(self.status))


LOCKED: Final = "unable to obtain exclusive access to this record or 1 records: 001000000000001AAA"
TRIGGER: Final = (
    "PhoneTaskTrigger: execution of BeforeInsert\n\ncaused by: System.DmlException: Insert failed. First "
    "exception on row 0; first error: {}: []"
)
_TRIGGER: Final = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
_CONCURRENT: Final = "ConcurrentPerOrgLongTxn Limit exceeded."
_DAILY: Final = "TotalRequests Limit exceeded."

CASES: Final = (
    Case("INVALID_SESSION_ID", Action.RENEW, "INVALID_SESSION_ID", "Session expired or invalid", status=401),
    Case("INVALID_SESSION_ID", Action.STOP, "INVALID_SESSION_ID", "Session expired or invalid"),
    Case("REQUEST_LIMIT_EXCEEDED", Action.BUDGET, "REQUEST_LIMIT_EXCEEDED", _DAILY, status=403),
    Case("REQUEST_LIMIT_EXCEEDED", Action.BUDGET, "REQUEST_LIMIT_EXCEEDED", _DAILY),
    Case("REQUEST_LIMIT_EXCEEDED", Action.BRIEF, "REQUEST_LIMIT_EXCEEDED", _CONCURRENT, status=403),
    Case("REQUEST_LIMIT_EXCEEDED", Action.BACK_OFF, "REQUEST_LIMIT_EXCEEDED", _CONCURRENT),
    Case("UNABLE_TO_LOCK_ROW", Action.BACK_OFF, "UNABLE_TO_LOCK_ROW", LOCKED),
    Case("UNABLE_TO_LOCK_ROW", Action.BRIEF, "UNABLE_TO_LOCK_ROW", LOCKED, status=400),
    Case("SERVER_UNAVAILABLE", Action.BACK_OFF, "SERVER_UNAVAILABLE", "Server Unavailable"),
    Case("SERVER_UNAVAILABLE", Action.UNKNOWN, "SERVER_UNAVAILABLE", "Server Unavailable", status=503),
    Case("502/503/504", Action.UNKNOWN, "", "Bad Gateway", status=502),
    Case("502/503/504", Action.UNKNOWN, "", "Service Unavailable", status=503),
    Case("502/503/504", Action.UNKNOWN, "", "Gateway Timeout", status=504),
    Case("502/503/504", Action.UNKNOWN, "UNKNOWN_EXCEPTION", "An unexpected error occurred.", status=500),
    Case("QUERY_TIMEOUT", Action.BACK_OFF, "QUERY_TIMEOUT", "Your query request was running for too long."),
    Case("QUERY_TIMEOUT", Action.SMALLER, "QUERY_TIMEOUT", "Your query request was running for too long.", status=400),
    Case("REQUEST_RUNNING_TOO_LONG", Action.BACK_OFF, "REQUEST_RUNNING_TOO_LONG", "Your request was running too long."),
    Case("REQUEST_RUNNING_TOO_LONG", Action.SMALLER, "REQUEST_RUNNING_TOO_LONG", "It was stopped.", status=400),
    Case("DUPLICATE_VALUE", Action.LOOK_UP, "DUPLICATE_VALUE", "duplicate value found: Phone_Contact_Key__c"),
    Case("DUPLICATES_DETECTED", Action.PARK, "DUPLICATES_DETECTED", "Use one of these records?"),
    Case("ENTITY_IS_DELETED", Action.PARK, "ENTITY_IS_DELETED", "entity is deleted", ("WhoId",)),
    Case("CANNOT_UPDATE_CONVERTED_LEAD", Action.PARK, "CANNOT_UPDATE_CONVERTED_LEAD", "converted lead", ("WhoId",)),
    Case("INVALID_CROSS_REFERENCE_KEY", Action.PARK, "INVALID_CROSS_REFERENCE_KEY", "invalid id", ("WhatId",)),
    Case(
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        Action.PARK,
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "insufficient access rights on cross-reference id",
        ("WhoId",),
    ),
    Case("FIELD_INTEGRITY_EXCEPTION", Action.PARK, "FIELD_INTEGRITY_EXCEPTION", "of incorrect type", ("WhatId",)),
    Case("FIELD_CUSTOM_VALIDATION_EXCEPTION", Action.PARK, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "It needs a case."),
    Case("REQUIRED_FIELD_MISSING", Action.PARK, "REQUIRED_FIELD_MISSING", "missing: [Region__c]", ("Region__c",)),
    Case(
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        Action.PARK,
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "Call Type: bad value for restricted picklist field: Sideways",
        ("CallType",),
    ),
    Case("STRING_TOO_LONG", Action.PARK, "STRING_TOO_LONG", "Subject: data value too large", ("Subject",)),
    Case(
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        Action.PARK,
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        "Unable to create/update fields: CallType.",
        ("CallType",),
    ),
    Case("MALFORMED_ID", Action.PARK, "MALFORMED_ID", "Related To ID: id value of incorrect type", ("WhatId",)),
    Case("INACTIVE_OWNER_OR_USER", Action.PARK, "INACTIVE_OWNER_OR_USER", "operation performed with inactive user"),
    Case("a trigger failed", Action.PARK, _TRIGGER, "PhoneTaskTrigger: System.NullPointerException"),
    Case("a trigger failed", Action.PARK, _TRIGGER, TRIGGER.format("FIELD_CUSTOM_VALIDATION_EXCEPTION, no")),
    Case("a trigger failed", Action.PARK, _TRIGGER, TRIGGER.format("INVALID_FIELD, no such column")),
    Case("a trigger failed", Action.BACK_OFF, _TRIGGER, TRIGGER.format(f"UNABLE_TO_LOCK_ROW, {LOCKED}")),
    Case("a trigger failed", Action.BACK_OFF, _TRIGGER, TRIGGER.format("STORAGE_LIMIT_EXCEEDED, storage is full")),
    Case("a trigger failed", Action.STOP, _TRIGGER, "entity type cannot be inserted: Task"),
    Case("API_CURRENTLY_DISABLED", Action.STOP, "API_CURRENTLY_DISABLED", "API is currently disabled", status=403),
    Case("API_CURRENTLY_DISABLED", Action.STOP, "API_CURRENTLY_DISABLED", "API is currently disabled"),
    Case("API_DISABLED_FOR_ORG", Action.STOP, "API_DISABLED_FOR_ORG", "API is not enabled", status=403),
    Case("API_DISABLED_FOR_ORG", Action.STOP, "API_DISABLED_FOR_ORG", "API is not enabled"),
    Case("INVALID_TYPE", Action.STOP, "INVALID_TYPE", "sObject type 'Task' is not supported.", status=400),
    Case("INVALID_TYPE", Action.STOP, "INVALID_TYPE", "sObject type 'Task' is not supported."),
    Case("NOT_FOUND", Action.STOP, "NOT_FOUND", "The requested resource does not exist", status=404),
    Case("404 and 403", Action.UNKNOWN, "", "a page that is none of Salesforce's", status=404),
    Case("404 and 403", Action.UNKNOWN, "", "a page that is none of Salesforce's", status=403),
    Case("404 and 403", Action.STOP, "INSUFFICIENT_ACCESS", "no permission for this operation", status=403),
    Case("404 and 403", Action.BACK_OFF, "A_CODE_OF_NEXT_YEAR", "the whole request", status=403),
    Case("404 and 403", Action.BACK_OFF, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id"),
    Case("none of them", Action.PARK, "A_CODE_OF_NEXT_YEAR", "something new about this record"),
)

ROWS: Final = frozenset(
    {
        *("INVALID_SESSION_ID", "REQUEST_LIMIT_EXCEEDED", "UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "502/503/504"),
        *("QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG", "DUPLICATE_VALUE", "DUPLICATES_DETECTED", "ENTITY_IS_DELETED"),
        *("CANNOT_UPDATE_CONVERTED_LEAD", "INVALID_CROSS_REFERENCE_KEY"),
        *("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "FIELD_INTEGRITY_EXCEPTION"),
        *("FIELD_CUSTOM_VALIDATION_EXCEPTION", "REQUIRED_FIELD_MISSING", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        *("STRING_TOO_LONG", "INVALID_FIELD_FOR_INSERT_UPDATE", "MALFORMED_ID", "INACTIVE_OWNER_OR_USER"),
        *("a trigger failed", "API_CURRENTLY_DISABLED", "API_DISABLED_FOR_ORG", "INVALID_TYPE", "NOT_FOUND"),
        *("404 and 403", "none of them"),
    }
)
"""The rows of the table."""
