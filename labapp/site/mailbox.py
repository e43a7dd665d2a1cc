"""Outgoing mail is kept in a list; nothing leaves the machine.

Django's own ``locmem`` backend would do the same, but builds each message for
the wire first, which asks the system's DNS for the name of this machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from labapp.evidence import Report

_outbox: list[Report] = []
_lock = Lock()


class EmailBackend(BaseEmailBackend):
    """Keep both parts of every mail (Django docs: defining a custom email backend)."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep *email_messages* and return how many there were."""
        with _lock:
            _outbox.extend(_report(message) for message in email_messages)
        return len(email_messages)


def take_reports() -> tuple[Report, ...]:
    """Return the mails sent since the last call, oldest first."""
    with _lock:
        taken = tuple(_outbox)
        _outbox.clear()
    return taken


def _report(message: EmailMessage) -> Report:
    parts = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    html = [str(content) for content, mimetype in parts if mimetype == "text/html"]
    return Report(str(message.body), html[0] if html else "")
