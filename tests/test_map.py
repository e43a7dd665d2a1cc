"""The map of all 64 combinations: measured, the same everywhere, and checked by tshark."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from labapp import remedy
from labapp.conversations import conversations
from labapp.errors import LabError
from labapp.lab import Visit
from labapp.lab import map as lab_map
from labapp.lab.laboratory import Laboratory
from labapp.lab.map import ExposureMap, all_combinations, every_combination
from labapp.observers import PLACES
from labapp.remedy import csrf, post, redirect, session
from tests.ordinary_user import OrdinaryUser
from tests.test_main import labapp

SECRET = "Rex sleeps at noon"
WIRE = ("wire_request_line", "wire_request_headers", "wire_request_body", "wire_response")

Run = dict[str, Any]


@pytest.fixture(scope="module")
def visits() -> Iterator[list[Visit]]:
    """All 64 visits, by relay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as lab:
            yield [lab.visit(SECRET, *applied) for applied in all_combinations()]


@pytest.fixture(scope="module")
def runs(visits: list[Visit]) -> list[Run]:
    """The map of these visits, as its JSON has it."""
    written: list[Run] = json.loads(ExposureMap.of(visits).json)["runs"]
    return written


def where(runs: list[Run], place: str, answer: bool = True) -> set[frozenset[str]]:
    """Return the combinations in which *place* gave *answer*."""
    return {frozenset(run["remediations"]) for run in runs if run["seen"][place] is answer}


def expect(runs: list[Run], law: Callable[[set[str]], bool]) -> set[frozenset[str]]:
    """Return the combinations for which *law* says yes."""
    return {frozenset(run["remediations"]) for run in runs if law(set(run["remediations"]))}


def _in_an_address(on: set[str]) -> bool:
    return "post" not in on or ("redirect" in on and "session" not in on)


def _in_last_address(on: set[str]) -> bool:
    # Chromium keeps where a redirect led, not where it began.
    if "redirect" in on:
        return "session" not in on
    return "post" not in on


def test_all_64_really_ran(runs: list[Run]) -> None:
    """Every combination of the six once, every place asked, the form at work in each."""
    assert len({frozenset(run["remediations"]) for run in runs}) == 64
    assert {frozenset(run["seen"]) for run in runs} == {frozenset(PLACES)}
    assert [run["remediations"] for run in runs if not run["works"]] == []


def test_no_cell_is_unknown(runs: list[Run]) -> None:
    """Every capture was complete and every control was found."""
    unknown = [
        (run["remediations"], place)
        for run in runs
        for place, answer in run["seen"].items()
        if answer is None
    ]
    assert unknown == []


# The keys of the map, as its JSON has them, each with what it shows.
LAWS: list[tuple[str, Callable[[set[str]], bool]]] = [
    ("wire_request_body", lambda on: "post" in on and "https" not in on),
    ("wire_response", lambda on: "https" not in on),
    ("report_text", lambda on: not {"post", "mask_reports"} <= on),
    ("report_html", lambda on: True),
    ("debug_page", lambda on: True),
    ("browser_cache", lambda on: True),
    ("store_decoded", lambda on: "session" in on),
    ("store_raw", lambda on: False),
    ("cookie_jar", lambda on: False),
    ("third_party_referer", lambda on: False),
    ("cookie_replay", lambda on: "session" in on and "https" not in on),
    ("http_link", lambda on: "https" not in on or "session" in on),
    ("reload_resubmits", lambda on: "redirect" not in on),
    ("forgery_accepted", lambda on: not {"post", "csrf"} <= on),
    ("forgery_changed_session", lambda on: "session" in on and not {"post", "csrf"} <= on),
    (
        "access_log",
        lambda on: "post" not in on or ("redirect" in on and "session" not in on),
    ),
    ("history", _in_last_address),
    ("wire_request_line", lambda on: "https" not in on and _in_an_address(on)),
    (
        "wire_request_headers",
        lambda on: on >= {"session"} and not on & {"https", "post", "redirect"},
    ),
]


@pytest.mark.parametrize(("place", "law"), LAWS, ids=[place for place, _ in LAWS])
def test_each_place_follows_a_law(
    runs: list[Run], place: str, law: Callable[[set[str]], bool]
) -> None:
    """What a place shows over all 64 can be said in one line."""
    assert where(runs, place) == expect(runs, law)


def test_every_place_has_its_law() -> None:
    """None is left out, and none is called otherwise than in JSON that was saved."""
    assert sorted(place for place, _ in LAWS) == sorted(PLACES)


def test_the_header_that_leaks_is_a_referer(visits: list[Visit]) -> None:
    """With a session and no redirect the link to the secure page tells its address."""
    made = next(v for v in visits if v.remediations == (session,))
    requests = [m for c in conversations(made.step("read_back").capture) for m in c.messages]
    (link,) = [request for request in requests if request.target == "/secure_page"]
    assert (link.header("Referer") or "").endswith("?sensitive_info=Rex+sleeps+at+noon")


def test_the_token_hides_nothing(visits: list[Visit]) -> None:
    """The same body crosses with the CSRF check as without: it is no encryption."""
    known = {v.remediations: v for v in visits}
    before, after = known[post,].seen, known[post, csrf].seen
    assert {place for place in before if before[place] != after[place]} == {"forgery_accepted"}


def test_a_redirect_alone_makes_it_worse(visits: list[Visit]) -> None:
    """After POST, a redirect without a session opens three places and closes reloading."""
    known = {v.remediations: v for v in visits}
    before, after = known[post,].seen, known[post, redirect].seen
    assert {place: after[place] for place in before if before[place] != after[place]} == {
        "wire_request_line": True,
        "history": True,
        "access_log": True,
        "reload_resubmits": False,
    }


def test_every_combination_is_visited_with_one_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """64 visits in one call: the six in every combination, and the same words in each."""
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(lab_map, "visit", lambda *given: asked.append(given))
    every_combination(SECRET)
    assert [given[1:] for given in asked] == list(all_combinations())
    assert {given[0] for given in asked} == {SECRET}
    every_combination()
    assert len({given[0] for given in asked[64:]}) == 1


def test_a_map_of_no_visits_is_refused() -> None:
    """There is nothing to show of nothing."""
    with pytest.raises(LabError, match="at least one visit"):
        ExposureMap.of([])


def mapped(run: Callable[[], subprocess.CompletedProcess[str]], target: Path) -> dict[str, Any]:
    """Return the JSON that one command wrote to *target*."""
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    written: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return written


@pytest.mark.root
@pytest.mark.parametrize("backend", ["live", "namespace", "errqueue"])
def test_the_backends_agree_cell_by_cell(runs: list[Run], tmp_path: Path, backend: str) -> None:
    """The kernel's own packets give the same map as the relay's."""
    target = tmp_path / "map.json"
    arguments = ("map", "--all", "--secret", SECRET, "--json", str(target))
    written = mapped(lambda: labapp(*arguments, LABAPP_CAPTURE=backend), target)
    assert written["capture"]["backend"] == backend
    assert written["runs"] == runs


@pytest.mark.timeout(400)
@pytest.mark.tshark
def test_tshark_finds_it_where_the_map_says(visits: list[Visit], tmp_path: Path) -> None:
    """An independent reader of the saved captures finds the secret in the same visits."""
    found, expected, hosts = [], [], []
    for number, visit in enumerate(visits):
        pcap = visit.capture.save(tmp_path / f"{number}.pcap")
        port = visit.capture.port
        found.append(
            tshark(pcap, port, f'http contains "{SECRET}" or http contains "Rex+sleeps"')
        )
        expected.append(any(visit.seen[place] for place in WIRE))
        hosts.append(
            tshark(pcap, port, 'http.host contains "site.test"')
            or tshark(pcap, port, 'tls.handshake.extensions_server_name == "site.test"')
        )
    assert found == expected
    assert hosts == [True] * 64  # the control: tshark did read every capture


def tshark(pcap: Path, port: int, wanted: str) -> bool:
    """Return whether tshark finds a frame for the display filter *wanted*."""
    encrypted = "tls" if "tls." in wanted else "http"
    shown = subprocess.run(
        ["tshark", "-r", str(pcap), "-d", f"tcp.port=={port},{encrypted}", "-Y", wanted],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"HOME": str(pcap.parent), "PATH": "/usr/bin:/bin:/usr/sbin"},
    )
    return bool(shown.stdout.strip())


@pytest.mark.root
@pytest.mark.parametrize(("namespaces", "backend"), [(True, "namespace"), (False, "errqueue")])
def test_an_ordinary_user_measures_the_same_map(
    ordinary_user: OrdinaryUser, runs: list[Run], namespaces: bool, backend: str
) -> None:
    """Without any rights the six steps give the same answers, namespaces or not."""
    target = ordinary_user.home / "map.json"
    arguments = ["-m", "labapp", "map", "--secret", SECRET, "--json", str(target)]
    written = mapped(lambda: ordinary_user.run(arguments, namespaces=namespaces), target)
    known = {tuple(run["remediations"]): run for run in runs}
    assert written["capture"]["backend"] == backend
    assert written["runs"] == [
        known[tuple(one.name for one in applied)] for applied in remedy.cumulative()
    ]
