"""The org's objects, one file per part of the business."""

from __future__ import annotations

from connector.sandbox.org.objects.administration import ADMINISTRATION
from connector.sandbox.org.objects.people import PEOPLE
from connector.sandbox.org.objects.phone import PHONE
from connector.sandbox.org.objects.task import TASKS
from connector.sandbox.org.objects.work import WORK
from connector.sandbox.org.schema import Schema


def standard_schema() -> Schema:
    """Every object of the stand-in org, with the Task's contact key as a unique external id."""
    return Schema([*ADMINISTRATION, *PEOPLE, *WORK, *TASKS, *PHONE]).with_contact_key("unique")
