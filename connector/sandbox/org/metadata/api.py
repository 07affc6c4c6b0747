"""The deployments of the org, what is told of them, and their REST resources; SOAP is in `soap`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from connector.sandbox.org import ids
from connector.sandbox.org.context import Context
from connector.sandbox.org.errors import OrgError, not_found
from connector.sandbox.org.metadata.deploy import Outcome, deploy
from connector.sandbox.org.metadata.package import read_package
from connector.sandbox.org.metadata.types import CHILDREN, TYPES
from connector.sandbox.org.values import stamp

Result = dict[str, Any]

NO_TESTS = ("", "NoTestRun")
NEEDS = "use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions"


class Deployments:
    """The deployments of this org since it started. Each is carried out at once, while the request is answered."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._results: dict[str, Result] = {}

    def start(self, data: bytes, options: Mapping[str, object], user_id: str) -> str:
        """Deploy the zip file; answers the id under which `status` tells of it. Raises OrgError."""
        context = self._context
        if not context.access.is_administrator(user_id):
            raise OrgError("INSUFFICIENT_ACCESS", NEEDS, status=403)
        check_only, roll_back = yes(options.get("checkOnly")), yes(options.get("rollbackOnError", True))
        begun = stamp(context.now())
        error: OrgError | None = None
        outcomes: list[Outcome] = []
        try:
            if options.get("testLevel") not in (None, *NO_TESTS) or options.get("runTests"):
                raise OrgError("INVALID_OPERATION", "testLevel: this stand-in org runs no Apex, so no tests")
            outcomes = deploy(context, read_package(data), user_id, roll_back=roll_back, keep=not check_only)
        except OrgError as refused:
            error = refused
        number = context.database.next_number("deployment")
        deployment_id = ids.make_id("0Af", number)
        user = context.database.read(context.records.schema["User"], user_id) or {}
        self._results[deployment_id] = {
            "checkOnly": check_only,
            "completedDate": stamp(context.now()),
            "createdBy": user_id,
            "createdByName": user.get("Name"),
            "createdDate": begun,
            "id": deployment_id,
            "ignoreWarnings": yes(options.get("ignoreWarnings")),
            "lastModifiedDate": stamp(context.now()),
            "rollbackOnError": roll_back,
            "runTestsEnabled": False,
            "startDate": begun,
            **_told(outcomes, error, roll_back=roll_back),
        }
        return deployment_id

    def listed(self, kind: str) -> list[Result]:
        """The deployed components of that type, as listMetadata tells of them."""
        return [{"fullName": name, "type": kind} for name in self._context.components.names(kind)]

    def status(self, deployment_id: str, *, details: bool) -> Result:
        """What became of a deployment; raises INVALID_ID_FIELD."""
        result = self._results.get(ids.canonical(deployment_id) or "")
        if result is None:
            raise OrgError("INVALID_ID_FIELD", f"invalid id: {deployment_id}", status=404)
        return result if details else {name: value for name, value in result.items() if name != "details"}


def yes(value: object) -> bool:
    """Whether an option is on, as JSON or as XML says it."""
    return value is True or value == "true"


def _told(outcomes: list[Outcome], error: OrgError | None, *, roll_back: bool) -> Result:
    failures = [outcome for outcome in outcomes if outcome.problem is not None]
    successes = [outcome for outcome in outcomes if outcome.problem is None]
    failed = bool(failures) or error is not None
    partly = failed and not roll_back and error is None
    result: Result = {
        "details": {
            "componentFailures": [_message(outcome) for outcome in failures],
            "componentSuccesses": [_message(outcome) for outcome in successes],
            "runTestResult": {"numFailures": 0, "numTestsRun": 0, "totalTime": 0.0},
        },
        "done": True,
        "numberComponentErrors": len(failures),
        "numberComponentsDeployed": len(successes),
        "numberComponentsTotal": len(outcomes),
        "numberTestErrors": 0,
        "numberTestsCompleted": 0,
        "numberTestsTotal": 0,
        "status": "SucceededPartial" if partly else "Failed" if failed else "Succeeded",
        "success": not failed or partly,
    }
    if error is not None:
        result |= {"errorMessage": error.message, "errorStatusCode": error.code}
    return result


def _message(outcome: Outcome) -> Result:
    problem = outcome.problem
    message: Result = {
        "changed": problem is None,
        "componentType": outcome.type,
        "created": outcome.created and problem is None,
        "deleted": False,
        "fileName": outcome.path,
        "fullName": outcome.name,
        "success": problem is None,
    }
    if problem is not None:
        message |= {
            "columnNumber": problem.column,
            "lineNumber": problem.line,
            "problem": problem.text,
            "problemType": "Error",
        }
    return message


def describe_metadata(version: str) -> Result:
    """What DescribeMetadataResult says of the types."""
    listed = []
    for item in TYPES:
        described: Result = {
            "directoryName": item.folder,
            "inFolder": item.in_folders,
            "metaFile": item.content,
            "suffix": item.suffix or None,
            "xmlName": item.name,
        }
        if item.name == "CustomObject":
            described["childXmlNames"] = list(CHILDREN.values())
        if item.name == "CustomLabels":
            described["childXmlNames"] = ["CustomLabel"]
        listed.append(described)
    return {
        "metadataObjects": listed,
        "organizationNamespace": "",
        "partialSaveAllowed": True,
        "testRequired": False,
        "apiVersion": version,
    }


def deploy_request(deployments: Deployments, data: bytes, wanted: bytes, user_id: str) -> Result:
    """What POST metadata/deployRequest answers: the id of the deployment and its options."""
    try:
        entity = msgspec.json.decode(wanted or b"{}")
    except msgspec.DecodeError as error:
        raise OrgError("JSON_PARSER_ERROR", f"entity_content: {error}") from None
    options = entity.get("deployOptions") if isinstance(entity, dict) else None
    given = options if isinstance(options, dict) else {}
    deployment_id = deployments.start(data, given, user_id)
    return {
        "deployOptions": given,
        "deployResult": {"done": False, "id": deployment_id, "status": "Pending", "success": False},
        "id": deployment_id,
        "validatedDeployRequestId": None,
    }


def deploy_status(deployments: Deployments, deployment_id: str, *, details: bool) -> Result:
    """What GET metadata/deployRequest/{id} answers; raises 404."""
    if ids.canonical(deployment_id) is None:
        raise not_found()
    return {"deployResult": deployments.status(deployment_id, details=details), "id": deployment_id}
