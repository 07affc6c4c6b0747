"""Packages for deployments, written down as what differs from one to the next."""

from __future__ import annotations

import base64
import io
import zipfile
from typing import Any

from connector.sandbox.org.context import Context
from connector.sandbox.org.metadata.api import Deployments

XMLNS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
OBJECT = "<label>Thing</label><pluralLabel>Things</pluralLabel><sharingModel>ReadWrite</sharingModel>"
NAME = "<nameField><label>Name</label><type>Text</type></nameField>"


def document(root: str, inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} {XMLNS}>{inner}</{root}>'


def field(name: str, kind: str, inner: str = "", label: str = "Label") -> str:
    return f"<fields><fullName>{name}</fullName><label>{label}</label><type>{kind}</type>{inner}</fields>"


def text_field(name: str, more: str = "") -> str:
    return field(name, "Text", f"<length>40</length>{more}")


def grant(name: str, *, edit: bool = True) -> str:
    editable = str(edit).lower()
    return (
        f"<fieldPermissions><editable>{editable}</editable><field>{name}</field><readable>true</readable>"
        "</fieldPermissions>"
    )


def permission_set(inner: str, label: str = "Set") -> str:
    return document("PermissionSet", f"{inner}<label>{label}</label>")


def package(files: dict[str, str], members: dict[str, list[str]]) -> bytes:
    """A zip with these files and a package.xml of these members by type."""
    types = "".join(
        f"<types>{''.join(f'<members>{name}</members>' for name in names)}<name>{kind}</name></types>"
        for kind, names in members.items()
    )
    manifest = document("Package", f"{types}<version>62.0</version>")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in {"package.xml": manifest, **files}.items():
            packed.writestr(name, content)
    return out.getvalue()


def deployed(context: Context, user: str, data: bytes, **options: object) -> dict[str, Any]:
    """The whole result of a deployment."""
    deployments = Deployments(context)
    return deployments.status(deployments.start(data, options, user), details=True)


def problems(result: dict[str, Any]) -> dict[str, str]:
    """What is wrong, by full name."""
    return {one["fullName"]: one["problem"] for one in result["details"]["componentFailures"]}


def envelope(session: str, operation: str, inner: str) -> str:
    return (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<soapenv:Header><SessionHeader {XMLNS}><sessionId>{session}</sessionId></SessionHeader></soapenv:Header>"
        f"<soapenv:Body><{operation} {XMLNS}>{inner}</{operation}></soapenv:Body></soapenv:Envelope>"
    )


def deploy_call(data: bytes) -> str:
    zipped = base64.b64encode(data).decode()
    return f"<ZipFile>{zipped}</ZipFile><DeployOptions><rollbackOnError>true</rollbackOnError></DeployOptions>"
