from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from labapp.backends import Backend, choice, choose
from labapp.backends.backend import Unavailable
from labapp.backends.choice import try_out
from labapp.backends.errqueue import Errqueue
from labapp.backends.live import Live
from labapp.backends.namespace import Namespace
from labapp.backends.relay import Relay
from labapp.capture import Frame
from labapp.errors import LabError
from tests.relaying import every_backend

Frames = list[Frame]


@pytest.fixture(autouse=True)
def _nothing_is_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LABAPP_CAPTURE", raising=False)


def spoilt(spoil: Callable[[Frames], Frames]) -> type[Backend]:
    """A backend that works, but for what *spoil* does to its frames."""

    class Spoilt(Relay):
        name = "spoilt"

        def _finish(self, clients: tuple[int, ...]) -> tuple[Frames, list[str]]:
            frames, problems = super()._finish(clients)
            return spoil(frames), problems

    return Spoilt


def failing(error: Exception) -> type[Backend]:
    """A backend that cannot even be built."""

    class Failing(Relay):
        name = "failing"

        def __init__(self) -> None:
            raise error

    return Failing


class Mute(Relay):
    """A backend through which nothing comes."""

    name = "mute"

    def connect(self) -> socket.socket:
        self.listener.close()
        return super().connect()


def test_the_first_that_works_is_taken(no_leaks: None) -> None:
    """And no other is tried."""
    chosen = choose([Relay, failing(RuntimeError("not asked"))])
    chosen.backend.close()

    assert [(probe.name, probe.works) for probe in chosen.probes] == [("relay", True)]
    assert str(chosen) == f"Captured by relay: {Relay.fidelity}."


@pytest.mark.parametrize("number", range(11))
def test_a_backend_that_loses_a_frame_is_refused(no_leaks: None, number: int) -> None:
    """Any frame with a byte of data, of a handshake or of a close but an ACK's last."""
    kind = spoilt(lambda frames: frames[:number] + frames[number + 1 :])

    chosen = choose([kind, Relay])
    chosen.backend.close()

    # Only acknowledgements may be missing: what they confirm is there.
    acknowledgements = {2, 4, 6, 8, 10}
    refused = number not in acknowledgements
    assert chosen.backend.name == ("relay" if refused else "spoilt")
    assert ("Not spoilt: its self-test was not captured whole" in str(chosen)) is refused


def test_a_backend_that_sees_a_frame_twice_is_refused(no_leaks: None) -> None:
    """As an AF_PACKET socket does on loopback, if nobody tells it not to."""
    chosen = choose([spoilt(lambda frames: [*frames, frames[3]]), Relay])
    chosen.backend.close()

    assert str(chosen).endswith("Not spoilt: its self-test saw a frame twice.")


def test_a_backend_that_changes_a_byte_is_refused(no_leaks: None) -> None:
    """A capture of something else is none."""

    def change(frames: Frames) -> Frames:
        return [frame._replace(data=frame.data.replace(b"ping", b"pong")) for frame in frames]

    _, probe = try_out(spoilt(change))

    assert probe.reason == "its self-test captured something else than what was sent"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Unavailable("this system has no such thing"), "this system has no such thing"),
        (OSError(24, "Too many open files"), "it failed: [Errno 24] Too many open files"),
        (RuntimeError("a bug"), "it failed: a bug"),
        (AttributeError(), "it failed: AttributeError"),
    ],
)
def test_a_backend_that_cannot_be_built_is_refused(
    no_leaks: None, error: Exception, reason: str
) -> None:
    """Whatever is wrong with it, the next one may work."""
    chosen = choose([failing(error), Relay])
    chosen.backend.close()

    assert [(p.name, p.works, p.reason) for p in chosen.probes] == [
        ("failing", False, reason),
        ("relay", True, ""),
    ]
    assert f" Not failing: {reason}." in str(chosen)


def test_a_backend_through_which_nothing_comes_is_refused(no_leaks: None) -> None:
    """It is closed again, and its reason kept."""
    backend, probe = try_out(Mute)

    assert backend is None
    assert probe.reason.startswith("it failed: ")


def test_where_none_works_every_reason_is_told(no_leaks: None) -> None:
    """In one line, and what to do then."""
    with pytest.raises(LabError) as caught:
        choose([failing(Unavailable("no rights")), Mute])

    message = str(caught.value)
    assert message.startswith(
        "No way to capture works here (failing: no rights; mute: it failed: "
    )
    assert message.endswith("). python -m labapp doctor says more: send that to your teacher.")
    assert "\n" not in message


def test_a_forced_backend_is_the_only_one_tried(
    no_leaks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LABAPP_CAPTURE=relay takes relay where better ones would work."""
    monkeypatch.setenv("LABAPP_CAPTURE", "relay")
    chosen = choose([failing(RuntimeError("not asked")), Relay])
    chosen.backend.close()

    assert [probe.name for probe in chosen.probes] == ["relay"]


def test_a_forced_backend_that_does_not_work_is_an_error(
    no_leaks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No silent fallback; one line says why and what to do."""
    monkeypatch.setenv("LABAPP_CAPTURE", "failing")
    with pytest.raises(LabError) as caught:
        choose([failing(Unavailable("no rights")), Relay])

    assert str(caught.value) == (
        "No way to capture works here (failing: no rights). "
        "Unset LABAPP_CAPTURE to let the lab choose another."
    )


def test_an_unknown_name_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It lists the known ones."""
    monkeypatch.setenv("LABAPP_CAPTURE", "wireshark")
    with pytest.raises(LabError) as caught:
        choose()

    assert str(caught.value) == (
        "LABAPP_CAPTURE=wireshark names no backend: use one of live, namespace, "
        "errqueue, relay, or unset it."
    )


def test_without_packet_sockets_live_says_so(
    no_leaks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows and macOS."""
    monkeypatch.delattr(socket, "AF_PACKET", raising=False)

    with pytest.raises(Unavailable, match="this system has no AF_PACKET sockets"):
        Live()


SCRIPT = """
from labapp.backends import choose
chosen = choose()
chosen.backend.close()
print(chosen)
"""


@pytest.mark.root
def test_an_ordinary_user_gets_a_network_of_their_own(as_ordinary_user) -> None:
    """For real: uid 1000, no capabilities, no way to gain any, and still real packets."""
    done = as_ordinary_user(["-c", SCRIPT])

    assert done.stderr == ""
    assert done.stdout == (
        f"Captured by namespace: {Namespace.fidelity}. Not live: raw sockets need root or the "
        "capability CAP_NET_RAW, and this process has neither.\n"
    )


@pytest.mark.root
def test_where_namespaces_are_forbidden_packets_come_back(as_ordinary_user) -> None:
    """For real: the limit is 0, as in many a container, and both reasons can be read."""
    done = as_ordinary_user(["-c", SCRIPT], namespaces=False)

    assert done.stderr == ""
    assert done.stdout.startswith(
        f"Captured by errqueue: {Errqueue.fidelity}. Not live: raw sockets"
    )
    assert "Not namespace: the system allows no namespaces here (No space left on device)." in (
        done.stdout
    )


def test_an_ordinary_user_cannot_force_live(as_ordinary_user) -> None:
    """One line, and no traceback but the exception's own."""
    script = (
        "from labapp.backends import choose\ntry: choose()\nexcept Exception as e: print(e)"
    )
    done = as_ordinary_user(["-c", script], LABAPP_CAPTURE="live")

    assert done.stdout == (
        "No way to capture works here (live: raw sockets need root or the capability "
        "CAP_NET_RAW, and this process has neither). "
        "Unset LABAPP_CAPTURE to let the lab choose another.\n"
    )
    assert done.stderr == ""


@every_backend
def test_an_interrupted_self_test_leaves_nothing(
    no_leaks: None, monkeypatch: pytest.MonkeyPatch, kind: type[Backend]
) -> None:
    """Ctrl-C while a backend proves itself: nobody has it, so it is closed."""

    def interrupted(backend: Backend) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(choice, "_self_test", interrupted)
    with pytest.raises(KeyboardInterrupt):
        choice.try_out(kind)
