"""What does HTTPS hide: the questions of chapter 06."""

from __future__ import annotations

from labapp.checks.citation import found, key_log, lengths, log, server_names
from labapp.checks.question import Choice, Question, Questions
from labapp.lab import Visit
from labapp.remedy import SIX, https


def _names(before: Visit, after: Visit, by_get: Visit) -> str:
    return f"{server_names(before)}\n{server_names(after)}"


def _log(before: Visit, after: Visit, by_get: Visit) -> str:
    return log(by_get)


def _wire(before: Visit, after: Visit, by_get: Visit) -> str:
    return found(by_get, "wire_request_line")


def _keys(before: Visit, after: Visit, by_get: Visit) -> str:
    return f"{key_log(after)}\n{key_log(by_get)}"


def _lengths(before: Visit, after: Visit, by_get: Visit) -> str:
    return f"{lengths(after)}\n{lengths(by_get)}"


QUESTIONS = Questions(
    names="before, after, by_get",
    visits=(SIX[:5], SIX, (https,)),
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
                    "Each connection has keys of its own, even with one server.",
                    _keys,
                ),
                Choice(
                    "None: it has the keys of these connections alone.",
                    "The key log names the connection that each key belongs to.",
                    _keys,
                    right=True,
                ),
                Choice(
                    "All of the same client.",
                    "The next connection of the same client has new keys.",
                    _keys,
                ),
            ),
        ),
        Question(
            "Your words get one letter longer. What happens to the encrypted record?",
            (
                Choice(
                    "It stays as it is: encryption fills it up.",
                    "TLS could fill it up, but here nobody does. Each record has its own length.",
                    _lengths,
                ),
                Choice(
                    "Its length changes by chance.",
                    "There is no chance in it: the record follows what is inside.",
                    _lengths,
                ),
                Choice(
                    "It gets one byte longer.",
                    "So a listener can count, without any key.",
                    _lengths,
                    right=True,
                ),
            ),
        ),
    ),
)
