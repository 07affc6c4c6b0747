"""Run by a test inside a network namespace that has nothing but its own loopback: `sf` and an org that knows no other.

The org refuses unique fields on Activity, as some do. Prints as JSON what `sf` said, step by step.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from connector.sandbox.org.server import CONSUMER_KEY
from tests.live.salesforce_tools import SOURCES, Tools
from tests.sandbox.org.rig import RunningOrg

SET_FLAGS, UP = 0x8914, 0x41
"""SIOCSIFFLAGS; up and running."""


def main() -> None:
    """The folder for files and that of the installed tools are given."""
    folder, installed = (Path(argument) for argument in sys.argv[1:3])
    with socket.socket() as plug:
        fcntl.ioctl(plug, SET_FLAGS, struct.pack("16sh", b"lo", UP))
    ours, other = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    public = ours.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    org = RunningOrg(ours, client_certificate=public, product=False, seed=False, external_id="shared")
    tools = Tools(folder, installed)

    def login(key: rsa.RSAPrivateKey, user: str) -> object:
        file = folder / "app.key"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return tools.run(
            *("org", "login", "jwt", "--client-id", CONSUMER_KEY, "--jwt-key-file", str(file), "--username", user),
            *("--instance-url", org.url.replace("127.0.0.1", "localhost"), "--alias", "org"),
        )

    deploy = ("project", "deploy", "start", *SOURCES, "--target-org", "org")
    try:
        said = {
            "interfaces": [name for _, name in socket.if_nameindex()],
            "stranger": login(other, "admin@phone-panel.example"),
            "login": login(ours, "admin@phone-panel.example"),
            "unique": tools.run(*deploy),
            "shared": tools.run(*deploy, PHONE_PANEL_KEY="shared"),
        }
    finally:
        org.close()
    print(json.dumps(said))


if __name__ == "__main__":
    main()
