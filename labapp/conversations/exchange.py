"""An exchange: a request and the response it was given."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from labapp.conversations.framing import is_interim
from labapp.conversations.http import messages
from labapp.conversations.message import Message
from labapp.conversations.stream import Stream

NOT_CAPTURED = Message("request", problems=("the request was not captured",))


@dataclass(frozen=True, repr=False)
class Exchange:
    """A request, its response, and the interim ones (1xx) before that.

    *response* is None if none was captured. In a conversation joined late a
    response may answer a request nobody saw: then *request* is `NOT_CAPTURED`.
    """

    request: Message
    response: Message | None = None
    interim: tuple[Message, ...] = ()

    @property
    def messages(self) -> tuple[Message, ...]:
        """All messages of it that were captured."""
        request = () if self.request is NOT_CAPTURED else (self.request,)
        response = () if self.response is None else (self.response,)
        return (*request, *self.interim, *response)

    def __repr__(self) -> str:
        answer = f"{self.response.status}" if self.response else "no response"
        title = f"{self.request.method} {self.request.target}".strip() or "not captured"
        return f"<Exchange {title[:60]}: {answer}>"


def exchanges(sent: Stream, received: Stream) -> tuple[Exchange, ...]:
    """Return the exchanges of a connection, in order of the responses.

    Responses come in the order of their requests (RFC 9112, section 9.3.2).
    Where requests may have been missed, one that was first seen after a
    response had begun is not taken for its request.
    """
    waiting = deque(messages(sent, "request"))
    counted = sent.opened and not sent.gaps
    asked = NOT_CAPTURED

    def method_at(offset: int) -> str:
        nonlocal asked
        asked = NOT_CAPTURED
        if waiting and (counted or _came_before(sent, waiting[0].start, received, offset)):
            asked = waiting.popleft()
        return asked.method

    found: list[Exchange] = []
    interim: list[Message] = []
    for response in messages(received, "response", method_at):
        if is_interim(response.status):
            interim.append(response)
        else:
            found.append(Exchange(asked, response, tuple(interim)))
            interim = []
    if interim:
        request = waiting.popleft() if waiting else NOT_CAPTURED
        found.append(Exchange(request, None, tuple(interim)))
    return (*found, *(Exchange(request) for request in waiting))


def _came_before(sent: Stream, request: int, received: Stream, response: int) -> bool:
    try:
        return sent.frame_at(request) < received.frame_at(response)
    except IndexError:  # one of them begins in a gap
        return True
