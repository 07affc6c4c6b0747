"""Whether agents and the integration user may do what they will have to."""
# ruff: noqa: S608 - ids come from Salesforce and are quoted

from collections.abc import Iterator
from typing import Final

from connector.ports.diagnosis import Diagnosis, well, wrong
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
Rights = dict[str, set[str]]


def rights(patient: Patient) -> Rights:
    """By user id (ours and the agents'), the rights of `_RIGHTS` that they have by any profile or permission set."""
    users = [patient.me, *patient.directory.agents]
    chosen = ", ".join(f"PermissionSet.{name}" for name in _RIGHTS)
    soql = f"SELECT AssigneeId, {chosen} FROM PermissionSetAssignment WHERE AssigneeId IN ({{}})"
    found: Rights = {user: set() for user in users}
    for row in patient.client.query_among(soql, users):
        found[row["AssigneeId"]].update(name for name in _RIGHTS if row["PermissionSet"].get(name))
    for held in found.values():
        if "PermissionsModifyAllData" in held:
            held.add("PermissionsViewAllData")
    return found


def integration_user(patient: Patient, held: Rights) -> Iterator[Diagnosis]:
    """Whether our user may write Tasks, and change those that agents own."""
    mine = held[patient.me]
    basic = [_RIGHTS[name] for name in ("PermissionsActivitiesAccess", "PermissionsEditTask") if name not in mine]
    if basic:
        what = f"the integration user lacks {' and '.join(basic)}"
        cure = f"{ASSIGN} If it has it: in that set {_SYSTEM} {', '.join(basic)} > Save."
        yield wrong("integration user", what, "No Task can be written", "everybody", cure)
    if "PermissionsModifyAllData" not in mine:
        what = "the integration user lacks Modify All Data"
        fails = "A Task is made, but changes to it (disposition, comments) are refused, since its agent owns it: "
        fails += "INSUFFICIENT_ACCESS_OR_READONLY"
        cure = f"Setup > Permission Sets > a set for the integration user alone {_SYSTEM} Modify All Data > Save. Or "
        cure += "give it a role above all agents' (Setup > Roles): then this is told all the same."
        yield wrong("integration user", what, fails, "all agents", cure)
    if not basic and "PermissionsModifyAllData" in mine:
        yield well("integration user", "the integration user may write Tasks, those of others too")


def permission_sets(patient: Patient, held: Rights) -> Iterator[Diagnosis]:
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
        if not {"PermissionsActivitiesAccess", "PermissionsEditTask"} <= held.get(agent, set())
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
