"""Repair the site: graded by a tour of the learner's club, beside one as it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from labapp.checks import mistakes
from labapp.checks.exercise import Exercise
from labapp.checks.verdict import UNKNOWN, Verdict
from labapp.checks.views import CONTROL, compared
from labapp.errors import LabError
from labapp.lab.laboratory import laboratory
from labapp.lab.tour import told, unanswered
from labapp.lab.toured import Toured, feature_lines, in_order
from labapp.observers.cause import CSRF, DOING, SECURE
from labapp.observers.club import EXPOSURES, WITHOUT
from labapp.observers.forgeries import FORGERIES
from labapp.site.application import Repair

PARTS = ("templates", "settings", "tls", "seed")
# What Django gives a view beside the request.
_ALSO = {"password_reset_confirm": ("uidb64", "token")}
# What strangers try: a view that crashes there has let nobody in.
_STRANGERS = (
    "address_guessed",
    "login_by_address",
    "login_forgery",
    "login_forgery_by_get",
    "forgery",
    *(one.key for one in FORGERIES),
)

QUESTIONS = {
    # First what is broken: nothing else can be judged before.
    "log_in": "what does the form at /login send, with which cookie, and what does your view "
    "take?",
    "refuse": "who compares the password with what the club knows, and what if they differ?",
    "read_back": "where does your view put the field, and where does the page take it from?",
    "second": "how does the view know whose row it is?",
    "json": "does the answer say that it is JSON, and whom does the view take it for?",
    "json_refused": "what does the view know about somebody who brings no cookie?",
    "reset": "which view makes the token, which one looks at it, and do they agree?",
    "log_out": "what does the server still know of a session after logging out?",
    "error_report": "which line of the first view can crash, and who is told when it does?",
    # Then what is open.
    "password_addressed": "which addresses does a login have, with a right and with a mistyped "
    "password, and what stands in each?",
    "place_addressed": "which of your answers becomes the next address?",
    "printed": "who reads what a program prints or logs on a server?",
    "report": "which of your lines tell the report what to hide: the field, and the variable?",
    "cache": "which of your answers may a browser keep, and which header says so?",
    "cookie_jar": "what is in the cookie: a number, or the session itself?",
    "second_member": "how many members share a name at the top of a module, or of a class?",
    "address_replay": "what is enough to open this address, and who else can know or guess that?",
    "login_forgery": "what does your login form know that a stranger's form does not, and "
    "which methods does the view take?",
    "cookie_after": "when somebody logs out, what is deleted on the server?",
    "forgery": "what does your own form know that a stranger's form does not, and which "
    "methods does your view take?",
    "wire": "who can read what is not encrypted?",
    "link_again": "what changes on the server when a link is used, and does the link notice?",
    "link_referer": "which address has the page with the picture, and who is told of it?",
    "link_wire": "how does the address in the mail begin, and where does it come from?",
    "http_link": "which cookie goes along with a request to http://, today and in two weeks?",
}

# What stops a member is not always in the view that does not work.
CAUSES = {
    SECURE: "which cookies may cross without encryption, and how do your visitors come: by "
    "http:// or by https://?",
    CSRF: "what does a CSRF check ask for, and does the page with this form send it?",
}


@dataclass(frozen=True, repr=False)
class RepairExercise(Exercise):
    """The exposures named in *closes* must be closed, and every feature must work.

    *takes* names the views that a learner may bring; with none, all.
    """

    closes: tuple[str, ...] = tuple(one.key for one in EXPOSURES)

    def grade(self, *answer: Any, **parts: Any) -> Verdict:
        """Make a tour of the learner's club and one of the weak one, and compare."""
        if answer:
            return self._no("Give each part by its name: login=..., templates=..., tls=True.")
        seed = parts.pop("seed", None)
        views = {name: view for name, view in parts.items() if name not in PARTS}
        for name, view in views.items():
            if reason := mistakes.shape(view, *_ALSO.get(name, ())):
                return self._no(f"{name}: {reason}")
        given = {name: parts[name] for name in PARTS if parts.get(name) is not None}
        texts = given.get("templates")
        for text in texts.values() if isinstance(texts, Mapping) else ():
            if reason := mistakes.scripted(text):
                return self._no(reason)
        lab = laboratory()
        try:
            said = told(seed)
            after = lab.tour(said, Repair(views, **given))
        except LabError as error:
            return self._no(str(error))
        if reason := explained(after):
            return self._no(reason)
        return self._verdict(lab.tour(said, Repair()), after)

    def _verdict(self, before: Toured, after: Toured) -> Verdict:
        found = {}
        for one in (one for one in EXPOSURES if one.key in self.closes):
            was, now = before.exposures[one.key], after.exposures[one.key]
            line = compared(was, now, one.label, CONTROL, one.deed(now))
            found[one.key] = replace(line, waits=now.reason.startswith(WITHOUT))
        works = feature_lines(after)
        every = works | found
        left = [key for key in QUESTIONS if key in every and not every[key].good]
        unknown = sum(line.state == UNKNOWN for line in found.values())
        counted = (
            f"Exposures left: {len(found.keys() & left) - unknown} of {len(found)}"
            + (f", and {unknown} of which nobody can say. " if unknown else ". ")
            + f"Features broken: {len(works.keys() & left)} of {len(works)}."
        )
        cause = after.cause
        question = QUESTIONS[left[0]] if left else ""
        return Verdict(
            self.name,
            passed=not left,
            summary=f"{counted}\n{cause.text}" if cause else counted,
            lines=in_order(every.values()),
            think=CAUSES.get(cause.kind, question) if cause else question,
        )

    def _no(self, summary: str) -> Verdict:
        return Verdict(self.name, passed=False, summary=summary)


def explained(toured: Toured) -> str:
    """Return what went wrong in the learner's own lines, or ``""``."""
    for step in toured.evidence:
        doing = DOING.get(step.name, "visits the club")
        if step.crashes and step.name not in ("outage", *_STRANGERS):
            return f"While somebody {doing}: {mistakes.crash(step.crashes[0], field='')}"
        if unanswered(step):
            return (
                f"While somebody {doing}: your site did not answer within three seconds, so "
                "it was stopped. Is there a loop that never ends?"
            )
    return ""
