"""Laws of `labapp.conversations.flow`."""

from __future__ import annotations

import pytest

from labapp.conversations.flow import Flow, flows, is_refusal
from tests.frames import ACK, CLIENT_PORT, GET, RST, SERVER_PORT, SYN, Talk, capture, frame

CLIENT, SERVER = ("127.0.0.1", CLIENT_PORT), ("127.0.0.1", SERVER_PORT)
OPENING = Talk().open().say(GET)


def _flows(frames: list[bytes]) -> list[Flow]:
    return flows(capture(frames).frames)


def _ports(flow: Flow, port: int = 0) -> tuple[int, int]:
    client, server = flow.ends(port)
    return client.sender.port, server.sender.port


def test_both_directions_are_one_flow() -> None:
    """Each lane has the frames of its own side."""
    (flow,) = _flows(OPENING.frames)
    assert (flow.first.frames, flow.second.frames) == ([0, 2, 3], [1, 4])


def test_other_ports_or_addresses_are_other_flows() -> None:
    """Two connections at once are kept apart."""
    other = Talk(CLIENT_PORT + 1).open().frames
    elsewhere = Talk(host="127.0.0.2").open().frames
    mixed = [
        data
        for three in zip(OPENING.frames[:3], other, elsewhere, strict=True)
        for data in three
    ]
    assert [3, 3, 3] == [len(one.first.frames + one.second.frames) for one in _flows(mixed)]


def test_another_first_number_is_another_flow() -> None:
    """Ports that come round again make a new connection, even without a FIN before."""
    again = Talk(isn=(2000, 6000)).open().say(GET)
    found = _flows(OPENING.frames + again.frames)
    assert [one.first.stream().data for one in found] == [GET, GET]


@pytest.mark.parametrize("seen", [[3], [1], [1, 3]], ids=["GET", "SYN ACK", "both"])
def test_a_syn_begins_another_flow_after_one_that_was_joined_late(seen: list[int]) -> None:
    """Of the older one no SYN was seen, only data, or the answer to its SYN."""
    again = Talk(isn=(2000, 6000)).open().say(GET)
    found = _flows([OPENING.frames[number] for number in seen] + again.frames)
    assert len(found) == 2
    assert found[1].ends(0)[0].stream().data == GET


def test_a_repeated_syn_is_the_same_flow() -> None:
    """SYN and its answer may be sent twice, early or late."""
    frames = OPENING.frames
    (flow,) = _flows([frames[0], frames[0], frames[1], frames[1], *frames[2:], *frames[:2]])
    assert flow.first.stream().data == GET


@pytest.mark.parametrize("order", [(1, 0, 2, 3), (2, 0, 1, 3), (2, 1, 0, 3), (1, 2, 0, 3)])
def test_a_connection_whose_beginning_lost_its_order_is_one_flow(
    order: tuple[int, ...],
) -> None:
    """SYN, answer and first ACK may be captured in any order."""
    (flow,) = _flows([OPENING.frames[number] for number in order])
    assert _ports(flow) == (CLIENT_PORT, SERVER_PORT)
    assert flow.ends(0)[0].stream().data == GET
    assert flow.first.opened
    assert flow.second.opened


@pytest.mark.parametrize("first", [0, 1])
def test_the_client_is_who_sent_the_syn(first: int) -> None:
    """The SYN decides, or else its answer; ports do not."""
    high = Talk(client_port=80, server_port=50000).open().say(GET)
    (flow,) = _flows(high.frames[first:])
    assert _ports(flow, port=80) == (80, 50000)


@pytest.mark.parametrize("start", [2, 3, 4])
@pytest.mark.parametrize(
    ("port", "expected"), [(0, (50000, 80)), (80, (50000, 80)), (50000, (80, 50000))]
)
def test_joined_late_the_port_of_the_capture_is_the_servers(
    start: int, port: int, expected: tuple[int, int]
) -> None:
    """If that port is neither, the lower one is."""
    talk = Talk(client_port=80, server_port=50000).open().say(GET)
    (flow,) = _flows(talk.frames[start:])
    assert expected == _ports(flow, port)


def test_joined_late_between_equal_ports_who_was_seen_first_is_the_client() -> None:
    """Nothing else tells them apart."""
    ends = ("127.0.0.1", 9000), ("127.0.0.2", 9000)
    for one, other in (ends, ends[::-1]):
        (flow,) = _flows([frame(one, other, 1, payload=GET), frame(other, one, 1)])
        assert flow.ends(0) == (flow.first, flow.second)
        assert flow.ends(0)[0].stream().data == GET


def test_what_is_no_segment_is_left_out() -> None:
    """Other frames count for the numbers, and for nothing else."""
    (flow,) = _flows([b"", b"ARP", *OPENING.frames])
    assert flow.first.frames == [2, 4, 5]


def test_a_connection_to_itself_is_a_flow() -> None:
    """TCP allows both ends to be the same."""
    (flow,) = _flows([frame(CLIENT, CLIENT, 1, flags=SYN), frame(CLIENT, CLIENT, 2, flags=ACK)])
    assert flow.first.frames == [0, 1]


def test_a_refusal_is_a_syn_answered_by_rst() -> None:
    """A RST with any other number comes from a connection that was open."""
    syn = frame(CLIENT, SERVER, 1000, flags=SYN)
    for seq, expected in ((0, True), (5001, False)):
        refusal = frame(SERVER, CLIENT, seq, ack=1001, flags=RST | ACK)
        (flow,) = _flows([syn, refusal])
        assert expected == is_refusal(*flow.ends(0))
    (opened,) = _flows(OPENING.frames)
    assert not is_refusal(*opened.ends(0))
