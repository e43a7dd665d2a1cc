"""Sizes: what a listener without keys can count in an encrypted conversation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labapp.conversations import tls
from labapp.conversations.conversation import Conversation

HEADER = 5  # bytes before what a record's length counts (RFC 8446, section 5.1)
# A close_notify of TLS 1.3, which looks like data: two bytes, the type of the record, and
# a tag (RFC 8446, sections 5.2 and 6.1). Not every OpenSSL says it.
GOODBYE = 2 + 1 + 16


def sizes(conversation: Conversation) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return how many bytes each record of the application has: those sent, those received.

    The handshake is left out, and so is the goodbye. Both are empty for a conversation
    that is not TLS, or in which the client sent nothing of its own.
    """
    sent = [] if not conversation.tls else list(_requests(conversation.sent.data))
    if not sent:
        return (), ()
    # No record begins in a gap, which is filled with NUL: each was carried by a frame.
    asked = conversation.sent.frame_at(sent[0].start)
    received = (
        one
        for one in tls.records(conversation.received.data)
        # In TLS 1.3 the server's handshake looks like data, but it comes earlier.
        if one.kind == tls.APPLICATION_DATA
        and conversation.received.frame_at(one.start) > asked
    )
    return _lengths(sent), _lengths(received)


def _requests(data: bytes) -> Iterator[tls.Record]:
    """Yield the records of a client after its Finished, the one behind ChangeCipherSpec.

    TLS 1.3 sends that, too, as if it were 1.2 (RFC 8446, appendix D.4).
    """
    kinds = list(tls.records(data))
    changed = [number for number, one in enumerate(kinds) if one.kind == tls.CHANGE_CIPHER_SPEC]
    if changed:
        yield from (one for one in kinds[changed[-1] + 2 :] if one.kind == tls.APPLICATION_DATA)


def _lengths(records: Iterable[tls.Record]) -> tuple[int, ...]:
    lengths = (record.stop - record.start - HEADER for record in records)
    return tuple(length for length in lengths if length != GOODBYE)
