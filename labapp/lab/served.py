"""A served site: for the learner's own browser, with a capture of what that says."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from html import escape
from http import HTTPStatus
from threading import Condition
from urllib.parse import urlencode

from labapp import remedy, show
from labapp.backends.backend import LOCALHOST, listening_socket
from labapp.capture import Capture
from labapp.conversations import conversations, form_fields
from labapp.errors import LabError
from labapp.evidence import CONTROL, Evidence, LogLine, Step
from labapp.lab.doorkeeper import Doorkeeper, Refusal
from labapp.lab.laboratory import Laboratory
from labapp.lab.link import invitation
from labapp.lab.look import BROWSER, Look
from labapp.lab.standing import Exchange, Standing
from labapp.lab.steps import FIELD
from labapp.onpath import Letter
from labapp.owner import Owner
from labapp.remedy import Remediation
from labapp.secret import accept
from labapp.server.door import Door
from labapp.site import application as site

TURN = 30.0  # seconds a browser waits for visits of other cells
STYLE = b"GET /style.css "  # asked for with each page, and never of interest


class Served(Owner):
    """A site that a browser can visit, and the packets of what was said.

    Between a browser and the site stands a door: it leaves out what is not for the
    site, such as Jupyter's cookies, and asks the site through the lab's backend, which
    captures. It is open from the beginning. Use it as a context manager, or `close()`
    it; what was captured stays.
    """

    def __init__(
        self, lab: Laboratory, remediations: tuple[Remediation, ...], own: site.Own
    ) -> None:
        self.remediations = remediations
        self.how = str(lab.choice)
        self._address = f"{LOCALHOST}:{lab.backend.port}"
        self._site = Standing(lab, remediations, own)
        self._nothing = Capture((), lab.backend.name, lab.backend.fidelity, lab.backend.port)
        self._control = f"control lantern {random.randrange(1000, 10000)}"
        with lab.server.output.listening():  # which it prints, too
            self._heard = self._listen_for_control(lab.backend.port)
        self._changed = Condition()
        self._exchanges: tuple[Exchange, ...] = ()
        listener = listening_socket()
        port = listener.getsockname()[1]
        self._keeper = Doorkeeper(port, self._address, secrets.token_hex(6))
        self._invitation = invitation(remedy.title(remediations), port, f"{self._keeper.way}/")
        self._door = ExitStack()
        self._door.enter_context(Door(listener, self._ask))

    def close(self) -> None:
        """Close the port, and every connection to it; safe to call twice."""
        self._invitation = replace(self._invitation, closed=True)
        self._door.close()
        with self._changed:
            self._changed.notify_all()

    # What a reader asks for ---------------------------------------------------------

    @property
    def link(self) -> str:
        """Where a browser finds the site; behind a hub, without the hub's own address."""
        return self._invitation.href

    @property
    def invitation(self) -> str:
        """What is served, and where, in words."""
        return self._invitation.text

    @property
    def capture(self) -> Capture:
        """All packets so far; none if nobody came."""
        return self._joined(self._exchanges)

    @property
    def log(self) -> tuple[LogLine, ...]:
        """The site's access log."""
        return tuple(line for one in self._exchanges for line in one.log)

    @property
    def typed(self) -> str:
        """What was typed into the form last, read from the capture; ``""`` if nothing was."""
        return next((typed(one) for one in reversed(self._exchanges) if typed(one)), "")

    def look_for(self, words: str, /) -> Look:
        """Look for *words* in all that crossed; `LabError` if they are too few."""
        return self._look(accept(words), self._exchanges)

    def arrivals(self) -> Iterator[Look]:
        """Yield every exchange as it comes, and wait for more until this is closed."""
        shown = 0
        while not self._invitation.closed or shown < len(self._exchanges):
            if shown == len(self._exchanges):
                with self._changed:
                    self._changed.wait(timeout=1)  # bounded: Ctrl+C is heard on every system
                continue
            one = self._exchanges[shown]
            shown += 1
            if not one.request.startswith(STYLE):
                yield self._look(typed(one), (one,))

    def __repr__(self) -> str:
        return f"{self.invitation}\n{self._last.text}"

    def _repr_html_(self) -> str:
        return show.on_a_card(self._invitation.html, self._last.html)

    # What a browser is answered -----------------------------------------------------

    def _ask(self, start: str, fields: tuple[tuple[str, str], ...], body: bytes) -> bytes:
        try:
            request, prefix = self._keeper.admit(Letter(start, fields, body))
            exchange = self._site.ask(bytes(request), patience=TURN)
        except Refusal as refusal:
            return page(HTTPStatus.BAD_REQUEST, str(refusal))
        except LabError as error:  # another cell makes visits, or records by hand
            return page(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        with self._changed:  # first: whoever holds the answer finds it in the capture
            self._exchanges += (exchange,)
            self._changed.notify_all()
        if exchange.told is None:
            return page(HTTPStatus.GATEWAY_TIMEOUT, "The view did not answer in time.")
        return bytes(self._keeper.hand_out(exchange.told, prefix))

    # What was captured --------------------------------------------------------------

    def _listen_for_control(self, port: int) -> Step:
        """Send the control text in every part of a message, as each visit does."""
        query = urlencode({"control": self._control})
        fields = (("Host", f"{CONTROL}:{port}"), ("User-Agent", f"Lab ({self._control})"))
        body = (
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Content-Length", str(len(query))),
        )
        asked = Letter(f"GET /control?{query} HTTP/1.1", fields)
        sent = Letter("POST /control HTTP/1.1", (*fields, *body), query.encode())
        captures = [self._site.ask(bytes(one)).capture for one in (asked, sent)]
        return Step("control", Capture.joined(captures))

    def _joined(self, exchanges: tuple[Exchange, ...]) -> Capture:
        return Capture.joined([self._nothing, *(one.capture for one in exchanges)])

    @property
    def _last(self) -> Look:
        """What crossed since the form was sent last."""
        exchanges = self._exchanges
        sent = [number for number, one in enumerate(exchanges) if typed(one)]
        since = (
            tuple(one for one in exchanges[sent[-1] :] if not one.request.startswith(STYLE))
            if sent
            else ()
        )
        return self._look(typed(since[0]) if since else "", since)

    def _look(self, words: str, exchanges: tuple[Exchange, ...]) -> Look:
        step = Step(
            BROWSER,
            self._joined(exchanges),
            tuple(one.had(self._address) for one in exchanges),
            crashes=tuple(crash for one in exchanges for crash in one.crashes),
        )
        return Look(words, Evidence((self._heard, step), self._control), self.how)


def typed(exchange: Exchange) -> str:
    """Return what an exchange's capture has of the form's field, or ``""``."""
    messages = (one for talk in conversations(exchange.capture) for one in talk.messages)
    for message in messages:
        if message.side == "request":
            return dict(form_fields(message)).get(FIELD, "")
    return ""


def page(status: HTTPStatus, text: str) -> bytes:
    """Return an answer of the door's own, as HTTP."""
    body = f"<!doctype html><title>{status.phrase}</title><p>{escape(text)}\n".encode()
    fields = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
    )
    return bytes(Letter(f"HTTP/1.1 {status.value} {status.phrase}", fields, body))
