"""Laws of `labapp.conversations` checked against tshark, an independent program."""

from __future__ import annotations

import gzip
import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from labapp.conversations import conversations
from tests.frames import GET, Talk, capture, chunked, response

SECRET = b"Rex's fake secret. " * 200
PORT = 80
pytestmark = pytest.mark.tshark


def _plain() -> list[bytes]:
    talk = Talk(server_port=PORT).open()
    talk.say(GET).answer(response(SECRET)).say(GET).answer(response(b"two"))
    return talk.close().frames


def _small_segments() -> list[bytes]:
    talk = Talk(server_port=PORT, isn=(2**32 - 10, 2**32 - 500)).open().say(GET, 1)
    return talk.answer(response(SECRET[:900]), 7).close().frames


def _shuffled() -> list[bytes]:
    talk = Talk(server_port=PORT).open().say(GET)
    before = len(talk.frames)
    answer = response(SECRET)
    for start in range(0, len(answer), 100):
        talk.put(1, answer[start : start + 100])
    # Data alone: an ACK before its data makes tshark give the data up as lost.
    data = talk.frames[before:]
    random.Random(7).shuffle(data)
    talk.frames[before:] = data
    return talk.put(0).close().frames


def _packed_chunks() -> list[bytes]:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    packed = gzip.compress(SECRET)
    answer = head + chunked(packed[:30], packed[30:])
    return Talk(server_port=PORT).open().say(GET).answer(answer, 50).close().frames


def _two_at_once() -> list[bytes]:
    one = Talk(40001, PORT).open().say(GET).answer(response(b"one")).close().frames
    two = Talk(40002, PORT, host="::1").open().say(GET).answer(response(SECRET)).close().frames
    mixed = [data for pair in zip(one, two, strict=False) for data in pair]
    return mixed + one[len(two) :] + two[len(one) :]


SCENES = [_plain, _small_segments, _shuffled, _packed_chunks, _two_at_once]


@pytest.mark.parametrize("scene", SCENES)
def test_streams_are_those_of_tshark(scene: Callable[[], list[bytes]], tmp_path: Path) -> None:
    """Its "Follow TCP stream" shows the same bytes in both directions."""
    taken = capture(scene(), port=PORT)
    path = taken.save(tmp_path / "scene.pcap")
    found = conversations(taken)
    followed = [_follow(path, number) for number in range(len(found))]
    assert [(one.sent.data, one.received.data) for one in found] == followed


@pytest.mark.parametrize("scene", SCENES)
def test_bodies_are_those_of_tshark(scene: Callable[[], list[bytes]], tmp_path: Path) -> None:
    """The bodies of all responses, without chunks and codings, are the same."""
    taken = capture(scene(), port=PORT)
    path = taken.save(tmp_path / "scene.pcap")
    shown = _tshark(path, "-Y", "http.response", "-T", "fields", "-e", "http.file_data")
    answers = [one.response for talk in conversations(taken) for one in talk.exchanges]
    bodies = [answer.body for answer in answers if answer is not None]
    assert sorted(body.decode() for body in bodies) == sorted(shown.splitlines())


def _follow(path: Path, number: int) -> tuple[bytes, bytes]:
    shown = _tshark(path, "-q", "-z", f"follow,tcp,raw,{number}")
    lines = shown.split("Node 1: ")[1].splitlines()[1:-1]
    sent = "".join(line for line in lines if not line.startswith("\t"))
    received = "".join(line.strip() for line in lines if line.startswith("\t"))
    return bytes.fromhex(sent), bytes.fromhex(received)


def _tshark(path: Path, *options: str) -> str:
    command = ["tshark", "-r", str(path), "-o", "tcp.reassemble_out_of_order:TRUE", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout
