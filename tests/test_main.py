"""The command line, as a person meets it: run as a program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from labapp import remedy
from labapp.observers import PLACES
from tests.ordinary_user import OrdinaryUser

ROOT = Path(__file__).resolve().parent.parent


def labapp(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``python -m labapp`` with *arguments*, by relay unless told otherwise."""
    return subprocess.run(
        [sys.executable, "-m", "labapp", *arguments],
        cwd=ROOT,
        env={**os.environ, "LABAPP_CAPTURE": "relay", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def rows(output: str) -> dict[str, list[str]]:
    """Return the printed table: marks by the observer's words."""
    lines = output[output.index("Someone who") :].splitlines()[1:]
    end = next(n for n, line in enumerate(lines) if line.startswith("The form still works"))
    return {line[:40].strip(): line[40:].split() for line in lines[: end + 1]}


def test_the_story_tells_all_seven_steps() -> None:
    """Without a command: the six in the taught order, the table, the backend's name."""
    told = labapp()
    assert (told.returncode, told.stderr) == (0, "")
    table = rows(told.stdout)
    assert table["listens to the network"] == ["X", "X", "X", "X", "X", "X", "."]
    assert table["reads the server log"] == ["X", ".", ".", "X", ".", ".", "."]
    assert table["can submit in your name"] == ["X", "X", "X", "X", "X", ".", "."]
    assert "?" not in {mark for marks in table.values() for mark in marks}
    assert "Captured by relay" in told.stdout
    assert all(one.label in told.stdout for one in remedy.SIX)


@pytest.mark.root
@pytest.mark.parametrize("backend", ["live", "namespace", "errqueue"])
def test_every_backend_tells_the_same(backend: str) -> None:
    """How packets are had must not decide who saw what."""
    told = labapp(LABAPP_CAPTURE=backend)
    assert f"Captured by {backend}" in told.stdout
    assert rows(told.stdout) == rows(labapp().stdout)


@pytest.mark.root
@pytest.mark.parametrize(
    ("namespaces", "chosen", "refused"),
    [
        (True, "Captured by namespace", ["Not live: raw sockets need root"]),
        (
            False,
            "Captured by errqueue",
            ["Not live: raw sockets need root", "Not namespace: the system allows no"],
        ),
    ],
)
def test_an_ordinary_user_gets_the_story_and_the_reasons(
    ordinary_user: OrdinaryUser, namespaces: bool, chosen: str, refused: list[str]
) -> None:
    """Without rights the same table is told, and why the packets are not better."""
    told = ordinary_user.run(["-m", "labapp"], namespaces=namespaces)
    assert (told.returncode, told.stderr) == (0, "")
    assert [words for words in (chosen, *refused) if words not in told.stdout] == []
    assert rows(told.stdout) == rows(labapp().stdout)


def test_help_names_every_remediation_and_command() -> None:
    """Whoever asks for help learns what can be typed."""
    shown = labapp("--help")
    assert shown.returncode == 0
    words = ("visit", "serve", "map", "doctor", *(one.name for one in remedy.ALL))
    assert [word for word in words if word not in shown.stdout] == []


def test_one_visit_is_shown_and_saved(tmp_path: Path) -> None:
    """`visit` prints the conversation and writes a pcap file."""
    target = tmp_path / "before.pcap"
    shown = labapp("visit", "post", "--secret", "Rex sleeps at noon", "--save", str(target))
    assert "sensitive_info=[[Rex+sleeps+at+noon]]" in shown.stdout
    assert b"sensitive_info=Rex+sleeps+at+noon" in target.read_bytes()


def test_an_option_may_stand_before_the_command() -> None:
    """What is given before the command is not forgotten."""
    shown = labapp("--secret", "Mia sings on Mondays", "visit")
    assert "[[Mia sings on Mondays]]" in shown.stdout


def test_a_site_is_served_until_ctrl_c() -> None:
    """`serve` prints its link, then what crosses, and ends without an error."""
    with subprocess.Popen(
        [sys.executable, "-m", "labapp", "serve", "post"],
        cwd=ROOT,
        env={**os.environ, "LABAPP_CAPTURE": "relay"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as serving:
        assert serving.stdout
        said = [serving.stdout.readline() for _ in range(4)]
        link = said[1].removeprefix("Open in your browser: ").strip()
        urlopen(f"{link}sensitive", b"sensitive_info=Rex+sleeps", timeout=60).close()
        said += [serving.stdout.readline() for _ in range(2)]
        serving.send_signal(signal.SIGINT)
        rest, errors = serving.communicate(timeout=60)
    assert "sensitive_info=[[Rex+sleeps]]" in "".join([*said, rest])
    assert (serving.returncode, errors) == (0, "")


def test_the_map_is_written_as_json(tmp_path: Path) -> None:
    """The file has the capture's backend, and each run with all places."""
    target = tmp_path / "map.json"
    made = labapp("map", "--only", "post,https", "--json", str(target))
    assert (made.returncode, made.stderr) == (0, "")
    written = json.loads(target.read_text(encoding="utf-8"))
    assert written["capture"]["backend"] == "relay"
    (run,) = written["runs"]
    assert run["remediations"] == ["post", "https"]
    assert run["works"] is True
    assert set(run["seen"]) == set(PLACES)
    assert run["seen"]["wire_request_body"] is False
    assert run["seen"]["report_html"] is True


def test_the_doctor_says_first_what_will_be_used() -> None:
    """One sentence for the learner, then the whole probe."""
    said = labapp("doctor")
    assert said.stdout.startswith("You will see the real bytes and times")
    assert "live" in said.stdout
    assert "Python" in said.stdout


def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    """As in `python -m labapp doctor | head -1`, where the pipe closes early."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        ended = subprocess.run(
            [sys.executable, "-m", "labapp", "doctor"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (1, b"")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["visit", "htps"], "There is no remediation 'htps'. Did you mean https?"),
        (["serve", "https"], "serve() speaks HTTP only"),
        (["map", "--only", "post,nope"], "There is no remediation 'nope'."),
        (["--secret", "abc"], "'abc' is too short"),
        (["visit", "--secret", ""], "'' is too short"),
        (["visit", "--secret", "sensitive_info"], "already part of the site's pages"),
        (["--capture", "magic"], "LABAPP_CAPTURE=magic names no backend"),
        (["visit", "--save", "/nonexistent/x.pcap"], "Cannot write /nonexistent/x.pcap"),
        (["map", "--only", "post", "--json", "/nonexistent/x"], "Cannot write /nonexistent/x"),
    ],
)
def test_a_mistake_gets_one_line(arguments: list[str], line: str) -> None:
    """One clear line on stderr, a status other than 0, and never a traceback."""
    failed = labapp(*arguments)
    assert failed.returncode == 2
    assert len(failed.stderr.splitlines()) == 1
    assert line in failed.stderr


def test_a_python_without_the_packages_gets_one_line() -> None:
    """Whoever forgot the virtual environment is told so, whatever they asked for."""
    failed = subprocess.run(
        [sys.executable, "-S", "-m", "labapp", "doctor"],  # -S: without site-packages
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert failed.returncode == 2
    assert len(failed.stderr.splitlines()) == 1
    assert "django, scapy, trustme are not installed" in failed.stderr
    assert ".venv/bin/python" in failed.stderr


def test_a_forced_backend_that_cannot_work_gets_one_line(ordinary_user: OrdinaryUser) -> None:
    """No way to capture: said in a line, with what to do."""
    failed = ordinary_user.run(["-m", "labapp"], LABAPP_CAPTURE="live")
    assert failed.returncode == 2
    assert len(failed.stderr.splitlines()) == 1
    assert "No way to capture works here (live: raw sockets need root" in failed.stderr


def test_the_front_door_loads_nothing_heavy() -> None:
    """`import labapp` is quick: no scapy, matplotlib, trustme or django.test."""
    heavy = "{'scapy', 'matplotlib', 'trustme', 'django'} & set(sys.modules)"
    code = f"import sys, labapp; print(sorted({heavy})); labapp.visit; print('django' in sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert shown.stdout.split("\n")[:2] == ["[]", "True"]
