"""``python -m labapp doctor``: what the lab finds on this machine, and why not more."""

from __future__ import annotations

import os
import platform
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from labapp.backends.backend import Backend
from labapp.backends.choice import BACKENDS, VARIABLE, Probe, try_out

PACKAGES = ("django", "scapy", "matplotlib", "trustme", "jupyterlab", "ipykernel", "ipywidgets")
PROXY = "jupyter-server-proxy"
HUB = "JUPYTERHUB_SERVICE_PREFIX"  # set in every server that a hub started
WIDTH = 88  # columns
SENTENCES = {
    "live": "You will see the packets of this machine.",
    "namespace": "You will see real packets, in a private network of your own.",
    "errqueue": "You will see real packets with data; the lab rebuilds the few without.",
    "relay": "You will see the real bytes and times; the lab writes the packet headers.",
}


@dataclass(frozen=True)
class Diagnosis:
    """What became of every way to capture, and lines (what, finding) about the rest.

    *wanted* is the backend that ``LABAPP_CAPTURE`` names, or ``""``.
    """

    probes: tuple[Probe, ...]
    wanted: str
    surroundings: tuple[tuple[str, str], ...]

    @property
    def chosen(self) -> str:
        """The name of the backend that a visit takes, or ``""`` if there is none."""
        working = [probe.name for probe in self.probes if probe.works]
        return next((name for name in working if self.wanted in ("", name)), "")

    @property
    def sentence(self) -> str:
        """What a learner must know, in one sentence."""
        if self.chosen:
            return SENTENCES.get(self.chosen, f"You will see packets, by {self.chosen}.")
        if not self.wanted:
            return "You will see no packets: no way to capture works here."
        known = [probe.name for probe in self.probes]
        why = "does not work here" if self.wanted in known else f"is none of {', '.join(known)}"
        return f"You will see no packets: {VARIABLE}={self.wanted} {why}. Unset it."

    def __str__(self) -> str:
        backends = []
        for probe in self.probes:
            answer = "taken" if probe.name == self.chosen else "yes" if probe.works else "no"
            backends.append(
                (f"{answer:5}  {probe.name}", probe.reason or probe.fidelity),
            )
        parts = (
            self.sentence,
            f"Ways to capture, the most real first:\n{_aligned(backends)}",
            _aligned(self.surroundings),
        )
        return "\n\n".join(parts)


def diagnose(
    backends: Sequence[type[Backend]] = BACKENDS,
    environment: Mapping[str, str] = os.environ,
    installed: Callable[[str], str] = version,
) -> Diagnosis:
    """Try out all of *backends*, whatever is forced, and look around.

    *installed* returns the version of a distribution, or raises
    `PackageNotFoundError`. Every backend is closed again.
    """
    probes = []
    for kind in backends:
        backend, probe = try_out(kind)
        if backend is not None:
            backend.close()
        probes.append(probe)
    return Diagnosis(
        tuple(probes),
        environment.get(VARIABLE, ""),
        (
            ("Python", f"{platform.python_version()} ({sys.executable})"),
            ("System", f"{platform.platform()}{_user()}"),
            ("Packages", ", ".join(_named(name, installed) for name in PACKAGES)),
            ("Browser", _way(environment, installed)),
        ),
    )


def _way(environment: Mapping[str, str], installed: Callable[[str], str]) -> str:
    """Say what stands between a learner's own browser and a page of the site."""
    if HUB not in environment:
        return "no hub: to open a page of the site, it must run on this machine"
    try:
        return f"behind a hub: pages of the site come through {PROXY} {installed(PROXY)}"
    except PackageNotFoundError:
        return f"behind a hub: no page of the site can be opened, {PROXY} is not installed"


def _named(name: str, installed: Callable[[str], str]) -> str:
    try:
        return f"{name} {installed(name)}"
    except PackageNotFoundError:
        return f"{name} is not installed"


def _user() -> str:
    if not hasattr(os, "geteuid"):
        return ""
    return ", as root" if os.geteuid() == 0 else ", as an ordinary user"


def _aligned(lines: Iterable[tuple[str, str]]) -> str:
    """Return two columns, the second one wrapped."""
    lines = list(lines)
    width = max((len(first) for first, _ in lines), default=0)
    return "\n".join(
        textwrap.fill(
            second,
            WIDTH,
            initial_indent=f"  {first:{width}}  ",
            subsequent_indent=" " * (width + 4),
            break_long_words=False,
            break_on_hyphens=False,
        )
        for first, second in lines
    )
