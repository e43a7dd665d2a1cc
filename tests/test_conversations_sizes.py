"""Sizes of encrypted records: the application's, without the handshake."""

from __future__ import annotations

import pytest

from labapp.conversations import conversations
from labapp.conversations.sizes import sizes
from tests.frames import GET, Talk, capture, response

HELLO = b"\x01\x00\x00\x00"


def record(kind: int, size: int) -> bytes:
    """Return a TLS record with *size* bytes of no meaning."""
    return bytes([kind, 3, 3]) + size.to_bytes(2, "big") + bytes(size)


def talk(*, newest: bool) -> Talk:
    """Return a conversation as TLS 1.3 or 1.2 begins it, up to the first request."""
    started = Talk().open().say(record(22, 200))
    if newest:  # server hello, then a handshake that looks like data
        started.answer(record(22, 120) + record(20, 1) + record(23, 900))
        return started.say(record(20, 1) + record(23, 53))
    started.answer(record(22, 1000)).say(record(22, 70) + record(20, 1) + record(22, 40))
    return started.answer(record(20, 1) + record(22, 40))


def counted(made: Talk) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the sizes of the only conversation."""
    (one,) = conversations(capture(made.close().frames))
    return sizes(one)


@pytest.mark.parametrize("newest", [True, False])
def test_the_handshake_is_left_out(newest: bool) -> None:
    """In TLS 1.3, where it looks like data, and in 1.2, where it does not."""
    made = talk(newest=newest).say(record(23, 300)).answer(record(23, 700) + record(23, 20))
    made.say(record(23, 310)).answer(record(23, 50))
    assert counted(made) == ((300, 310), (700, 20, 50))


@pytest.mark.parametrize("newest", [True, False])
def test_a_goodbye_is_no_data(newest: bool) -> None:
    """An alert of 1.2 has a type of its own; without a request there is nothing."""
    assert counted(talk(newest=newest)) == ((), ())
    assert counted(talk(newest=False).say(record(23, 9)).say(record(21, 2))) == ((9,), ())


def test_a_conversation_in_the_clear_has_none() -> None:
    """It is read, not counted."""
    assert counted(Talk().open().say(GET).answer(response(b"hello"))) == ((), ())


def test_a_client_that_never_changed_to_cipher_sent_nothing_of_its_own() -> None:
    """Before ChangeCipherSpec there is no Finished, and so no request behind it."""
    assert counted(Talk().open().say(record(22, 200)).say(record(23, 300))) == ((), ())


@pytest.mark.parametrize("newest", [True, False])
def test_a_gap_is_no_record(newest: bool) -> None:
    """What begins where a frame was lost is not counted, on either side, nor what follows."""
    made = talk(newest=newest).say(record(23, 300)).answer(record(23, 700)).close()
    sent, received = (
        next(n for n, data in enumerate(made.frames) if data.endswith(record(23, size)))
        for size in (300, 700)
    )
    frames = capture(made.frames)

    assert [sizes(*conversations(frames.without(lost))) for lost in (sent, received)] == [
        ((), ()),
        ((300,), ()),
    ]


def test_what_does_not_begin_with_a_handshake_has_none() -> None:
    """Who joined late cannot tell what is the application's."""
    late = record(20, 1) + record(23, 53) + record(23, 300)
    assert counted(Talk().open().say(late).answer(record(23, 700))) == ((), ())
