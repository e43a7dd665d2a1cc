"""Choosing a backend: each must prove itself here and now."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass

from labapp.backends.backend import Backend, Unavailable
from labapp.backends.errqueue import Errqueue
from labapp.backends.live import Live
from labapp.backends.namespace import Namespace
from labapp.backends.relay import Relay
from labapp.conversations import conversations, missing
from labapp.errors import LabError

BACKENDS: tuple[type[Backend], ...] = (Live, Namespace, Errqueue, Relay)  # the most real first
VARIABLE = "LABAPP_CAPTURE"
TIMEOUT = 2.0  # seconds for each step of a self-test
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
        raise LabError(
            f"{VARIABLE}={wanted} names no backend: use one of {known}, or unset it."
        )
    probes: list[Probe] = []
    for kind in backends:
        if wanted and kind.name != wanted:
            continue
        backend, probe = try_out(kind)
        probes.append(probe)
        if backend is not None:
            return Choice(backend, tuple(probes))
    reasons = "; ".join(f"{probe.name}: {probe.reason}" for probe in probes)
    next_step = (
        f"Unset {VARIABLE} to let the lab choose another."
        if wanted
        else "python -m labapp doctor says more: send that to your teacher."
    )
    raise LabError(f"No way to capture works here ({reasons}). {next_step}")


def try_out(kind: type[Backend]) -> tuple[Backend | None, Probe]:
    """Build a backend and have it carry one ping; return it open if it did."""
    backend = None
    try:
        backend = kind()
        reason = _self_test(backend)
    except Unavailable as refusal:
        reason = str(refusal)
    except Exception as error:  # whatever it is, there may be another that works
        reason = f"it failed: {str(error) or type(error).__name__}"
    except BaseException:  # Ctrl-C: nobody will ever know of this backend
        if backend is not None:
            backend.close()
        raise
    probe = Probe(kind.name, kind.fidelity, works=not reason, reason=reason)
    if reason and backend is not None:
        with suppress(Exception):
            backend.close()
        backend = None
    return backend, probe


def _self_test(backend: Backend) -> str:
    """Carry a ping and a pong through *backend*; return what went wrong, or nothing."""
    backend.listener.settimeout(TIMEOUT)
    with (
        backend.record() as recording,
        closing(backend.connect()) as client,
        closing(backend.listener.accept()[0]) as server,
    ):
        client.settimeout(TIMEOUT)
        server.settimeout(TIMEOUT)
        for sender, receiver, text in ((client, server, _PING), (server, client, _PONG)):
            sender.sendall(text)
            with receiver.makefile("rb") as incoming:
                if incoming.read(len(text)) != text:
                    return "its self-test lost what was sent"
    capture = recording.capture
    if problems := missing(capture):
        return f"its self-test was not captured whole: {problems[0]}"
    if len({frame.data for frame in capture.frames}) < len(capture.frames):
        return "its self-test saw a frame twice"
    said = [(one.sent.data, one.received.data) for one in conversations(capture)]
    if said != [(_PING, _PONG)]:
        return "its self-test captured something else than what was sent"
    return ""
