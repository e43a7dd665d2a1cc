"""Laws of `labapp.conversations`: whole captures, and what is missing from them."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterable

import pytest

from labapp.capture import Capture, Frame
from labapp.conversations import Conversation, Endpoint, conversations, missing
from labapp.conversations.conversation import _KNOWN
from labapp.conversations.flow import Flow, flows
from tests.frames import (
    ACK,
    CLIENT_PORT,
    FIN,
    GET,
    RST,
    SERVER_PORT,
    SYN,
    Talk,
    capture,
    frame,
    response,
    whole_talk,
)

ANSWER = response(b"Rex sleeps at noon")
WHOLE = whole_talk(GET, ANSWER)
NAMES = ["SYN", "SYN ACK", "ACK", "GET", "ACK", "200", "ACK", "FIN", "FIN", "ACK"]
HERE, THERE = ("127.0.0.1", CLIENT_PORT), ("127.0.0.1", SERVER_PORT)


def _one(frames: list[bytes]) -> Conversation:
    (found,) = conversations(capture(frames))
    return found


def test_a_conversation_has_both_ends_and_both_streams() -> None:
    """What was sent, what was received, by whom, when, in which frames."""
    timed = tuple(Frame(5_000 + number, data) for number, data in enumerate(WHOLE))
    (found,) = conversations(Capture(timed, "hand", "by hand", SERVER_PORT))
    assert found.client == Endpoint("127.0.0.1", CLIENT_PORT)
    assert found.server == Endpoint("127.0.0.1", SERVER_PORT)
    assert (found.sent.data, found.received.data) == (GET, ANSWER)
    assert (found.time, found.frames) == (5_000, tuple(range(len(WHOLE))))
    assert found.complete


def test_a_message_is_found_in_its_frames() -> None:
    """From a message, by its stream, to the frames that carried it."""
    found = _one(whole_talk(GET, ANSWER, size=30))
    asked, answered = found.messages
    assert found.stream(asked) is found.sent
    frames = found.stream(answered).frames(answered.start, answered.stop)
    assert frames == (7, 9)
    body = answered.part("body")
    assert body is not None
    assert found.received.frame_at(body.stop - 1) == 9


def test_conversations_are_in_order_of_time() -> None:
    """Not in order of the frames, which may be joined from several captures."""
    late = [Frame(9_000 + at, data) for at, data in enumerate(Talk(40001).open().frames)]
    early = [Frame(1_000 + at, data) for at, data in enumerate(Talk(40002).open().frames)]
    found = conversations(Capture((*late, *early), "hand", "by hand", SERVER_PORT))
    assert [one.client.port for one in found] == [40002, 40001]


def test_ipv6_ends_have_brackets() -> None:
    """An endpoint reads as it would in an address."""
    found = _one(Talk(host="::1").open().say(GET).answer(ANSWER).close().frames)
    assert str(found.server) == f"[::1]:{SERVER_PORT}"
    assert str(Endpoint("127.0.0.1", 80)) == "127.0.0.1:80"
    assert found.complete


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        ("SYN", "joined late: no SYN from the client"),
        ("SYN ACK", "joined late: no SYN from the server"),
        ("GET", f"gap of {len(GET)} bytes at byte 0 from the client"),
        ("200", f"gap of {len(ANSWER)} bytes at byte 0 from the server"),
    ],
)
def test_a_lost_frame_is_named(lost: str, expected: str) -> None:
    """Beginning and data are each missed by their own sentence, and by that alone."""
    number = NAMES.index(lost)
    found = _one(WHOLE[:number] + WHOLE[number + 1 :])
    assert found.problems == (expected,)
    assert not found.complete


@pytest.mark.parametrize(("number", "name"), [(7, "server"), (8, "client")])
def test_a_lost_fin_is_named(number: int, name: str) -> None:
    """A side that was not seen to close may have said more."""
    found = _one(WHOLE[:number] + WHOLE[number + 1 :])
    assert found.problems[-1] == f"never closed: no FIN from the {name}"


@pytest.mark.parametrize("number", [2, 4, 6, 9])
def test_a_lost_acknowledgement_loses_nothing(number: int) -> None:
    """Frames without data of their own may be missing."""
    assert _one(WHOLE[:number] + WHOLE[number + 1 :]).complete


def test_only_a_beginning_is_not_complete() -> None:
    """Whatever part of the end is missing, it is noticed."""
    for length in range(1, 9):
        assert not _one(WHOLE[:length]).complete
    assert _one(WHOLE[:9]).complete


@pytest.mark.parametrize("side", [0, 1])
def test_a_reset_closes_both_sides(side: int) -> None:
    """After a RST of either side nothing more can come."""
    talk = Talk().open().say(GET).answer(ANSWER)
    assert _one(talk.put(side, flags=RST | ACK).frames).complete


def test_a_reset_with_a_gap_before_it_is_not_complete() -> None:
    """The number of the RST tells that bytes are missing."""
    frames = Talk().open().say(GET).answer(ANSWER).put(1, flags=RST | ACK).frames
    found = _one(frames[:5] + frames[-1:])
    assert found.problems == (f"gap of {len(ANSWER)} bytes at byte 0 from the server",)


def test_a_refused_connection_is_complete() -> None:
    """It consists of a SYN and a RST: there is nothing else to see."""
    syn = frame(HERE, THERE, 1000, flags=SYN)
    refused = frame(THERE, HERE, 0, ack=1001, flags=RST | ACK)
    assert _one([syn, refused]).complete
    assert not _one([syn]).complete
    # The same RST after data has an earlier life that was not captured.
    assert not _one([syn, frame(THERE, HERE, 5001, ack=1001, flags=RST | ACK)]).complete
    assert not _one([syn, frame(THERE, HERE, 0, ack=1009, flags=RST | ACK)]).complete


def test_tls_has_a_server_name_and_no_exchanges() -> None:
    """Encrypted bytes are not read as HTTP."""
    hello = b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"
    found = _one(whole_talk(hello, b"\x16\x03\x03\x00\x01\x02"))
    assert (found.tls, found.server_name, found.exchanges) == (True, None, ())
    plain = _one(WHOLE)
    assert (plain.tls, plain.server_name, len(plain.exchanges)) == (False, None, 1)


def test_tls_joined_late_is_known_by_the_servers_side() -> None:
    """One of the two handshakes is enough."""
    assert _one(Talk().open().answer(b"\x16\x03\x03\x00\x01\x02").close().frames).tls


def test_nothing_is_missing_from_a_whole_capture() -> None:
    """The control of all tests about what is missing."""
    assert missing(capture(WHOLE, clients=(CLIENT_PORT,))) == ()


def test_missing_names_problems_of_the_capture_and_of_conversations() -> None:
    """Both kinds are sentences of their own."""
    damaged = capture(WHOLE, clients=(CLIENT_PORT,)).without(NAMES.index("GET"))
    lossy = Capture(damaged.frames, "hand", "by hand", SERVER_PORT, (), ("3 frames dropped",))
    gap = f"127.0.0.1:40000 > 127.0.0.1:8000: gap of {len(GET)} bytes at byte 0 from the client"
    assert missing(damaged) == ("frame 3 was taken out", gap)
    assert missing(lossy) == ("3 frames dropped", gap)


def test_missing_names_connections_without_a_conversation() -> None:
    """A port that came round again needs as many conversations."""
    again = Talk(isn=(9, 99)).open().say(GET).answer(ANSWER).close().frames
    twice = (CLIENT_PORT, CLIENT_PORT)
    assert missing(capture(WHOLE + again, clients=twice)) == ()
    assert missing(capture(WHOLE, clients=(*twice, 40007))) == (
        "no conversation of client port 40000",
        "no conversation of client port 40007",
    )
    assert missing(capture([], clients=(40007,))) == ("no conversation of client port 40007",)
    assert missing(capture([])) == ()


def test_a_capture_is_put_together_once_and_then_let_go() -> None:
    """Asking again gives the same objects; they live no longer than the capture."""
    taken = capture(WHOLE)
    assert conversations(taken) is conversations(taken)
    assert conversations(taken) is not conversations(capture(WHOLE))
    assert conversations(taken)[0].exchanges is conversations(taken)[0].exchanges
    key, watch = id(taken), weakref.ref(taken)
    assert key in _KNOWN
    del taken
    gc.collect()
    assert watch() is None
    assert key not in _KNOWN


def test_a_capture_that_two_put_together_at_once_is_let_go_in_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of them sees to it that it is forgotten; the second finds that done."""
    held, first = [capture(WHOLE)], iter([True])

    def meanwhile(frames: Iterable[Frame]) -> list[Flow]:
        if next(first, False):
            conversations(held[0])
        return flows(frames)

    complaints: list[object] = []
    monkeypatch.setattr("labapp.conversations.conversation.flows", meanwhile)
    monkeypatch.setattr("sys.unraisablehook", complaints.append)
    assert len(conversations(held[0])) == 1
    key = id(held[0])
    held.clear()
    gc.collect()
    assert key not in _KNOWN
    assert complaints == []


def test_joined_late_the_server_is_at_the_port_of_the_capture() -> None:
    """Although the client has the lower port."""
    frames = Talk(80, 50000).open().say(GET).frames[2:]
    (found,) = conversations(capture(frames, port=50000))
    assert (found.client.port, found.server.port) == (80, 50000)
    (guessed,) = conversations(capture(frames))
    assert (guessed.client.port, guessed.server.port) == (50000, 80)


def test_a_repr_is_one_line() -> None:
    """It shows the ends, the sizes, and what is wrong."""
    ends = "127.0.0.1:40000 > 127.0.0.1:8000"
    sizes = f"{len(GET)} bytes sent, {len(ANSWER)} received"
    assert repr(_one(WHOLE)) == f"<Conversation {ends}, {sizes}, complete>"
    late = repr(_one(WHOLE[1:-2]))
    assert late.endswith(
        "INCOMPLETE: joined late: no SYN from the client; never closed: no FIN from the client>"
    )


def test_the_package_loads_no_scapy() -> None:
    """Conversations are put together on bytes."""
    program = "import sys, labapp.conversations; print(sorted(m for m in sys.modules if 'scapy' in m))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_flags_of_the_hand_made_frames_close_as_meant() -> None:
    """The control of this module: its last frames carry FIN."""
    assert [bool(data[47] & FIN) for data in WHOLE] == [name == "FIN" for name in NAMES]
    assert all(data[47] & ACK for data in WHOLE[1:])
