from __future__ import annotations

import re

import pytest

from labapp import remedy
from labapp.conversations import conversations
from labapp.lab.case import case_of
from labapp.lab.trace import Trace

SECRET = "Rex's fake café+otter 123"
CHANCE = re.compile(r"[A-Za-z0-9]{32}")
DATE = re.compile(r"\d\d:\d\d:\d\d")


@pytest.mark.parametrize(
    "applied",
    [
        (),
        (remedy.post, remedy.session),
        (remedy.post, remedy.csrf),
        (remedy.redirect, remedy.https),
        remedy.SIX,
    ],
    ids=remedy.title,
)
def test_the_same_visit_leaves_the_same_trace(applied) -> None:
    """Two visits under the same remediations leave the same trace, encrypted or not."""
    assert case_of(SECRET, *applied).trace == case_of(SECRET, *applied).trace


def test_nothing_of_chance_and_clock() -> None:
    """Ports, dates, session keys and tokens are not in a trace; they were in the evidence."""
    case = case_of(SECRET, remedy.post, remedy.session, remedy.csrf)
    port = f":{case.capture.port}"
    crossed = case.crossed
    logged = "\n".join(line.text for line in case.log)
    kept = "\n".join((*case.trace.wire, *case.trace.log))

    assert [True] * 4 == [bool(CHANCE.search(crossed)), bool(DATE.search(crossed)),
                          port in crossed, bool(DATE.search(logged))]  # fmt: skip
    assert [False] * 3 == [bool(CHANCE.search(kept)), bool(DATE.search(kept)), port in kept]


def test_the_rest_is_there() -> None:
    """First lines, headers and bodies of what crossed are lines of the trace."""
    case = case_of(SECRET, remedy.post)
    lines = case.trace.wire
    exchange = conversations(case.capture)[0].exchanges[0]

    assert "GET / HTTP/1.1" in lines
    assert f"User-Agent: {exchange.request.header('User-Agent')}" in lines
    assert any(line.startswith("sensitive_info=Rex%27s") for line in lines)


def test_where_traces_differ() -> None:
    """The first line that the other has not is named, for each source that differs."""
    one = Trace(("a", "b", "c"), ("x",))

    assert [] == list(one.differs(one))
    assert [("capture", "b")] == list(one.differs(Trace(("a", "B", "C"), ("x",))))
    assert [("access log", "x")] == list(one.differs(Trace(one.wire, ())))
    assert [("access log", "")] == list(one.differs(Trace(one.wire, ("x", "y"))))
