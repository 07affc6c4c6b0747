"""Session tokens as an org signs them, good and bad."""

from functools import cache
from itertools import count
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connector.api.auth import AUDIENCE, Issuer
from tests.domain.stage import SAM, START

ISSUER = "https://acme.my.salesforce.com"
ORG = "00D000000000001EAA"
NOW = START // 1000


@cache
def key(name: str = "ours", bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key of its own for each name."""
    assert name
    return rsa.generate_private_key(public_exponent=65_537, key_size=bits)


def public_pem(of: Any = None) -> str:
    """The public half as PEM."""
    public = (of or key()).public_key()
    return str(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


def issuer(name: str = ISSUER, pem: str | None = None, org: str = ORG) -> Issuer:
    return Issuer(name, public_pem() if pem is None else pem, org)


_made = count(1)


def token(
    agent: str = SAM, *, signed_by: Any = None, without: str = "", algorithm: str = "RS256", **claims: Any
) -> str:
    """A good token with a jti of its own, but for what is said."""
    whole = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": agent,
        "org": ORG,
        "iat": NOW,
        "exp": NOW + 120,
        "jti": f"token-{next(_made)}",
        **claims,
    }
    whole.pop(without, None)
    return jwt.encode(whole, signed_by or key(), algorithm=algorithm)
