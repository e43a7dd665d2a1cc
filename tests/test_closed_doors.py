"""Nobody else gets in, nothing of the learner's gets out: docs/threat-model.md."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest
from django.http import HttpRequest, HttpResponse

from labapp import remedy
from labapp.backends.loopback import ETH_P_ALL
from labapp.lab import laboratory as laboratory_module
from labapp.lab import serve
from labapp.lab.laboratory import Laboratory
from labapp.secret import find
from labapp.site import application as site
from tests.asking import visitor
from tests.conftest import Run
from tests.jupyter import Jupyter, jupyter
from tests.relaying import only_linux
from tests.serving import everything

SECRET = "Rex's fake café+otter 417"
BACKENDS = [
    pytest.param("live", marks=pytest.mark.root),
    pytest.param("namespace", marks=pytest.mark.root),
    pytest.param("errqueue", marks=only_linux),
    "relay",
]


@pytest.fixture
def lab(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Laboratory]:
    monkeypatch.setenv("LABAPP_CAPTURE", getattr(request, "param", "relay"))
    with Laboratory() as running:
        yield running


# Doors ------------------------------------------------------------------------------


def listening() -> set[str]:
    """Return the addresses on which this process listens, in the kernel's words."""
    own = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            own.add(str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]"))
        except FileNotFoundError:
            continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in own:
                found.add(fields[1].partition(":")[0])
    return found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc")
@pytest.mark.parametrize(
    "lab", ["relay", pytest.param("live", marks=pytest.mark.root)], indirect=True
)
def test_every_port_of_the_lab_is_on_loopback(lab: Laboratory) -> None:
    """Server, relay and all: 127.0.0.1, and the control shows another address if there is one."""
    assert {"0100007F"} == listening()
    with socket.create_server(("0.0.0.0", 0)):
        assert {"0100007F", "00000000"} == listening()


def test_the_door_is_on_loopback_and_not_framable(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link of serve() is the learner's own; a page elsewhere cannot show it in a frame."""
    monkeypatch.setattr(laboratory_module, "_laboratory_of", lambda pid: lab)
    served = serve()
    assert {"0100007F"} == listening()

    with build_opener(ProxyHandler({})).open(served.link, timeout=30) as answer:
        assert b"sensitive_info" in answer.read()
        assert answer.headers["X-Frame-Options"] == "DENY"


def ask(lab: Laboratory, host: str, *headers: str) -> str:
    """Return the head of what the running server answers to one GET of /."""
    lines = ["GET / HTTP/1.1", f"Host: {host}", *headers, "Connection: close", "", ""]
    with lab.backend.connect() as client:
        client.sendall("\r\n".join(lines).encode())
        return everything(client).decode("latin-1").partition("\r\n\r\n")[0]


FOREIGN = [
    "evil.example",
    "127.0.0.1.evil.example",
    "site.test.evil.example",
    "[::1]",
    "0.0.0.0",
]


@pytest.mark.parametrize("lab", BACKENDS, indirect=True)
def test_a_foreign_host_header_is_refused(lab: Laboratory) -> None:
    """A page elsewhere whose name leads here (DNS rebinding) gets 400; the lab's names 200."""
    lab.server.swap(site.application, tls=False)
    statuses = {
        host: ask(lab, host).split()[1] for host in (*FOREIGN, "site.test", "127.0.0.1")
    }

    assert statuses == {**dict.fromkeys(FOREIGN, "400"), "site.test": "200", "127.0.0.1": "200"}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("host", ["127.0.0.1:8123", "localhost:8123"])
def test_the_page_is_not_framable(host: str) -> None:
    """Not a page, an error or a page of DEBUG; the site that is studied stays plain."""
    for options, page in (
        ({}, "/"),
        ({}, "/nowhere"),
        ({"down": True}, "/sensitive?sensitive_info=x"),
        ({"down": True, "debug": True}, "/sensitive?sensitive_info=x"),
    ):
        browser = visitor(**options)
        assert browser.ask(page, host=host).header("X-Frame-Options") == "DENY"
        assert browser.ask(page, host="site.test:8123").header("X-Frame-Options") is None


@pytest.mark.root
@pytest.mark.parametrize(
    ("lab", "answer"),
    [("live", "in"), ("relay", "in"), ("errqueue", "in"), ("namespace", "out")],
    indirect=["lab"],
)
def test_another_user_of_the_machine(
    lab: Laboratory, answer: str, as_ordinary_user: Run
) -> None:
    """Loopback is shared: they can open the weak site, but not one in a network of its own."""
    code = (
        "import socket, sys\n"
        f"try: socket.create_connection(('127.0.0.1', {lab.backend.port}), 5); print('in')\n"
        "except ConnectionRefusedError: print('out')"
    )

    assert answer == as_ordinary_user(["-c", code]).stdout.strip()


# What is the learner's own ----------------------------------------------------------

FIRST = """
from labapp import visit, remedy, Capture
from labapp.lab.laboratory import laboratory
from labapp.figures import exposure_map, packet_ladder
before = visit('Rex sleeps at noon'); before
"""
CELLS = [
    FIRST,
    "after = visit('Rex sleeps at noon', *remedy.SIX); after",
    "exposure_map(before, after)",
    "packet_ladder(before)",
    "[print(step, step.log, step.output, step.crashes) for step in before.evidence]",
    "[print(r.text, r.html) for v in (before, after) for r in v.step('outage').reports]",
    "[print(a.headers, a.body) for v in (before, after) for a in v.step('outage_debug').answers]",
    "print(before.capture.packets.summary()); before.capture.packets.hexdump()",
    "for v, n in ((before, 'a.pcap'), (after, 'b.pcapng')): v.capture.save(n)",
    "exposure_map(before, after).save('map.png'); print(after.findings, laboratory().server.notes)",
    "from django.views.debug import get_safe_settings; print(get_safe_settings())",
    "visit('nope')",
    "%tb",
]
# As a reader's own browser would, with all the cookies that it has for this host.
BROWSE = """
import http.client
from labapp.site import application as site
lab = laboratory()
for debug in (False, True):
    lab.server.swap(lambda: site.application(down=True, debug=debug), tls=False)
    client = http.client.HTTPConnection('127.0.0.1', lab.backend.port)
    client.request('GET', '/sensitive?sensitive_info=Rex', headers={'Cookie': COOKIES})
    print(client.getresponse().read().decode())
    client.close()
for report in site.take_reports():
    print(report.text, report.html)
print(lab.server.take_log(), lab.server.notes)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("learner")


PLANTED = {
    "JUPYTERHUB_API_TOKEN": "planted-hub-9d1c",
    "AWS_SECRET_ACCESS_KEY": "planted-cloud-77ab",
    "MY_OWN_THING": "planted-thing-5e5e",
    "LABAPP_CAPTURE": "relay",
}


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Jupyter]:
    with jupyter(folder, **PLANTED) as running:
        running.log_in()
        yield running


def own(server: Jupyter) -> dict[str, str]:
    """Return what nobody may find anywhere: token, cookies, variables."""
    planted = {name: value for name, value in PLANTED.items() if value.startswith("planted")}
    cookies = {name: value.strip('"') for name, value in server.cookies.items()}
    return {"token": server.token, **cookies, **planted}


@pytest.mark.timeout(300)
def test_nothing_of_jupyters_is_in_any_output_log_report_or_file(
    server: Jupyter, folder: Path
) -> None:
    """Outputs of cells, error reports, the debug page, logs and all files the lab saved."""
    values = own(server)
    assert any(name.startswith("username-") for name in values)  # Jupyter's own login
    cookies = "; ".join(f"{name}={value}" for name, value in server.cookies.items())
    shown = server.run([*CELLS, f"COOKIES = {cookies!r}", BROWSE])
    saved = {
        path.name: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".jupyter" not in path.parts and path != server.log
    }
    assert {"a.pcap", "b.pcapng", "map.png"} <= saved.keys()
    assert "BackOfficeDown" in shown[-1]  # the control: the report is there,
    assert "LabError" in shown[11]
    everywhere = b"\n".join([*(text.encode() for text in shown), *saved.values()])
    assert b"Rex sleeps at noon" in everywhere  # and what should be found is found

    assert [name for name, value in values.items() if find(value, everywhere)] == []


def test_they_would_be_found(server: Jupyter) -> None:
    """The control: a cell that prints its environment, or what a browser sends, shows each."""
    values = own(server)
    shown = "".join(
        server.run(
            [
                "import os; print(dict(os.environ))",
                f"print({server.cookies!r}, {server.token!r})",
            ]
        )
    ).encode()

    assert [name for name, value in values.items() if not find(value, shown)] == []


def colourful(request: HttpRequest) -> HttpResponse:
    """Show all cookies, and set one."""
    answer = HttpResponse(repr(request.COOKIES))
    answer.set_cookie("colour", "green")
    return answer


def test_the_sites_own_cookies_are_kept_and_a_neighbours_are_not(lab: Laboratory) -> None:
    """At 127.0.0.1 a view is given the cookie that the site has set, and no other."""
    own_view = site.Own(view=colourful)
    lab.server.swap(lambda: site.application(own=own_view), tls=False)

    def shown(host: str) -> list[bool]:
        lines = [
            "GET /sensitive HTTP/1.1",
            f"Host: {host}",
            "Cookie: colour=ours-1234; username-127-0-0-1-8888=theirs-5678; _xsrf=theirs-9",
            "Connection: close",
        ]
        with lab.backend.connect() as client:
            client.sendall("\r\n".join([*lines, "", ""]).encode())
            page = everything(client)
        return [value in page for value in (b"ours-1234", b"theirs-5678", b"theirs-9")]

    assert shown("127.0.0.1") == [False, False, False]  # not yet set by the site
    assert shown("localhost:8123") == shown("127.0.0.1") == [True, False, False]
    assert shown("site.test") == [True, True, True]  # what is studied stays as it is


# Other people's traffic -------------------------------------------------------------

NEIGHBOUR = """
    import sys
    from labapp.lab.laboratory import Laboratory
    with Laboratory() as lab:
        print(lab.backend.port, flush=True)
        while True:
            lab.visit("Mia's other secret")
"""


@pytest.mark.root
@pytest.mark.parametrize("lab", ["live"], indirect=True)
def test_only_the_labs_port_is_captured_beside_jupyter_and_a_second_learner(
    lab: Laboratory, server: Jupyter
) -> None:
    """Jupyter is busy and somebody else makes visits: an open ear hears both, the lab neither."""
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            server.ask("/api/contents")

    asking = threading.Thread(target=busy)
    with (
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as ear,
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(NEIGHBOUR)],
            stdout=subprocess.PIPE,
            env={**os.environ, "LABAPP_CAPTURE": "live"},
        ) as neighbour,
    ):
        assert neighbour.stdout is not None
        asking.start()
        try:
            assert int(neighbour.stdout.readline()) != lab.backend.port
            ear.bind(("lo", ETH_P_ALL))
            ear.settimeout(30)
            wanted = {server.token.encode(), b"other+secret"}
            visits = [lab.visit(SECRET)]
            while wanted or len(visits) < 3:
                if len(visits) < 3:
                    visits.append(lab.visit(SECRET, remedy.post))
                frame = ear.recv(1 << 17)
                wanted -= {one for one in wanted if one in frame}
        finally:
            stop.set()
            asking.join(60)
            neighbour.kill()
    frames = [f.data for v in visits for s in v.evidence for f in s.capture.frames]
    ports = {int.from_bytes(data[at : at + 2]) for data in frames for at in (34, 36)}
    clients = {port for v in visits for s in v.evidence for port in s.capture.clients}
    everything_heard = b"".join(frames)

    assert ports == {lab.backend.port} | clients
    assert server.token.encode() not in everything_heard
    assert b"other+secret" not in everything_heard
    assert [v.seen["wire_response"] for v in visits] == [True] * len(visits)


@pytest.mark.chromium
def test_a_real_browser_shows_it_in_no_frame(lab: Laboratory, tmp_path: Path) -> None:
    """Chromium refuses the page at 127.0.0.1 in a frame; the studied site is shown in one."""
    from playwright.sync_api import sync_playwright

    from tests.chromium import launch

    lab.server.swap(site.application, tls=False)
    port = lab.backend.port
    shown = {}
    with sync_playwright() as playwright:
        context = launch(playwright, tmp_path / "profile", "")
        try:
            page = context.pages[0]
            page.goto(f"http://other.test:{port}/")
            for host in ("127.0.0.1", "site.test"):
                page.evaluate(
                    "address => new Promise(done => { const f = document.createElement('iframe');"
                    " f.onload = done; f.src = address; document.body.append(f); })",
                    f"http://{host}:{port}/",
                )
                shown[host] = "sensitive_info" in page.frames[-1].content()
        finally:
            context.close()

    assert shown == {"127.0.0.1": False, "site.test": True}
