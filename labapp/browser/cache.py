"""The cache on a browser's disk: which answers stay behind."""

from __future__ import annotations

from labapp.browser.request import NO_PAGE
from labapp.evidence import Answer


class Cache:
    """Keeps what Chromium writes to its disk: answers to POST as well as to GET.

    Nothing is ever answered from it: the lab's pages ask to be fetched anew, and
    whoever reads the disk does not wait for that.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, int], bytes] = {}

    @property
    def entries(self) -> tuple[tuple[str, bytes], ...]:
        """Every kept answer as (address, body)."""
        return tuple((url, body) for (_, url, _), body in self._kept.items())

    def note(self, answer: Answer, sending: int = 0) -> None:
        """Take in one *answer*; ``no-store`` keeps it out (RFC 9111, 5.2.2.5).

        *sending* numbers the forms that were sent: the answer to the same words sent
        once more is another one, while a reload takes the place of what it repeats.
        """
        if not answer.status:
            return
        if answer.method == "POST" and answer.status < 400:
            self._kept.pop(("GET", answer.url, 0), None)  # out of date (RFC 9111, 4.4)
        key = answer.method, answer.url, sending if answer.method == "POST" else 0
        directives = {
            directive.strip().lower()
            for name, value in answer.headers
            if name.lower() == "cache-control"
            for directive in value.split(",")
        }
        if "no-store" in directives or answer.status in NO_PAGE:
            self._kept.pop(key, None)
        else:
            self._kept[key] = answer.body
