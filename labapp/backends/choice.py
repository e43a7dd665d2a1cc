"""Choosing a backend: each must prove itself here and now."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from labapp.backends.backend import Backend, Unavailable
from labapp.backends.live import Live
from labapp.backends.relay import Relay
from labapp.errors import LabError

BACKENDS: tuple[type[Backend], ...] = (Live, Relay)  # the most real first
VARIABLE = "LABAPP_CAPTURE"
_PING, _PONG = b"labapp self-test: ping", b"labapp self-test: pong"


@dataclass(frozen=True)
class Probe:
    """Whether one backend works here; *reason* is empty if it does."""

    name: str
    fidelity: str
    works: bool
    reason: str = ""


@dataclass(frozen=True)
class Choice:
    """The backend taken, and what became of each that was tried before it."""

    backend: Backend
    probes: tuple[Probe, ...]

    def __str__(self) -> str:
        refused = "".join(f" Not {p.name}: {p.reason}." for p in self.probes if not p.works)
        return f"Captured by {self.backend.name}: {self.backend.fidelity}.{refused}"


def choose(backends: Sequence[type[Backend]] = BACKENDS) -> Choice:
    """Return the first of *backends* that passes its self-test, open.

    The environment variable ``LABAPP_CAPTURE`` names one to take and no other.
    Raises `LabError` if there is no such backend or none works.
    """
    wanted = os.environ.get(VARIABLE, "")
    known = ", ".join(backend.name for backend in backends)
    if wanted and wanted not in {backend.name for backend in backends}:
        raise LabError(f"{VARIABLE}={wanted} names no backend: use one of {known}, or unset it.")
    probes: list[Probe] = []
    for kind in backends:
        if wanted and kind.name != wanted:
            continue
        backend, probe = try_out(kind)
        probes.append(probe)
        if backend is not None:
            return Choice(backend, tuple(probes))
    reasons = "; ".join(f"{probe.name}: {probe.reason}" for probe in probes)
    forced = f" Unset {VARIABLE} to let the lab choose another." if wanted else ""
    raise LabError(f"No way to capture works here ({reasons}).{forced}")


def try_out(kind: type[Backend]) -> tuple[Backend | None, Probe]:
    """Build a backend and have it carry one ping; return it open if it did."""
    try:
        backend = kind()
    except Unavailable as refusal:
        return None, Probe(kind.name, kind.fidelity, works=False, reason=str(refusal))
    except OSError as error:
        return None, Probe(kind.name, kind.fidelity, works=False, reason=f"it failed: {error}")
    problem = _self_test(backend)
    if problem:
        backend.close()
        return None, Probe(kind.name, kind.fidelity, works=False, reason=problem)
    return backend, Probe(kind.name, kind.fidelity, works=True)


def _self_test(backend: Backend) -> str:
    """Carry a ping and a pong through *backend*; return what went wrong, if anything."""
    try:
        backend.listener.settimeout(2)
        with backend.record() as recording:
            with backend.connect() as client:
                server, _ = backend.listener.accept()
                with server:
                    server.settimeout(2)
                    client.sendall(_PING)
                    if server.recv(len(_PING), socket.MSG_WAITALL) != _PING:
                        return "its self-test lost what a client sent"
                    server.sendall(_PONG)
                    if client.recv(len(_PONG), socket.MSG_WAITALL) != _PONG:
                        return "its self-test lost what a server sent"
    except OSError as error:
        return f"its self-test failed: {error}"
    finally:
        with suppress(OSError):
            backend.listener.settimeout(None)
    seen = b"".join(frame.data for frame in recording.capture.frames)
    for text in (_PING, _PONG):
        if seen.count(text) != 1:
            return f"its self-test saw a frame {seen.count(text)} times instead of once"
    return "; ".join(recording.capture.problems)
