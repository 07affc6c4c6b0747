"""Ports that nobody uses now; who is to listen there soon finds them so."""

import socket


def free_tcp(host: str) -> int:
    """One of TCP."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        found: int = probe.getsockname()[1]
        return found


def free_udp(host: str) -> int:
    """One of UDP."""
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        found: int = probe.getsockname()[1]
        return found


def free_udp_pair(host: str) -> int:
    """One of UDP and TCP whose next one is free, too: baresip takes that for TLS."""
    while True:
        port = free_udp(host)
        try:
            with socket.socket() as first, socket.socket() as second:
                first.bind((host, port))
                second.bind((host, port + 1))
        except OSError:
            continue
        return port
