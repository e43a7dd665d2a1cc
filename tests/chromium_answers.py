"""The answers Chromium had, as its developer tools tell them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from labapp.evidence import Answer

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

Event = dict[str, Any]
KINDS = ("Document", "Image")  # style sheets are no page, and the model loads none
WAITING = -1  # the status of what was not answered yet


@dataclass
class _Asked:
    """One request; *own* is true if Chromium answered it itself."""

    number: str  # Chromium's; a redirect keeps it
    answer: Answer
    own: bool = False


class Answers:
    """Listens on *tab* for every page and picture that somebody else is asked for."""

    def __init__(self, tab: CDPSession) -> None:
        self._tab = tab
        self._asked: list[_Asked] = []
        for name, hear in (
            ("requestWillBeSent", self._sent),
            ("requestServedFromCache", self._from_cache),
            ("responseReceived", self._received),
            ("loadingFailed", self._failed),
        ):
            tab.on(f"Network.{name}", hear)
        tab.send("Network.enable")

    def take(self) -> tuple[Answer, ...]:
        """Return every answer since the last call, with its body if it is still to be had."""
        taken = [one for one in self._asked if not one.own]
        self._asked.clear()
        return tuple(self._whole(one) for one in taken if one.answer.status != WAITING)

    def _sent(self, event: Event) -> None:
        if event.get("type") not in KINDS:
            return
        if "redirectResponse" in event:
            self._note(event["requestId"], event["redirectResponse"])
        request = event["request"]
        url = request["url"].partition("#")[0]
        body = request.get("postData", "").encode()
        asked = Answer(request["method"], url, WAITING, (), b"", body)
        self._asked.append(_Asked(event["requestId"], asked))

    def _received(self, event: Event) -> None:
        self._note(event["requestId"], event["response"])

    def _note(self, number: str, response: Event) -> None:
        for one in self._waiting(number):
            headers = response["headers"]
            # HSTS: Chromium answered itself, and nobody was asked.
            one.own |= "Non-Authoritative-Reason" in headers
            one.own |= response.get("fromDiskCache", False)
            one.answer = replace(
                one.answer, status=response["status"], headers=tuple(headers.items())
            )

    def _from_cache(self, event: Event) -> None:
        for one in self._waiting(event["requestId"]):
            one.own = True

    def _failed(self, event: Event) -> None:
        for one in self._waiting(event["requestId"]):
            reason = event.get("errorText", "").encode()
            one.answer = replace(one.answer, status=0, body=reason)

    def _waiting(self, number: str) -> list[_Asked]:
        return [
            one for one in self._asked if one.number == number and one.answer.status == WAITING
        ]

    def _whole(self, one: _Asked) -> Answer:
        from playwright.sync_api import Error

        if not one.answer.status or 300 <= one.answer.status < 400:
            return one.answer
        try:
            had = self._tab.send("Network.getResponseBody", {"requestId": one.number})
        except Error:  # a page that was left at once: a stranger's, which submits itself
            return one.answer
        body = had["body"]
        data = base64.b64decode(body) if had["base64Encoded"] else body.encode()
        return replace(one.answer, body=data)
