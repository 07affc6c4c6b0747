"""Whether agents and the integration user may do what they will have to."""
# ruff: noqa: S608 - ids come from Salesforce and are quoted

from collections.abc import Iterator
from itertools import filterfalse
from typing import Final

from msgspec import Struct

from connector.ports.diagnosis import Diagnosis, hint, well, wrong
from connector.salesforce.doctor.patient import ASSIGN, Patient
from connector.salesforce.tables import AGENT_PERMISSION

_RIGHTS: Final = {
    "PermissionsActivitiesAccess": "Access Activities",
    "PermissionsEditTask": "Edit Tasks",
    "PermissionsViewAllData": "View All Data",
    "PermissionsModifyAllData": "Modify All Data",
}
"""Fields of PermissionSet, and what Setup calls them.  A profile's rights are in a permission set of its own."""

_SYSTEM: Final = "> System Permissions > Edit > tick"


class Rights(Struct, frozen=True):
    """By user id (ours and the agents'), which of `_RIGHTS` they have; and the agents whose Tasks are out of our reach.

    `unseen`: those may not be seen; `fixed`: not changed.  `roleless`: those of them who have no role at all.
    """

    held: dict[str, set[str]]
    unseen: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    roleless: tuple[str, ...] = ()


def rights(patient: Patient) -> Rights:
    """What users may do by any profile or permission set, and by their place in the role hierarchy."""
    users = [patient.me, *patient.directory.agents]
    chosen = ", ".join(f"PermissionSet.{name}" for name in _RIGHTS)
    soql = f"SELECT AssigneeId, {chosen} FROM PermissionSetAssignment WHERE AssigneeId IN ({{}})"
    found: dict[str, set[str]] = {user: set() for user in users}
    for row in patient.client.query_among(soql, users):
        found[row["AssigneeId"]].update(name for name in _RIGHTS if row["PermissionSet"].get(name))
    for held in found.values():
        if "PermissionsModifyAllData" in held:
            held.add("PermissionsViewAllData")
    fixed, roleless = _not_below(patient, users)
    if "PermissionsModifyAllData" in found[patient.me]:
        return Rights(found, roleless=roleless)
    unseen = () if "PermissionsViewAllData" in found[patient.me] else fixed
    return Rights(found, unseen, fixed, roleless)


def _not_below(patient: Patient, users: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The agents whose role is not below our user's, and those who have none."""
    above = {row["Id"]: row["ParentRoleId"] for row in patient.client.query("SELECT Id, ParentRoleId FROM UserRole")}
    rows = patient.client.query_among("SELECT Id, UserRoleId FROM User WHERE Id IN ({})", users)
    role = {row["Id"]: row["UserRoleId"] for row in rows}
    mine = role.get(patient.me)

    def is_below(agent: str) -> bool:
        at, seen = above.get(role.get(agent)), set[str]()
        while at is not None and at not in seen:
            if at == mine:
                return True
            seen.add(at)
            at = above.get(at)
        return False

    agents = patient.directory.agents
    return tuple(filterfalse(is_below, agents)), tuple(filterfalse(role.get, agents))


def integration_user(patient: Patient, may: Rights) -> Iterator[Diagnosis]:
    """Whether our user may write Tasks, and change those that agents own."""
    mine = may.held[patient.me]
    basic = [_RIGHTS[name] for name in ("PermissionsActivitiesAccess", "PermissionsEditTask") if name not in mine]
    if basic:
        what = f"the integration user lacks {' and '.join(basic)}"
        cure = f"{ASSIGN} If it has it: in that set {_SYSTEM} {', '.join(basic)} > Save."
        yield wrong("integration user", what, "No Task can be written", "everybody", cure)
    if may.fixed:
        what = "the integration user's role is not above these agents'"
        fails = "A Task is made, but changes to it (disposition, comments) are refused, since its agent owns it: "
        fails += "INSUFFICIENT_ACCESS_OR_READONLY"
        yield wrong("integration user", what, fails, patient.names(may.fixed), _above(patient, may))
    elif "PermissionsModifyAllData" in mine:
        what = "the integration user has Modify All Data, more than it needs: a role above the agents' is enough"
        fails = "Whoever gets hold of the connector's key can change everything in the org"
        cure = f"{_above(patient, may)} Then: Setup > Users > that user > Permission Set Assignments, or its profile: "
        cure += "take Modify All Data away."
        yield hint("integration user", what, fails, "the org's data", cure)
    if not basic and not may.fixed:
        yield well("integration user", "the integration user may write Tasks, and change those of the agents")


def _above(patient: Patient, may: Rights) -> str:
    """How our user gets a role above the agents'."""
    cure = "Setup > Users > the integration user > Edit > Role: one above the agents' (see Setup > Roles) > Save."
    if may.roleless:
        cure += f" These have no role, so that none is above it; each needs one: {patient.names(may.roleless)}."
    return cure


def permission_sets(patient: Patient, may: Rights) -> Iterator[Diagnosis]:
    """Whether there are agents, and whether they may have Tasks."""
    agents = patient.directory.agents
    if not agents:
        cure = f"Setup > Users > Permission Sets > {AGENT_PERMISSION} > Manage Assignments > Add Assignment."
        what = f"no active user has the permission set {AGENT_PERMISSION}"
        yield wrong("permission sets", what, "Nobody can use the panel", "everybody", cure)
        return
    lacking = [
        agent
        for agent in agents
        if not {"PermissionsActivitiesAccess", "PermissionsEditTask"} <= may.held.get(agent, set())
    ]
    if not lacking:
        yield well("permission sets", f"the {len(agents)} agents may have Tasks and edit them")
        return
    what = "agents lack Access Activities or Edit Tasks"
    cure = f"Setup > Profiles > their profile {_SYSTEM} Access Activities, Edit Tasks > Save."
    fails = "They do not see the Tasks of their calls, or cannot correct them"
    yield wrong("permission sets", what, fails, patient.names(lacking), cure)


def call_centre(patient: Patient) -> Iterator[Diagnosis]:
    """Whether each agent is in a call centre: without one the panel is not loaded."""
    centres = patient.client.query("SELECT Id, Name FROM CallCenter")
    if not centres:
        cure = "Deploy the package (`make deploy ORG=alias`), or Setup > Call Centers > Import; add the agents to it."
        what = "the org has no call centre"
        yield wrong("call centre", what, "The panel is not loaded", "all agents", cure)
        return
    if not patient.directory.agents:
        return
    soql = "SELECT Id, CallCenterId FROM User WHERE Id IN ({})"
    users = patient.client.query_among(soql, patient.directory.agents)
    outside = [user["Id"] for user in users if not user["CallCenterId"]]
    if outside:
        names = ", ".join(str(centre["Name"]) for centre in centres)
        cure = f"Setup > Call Centers > {names} > Manage Call Center Users > Add More Users."
        what = "agents are in no call centre"
        yield wrong("call centre", what, "The panel is not loaded", patient.names(outside), cure)
    else:
        yield well("call centre", f"the {len(users)} agents are in a call centre")
