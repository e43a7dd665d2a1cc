"""What does HTTPS hide: the questions of chapter 06."""

from __future__ import annotations

from labapp.checks.citation import found, key_log, lengths, log, server_names
from labapp.checks.question import Choice, Question, Questions
from labapp.lab import Visit
from labapp.remedy import SIX, https


def _names(before: Visit, after: Visit, by_get: Visit, longer: Visit) -> str:
    return f"{server_names(before)}\n{server_names(after)}"


def _log(before: Visit, after: Visit, by_get: Visit, longer: Visit) -> str:
    return log(by_get)


def _wire(before: Visit, after: Visit, by_get: Visit, longer: Visit) -> str:
    return found(by_get, "wire_request_line")


def _keys(before: Visit, after: Visit, by_get: Visit, longer: Visit) -> str:
    return f"{key_log(after)}\n{key_log(longer)}"


def _lengths(before: Visit, after: Visit, by_get: Visit, longer: Visit) -> str:
    return "\n".join(
        f"{lengths(one).splitlines()[0]} ({len(one.secret)} letters)" for one in (after, longer)
    )


QUESTIONS = Questions(
    names="before, after, by_get, longer",
    visits=(SIX[:5], SIX, (https,), SIX),
    questions=(
        Question(
            "What can a listener still read, letter by letter, when HTTPS is on?",
            (
                Choice(
                    "The name of the site.",
                    "The client says it before there are keys. The path is hidden.",
                    _names,
                    right=True,
                ),
                Choice(
                    "The address of each page, but not what is in it.",
                    "Without HTTPS the path is there. With it, only the name is left.",
                    _names,
                ),
                Choice(
                    "Nothing at all.",
                    "The name of the site still crosses in the clear.",
                    _names,
                ),
            ),
        ),
        Question(
            "The form uses GET, and HTTPS is on. Who has your words?",
            (
                Choice(
                    "Nobody but the visitor and the view.",
                    "The server decrypts the address, and writes it into its log.",
                    _log,
                ),
                Choice(
                    "Whoever listens to the network.",
                    "The address is encrypted on its way.",
                    _wire,
                ),
                Choice(
                    "Whoever reads the server's log.",
                    "HTTPS protects the way. The log is at its end.",
                    _log,
                    right=True,
                ),
            ),
        ),
        Question(
            "A key log opened your capture. Which other captures does it open?",
            (
                Choice(
                    "All that go to the same server.",
                    "Two visits to one server: their keys belong to two connections.",
                    _keys,
                ),
                Choice(
                    "None: it has the keys of these connections alone.",
                    "Each key names its connection. In this chapter, those of longer opened nothing.",
                    _keys,
                    right=True,
                ),
                Choice(
                    "All of the same client.",
                    "Two visits of one client: their keys belong to two connections.",
                    _keys,
                ),
            ),
        ),
        Question(
            "Your words get one letter longer. What happens to the record of the form?",
            (
                Choice(
                    "It stays as it is: encryption fills it up.",
                    "Nothing filled it up here: look at the first record of each line.",
                    _lengths,
                ),
                Choice(
                    "Its length changes by chance.",
                    "One letter more, one byte more: the record follows what is inside.",
                    _lengths,
                ),
                Choice(
                    "It gets one byte longer.",
                    "The first record sent is the form. A listener counts it without any key.",
                    _lengths,
                    right=True,
                ),
            ),
        ),
    ),
)
