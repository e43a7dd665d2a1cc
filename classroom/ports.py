"""Ports: one for each learner's server, which no other learner is given.

JupyterHub asks the kernel for any free port, and lets it go until the server takes it. Of
thirty servers that start at once two may get the same: then one of them does not start, and
its learner's requests go to the other's. (They are refused there, but nothing works.)
"""

from __future__ import annotations

import socket
from random import shuffle

from classroom.settings import ClassError

# Below those that Linux gives to connections (ip_local_port_range: 32768 and more), so that
# none of these takes one meanwhile.
KNOWN = range(20_000, 32_768)

_given: dict[str, int] = {}


def port_for(name: str) -> int:
    """Return a free port of 127.0.0.1 for the server of *name*; `ClassError` if there is none.

    It is theirs until they are given another one.
    """
    _given.pop(name, None)
    ports = list(KNOWN)
    shuffle(ports)  # another hub on this machine chooses, too
    for port in ports:
        if port not in _given.values() and _is_free(port):
            _given[name] = port
            return port
    raise ClassError(f"There is no free port from {KNOWN.start} to {KNOWN.stop - 1}.")


def _is_free(port: int) -> bool:
    with socket.socket() as trial:
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
