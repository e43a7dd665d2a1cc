"""Known answers to the exercises: wrong ones and what helps, right but unusual ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import pytest

from labapp.checks import Verdict, check
from labapp.checks.exercises import CHAPTERS
from labapp.lab import laboratory as lab_module
from labapp.lab.laboratory import Laboratory
from labapp.site.application import configure

configure()  # some answers are built on Django's own users


BACKENDS = [
    pytest.param("live", marks=pytest.mark.root),
    pytest.param("namespace", marks=pytest.mark.root),  # not on every machine
    "relay",
]


@dataclass(frozen=True)
class Later:
    """Something an answer gives that is made only when it is graded, in the lab of the test."""

    make: Callable[[], Any]


@dataclass(frozen=True)
class Answer:
    """One answer to the exercise *to*: what a learner gives `check`.

    *says* is the piece of the feedback that helps, for a wrong answer.
    """

    to: str
    name: str
    given: tuple[Any, ...]
    parts: dict[str, Any] = field(default_factory=dict)
    says: str = ""

    def __str__(self) -> str:
        return f"{self.to}: {self.name}".replace(" ", "-")


def known(kind: str) -> list[Answer]:
    """Return all answers of *kind*, ``"WRONG"`` or ``"RIGHT"``, of every chapter."""
    modules = [import_module(f"{__name__}.{chapter}") for chapter in CHAPTERS]
    return [answer for module in modules for answer in getattr(module, kind)]


@contextmanager
def graded_with(backend: str) -> Iterator[Laboratory]:
    """Let every exercise be graded in a lab of its own, which captures with *backend*."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", backend)
        with Laboratory() as lab:
            patch.setattr(lab_module, "_laboratory_of", lambda pid: lab)
            yield lab


def verdict_on(answer: Answer) -> Verdict:
    """Return what `check` says to *answer*."""
    given = [one.make() if isinstance(one, Later) else one for one in answer.given]
    verdict = check(answer.to, *given, **answer.parts)
    assert isinstance(verdict, Verdict)
    return verdict


def asks_for_more(answer: Answer) -> None:
    """Assert that a wrong *answer* does not pass, and is told what helps."""
    verdict = verdict_on(answer)
    said = repr(verdict)
    assert answer.says in said
    assert answer.says, "every wrong answer needs the words that help"
    assert not verdict.passed
    assert said.startswith("Not yet.")


def passes(answer: Answer) -> None:
    """Assert that a right *answer* passes."""
    verdict = verdict_on(answer)
    assert verdict.passed, repr(verdict)
    assert repr(verdict).startswith("Done.")
