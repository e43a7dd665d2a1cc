from __future__ import annotations

from collections.abc import Iterable

import pytest

from labapp.backends.ending import Endings, without_tails
from labapp.backends.headers import Flow
from labapp.capture import Frame

CLIENT, OTHER, SERVER = 40001, 40002, 8000


def watched(frames: Iterable[Frame], *clients: int) -> Endings:
    endings = Endings(clients or (CLIENT,))
    for frame in frames:
        endings.see(frame.data)
    return endings


def opened(client: int = CLIENT) -> tuple[Flow, list[Frame]]:
    flow = Flow(client, SERVER)
    return flow, [*flow.opened(), *flow.data(True, b"question"), *flow.data(False, b"answer")]


def whole(client: int = CLIENT) -> list[Frame]:
    """A connection from SYN to the second FIN's acknowledgement."""
    flow, frames = opened(client)
    return [*frames, *flow.closed(True), *flow.closed(False)]


def test_both_fins_acknowledged_are_an_end() -> None:
    """That is when TCP itself considers a connection over (RFC 9293, 3.6)."""
    assert watched(whole()).open == ()
    assert watched(whole()).problems() == []


@pytest.mark.parametrize("missing", [1, 2, 4])
def test_less_than_that_is_none(missing: int) -> None:
    """The second FIN acknowledges the first as well; without the others it is open."""
    frames = whole()
    del frames[-missing]

    endings = watched(frames)

    assert endings.open == (CLIENT,)
    assert endings.problems() == [f"the connection from port {CLIENT} was not seen to end"]


@pytest.mark.parametrize("by_client", [True, False])
def test_a_reset_is_an_end(by_client: bool) -> None:
    """From either side."""
    flow, frames = opened()

    assert watched([*frames, *flow.reset(by_client)]).open == ()


def test_fins_may_cross() -> None:
    """Closed by both sides at once, each FIN is acknowledged later."""
    flow, frames = opened()
    first, second = [*flow.closed(True)], [*flow.closed(False)]
    crossed = [*frames, first[0], second[0], first[1]]

    assert watched(crossed).open == (CLIENT,)
    assert watched([*crossed, second[1]]).open == ()


def test_an_end_belongs_to_one_connection() -> None:
    """The end of another client's connection says nothing about this one."""
    _, frames = opened()

    assert watched([*frames, *whole(OTHER)], CLIENT, OTHER).open == (CLIENT,)


def test_a_port_named_twice_has_to_end_twice() -> None:
    """Ports come round again; a late RST of the first is no end of the second."""
    flow, first = opened()
    ended = [*first, *flow.closed(True), *flow.closed(False)]
    late = [*flow.reset(True)]

    assert watched([*ended, *late], CLIENT, CLIENT).open == (CLIENT,)
    assert watched([*ended, *late, *whole()], CLIENT, CLIENT).open == ()


def test_a_connection_whose_beginning_was_lost_does_not_end() -> None:
    """Without its SYN nobody can say that it was captured."""
    assert watched(whole()[1:]).open == (CLIENT,)


def test_numbers_may_wrap_around() -> None:
    """A FIN as the last number is acknowledged by 0."""
    flow = Flow(CLIENT, SERVER, {True: 2**32 - 10, False: 2**32 - 8})
    frames = [*flow.opened(), *flow.data(True, b"question"), *flow.data(False, b"answer")]

    assert watched([*frames, *flow.closed(True), *flow.closed(False)]).open == ()


def test_what_is_left_of_an_earlier_connection_is_left_out() -> None:
    """Its closing handshake is no conversation of this recording."""
    frames = [*whole(OTHER)[-4:], *whole()]

    assert without_tails(frames, SERVER) == frames[4:]
    assert without_tails(frames[:4], SERVER) == []


def test_the_port_of_a_tail_may_come_round_again() -> None:
    """Only what stands before the SYN goes."""
    frames = [*whole()[-4:], *whole()]

    assert without_tails(frames, SERVER) == frames[4:]


def test_data_of_an_earlier_connection_is_kept() -> None:
    """What was said while recording must not vanish, whoever said it."""
    flow, before = opened(OTHER)
    frames = [*flow.closed(False), *flow.data(True, b"late"), *flow.closed(True), *whole()]

    assert without_tails(frames, SERVER) == frames
    assert len(before) == 7


def test_whole_connections_are_kept() -> None:
    """The control: nothing is taken from them."""
    frames = [*whole(), *whole(OTHER)]

    assert without_tails(frames, SERVER) == frames
