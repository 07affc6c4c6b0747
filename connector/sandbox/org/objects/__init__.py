"""The org's objects, one file per part of the business."""

from __future__ import annotations

from connector.sandbox.org.objects.administration import ADMINISTRATION
from connector.sandbox.org.objects.people import PEOPLE
from connector.sandbox.org.objects.phone import PHONE
from connector.sandbox.org.objects.setup import CALL_CENTER, USER_ROLE
from connector.sandbox.org.objects.task import TASKS
from connector.sandbox.org.objects.work import WORK
from connector.sandbox.org.schema import Schema, with_fields

PRODUCT = "Phone_"
"""How the names of all begin that the product deploys."""


def standard_schema() -> Schema:
    """Every object of the stand-in org, with the Task's contact key as a unique external id."""
    return Schema([*ADMINISTRATION, *PEOPLE, *WORK, *TASKS, *PHONE, CALL_CENTER, USER_ROLE]).with_contact_key("unique")


def bare_schema() -> Schema:
    """The org as it is before the product is deployed into it."""
    return Schema(
        with_fields(item, [field for field in item.fields.values() if not field.name.startswith(PRODUCT)])
        for item in standard_schema().objects.values()
        if not item.name.startswith(PRODUCT)
    )
