"""A visit as a few lines: what crossed, with the secret marked. Always escaped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from labapp.conversations import Conversation, Message, conversations
from labapp.evidence import SITE, Step
from labapp.secret import find
from labapp.show.card import CARD, GREY, MONO

AROUND = 48  # signs shown to either side of a secret
OPENING, CLOSING = "[[", "]]"  # the box around a secret where there is no HTML

_LINE = f"margin:4px 0;{MONO};white-space:pre-wrap;overflow-wrap:anywhere"
_BOX = (
    "background:#fff;color:#7b1e3b;font-weight:bold;border:2px solid #7b1e3b;"
    "text-decoration:underline;padding:0 3px"
)


@dataclass(frozen=True)
class Line:
    """One line of a conversation: who speaks, and the words in pieces.

    *pieces* alternate: plain text, secret, plain text, and so on.
    """

    speaker: str
    pieces: tuple[str, ...]

    @property
    def text(self) -> str:
        """The line with every secret boxed in double square brackets."""
        return self.speaker + "".join(
            f"{OPENING}{piece}{CLOSING}" if odd % 2 else piece
            for odd, piece in enumerate(self.pieces)
        )

    @property
    def html(self) -> str:
        """The line as HTML, every secret boxed and underlined."""
        return f'<span style="color:{GREY}">{escape(self.speaker)}</span>' + "".join(
            f'<mark style="{_BOX}">{escape(piece)}</mark>' if odd % 2 else escape(piece)
            for odd, piece in enumerate(self.pieces)
        )


def lines(step: Step, secret: str, host: str = SITE) -> Iterator[Line]:
    """Yield what a listener reads of *step*'s conversations with *host*.

    Of each message its first line, and the lines in which the secret stands.
    """
    for conversation in conversations(step.capture):
        if conversation.tls:
            if conversation.server_name in (host, None):
                yield from _sealed(conversation)
            continue
        for exchange in conversation.exchanges:
            if exchange.request.host.partition(":")[0] != host:
                continue
            yield from _message("visitor  > ", exchange.request, secret)
            if exchange.response is not None:
                yield from _message("server   < ", exchange.response, secret)


@dataclass(frozen=True)
class Card:
    """What is said of a visit: its *title*, if a *listener* has the secret, and *how*.

    *listener* is True, False, or None where nothing can be said; *how* tells how
    the packets were had.
    """

    title: str
    listener: bool | None
    how: str

    @property
    def heading(self) -> str:
        """One sentence, such as ``"With HTTPS applied, a listener ..."``."""
        verdict = {
            True: "a listener reads the secret",
            False: "a listener does not read the secret",
            None: "nobody can say if a listener reads the secret: not all was captured",
        }[self.listener]
        applied = "As it is" if self.title == "nothing" else f"With {self.title} applied"
        return f"{applied}, {verdict}."


def visit_text(step: Step, secret: str, card: Card) -> str:
    """Return *step* as plain text: a heading, the conversation, how it was had."""
    return "\n".join(filter(None, [card.heading, said_text(step, secret), card.how]))


def visit_html(step: Step, secret: str, card: Card) -> str:
    """Return *step* as a small card of HTML with inline style, everything escaped."""
    return on_a_card(heading_html(card.heading), said_html(step, secret), how_html(card.how))


def said_text(step: Step, secret: str, host: str = SITE) -> str:
    """Return the lines of *step* as plain text, two spaces before each."""
    return "\n".join(f"  {line.text}" for line in lines(step, secret, host))


def said_html(step: Step, secret: str, host: str = SITE) -> str:
    """Return the lines of *step* as paragraphs of HTML."""
    return "".join(f'<p style="{_LINE}">{line.html}</p>' for line in lines(step, secret, host))


def heading_html(text: str) -> str:
    """Return the first sentence of a card."""
    return f'<p style="margin:0 0 8px"><strong>{escape(text)}</strong></p>'


def how_html(text: str) -> str:
    """Return the last sentence of a card: how the packets were had."""
    return f'<p style="margin:8px 0 0;color:{GREY}">{escape(text)}</p>'


def on_a_card(*parts: str) -> str:
    """Return *parts*, which are HTML, on one white card."""
    return f'<div style="{CARD}">{"".join(parts)}</div>'


def _message(speaker: str, message: Message, secret: str) -> Iterator[Line]:
    """Yield the first line of *message*, then every other line with the secret."""
    first = message.start_line
    yield Line(speaker, _pieces(first, secret))
    indent = " " * len(speaker)
    for name, value in message.headers:
        pieces = _pieces(f"{name}: {value}".encode("latin-1"), secret)
        if len(pieces) > 1:
            yield Line(indent, pieces)
    for row in message.body.splitlines():
        pieces = _pieces(row.strip(), secret)
        if len(pieces) > 1:
            yield Line(indent, pieces)


def _pieces(row: bytes, secret: str) -> tuple[str, ...]:
    pieces, at = [], 0
    for match in find(secret, row):
        pieces.append(row[at : match.offset].decode("utf-8", "replace"))
        at = match.offset + match.length
        pieces.append(row[match.offset : at].decode("utf-8", "replace"))
    pieces.append(row[at:].decode("utf-8", "replace"))
    if len(pieces) > 1:
        pieces[0] = _cut(pieces[0], keep_end=True)
    pieces[-1] = _cut(pieces[-1], keep_end=False)
    return tuple(pieces)


def _cut(text: str, *, keep_end: bool) -> str:
    if len(text) <= 2 * AROUND:
        return text
    return f"...{text[-AROUND:]}" if keep_end else f"{text[: 2 * AROUND]}..."


def _sealed(conversation: Conversation) -> Iterator[Line]:
    for speaker, stream in (
        ("visitor  > ", conversation.sent),
        ("server   < ", conversation.received),
    ):
        yield Line(speaker, (f"{len(stream.data):,} bytes of TLS, unreadable",))
