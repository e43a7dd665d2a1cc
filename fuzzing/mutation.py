"""Mutation: valid samples with some of their bytes changed, moved, lost or put in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

LONGEST = 1 << 15  # bytes of an input
_MOST_CHANGES = 6
_NUMBERS = [
    number.to_bytes(size, order)
    for size in (1, 2, 4)
    for number in (0, 1, 0x7F, 0x80, 0xFF, (1 << 8 * size - 1) - 1, (1 << 8 * size) - 1)
    if number < 1 << 8 * size
    for order in ("big", "little")
]


def mutated(random: Random, samples: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """Return one of *samples* after up to six changes; *words* are put in now and then."""
    data = bytearray(random.choice(samples))
    for _ in range(random.randint(1, _MOST_CHANGES)):
        at = random.randint(0, len(data))
        match random.randrange(8):
            case 0 if data:  # one bit
                data[at % len(data)] ^= 1 << random.randrange(8)
            case 1 if data:  # one byte
                data[at % len(data)] = random.randrange(256)
            case 2:  # a number that is often the first too large, or the last good one
                number = random.choice(_NUMBERS)
                data[at : at + len(number)] = number
            case 3:
                data[at:at] = random.choice(words)
            case 4:
                del data[at : at + _size(random)]
            case 5:
                data[at:at] = data[at : at + _size(random)] * random.randint(1, 4)
            case 6:
                other = random.choice(samples)
                start = random.randint(0, len(other))
                data[at:] = other[start:]
            case _:
                del data[at:]
    return bytes(data[:LONGEST])


def _size(random: Random) -> int:
    """A length: mostly short."""
    return 1 << random.randrange(10) if random.random() < 0.5 else random.randint(1, 8)


def chosen(
    random: Random, pieces: Sequence[bytes], change: Callable[[Random, bytes], bytes]
) -> list[bytes]:
    """Return *pieces* with some lost, doubled, moved and changed."""
    made = list(pieces)
    for _ in range(random.randint(1, _MOST_CHANGES)):
        if not made:
            break
        at, other = random.randrange(len(made)), random.randrange(len(made))
        match random.randrange(4):
            case 0:
                del made[at]
            case 1:
                made.insert(other, made[at])
            case 2:
                made[at], made[other] = made[other], made[at]
            case _:
                made[at] = change(random, made[at])
    return made
