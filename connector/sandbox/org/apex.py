"""The org's Apex, as far as Open CTI's runApex reaches it: the class that signs an agent's short session token."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from connector.sandbox.org.errors import OrgError

ISSUER = "https://sandbox.phone-panel.invalid"
AUDIENCE = "phone-panel"
TOKEN_SECONDS = 120
SIGNING_CLASS = "PhonePanelSession"


class Signer:
    """The org's own RSA key and what it signs."""

    def __init__(self, organization_id: str, now: Callable[[], float], private_pem: bytes | None = None) -> None:
        """Use the given private key, or make a new one; raises ValueError for a key that is not RSA."""
        key = load_pem_private_key(private_pem, None) if private_pem else rsa.generate_private_key(65537, 2048)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError(  # noqa: TRY004 - the content is wrong, not the type
                "the session key must be an RSA private key: tokens are signed with RS256"
            )
        self._key = key
        self._organization = organization_id
        self._now = now

    def public_pem(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def private_pem(self) -> bytes:
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def token(self, user_id: str) -> str:
        """A session token for the user, valid for two minutes."""
        issued = int(self._now())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": user_id,
            "org": self._organization,
            "iat": issued,
            "exp": issued + TOKEN_SECONDS,
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(claims, self._key, algorithm="RS256")


def run_apex(signer: Signer, user_id: str, apex_class: str, method: str) -> str:
    """What the method returns as text; unknown classes and methods are refused (Salesforce's words not confirmed)."""
    if apex_class != SIGNING_CLASS:
        raise OrgError("NOT_FOUND", f"No such Apex class: {apex_class}", status=404)
    if method != "token":
        raise OrgError("NOT_FOUND", f"No such method in Apex class {apex_class}: {method}", status=404)
    return signer.token(user_id)
