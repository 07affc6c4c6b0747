"""The directory out of the org's configuration: what is there and sound, defaults for the absent, notes on the rest.

The objects and their fields are those that the package deploys; see docs/reference for what an administrator can set.
"""

import zlib

import msgspec

from connector.domain.directory import Directory, Disposition, Skill, Tag
from connector.salesforce.client import SalesforceClient
from connector.salesforce.number_fields import read_number_fields, sources
from connector.salesforce.patterns import read_patterns
from connector.salesforce.people import read_agents, read_entries
from connector.salesforce.routes import read_routes
from connector.salesforce.settings import read_settings
from connector.salesforce.shapes import Shapes
from connector.salesforce.skills import read_skills
from connector.salesforce.tables import Tables, read_tables
from connector.salesforce.task_fields import Misfit, fitted, read_task_fields


def read_directory(client: SalesforceClient) -> Directory:
    """The directory as the org has it now; its version is a sum over the contents.  Blocks.

    Raises `CrmUnavailable`, and `Refused` when even the users cannot be read.
    """
    tables = read_tables(client)
    skills = read_skills(tables)
    settings = read_settings(tables, skills)
    agents = read_agents(tables, skills)
    emergency = read_routes(tables)
    patterns = read_patterns(tables, skills, emergency)
    directory = Directory(
        agents=agents,
        skills=skills,
        dispositions=_dispositions(tables, skills),
        tags=_tags(tables, skills),
        reasons=_labels(tables, "Phone_Reason__mdt") or Directory().reasons,
        settings=settings,
        entries=read_entries(tables, agents, patterns),
        emergency=emergency,
        number_fields=read_number_fields(tables),
        task_fields=read_task_fields(tables),
        patterns=patterns,
        ignored=tuple(tables.notes),
        present=tables.present,
        absent=tables.absent,
    )
    return _with_version(directory)


def read_checked(client: SalesforceClient, shapes: Shapes) -> Directory:
    """The directory as far as it fits the org's objects, with notes on the rest.  Blocks, and raises, as above.

    What the org says about these objects is known then: no caller has to wait for it.
    """
    return judged(client, shapes)[0]


def judged(client: SalesforceClient, shapes: Shapes) -> tuple[Directory, list[Misfit]]:
    """The same, and what of it does not fit the org's Task."""
    directory = read_directory(client)
    _, notes = sources(shapes, directory.number_fields)
    fit, misfits = _fitted(directory, shapes)
    if misfits:
        # Whoever was told may have mended it since the org was last asked what its Task is like.
        shapes.forget("Task")
        fit, misfits = _fitted(directory, shapes)
    notes += [misfit.note for misfit in misfits]
    return _with_version(msgspec.structs.replace(fit, ignored=(*fit.ignored, *notes))), misfits


def _fitted(directory: Directory, shapes: Shapes) -> tuple[Directory, list[Misfit]]:
    task = shapes.readable("Task")
    return (directory, []) if task is None else fitted(directory, task)


def _with_version(directory: Directory) -> Directory:
    """The version is a sum over the contents."""
    plain = msgspec.structs.replace(directory, version=0)
    return msgspec.structs.replace(directory, version=zlib.crc32(msgspec.json.encode(plain)))


def _dispositions(tables: Tables, skills: dict[str, Skill]) -> tuple[Disposition, ...]:
    """How a call may end, in the administrator's order; one whose skills are all unknown is left out."""
    sobject = "Phone_Disposition__mdt"
    return tuple(
        Disposition(row["MasterLabel"], known, (row.get("Call_Result__c") or "").strip())
        for row in tables.in_order(sobject)
        if (known := tables.skills(sobject, row, skills)) is not None
    )


def _tags(tables: Tables, skills: dict[str, Skill]) -> tuple[Tag, ...]:
    """What a call may be marked with, likewise; rows of one name are one tag, of the skills of both."""
    found: dict[str, Tag] = {}
    for row in tables.in_order("Phone_Tag__mdt"):
        name, known = row["MasterLabel"], tables.skills("Phone_Tag__mdt", row, skills)
        if known is None:
            continue
        before = found.get(name)
        if before is not None:
            known = tuple(dict.fromkeys((*before.skills, *known))) if before.skills and known else ()
        found[name] = Tag(name, known)
    return tuple(found.values())


def _labels(tables: Tables, sobject: str) -> tuple[str, ...]:
    """The labels of a list of choices, in the administrator's order."""
    return tuple(dict.fromkeys(row["MasterLabel"] for row in tables.in_order(sobject)))
