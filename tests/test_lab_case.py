from __future__ import annotations

import pytest

from labapp import LabError, remedy
from labapp.evidence import SITE
from labapp.lab.case import case_of, open_case, traces
from labapp.lab.laboratory import laboratory
from labapp.secret import find

SECRET = "Rex's fake café+otter 123"


def test_a_name_has_its_case() -> None:
    """The same name gives the same case, and a neighbour's is another."""
    ada, again, bob = open_case("Ada"), open_case("Ada"), open_case("Bob")

    assert (ada.secret, ada.trace) == (again.secret, again.trace)
    assert ada.secret != bob.secret
    assert ada.trace != bob.trace


def test_without_a_name_each_is_another() -> None:
    """Of a few cases without a name not all are alike."""
    assert len({open_case().secret for _ in range(5)}) > 1


def test_no_name() -> None:
    """What is no text is refused in one line."""
    with pytest.raises(LabError, match='open_case\\("Ada"\\)'):
        open_case(7)  # type: ignore[arg-type]


def test_no_keys() -> None:
    """The keys stay with the visitor; the visit itself had them."""
    applied = (remedy.post, remedy.https)

    assert any(step.capture.tls_secrets for step in laboratory().watch(SECRET, applied))
    assert case_of(SECRET, *applied).capture.tls_secrets == ""


def test_what_a_listener_reads() -> None:
    """In the clear the secret crosses as text; encrypted, only names and sizes are there."""
    clear, sealed = case_of(SECRET, remedy.post), case_of(SECRET, remedy.https)

    assert find(SECRET, clear.crossed.encode())
    assert not find(SECRET, sealed.crossed.encode())
    assert f"server name {SITE}" in sealed.crossed


def test_what_is_shown() -> None:
    """A case shows its log and how its packets were had, and no remediation."""
    text = repr(case_of(SECRET, remedy.post, remedy.redirect))

    assert '"POST /sensitive HTTP/1.1" 302' in text
    assert str(laboratory().choice) in text
    assert "mask_reports" not in text


@pytest.mark.timeout(300)
def test_only_the_stars_leave_no_trace() -> None:
    """Of the 64 combinations two leave the same trace just if they differ in the stars."""
    by_trace: dict[object, set[frozenset[str]]] = {}
    for combination, left in traces(SECRET).items():
        rest = frozenset(one.name for one in combination) - {remedy.mask_reports.name}
        by_trace.setdefault(left, set()).add(rest)

    assert len(traces(SECRET)) == 64
    assert len(by_trace) == 32
    assert {1} == {len(rests) for rests in by_trace.values()}
