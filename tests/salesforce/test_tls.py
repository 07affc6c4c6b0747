"""An org behind TLS: trusted only with its authority."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connector.errors import CrmUnavailable
from connector.salesforce import open_crm
from tests.ports.crm_contract import first, fresh_key, task_fields, written
from tests.salesforce.conftest import MakeConfig
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow


def certificate_for(private_key: rsa.RSAPrivateKey, days: tuple[int, int] = (-1, 1)) -> bytes:
    """A self-signed certificate of this machine, good between those days from now."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private_key, hashes.SHA256())
    )
    return built.public_bytes(Encoding.PEM)


@pytest.fixture(scope="module")
def certificate(private_key: rsa.RSAPrivateKey) -> bytes:
    return certificate_for(private_key)


@pytest.fixture
def secure_org(tmp_path: Path, private_key: rsa.RSAPrivateKey, certificate: bytes) -> Iterator[RunningOrg]:
    pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "server.pem").write_bytes(certificate + pem)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "server.pem")
    running = RunningOrg(private_key, client_certificate=certificate, tls=tls)
    running.http.verify = str(tmp_path / "server.pem")
    yield running
    running.close()


async def test_tls(secure_org: RunningOrg, config: MakeConfig, tmp_path: Path) -> None:
    assert secure_org.url.startswith("https://127.0.0.1:")
    trusting = open_crm(config(login_url=secure_org.url, ca_file=str(tmp_path / "server.pem")))
    agents = (await trusting.directory()).agents
    key = fresh_key()
    await written(trusting, first(key, task_fields(key, next(iter(agents)))))
    await trusting.close()
    wary = open_crm(config(login_url=secure_org.url))
    with pytest.raises(CrmUnavailable) as caught:
        await wary.directory()
    await wary.close()
    assert (caught.value.code, caught.value.doubtful) == ("connection", False)
    assert "salesforce.ca_file" in str(caught.value)
