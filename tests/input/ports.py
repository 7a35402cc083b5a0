"""Ports for servers that must be told one."""

import random
import socket


def free_ports(count):
    """Ports that nobody listens on, out of those that no connection is given by
    itself: nobody has them until the server comes."""
    chosen = []
    while len(chosen) < count:
        port = random.randrange(15000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in chosen:
            chosen.append(port)
    return chosen
