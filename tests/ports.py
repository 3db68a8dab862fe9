"""Ports for servers that tests start."""

import random
import socket

# Below those that the system gives to outgoing connections: one of them could take the port before the server does.
_PORTS = range(20_000, 32_000)


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens."""
    while True:
        port = random.SystemRandom().choice(_PORTS)
        with socket.socket() as listening:
            try:
                listening.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
