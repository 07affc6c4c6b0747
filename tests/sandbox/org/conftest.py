"""An org without HTTP for tables of rules, and a running one for clients."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connector.sandbox.org.context import Context, Settings
from connector.sandbox.org.database import Database
from connector.sandbox.org.objects import standard_schema
from connector.sandbox.org.seed import fill, found
from connector.sandbox.org.server import INTEGRATION_USERNAME
from tests.sandbox.org.rig import NOON, Clock, Desk, RunningOrg, undone


@pytest.fixture(scope="session")
def seeded() -> Iterator[tuple[Context, Clock]]:
    schema, clock = standard_schema(), Clock()
    database = Database(None, schema)
    context = Context(database, schema, clock, Settings(), daily_limit=1000)
    with database.transaction():
        found(context.records, INTEGRATION_USERNAME)
        fill(context.records)
    yield context, clock
    database.close()


@pytest.fixture
def desk(seeded: tuple[Context, Clock]) -> Iterator[Desk]:
    """The seeded org as it began: what a test writes is rolled back after it."""
    context, clock = seeded
    clock.seconds = NOON
    context.apply(Settings())

    sam = context.database.find(context.schema["User"], "Username", "sam.rivera@phone-panel.example")[0]
    with undone(context):
        yield Desk(context, clock, str(sam["Id"]))
    context.apply(Settings())


@pytest.fixture(scope="session")
def private_key() -> rsa.RSAPrivateKey:
    """The connector's key; the org holds the public half."""
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def certificate(private_key: rsa.RSAPrivateKey) -> bytes:
    """A self-signed certificate of that key, also good for TLS on localhost."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begins = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + dt.timedelta(days=30))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private_key, hashes.SHA256())
    )
    return built.public_bytes(Encoding.PEM)


@pytest.fixture(scope="session")
def private_pem(private_key: rsa.RSAPrivateKey) -> bytes:
    return private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="session")
def run_org(private_key: rsa.RSAPrivateKey, certificate: bytes) -> Iterator[Callable[..., RunningOrg]]:
    """Starts orgs which end with the session; options are those of `start_org`."""
    running: list[RunningOrg] = []

    def start(**options: Any) -> RunningOrg:
        running.append(RunningOrg(private_key, client_certificate=certificate, **options))
        return running[-1]

    yield start
    for one in running:
        one.close()


@pytest.fixture(scope="session")
def shared_org(run_org: Callable[..., RunningOrg]) -> RunningOrg:
    return run_org()


@pytest.fixture
def live(shared_org: RunningOrg) -> Iterator[RunningOrg]:
    """The running org without faults and with its first settings. Records of other tests may be in it."""
    yield shared_org
    shared_org.control("DELETE", "faults")
    shared_org.control(
        "POST",
        "settings",
        {
            "external_id": "unique",
            "rules": [],
            "daily_limit": 5_000_000,
            "session_idle_seconds": 7200,
            "search_lag_seconds": 0,
        },
    )


@pytest.fixture(scope="session")
def tls_context(tmp_path_factory: pytest.TempPathFactory, certificate: bytes, private_pem: bytes) -> ssl.SSLContext:
    path: Path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(certificate + private_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
