"""Every disguise within every other is seen, wherever it crosses; innocence is not accused."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzzing import detector
from fuzzing.detector import Sent, encrypted, judge
from fuzzing.disguises import ALL, PAIRS, written
from labapp.secret import find, plant_secret
from tests.frames import ACK, PSH, Talk, capture, response
from tests.test_secret import ACCEPTED, SECRETS

GUILTY, INNOCENT = 1500, 10_000
Tell = Callable[[object], None]


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Print a line that is seen although the test passes."""

    def show(line: object) -> None:
        with capsys.disabled():
            print(f"\n{line}")

    return show


def test_every_disguise_in_every_other_is_found(tell: Tell) -> None:
    """All pairs, of each kind of secret: found once, and within what was written."""
    wrong, number = [], 0
    for name, secret in SECRETS.items():
        for inner, outer in PAIRS:
            data = written(secret, inner, outer)
            found = find(secret, b"<p>" + data + b"</p>")
            number += 1
            inside = [
                m for m in found if 3 <= m.offset and m.offset + m.length <= 3 + len(data)
            ]
            if len(found) != 1 or found != inside:
                wrong.append((name, inner, outer, found))
    tell(f"disguises within disguises: {number - len(wrong):,} of {number:,} found")

    assert wrong == []


def test_disguises_on_the_wire_are_seen(tell: Tell) -> None:
    """In lines, headers, cookies and bodies; chunked and packed; in any order, and again."""
    tally = judge(GUILTY, guilty=True, seed="ci")
    tell(tally)

    assert tally.wrong == []


def test_the_innocent_are_not_accused(tell: Tell) -> None:
    """TLS with the secret inside, TLS records, and bodies of every kind without it."""
    tally = judge(INNOCENT, guilty=False, seed="ci")
    tell(tally)

    assert tally.wrong == []


def test_innocent_conversations_are_searched() -> None:
    """The control: the same conversations with the text put in are all seen."""
    unseen = []
    for number in range(1, 200):
        one = detector.innocent(Random(number), number)
        frames = [frame.data for frame in one.capture.frames]
        added = Talk(50_000).open().answer(response(one.text.encode())).close().frames
        if not Sent(capture(frames + added), one.text, one.how).seen:
            unseen.append(one.how)

    assert unseen == []


def test_what_is_encrypted_was_really_said() -> None:
    """The text goes both ways in TLS, and of its bytes none crosses."""
    sent, received = encrypted("Rex sleeps at noon")

    assert sent.startswith(b"\x16\x03\x01")
    assert received.startswith(b"\x16\x03\x03")
    assert not find("Rex sleeps at noon", sent + received)


@pytest.mark.parametrize("name", ALL)
def test_a_disguise_is_seen_across_every_boundary(name: str) -> None:
    """Whichever two bytes of it are the last of one segment and the first of the next."""
    secret = plant_secret(4)
    data = written(secret, "plain", name)
    answer = response(b"<p>" + data + b"</p>")
    start = answer.index(data)
    unseen = []
    for at in range(start, start + len(data) + 1):
        talk = Talk().open()
        for piece in (answer[:at], answer[at:]):
            talk.put(1, piece, PSH | ACK).put(0)
        if not Sent(capture(talk.close().frames), secret, name).seen:
            unseen.append(at - start)

    assert unseen == []


NEAR = st.binary(max_size=12)


@settings(max_examples=400, deadline=None)
@given(secret=ACCEPTED, pair=st.sampled_from(PAIRS), before=NEAR, after=NEAR)
def test_any_secret_in_any_pair_is_found_in_any_surroundings(
    secret: str, pair: tuple[str, str], before: bytes, after: bytes
) -> None:
    """Whatever bytes stand beside it, set off by one sign that is part of no disguise."""
    data = written(secret, *pair)

    assert find(secret, before + b"<>" + data + b"<>" + after)


@settings(max_examples=300, deadline=None)
@given(secret=ACCEPTED, pair=st.sampled_from(PAIRS), other=ACCEPTED)
def test_no_other_text_in_any_pair_is_taken_for_it(
    secret: str, pair: tuple[str, str], other: str
) -> None:
    """Of two texts, one not in the other, only the one that is there is found."""
    data = written(other, *pair)
    if find(secret, other.encode()):
        return

    assert not find(secret, data)
