"""The Metadata API in SOAP, as the sf command line and jsforce speak it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import msgspec

from connector.sandbox.org.errors import OrgError
from connector.sandbox.org.metadata.api import Deployments, Result, describe_metadata, yes
from connector.sandbox.org.metadata.package import NAMESPACE, child_text

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


class SoapCall(msgspec.Struct, frozen=True):
    """A request to /services/Soap/m: the session it names and the operation's element."""

    session: str
    body: ET.Element

    @property
    def operation(self) -> str:
        return self.body.tag.removeprefix(NAMESPACE)


def read_soap(data: bytes) -> SoapCall:
    """The call in an envelope; raises OrgError where there is none."""
    try:
        envelope = ET.fromstring(data)  # noqa: S314 - the parser limits what entities become; a test's own files
    except ET.ParseError as error:
        raise OrgError("INVALID_OPERATION", f"The request is no XML: {error}") from None
    body = envelope.find(f"{{{ENVELOPE}}}Body")
    if body is None or not len(body):
        raise OrgError("INVALID_OPERATION", "The envelope has no body")
    session = envelope.find(f"{{{ENVELOPE}}}Header/{NAMESPACE}SessionHeader/{NAMESPACE}sessionId")
    return SoapCall("" if session is None else (session.text or ""), body[0])


def answer_soap(deployments: Deployments, call: SoapCall, user_id: str, version: str) -> str:
    """The envelope of the answer; raises OrgError."""
    operation = _OPERATIONS.get(call.operation)
    if operation is None:
        raise OrgError("INVALID_OPERATION", f"{call.operation}: this stand-in org has no such call")
    result = operation(deployments, call.body, user_id, version)
    inner = "".join(_xml("result", one) for one in (result if isinstance(result, list) else [result]))
    response = f"{call.operation}Response"
    return _envelope(f'<{response} xmlns="{NAMESPACE[1:-1]}" {XSI}>{inner}</{response}>')


def soap_fault(error: OrgError) -> str:
    said = escape(f"{error.code}: {error.message}")
    return _envelope(
        '<soapenv:Fault xmlns:sf="http://soap.sforce.com/2006/04/metadata">'
        f"<faultcode>sf:{error.code}</faultcode><faultstring>{said}</faultstring></soapenv:Fault>"
    )


def _deploy(deployments: Deployments, body: ET.Element, user_id: str, version: str) -> Result:
    options = body.find(NAMESPACE + "DeployOptions")
    given = {} if options is None else {item.tag.removeprefix(NAMESPACE): (item.text or "") for item in options}
    try:
        data = base64.b64decode(child_text(body, "ZipFile"), validate=False)
    except binascii.Error:
        raise OrgError("INVALID_OPERATION", "ZipFile: is not base64") from None
    return {"done": False, "id": deployments.start(data, given, user_id), "state": "Queued"}


def _check(deployments: Deployments, body: ET.Element, user_id: str, version: str) -> Result:
    return deployments.status(child_text(body, "asyncProcessId"), details=yes(child_text(body, "includeDetails")))


def _describe(deployments: Deployments, body: ET.Element, user_id: str, version: str) -> Result:
    return {name: value for name, value in describe_metadata(version).items() if name != "apiVersion"}


def _list(deployments: Deployments, body: ET.Element, user_id: str, version: str) -> list[Result]:
    queries = body.findall(NAMESPACE + "queries")
    return [one for query in queries for one in deployments.listed(child_text(query, "type"))]


_OPERATIONS: Mapping[str, Callable[[Deployments, ET.Element, str, str], Result | list[Result]]] = {
    "checkDeployStatus": _check,
    "deploy": _deploy,
    "describeMetadata": _describe,
    "listMetadata": _list,
}


def _envelope(inner: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{ENVELOPE}"><soapenv:Body>{inner}</soapenv:Body></soapenv:Envelope>'
    )


def _xml(name: str, value: object) -> str:
    match value:
        case None:
            return f'<{name} xsi:nil="true"/>'
        case list():
            return "".join(_xml(name, item) for item in value)
        case dict():
            return f"<{name}>{''.join(_xml(key, item) for key, item in value.items())}</{name}>"
        case bool():
            return f"<{name}>{str(value).lower()}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"
