"""A test per row of the table of Salesforce's errors, and the arithmetic of waiting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.ports.crm import TaskError
from connector.ports.store import LONGEST_WAIT
from connector.service.retry import (
    ORG_CAP,
    OUR_FAULT,
    PAUSE,
    ROW_CAP,
    VERDICTS,
    Verdict,
    backoff,
    fields_of,
    meant,
    pause,
    verdict,
)

LOCK = "unable to obtain exclusive access to this record or 1 records: 001000000000001AAA"
TRIGGER = "TaskTrigger: execution of BeforeInsert caused by: System.DmlException: Insert failed. First exception: {}"

TABLE = [
    ("INVALID_SESSION_ID", "Session expired or invalid", Verdict.PAUSE),
    ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", Verdict.PAUSE),
    ("REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded.", Verdict.RETRY),
    ("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.", Verdict.RETRY),
    ("UNABLE_TO_LOCK_ROW", LOCK, Verdict.RETRY),
    ("SERVER_UNAVAILABLE", "Server Unavailable", Verdict.RETRY),
    ("QUERY_TIMEOUT", "Your query request was running for too long.", Verdict.RETRY),
    ("REQUEST_RUNNING_TOO_LONG", "Your request was running for too long.", Verdict.RETRY),
    ("UNKNOWN_EXCEPTION", "An unexpected error occurred.", Verdict.RETRY),
    ("ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back", Verdict.RETRY),
    ("PROCESSING_HALTED", "The transaction was rolled back", Verdict.RETRY),
    ("INVALID_FIELD", "No such column 'Phone_Tags__c' on sobject of type Task", Verdict.RETRY),
    ("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", Verdict.RETRY),
    ("DUPLICATE_VALUE", "duplicate value found: Phone_Contact_Key__c duplicates value", Verdict.LOOK_UP),
    ("DUPLICATE_EXTERNAL_ID", "more than one record found for external id field", Verdict.LOOK_UP),
    ("OLDER_VERSION", "This Task holds a newer version of this call", Verdict.LOOK_UP),
    ("DUPLICATES_DETECTED", "Use one of these records?", Verdict.PARK),
    ("ENTITY_IS_DELETED", "entity is deleted", Verdict.PARK),
    ("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", Verdict.PARK),
    ("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", Verdict.PARK),
    ("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "insufficient access rights on cross-reference id", Verdict.PARK),
    ("FIELD_INTEGRITY_EXCEPTION", "Related To ID: id value of incorrect type: 00Q", Verdict.PARK),
    ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "A refund needs a case.", Verdict.PARK),
    ("REQUIRED_FIELD_MISSING", "Required fields are missing: [Region__c]", Verdict.PARK),
    ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Call Type: bad value for restricted picklist field", Verdict.PARK),
    ("STRING_TOO_LONG", "Subject: data value too large: x (max length=255)", Verdict.PARK),
    ("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: TaskSubtype.", Verdict.PARK),
    ("MALFORMED_ID", "Related To ID: id value of incorrect type: 006B", Verdict.PARK),
    ("INACTIVE_OWNER_OR_USER", "operation performed with inactive user", Verdict.PARK),
    ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", TRIGGER.format("FIELD_CUSTOM_VALIDATION_EXCEPTION, no"), Verdict.PARK),
    ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", TRIGGER.format(f"UNABLE_TO_LOCK_ROW, {LOCK}: []"), Verdict.RETRY),
    ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "TaskTrigger: System.NullPointerException", Verdict.PARK),
    ("API_CURRENTLY_DISABLED", "API is currently disabled", Verdict.PAUSE),
    ("API_DISABLED_FOR_ORG", "API is not enabled for this Organization", Verdict.PAUSE),
    ("FUNCTIONALITY_NOT_ENABLED", "Functionality has been temporarily disabled", Verdict.PAUSE),
    ("INSUFFICIENT_ACCESS", "no permission", Verdict.PAUSE),
    ("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded", Verdict.PAUSE),
    ("INVALID_TYPE", "sObject type 'Task' is not supported.", Verdict.PAUSE),
    ("NOT_FOUND", "Provided external ID field does not exist or is not accessible", Verdict.PAUSE),
    (OUR_FAULT, "TypeError('...')", Verdict.RETRY),
    ("A_CODE_OF_NEXT_YEAR", "something new", Verdict.PARK),
    ("", "", Verdict.PARK),
]


@pytest.mark.parametrize(("code", "message", "expected"), TABLE)
def test_verdict(code: str, message: str, expected: Verdict) -> None:
    assert verdict(TaskError("k", code, message), looked_up=False) is expected


def test_every_row_of_the_table_is_tested() -> None:
    assert set(VERDICTS) <= {code for code, _, _ in TABLE}


def test_a_whole_request_that_is_refused_for_an_unknown_reason_is_no_fault_of_its_rows() -> None:
    assert verdict(TaskError("k", "A_CODE_OF_NEXT_YEAR", "", request=True), looked_up=False) is Verdict.RETRY
    assert verdict(TaskError("k", "STRING_TOO_LONG", "", request=True), looked_up=False) is Verdict.PARK


def test_a_right_that_is_missing_is_not_taken_for_a_trigger() -> None:
    error = TaskError("k", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be updated: Task")
    assert meant(error).code == "INSUFFICIENT_ACCESS"
    assert meant(TaskError("k", "X", error.message)).code == "X"


@pytest.mark.parametrize("code", ["DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID"])
def test_a_duplicate_after_a_look_up_is_another_records(code: str) -> None:
    assert verdict(TaskError("k", code, ""), looked_up=True) is Verdict.PARK


@pytest.mark.parametrize("code", [code for code, found in VERDICTS.items() if found is not Verdict.LOOK_UP])
def test_a_look_up_changes_no_other_verdict(code: str) -> None:
    error = TaskError("k", code, "")
    assert verdict(error, looked_up=True) is verdict(error, looked_up=False)


@pytest.mark.parametrize(
    ("failures", "random", "expected"),
    [
        (1, 0.0, 500),
        (1, 1.0, 1_000),
        (2, 0.0, 1_000),
        (4, 0.5, 6_000),
        (9, 1.0, 256_000),
        (10, 1.0, ROW_CAP),
        (10_000, 0.0, ROW_CAP // 2),
    ],
)
def test_backoff(failures: int, random: float, expected: int) -> None:
    assert backoff(failures, random) == expected


@given(failures=st.integers(1, 10**6), random=st.floats(0, 1))
def test_backoff_grows_and_stays_within_its_bounds(failures: int, random: float) -> None:
    assert 500 <= backoff(failures, random) <= ROW_CAP
    assert backoff(failures, random) <= backoff(failures + 1, random)


@pytest.mark.parametrize(
    ("code", "failures", "retry_after", "least", "most"),
    [
        ("connection", 1, None, 500, 1_000),
        ("connection", 50, None, ORG_CAP // 2, ORG_CAP),
        ("busy", 3, 20_000, 20_000, 21_000),
        ("busy", 3, 0, 2_000, 4_000),
        ("busy", 50, 5_000, ORG_CAP // 2, ORG_CAP),
        ("daily_limit", 1, None, PAUSE // 2, PAUSE),
        ("daily_limit", 1, 600_000, 600_000, 601_000),
        ("busy", 1, 899_900, 899_900, LONGEST_WAIT),
        ("busy", 1, 86_400_000, LONGEST_WAIT, LONGEST_WAIT),
        ("API_DISABLED_FOR_ORG", 1, None, PAUSE // 2, PAUSE),
    ],
)
def test_pause(code: str, failures: int, retry_after: int | None, least: int, most: int) -> None:
    assert pause(code, failures, 0.0, retry_after) == least
    assert pause(code, failures, 1.0, retry_after) == most


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((), ""),
        (("Region__c",), "Region__c"),
        (("Region__c", "WhatId"), "WhatId, Region__c"),
        (("Description", "WhoId"), "Description, WhoId"),
        (("Region__c", "Visit_On__c", "Region__c"), "Region__c, Visit_On__c"),
    ],
)
def test_all_fields_are_named_and_those_of_the_panel_first(fields: tuple[str, ...], expected: str) -> None:
    assert fields_of(TaskError("k", "X", "", fields)) == expected
