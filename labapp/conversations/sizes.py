"""Sizes: what a listener without keys can count in an encrypted conversation."""

from __future__ import annotations

from collections.abc import Iterator

from labapp.conversations import tls
from labapp.conversations.conversation import Conversation
from labapp.conversations.stream import Stream

HEADER = 5  # bytes before what a record's length counts (RFC 8446, section 5.1)


def sizes(conversation: Conversation) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return how many bytes each record of the application has: those sent, those received.

    The handshake is left out. Both are empty for a conversation that is not TLS, or
    in which the client sent nothing of its own.
    """
    sent = [] if not conversation.tls else list(_requests(conversation.sent.data))
    if not sent:
        return (), ()
    asked = _frame(conversation.sent, sent[0])
    received = (
        one
        for one in tls.records(conversation.received.data)
        # In TLS 1.3 the server's handshake looks like data, but it comes earlier.
        if one.kind == tls.APPLICATION_DATA and _frame(conversation.received, one) > asked
    )
    return tuple(map(_length, sent)), tuple(map(_length, received))


def _requests(data: bytes) -> Iterator[tls.Record]:
    """Yield the records of a client after its Finished, the one behind ChangeCipherSpec.

    TLS 1.3 sends that, too, as if it were 1.2 (RFC 8446, appendix D.4).
    """
    kinds = list(tls.records(data))
    changed = [number for number, one in enumerate(kinds) if one.kind == tls.CHANGE_CIPHER_SPEC]
    if changed:
        yield from (one for one in kinds[changed[-1] + 2 :] if one.kind == tls.APPLICATION_DATA)


def _frame(stream: Stream, record: tls.Record) -> int:
    try:
        return stream.frame_at(record.start)
    except IndexError:  # it begins in a gap
        return -1


def _length(record: tls.Record) -> int:
    return record.stop - record.start - HEADER
