"""A lesson: everybody starts at once, and afterwards everything is compared."""

from __future__ import annotations

import pwd
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from classroom import accounts, limits
from classroom.campaign import processes
from classroom.campaign.browser import Browser, Refused
from classroom.campaign.learner import CAPTURES, Afternoon, Learner
from classroom.settings import Settings
from labapp import plant_secret, remedy, visit
from labapp.secret import find
from labapp.site import published

ENDED = "that kernel ended, and no other process"


@dataclass
class Lesson:
    """What a class of *afternoons* came to; times in seconds, sizes in bytes.

    *found* says in whose captures whose secret was found: names by name. *usage* has
    each learner's memory by kind of process, *cpu* the seconds of processor time, *peak*
    what the control group had at most, or None. *reached* are learners whose
    server answered a neighbour. *impostors* are names that somebody else's
    password opened. *strays* counts learners' files in the
    machine's own folder for temporary files. *hub* is the memory of the hub and its proxy. *greedy*
    says what became of a learner who asked for more memory than they may have.
    """

    afternoons: list[Afternoon]
    killed: bool
    started: float = 0.0
    wall: float = 0.0
    found: dict[str, set[str]] = field(default_factory=dict)
    searched: dict[str, int] = field(default_factory=dict)
    usage: dict[str, dict[str, int]] = field(default_factory=dict)
    cpu_start: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    peak: dict[str, int | None] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)
    impostors: set[str] = field(default_factory=set)
    strays: int = 0
    hub: int = 0
    greedy: str = ""
    expected: dict[str, list[Any]] = field(default_factory=dict)

    def complaints(self) -> list[str]:
        """Return what is not as it must be, a sentence each; empty if all is well."""
        wrong = []
        for one in self.afternoons:
            wrong += [f"{one.name}: {error}" for error in one.errors]
            if one.seen != self.expected:
                wrong.append(f"{one.name} saw something else: {one.seen}")
            if self.found.get(one.name) != {one.name}:
                wrong.append(f"{one.name} has the secrets of {self.found.get(one.name)}.")
            if one.killed != int(self.killed):
                wrong.append(f"{one.name}: {one.killed} kernels were killed.")
            if one.left:
                wrong.append(f"{one.name}: {one.left} outlived the killed kernel.")
        if self.strays:
            wrong.append(f"{self.strays} files are left in {gettempdir()}.")
        if self.greedy != ENDED:
            wrong.append(f"Too much memory: {self.greedy}.")
        wrong += [f"{name}'s server answers a neighbour." for name in self.reached]
        return wrong + [f"{name} could sign in with another's slip." for name in self.impostors]

    @property
    def right(self) -> int:
        """How many learners finished with the right result."""
        return sum(one.seen == self.expected and not one.errors for one in self.afternoons)


def held(settings: Settings, hub: int, *, kill: bool = False) -> Lesson:
    """Hold a lesson at the hub of *settings*, process *hub*; with *kill*, kernels die half way."""
    passwords = accounts.passwords(settings)
    texts = dict(zip(settings.names, secrets(), strict=False))
    learners = [
        Learner(settings, name, passwords[name], texts[name]) for name in settings.names
    ]
    lesson = Lesson([one.afternoon for one in learners], kill, expected=expected())
    begun = time.monotonic()
    _all(learners, Learner.arrive)
    lesson.started = time.monotonic() - begun
    arrived = [one for one in learners if not one.afternoon.errors]
    for one in arrived:
        lesson.cpu_start[one.browser.name] = sum(p.cpu for p in _processes(one.browser.name))
    _all(arrived, lambda one: one.work(kill=kill))
    lesson.wall = time.monotonic() - begun
    for one in arrived:
        _measure(lesson, one.browser.name)
    lesson.hub = sum(one.memory for one in processes.tree(hub) if one.uid == 0)
    lesson.strays = _strays(settings)
    _search(lesson, settings, texts)
    for one, neighbour in zip(arrived, [*arrived[1:], *arrived[:1]], strict=True):
        other = neighbour.browser.name
        if other != one.browser.name:
            lesson.reached |= {other} if one.can_reach(other) else set()
            if _opens(settings, other, passwords[one.browser.name]):
                lesson.impostors.add(other)
        if not one.can_reach(one.browser.name):  # the control: it is there to be reached
            one.afternoon.errors.append("cannot reach the own server")
    if arrived:
        if _opens(settings, "root", passwords[settings.teacher]):
            lesson.impostors.add("root")
        lesson.greedy = _greedy(arrived)
    _all(arrived, Learner.leave)
    return lesson


def secrets() -> Iterable[str]:
    """Yield secrets without end, each another."""
    known: set[str] = set()
    for text in (plant_secret() for _ in count()):
        if text not in known:
            known.add(text)
            yield text


def expected() -> dict[str, list[Any]]:
    """Return what every learner must see: the same visits, made here, alone."""
    secret = plant_secret()
    plain = visit(secret)
    visits = {
        "00 before": plain,
        "00 after": visit(secret, remedy.https),
        "01 before": plain,
        "01 answered": visit(secret, view=published.SensitiveInfoView),
    }
    return {
        name: [one.capture.complete, one.works, dict(one.seen)] for name, one in visits.items()
    }


def _all(learners: list[Learner], what: Callable[[Learner], None]) -> None:
    """Let all *learners* do it at once; what goes wrong is noted with each."""

    def one(learner: Learner) -> None:
        try:
            what(learner)
        except Exception as error:
            learner.afternoon.errors.append(f"{type(error).__name__}: {error}")

    with ThreadPoolExecutor(max(1, len(learners))) as pool:
        list(pool.map(one, learners))


def _processes(name: str) -> list[processes.Process]:
    return processes.of(pwd.getpwnam(name).pw_uid)


def _measure(lesson: Lesson, name: str) -> None:
    running = _processes(name)
    lesson.usage[name] = processes.memory(running)
    lesson.cpu[name] = sum(one.cpu for one in running)
    try:
        lesson.peak[name] = limits.group(name).peak
    except limits.NoLimits:
        lesson.peak[name] = None


def _opens(settings: Settings, name: str, password: str) -> bool:
    """Return whether *password* signs *name* in."""
    try:
        Browser(settings.url, name).sign_in(password)
    except Refused:
        return False
    return True


def _strays(settings: Settings) -> int:
    uids = {pwd.getpwnam(name).pw_uid for name in settings.names}
    return sum(path.lstat().st_uid in uids for path in Path(gettempdir()).iterdir())


def _greedy(learners: list[Learner]) -> str:
    """Let the last of *learners* take more memory than they may have; say what happened."""
    before = {one.pid for each in learners for one in _processes(each.browser.name)}
    try:
        ended = learners[-1].takes_too_much()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    after = {one.pid for each in learners for one in _processes(each.browser.name)}
    if gone := before - after:
        return f"other processes ended: {gone}"
    return ENDED if ended else "nothing stopped it"


def _search(lesson: Lesson, settings: Settings, texts: dict[str, str]) -> None:
    for name in texts:
        captured = b"".join(
            path.read_bytes()
            for path in sorted((settings.homes / name / CAPTURES).glob("*.pcap"))
        )
        lesson.searched[name] = len(captured)
        lesson.found[name] = {whose for whose, text in texts.items() if find(text, captured)}
