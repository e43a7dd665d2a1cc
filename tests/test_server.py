from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event, Thread
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from django.core.servers.basehttp import ServerHandler

from labapp.errors import LabError
from labapp.server import Server, server, traffic
from tests.serving import TIMEOUT, Lab, Site, everything, half_a_hello, serving

both_schemes = pytest.mark.parametrize("tls", [False, True], ids=["http", "tls"])


@pytest.fixture
def lab() -> Iterator[Lab]:
    with serving() as running:
        yield running


def bounded(act: Callable[[], object]) -> bool:
    """Whether *act* returns at all."""
    thread = Thread(target=act, daemon=True)
    thread.start()
    thread.join(TIMEOUT)
    return not thread.is_alive()


# Addresses and schemes ----------------------------------------------------------------


@pytest.mark.parametrize("address", ["0.0.0.0", "127.0.0.2"])
def test_any_address_but_localhost_is_refused(address: str) -> None:
    """A server for anybody else than this machine is refused, and its port is free."""
    listener = socket.create_server((address, 0))

    with pytest.raises(LabError, match=rf"bind 127\.0\.0\.1, not {address}"):
        Server(listener)

    assert listener.fileno() == -1


def test_another_family_is_refused() -> None:
    """::1 is this machine too, but clients and filters of the lab know IPv4 only."""
    listener = socket.socket(socket.AF_INET6)

    with pytest.raises(LabError, match="bind 127"):
        Server(listener)

    assert listener.fileno() == -1


@both_schemes
def test_one_port_speaks_both_schemes(lab: Lab, tls: bool) -> None:
    """The first byte decides; the application is told which it was."""
    site = Site("both")
    lab.serve(site)

    assert lab.get(tls=tls) == "both"
    assert site.environ["wsgi.url_scheme"] == ("https" if tls else "http")
    assert site.environ.get("HTTPS") == ("on" if tls else None)


def test_without_tls_the_port_speaks_http_only(lab: Lab) -> None:
    """TLS switched off is refused, HTTP beside it goes on, and TLS can come back."""
    lab.serve(Site(), tls=False)
    with pytest.raises(OSError, match=r"EOF|reset"):
        lab.connect(tls=True)
    assert lab.get() == "hello"

    lab.serve(Site(), tls=True)
    assert lab.get(tls=True) == "hello"


def test_switching_tls_off_ends_the_connections_that_have_it(lab: Lab) -> None:
    """A TLS connection kept alive does not outlive TLS; one in HTTP does."""
    with lab.client(tls=True) as secured, lab.client() as plain:
        for client in (secured, plain):
            client.request("GET", "/")
            client.getresponse().read()

        lab.serve(Site("later"), tls=False)

        assert secured.sock.recv(1) == b""
        plain.request("GET", "/")
        assert plain.getresponse().read() == b"later"


def test_the_process_environment_stays_out_of_requests(lab: Lab) -> None:
    """What wsgiref would copy into request.META is not there."""
    site = Site()
    lab.serve(site)
    lab.get()

    assert "PATH" in os.environ  # the control: there is something to leak,
    assert "PATH" in ServerHandler.os_environ  # and Django's server leaks it
    assert not {"PATH", "HOME"} & site.environ.keys()


# Clients that say nothing -------------------------------------------------------------


@both_schemes
def test_silent_clients_delay_nobody(lab: Lab, tls: bool) -> None:
    """One has sent nothing, one half a handshake, one half a head: others are served."""
    with lab.connect(), lab.connect() as shaking, lab.connect() as asking:
        shaking.sendall(half_a_hello())
        asking.sendall(b"GET / HTTP/1.1\r\nHost: ")

        assert lab.get(tls=tls) == "hello"


def test_a_client_that_has_not_finished_its_head_delays_no_swap(lab: Lab) -> None:
    """A request counts as in flight once its head is there, not before."""
    with lab.connect() as asking:
        asking.sendall(b"GET / HTTP/1.1\r\n")
        lab.get()  # by now the server has long seen those bytes

        assert lab.server.settle() is True


# Stopping -----------------------------------------------------------------------------


@both_schemes
def test_no_connection_outlives_the_server(tls: bool) -> None:
    """A connection kept alive gets no answer from the site of a stopped server."""
    with serving() as lab:
        client = lab.connect(tls=tls)
        client.sendall(b"GET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
        assert b"hello" in client.recv(65536)  # the control: it was alive

    with client:
        assert client.recv(1) == b""
        with suppress(OSError):  # nobody is there who could read it
            client.sendall(b"GET / HTTP/1.1\r\nHost: site.test\r\n\r\n")
            assert everything(client) == b""


@both_schemes
def test_stopping_leaves_nothing_behind(no_leaks: None, tls: bool) -> None:
    """Twenty servers later there is no thread, no open file and no port."""
    for _ in range(20):
        with serving() as lab, lab.client(tls=tls) as client, lab.connect():
            client.request("GET", "/")
            assert client.getresponse().read() == b"hello"
        lab.server.stop()  # again: safe
        with pytest.raises(ConnectionRefusedError):
            lab.connect()


def test_a_server_that_was_never_started_can_be_stopped(no_leaks: None) -> None:
    """Its listener is given back."""
    listener = socket.create_server(("127.0.0.1", 0))
    Server(listener).stop()

    assert listener.fileno() == -1


# Swapping -----------------------------------------------------------------------------


class Slow:
    """Says *word* twice, looking it up anew each time, and counts who is inside."""

    word = "old"

    def __init__(self) -> None:
        self.inside = 0
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        with self._lock:
            self.inside += 1
        start("200 OK", [("Content-Length", "6")])
        yield self.word.encode()
        threading.Event().wait(0.001)  # so that there are requests to swap under
        yield self.word.encode()
        with self._lock:
            self.inside -= 1


def test_every_answer_is_wholly_old_or_wholly_new(lab: Lab) -> None:
    """A swap waits for the requests in flight and holds up the others."""
    site = Slow()
    lab.serve(site)
    stop = Event()

    def ask() -> set[str]:
        answers = set()
        with lab.client() as client:
            while not stop.is_set():
                client.request("GET", "/")
                answers.add(client.getresponse().read().decode())
        return answers

    inside = []

    def build(word: str) -> Slow:
        inside.append(site.inside)
        site.word = word
        return site

    with ThreadPoolExecutor(6) as clients:
        asking = [clients.submit(ask) for _ in range(6)]
        try:
            for word in ("new", "old") * 10:
                lab.server.swap(lambda: build(word), tls=True)  # noqa: B023  (called at once)
                assert lab.get() == word * 2
        finally:
            stop.set()
        answers = set().union(*(one.result(TIMEOUT) for one in asking))

    assert {"oldold", "newnew"} == answers
    assert inside == [0] * 20


def test_a_failed_build_leaves_the_old_site(lab: Lab) -> None:
    """The error is the caller's, and the gate opens again."""
    with pytest.raises(ZeroDivisionError):
        lab.server.swap(lambda: Site(str(1 / 0)), tls=True)

    assert lab.get() == "hello"


# Views that never return --------------------------------------------------------------


class Hanging:
    """A view that spins in Python, or waits in the system, until it is let go."""

    def __init__(self, *, spins: bool) -> None:
        self.spins = spins
        self.entered, self.let_go = Event(), Event()
        self.thread: Thread | None = None

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        self.thread = threading.current_thread()
        self.entered.set()
        while self.spins:
            pass
        self.let_go.wait(6 * TIMEOUT)
        start("200 OK", [("Content-Length", "0")])
        return []

    def ended(self) -> bool:
        assert self.thread is not None
        self.thread.join(TIMEOUT)
        return not self.thread.is_alive()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are given up soon; everything else would take a minute."""
    monkeypatch.setattr(traffic, "PATIENCE", 0.05)
    monkeypatch.setattr(server, "PATIENCE", 6 * TIMEOUT)


@pytest.mark.parametrize("spins", [True, False], ids=["spins", "waits"])
def test_a_view_that_never_returns_is_given_up(
    no_leaks: None, impatient: None, spins: bool
) -> None:
    """The next site is served; the old request leaves a note and no line in the log."""
    view = Hanging(spins=spins)
    with serving(view) as lab, lab.client() as client:
        client.request("GET", "/forever")
        view.entered.wait(TIMEOUT)

        lab.serve(Site("next"))

        assert client.sock.recv(1) == b""  # its client is told
        assert lab.get("/next") == "next"
        if not spins:  # only Python code can be ended; the rest ends when it wakes
            view.let_go.set()
        assert view.ended()
        assert any("GET /forever HTTP/1.1" in note for note in lab.server.notes)
        assert ["/next" in line.text for line in lab.server.take_log()] == [True]


def test_stopping_waits_for_no_request_that_was_given_up(
    no_leaks: None, impatient: None
) -> None:
    """Whoever was given up is not waited for a second time."""
    view = Hanging(spins=False)
    with serving(view) as lab, lab.client() as client:
        client.request("GET", "/")
        view.entered.wait(TIMEOUT)
        assert lab.server.settle() is False

        assert bounded(lab.server.stop)
        view.let_go.set()
        assert view.ended()


def test_stopping_ends_a_view_that_spins(
    no_leaks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also without a swap before it."""
    monkeypatch.setattr(server, "PATIENCE", 0.05)
    view = Hanging(spins=True)
    with serving(view) as lab, lab.client() as client:
        client.request("GET", "/")
        view.entered.wait(TIMEOUT)

        lab.server.stop()

        assert view.ended()


def test_a_view_that_asks_its_own_server_blocks_nothing(impatient: None) -> None:
    """The inner request waits for the swap, the swap for the outer: it is given up."""
    entered, go_on = Event(), Event()

    def outer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        entered.set()
        go_on.wait(TIMEOUT)
        body = running.get("/inner").encode()
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    with serving(outer) as running, running.client() as client:
        client.request("GET", "/outer")
        entered.wait(TIMEOUT)

        def swap() -> None:
            running.server.traffic.changed.acquire()
            go_on.set()
            try:
                running.serve(Site("next"))
            finally:
                running.server.traffic.changed.release()

        assert bounded(swap)
        assert running.get() == "next"


def test_a_view_may_ask_its_own_server() -> None:
    """The control: without a swap the inner request is simply answered."""

    def outer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        inner = environ["PATH_INFO"] == "/inner"
        body = b"inner" if inner else running.get("/inner").encode()
        start("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    with serving(outer) as running:
        assert running.get("/outer") == "inner"


def test_certificates_are_trusted_by_this_lab_alone(lab: Lab) -> None:
    """A client that trusts the system's authorities, as all others do, refuses ours."""
    with (
        socket.create_connection(("127.0.0.1", lab.server.port), TIMEOUT) as sock,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(sock, server_hostname="site.test")
