from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import pytest

from labapp.backends.backend import Backend, Unavailable
from labapp.backends.choice import BACKENDS
from labapp.backends.relay import Relay
from labapp.doctor import PACKAGES, SENTENCES, Diagnosis, diagnose
from tests.ordinary_user import OrdinaryUser


class Broken(Relay):
    """A way to capture that does not work here."""

    name = "broken"

    def __init__(self) -> None:
        raise Unavailable("this system has no such thing")


class Other(Relay):
    """Another that works."""

    name = "other"


def installed(name: str) -> str:
    """Say that everything is there but jupyter-server-proxy, in version 1."""
    if name == "jupyter-server-proxy":
        raise PackageNotFoundError(name)
    return "1"


def paragraphs(diagnosis: Diagnosis) -> list[str]:
    """Return what is printed, by paragraph, each in one line."""
    return [" ".join(part.split()) for part in str(diagnosis).split("\n\n")]


def test_a_learner_reads_one_sentence_first(no_leaks: None) -> None:
    """The first paragraph is one sentence about the packets; the table comes after it."""
    first, table, _ = paragraphs(diagnose([Relay], {}))

    assert first == SENTENCES["relay"]
    assert f"taken relay {Relay.fidelity}" in table


def test_every_backend_has_its_sentence() -> None:
    """No way to capture is left to a general phrase."""
    assert {backend.name for backend in BACKENDS} == set(SENTENCES)


@pytest.mark.parametrize(
    ("backends", "wanted", "chosen"),
    [
        ([Broken, Relay, Other], "", "relay"),
        ([Broken, Relay, Other], "other", "other"),
        ([Broken, Relay], "broken", ""),
        ([Broken, Relay], "magic", ""),
        ([Broken], "", ""),
    ],
)
def test_what_a_visit_would_take_is_marked(
    no_leaks: None, backends: list[type[Backend]], wanted: str, chosen: str
) -> None:
    """The first that works, or the one that is forced; where there is none, it is said."""
    diagnosis = diagnose(backends, {"LABAPP_CAPTURE": wanted} if wanted else {})

    assert diagnosis.chosen == chosen
    assert [probe.name for probe in diagnosis.probes] == [kind.name for kind in backends]
    assert str(diagnosis).count("taken") == bool(chosen)
    assert diagnosis.sentence.startswith("You will see no packets") == (not chosen)


def test_each_no_has_its_reason(no_leaks: None) -> None:
    """Also the ways that a visit would not even have tried are tried."""
    _, table, _ = paragraphs(diagnose([Relay, Broken], {}))

    assert "no broken this system has no such thing" in table


def test_versions_are_told_and_what_is_missing() -> None:
    """Each package with its version, or that it is not there."""

    def without_jupyterlab(name: str) -> str:
        if name == "jupyterlab":
            raise PackageNotFoundError(name)
        return "1.2"

    said = paragraphs(diagnose([], {}, without_jupyterlab))[2]

    assert "jupyterlab is not installed" in said
    assert [f"{name} 1.2" in said for name in PACKAGES] == [
        name != "jupyterlab" for name in PACKAGES
    ]


@pytest.mark.parametrize(
    ("environment", "proxy", "words"),
    [
        ({}, True, "no hub"),
        ({"JUPYTERHUB_SERVICE_PREFIX": "/user/x/"}, True, "through jupyter-server-proxy 1"),
        ({"JUPYTERHUB_SERVICE_PREFIX": "/user/x/"}, False, "no page of the site can be opened"),
    ],
)
def test_the_way_of_a_browser_is_told(
    environment: dict[str, str], proxy: bool, words: str
) -> None:
    """Behind a hub a page of the site needs the proxy; elsewhere it needs nothing."""
    diagnosis = diagnose([], environment, (lambda _: "1") if proxy else installed)

    assert words in paragraphs(diagnosis)[2]


@pytest.mark.parametrize("namespaces", [pytest.param(False, marks=pytest.mark.root), True])
def test_an_ordinary_user_gets_the_whole_probe(
    ordinary_user: OrdinaryUser, namespaces: bool
) -> None:
    """Run as a program: what is possible here, why not more, and status 0."""
    told = ordinary_user.run(["-m", "labapp", "doctor"], namespaces=namespaces)

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines()[0] in SENTENCES.values()
    assert "as an ordinary user" in told.stdout
    if not namespaces:
        assert told.stdout.startswith(SENTENCES["errqueue"])
        assert told.stdout.count("  no     ") == 2


def test_a_forced_way_that_fails_does_not_hide_the_others(ordinary_user: OrdinaryUser) -> None:
    """Who forced what cannot work learns what to unset, what would work, and gets status 2."""
    told = ordinary_user.run(["-m", "labapp", "doctor"], LABAPP_CAPTURE="live")

    assert told.returncode == 2
    assert told.stdout.splitlines()[0].endswith(
        "LABAPP_CAPTURE=live does not work here. Unset it."
    )
    assert f"yes relay {Relay.fidelity}" in " ".join(told.stdout.split())
