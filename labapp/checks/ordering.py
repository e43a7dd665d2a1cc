"""Order these lines: for whom an empty cell is too empty; graded like a view of theirs."""

from __future__ import annotations

import linecache
import random
from dataclasses import dataclass, replace
from textwrap import indent
from typing import Any

from labapp.checks.exercise import Exercise
from labapp.checks.verdict import Verdict
from labapp.checks.views import ViewExercise

HEAD = """\
from urllib.parse import urlencode

from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters

from labapp.site import back_office


@method_decorator(sensitive_post_parameters("sensitive_info"), name="dispatch")
class OrderedView(View):
    def post(self, request):
"""


@dataclass(frozen=True, repr=False)
class OrderExercise(Exercise):
    """The *pieces* of a method ``post`` in mixed order, some of them not needed.

    An answer is a word of letters such as ``"CABD"``. The lines in that order are
    run as a view and graded by *graded*.
    """

    pieces: tuple[str, ...] = ()
    graded: ViewExercise | None = None

    @property
    def material(self) -> str:
        """The lines, each with its letter; the same order every time."""
        return "\n".join(f"{letter}  {line}" for letter, line in self._letters().items())

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Put the lines together, run them, and say what the visit showed."""
        letters = self._letters()
        word = answer[0] if answer else ""
        word = "".join(map(str, word)) if isinstance(word, list | tuple) else word
        known = f"Use letters from {', '.join(letters)}, each at most once."
        if not isinstance(word, str) or not word.strip():
            return self._no(f"There is nothing to check yet. {known}")
        chosen = [letter for letter in word.upper() if letter not in " ,;"]
        if len(set(chosen)) < len(chosen) or not set(chosen) <= set(letters):
            return self._no(known)
        body = "\n".join(letters[letter] for letter in chosen)
        source = HEAD + indent(body, " " * 8) + "\n"
        name = f"<the lines {''.join(chosen)}>"
        # So that a traceback can quote them.
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        scope: dict[str, Any] = {"__name__": "ordered"}
        exec(compile(source, name, "exec"), scope)  # noqa: S102  # our own lines, reordered
        assert self.graded is not None
        verdict = self.graded.grade(scope["OrderedView"])
        if verdict.passed and len(chosen) == len(letters):
            return self._no(
                "It works, but not every line is needed: which one is never reached?"
            )
        return replace(verdict, name=self.name)

    def _letters(self) -> dict[str, str]:
        mixed = random.Random(self.name).sample(self.pieces, len(self.pieces))
        return {chr(ord("A") + number): line for number, line in enumerate(mixed)}

    def _no(self, summary: str) -> Verdict:
        return Verdict(self.name, passed=False, summary=summary)
