"""The site itself, asked through WSGI without a server."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import sqlite3
import subprocess
import sys
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from itertools import combinations
from logging.handlers import QueueHandler
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpResponse
from django.views import View

from labapp import remedy
from labapp.errors import LabError
from labapp.remedy import SIX, Remediation
from labapp.secret import find
from labapp.site import settings
from labapp.site.application import (
    application,
    plant_control,
    reset,
    take_reports,
    use_database,
)
from labapp.site.configuration import MIDDLEWARE_ORDER, changed_settings

SECRET = "Rex's fake café+otter 712"
EVERY = [chosen for size in range(7) for chosen in combinations(SIX, size)]


def names(chosen: tuple[Remediation, ...]) -> str:
    """Name a combination for pytest."""
    return "+".join(one.name for one in chosen) or "nothing"


@dataclass
class Answer:
    """One answer of the site, as text."""

    status: int
    headers: list[tuple[str, str]]
    text: str

    def header(self, name: str) -> str | None:
        """Return the value of the last header called *name*, or None."""
        return dict(self.headers).get(name)


@dataclass
class Visitor:
    """The least a browser does: addresses, forms, cookies, redirects of one host."""

    app: WSGIHandler
    scheme: str = "http"
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def ask(
        self,
        target: str,
        *,
        data: dict[str, str] | None = None,
        host: str = "site.test:8123",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request: POST if there is *data*, else GET."""
        path, _, query = target.partition("?")
        body = urlencode(data).encode() if data is not None else b""
        environ = {
            "REQUEST_METHOD": "GET" if data is None else "POST",
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "9999",  # as behind a relay: not the port of the Host header
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": host,
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_COOKIE": "; ".join(f"{k}={m.value}" for k, m in self.cookies.items()),
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **(headers or {}),
        }
        start: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(
            status: str, headers: list[tuple[str, str]], exc_info: object = None, /
        ) -> Callable[[bytes], object]:
            start.append((status, headers))
            return text.write

        text = io.BytesIO()
        with closing(self.app(environ, start_response)) as response:
            text.writelines(response)
        [(status, sent)] = start
        for name, value in sent:
            if name == "Set-Cookie":
                self.cookies.load(value)
        return Answer(int(status[:3]), sent, text.getvalue().decode())

    def submit(self, value: str, **more: str) -> Answer:
        """Open the form, fill it in as it stands, and follow redirects."""
        form = self.ask("/").text
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form))
        fields |= {"sensitive_info": value, **more}
        address = form_attribute(form, "action")
        if form_attribute(form, "method") == "post":
            answer = self.ask(address, data=fields, headers=same_site(self))
        else:
            answer = self.ask(f"{address}?{urlencode(fields)}")
        while location := answer.header("Location"):
            answer = self.ask(location)
        return answer


def form_attribute(page: str, name: str) -> str:
    """Return an attribute of the page's only form."""
    [value] = re.findall(rf'<form[^>]* {name}="([^"]*)"', page)
    return str(value)


def visitor(*remediations: Remediation, **options: object) -> Visitor:
    """Return a first-time visitor to the site under *remediations*."""
    app = application(remediations, **options)  # type: ignore[arg-type]
    return Visitor(app, "https" if remedy.https in remediations else "http")


@pytest.fixture(autouse=True)
def database(tmp_path: Path) -> Iterator[Path]:
    """Each test begins with an empty database and an empty mailbox."""
    take_reports()
    yield use_database(tmp_path)
    reset()


def rows(database: Path, table: str) -> list[tuple[object, ...]]:
    """Read a whole table with no Django in the way."""
    with closing(sqlite3.connect(database)) as raw:
        return raw.execute(f"SELECT * FROM {table}").fetchall()


# ------------------------------------------------------------ every combination


@pytest.mark.parametrize("chosen", EVERY, ids=names)
def test_every_combination_of_the_six_gives_the_visitor_the_value_back(
    chosen: tuple[Remediation, ...],
) -> None:
    """All 64 build; who fills in the form reads the value there or on the secure page."""
    browser = visitor(*chosen)
    answer = browser.submit(SECRET)
    assert answer.status == 200
    if remedy.session in chosen and remedy.redirect not in chosen:
        assert SECRET not in unescape(answer.text)
        assert 'href="/secure_page"' in answer.text
        answer = browser.ask("/secure_page")
    assert SECRET in unescape(answer.text)
    assert "another sentence" not in unescape(answer.text)


@pytest.mark.parametrize("chosen", EVERY, ids=names)
def test_the_form_and_the_view_agree_on_the_method(chosen: tuple[Remediation, ...]) -> None:
    """The method the form does not use is refused, and a redirect is one if asked for."""
    browser = visitor(*chosen)
    form = browser.ask("/").text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form))
    fields["sensitive_info"] = SECRET
    by_get = browser.ask(f"/sensitive?{urlencode(fields)}").status
    by_post = browser.ask("/sensitive", data=fields, headers=same_site(browser)).status
    works = 302 if remedy.redirect in chosen else 200
    if remedy.post in chosen:
        assert (by_get, by_post, form_attribute(form, "method")) == (405, works, "post")
    else:
        assert (by_get, by_post, form_attribute(form, "method")) == (works, 405, "get")


def same_site(browser: Visitor) -> dict[str, str]:
    """Return the Referer of the site's own form: over HTTPS the CSRF check wants it."""
    return {"HTTP_REFERER": f"{browser.scheme}://site.test:8123/"}


def test_all_seven_together_work_over_https() -> None:
    """With hardening too the form works, and every cookie is Secure."""
    browser = visitor(*remedy.ALL)
    answer = browser.submit(SECRET)
    assert SECRET in unescape(answer.text)
    assert {"sessionid", "csrftoken"} == set(browser.cookies)
    assert all(cookie["secure"] for cookie in browser.cookies.values())
    assert answer.header("Strict-Transport-Security") == "max-age=3600"


def test_hardening_without_https_sends_the_visitor_away() -> None:
    """Over plain HTTP each page of the hardened site is a redirect to HTTPS; not
    without hardening.
    """
    assert visitor().ask("/").status == 200
    answer = visitor(remedy.hardening).ask("/")
    assert answer.status == 301
    assert answer.header("Location") == "https://site.test:8123/"


# ------------------------------------------------------------------ the answers


def test_a_redirect_without_a_session_carries_the_value_in_its_address() -> None:
    """Location holds the value, and with a session it does not."""
    query = urlencode({"sensitive_info": SECRET})
    plain = visitor(remedy.redirect).ask(f"/sensitive?{query}").header("Location")
    assert plain is not None
    assert parse_qs(urlsplit(plain).query) == {"sensitive_info": [SECRET]}
    kept = visitor(remedy.redirect, remedy.session).ask(f"/sensitive?{query}")
    assert kept.header("Location") == "/secure_page"


def test_the_secure_page_has_nothing_to_show_a_second_visitor() -> None:
    """What one visitor's session holds is shown to that visitor alone."""
    first = visitor(remedy.session)
    first.submit(SECRET)
    second = Visitor(first.app)
    page = second.ask("/secure_page")
    assert (page.status, SECRET in unescape(page.text)) == (200, False)
    assert "nothing here yet" in page.text
    assert SECRET in unescape(first.ask("/secure_page").text)


@pytest.mark.parametrize("chosen", [(), (remedy.session,)], ids=names)
def test_the_secure_page_without_a_value_is_a_page(chosen: tuple[Remediation, ...]) -> None:
    """Nobody submitted anything: 200, and no value."""
    page = visitor(*chosen).ask("/secure_page")
    assert page.status == 200
    assert "nothing here yet" in page.text


def test_a_missing_field_is_djangos_500_without_a_word_about_why() -> None:
    """The view reads the field as Django's tutorial does: the visitor gets the bare
    page, the admins the report.
    """
    answer = visitor().ask("/sensitive")
    assert answer.status == 500
    assert "MultiValueDictKeyError" not in answer.text
    [report] = take_reports()
    assert "MultiValueDictKeyError" in report.text


def test_an_empty_value_is_echoed_not_mistaken_for_a_kept_one() -> None:
    """An empty field was sent all the same: no session, so no word of one."""
    answer = visitor().ask("/sensitive?sensitive_info=")
    assert "You told us" in answer.text
    assert "We keep it" not in answer.text
    assert "We keep it" in visitor(remedy.session).ask("/sensitive?sensitive_info=").text


@pytest.mark.parametrize("page", ["sensitive", "secure_page"])
def test_markup_in_the_value_is_shown_as_text(page: str) -> None:
    """The weak site leaks; it does not run what it is told."""
    markup = "<script>alert('fake')</script>"
    answer = visitor().ask(f"/{page}?{urlencode({'sensitive_info': markup})}")
    assert markup not in answer.text
    assert markup in unescape(answer.text)


def test_markup_on_the_other_hosts_is_shown_as_text_too() -> None:
    """Neither the forged value nor the control can leave its place in the page."""
    markup = "\"><script>alert('fake')</script>"
    browser = visitor()
    attack = browser.ask(f"/attack?{urlencode({'sensitive_info': markup})}", host="other.test")
    control = browser.ask(f"/control?{urlencode({'control': markup})}", host="control.test")
    for answer in (attack, control):
        assert markup not in answer.text
        assert markup in unescape(answer.text)


def test_pages_are_small_enough_to_be_read_as_packets() -> None:
    """No page of the site is over 2 KB."""
    browser = visitor(*SIX)
    pages = {
        "/": "site.test",
        "/secure_page": "site.test",
        "/attack": "other.test",
        "/control": "control.test",
        "/picture.svg": "images.test",
    }
    for page, host in pages.items():
        answer = browser.ask(page, host=host)
        assert answer.status == 200
        assert 100 < len(answer.text.encode()) < 2048, page


# ------------------------------------------------------------------------ hosts


def test_the_picture_has_the_visitors_port_and_the_scheme_of_the_page() -> None:
    """Answers that may hold the value carry it; the form, and pages for a reader's own
    browser at 127.0.0.1, do not.
    """
    browser = visitor()
    for page in ("/sensitive?sensitive_info=x", "/secure_page"):
        assert 'src="//images.test:8123/picture.svg"' in browser.ask(page).text
        assert 'src="//images.test/picture.svg"' in browser.ask(page, host="site.test").text
        for host in ("127.0.0.1:8123", "localhost:8123"):
            assert "picture.svg" not in browser.ask(page, host=host).text
    assert "picture.svg" not in browser.ask("/").text
    picture = browser.ask("/picture.svg", host="images.test:8123")
    assert picture.header("Content-Type") == "image/svg+xml"


def test_each_host_has_its_own_addresses() -> None:
    """A page of one host is 404 at the others; 127.0.0.1 and localhost are the site."""
    browser = visitor()
    found = {
        (host, page)
        for host in settings.ALLOWED_HOSTS
        for page in ("/secure_page", "/attack", "/picture.svg", "/control")
        if browser.ask(page, host=f"{host}:8123").status == 200
    }
    assert found == {
        ("site.test", "/secure_page"),
        ("127.0.0.1", "/secure_page"),
        ("localhost", "/secure_page"),
        ("other.test", "/attack"),
        ("images.test", "/picture.svg"),
        ("control.test", "/control"),
    }


@pytest.mark.parametrize("debug", [False, True])
def test_an_unknown_host_is_refused(debug: bool) -> None:
    """Django answers 400 to a Host that is not in ALLOWED_HOSTS."""
    browser = visitor(debug=debug)
    assert browser.ask("/", host="example.com").status == 400
    assert browser.ask("/", host="site.test.example.com").status == 400
    assert browser.ask("/", host="SITE.TEST").status == 200


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_strangers_form_is_what_its_address_asks_for(method: str, scheme: str) -> None:
    """Method, scheme and forged value come from the query, the port from the visitor."""
    query = urlencode({"method": method, "scheme": scheme, "sensitive_info": SECRET})
    page = visitor().ask(f"/attack?{query}", host="other.test:8123").text
    assert form_attribute(page, "method") == method
    assert form_attribute(page, "action") == f"{scheme}://site.test:8123/sensitive"
    assert f'name="sensitive_info" value="{SECRET}"' in unescape(page)


def test_the_strangers_form_sends_to_no_other_scheme() -> None:
    """Whatever the query says, the form goes by http or https."""
    page = visitor().ask("/attack?scheme=javascript&method=x", host="other.test").text
    assert form_attribute(page, "action") == "http://site.test/sensitive"
    assert form_attribute(page, "method") == "get"


def test_the_strangers_old_link_says_http() -> None:
    """Over HTTPS too, other.test links to the secure page by http."""
    page = visitor(remedy.https).ask("/", host="other.test:8123").text
    assert 'href="http://site.test:8123/secure_page"' in page


@pytest.mark.parametrize("chosen", [(), (remedy.csrf,), SIX], ids=names)
def test_the_control_is_repeated_by_get_and_by_post(chosen: tuple[Remediation, ...]) -> None:
    """The control page is another server: no remediation of the site reaches it."""
    browser = visitor(*chosen)
    query = urlencode({"control": "harmless words"})
    for answer in (
        browser.ask(f"/control?{query}", host="control.test"),
        browser.ask("/control", data={"control": "harmless words"}, host="control.test"),
    ):
        assert answer.status == 200
        assert "harmless words" in answer.text
    assert "sessionid" not in browser.cookies  # the site's own session is left alone


# ------------------------------------------------------------------- CSRF check


def test_the_check_refuses_a_forged_post_and_accepts_the_sites_own_form() -> None:
    """Without a token 403; without the check the same POST is accepted."""
    forged = {"sensitive_info": "forged words"}
    assert visitor(remedy.post, remedy.csrf).ask("/sensitive", data=forged).status == 403
    assert visitor(remedy.post).ask("/sensitive", data=forged).status == 200
    assert visitor(remedy.post, remedy.csrf).submit(SECRET).status == 200


def test_the_check_with_no_token_in_the_form_breaks_the_form() -> None:
    """The control of the lab: the check alone is not a remediation."""
    browser = visitor(remedy.post, remedy.csrf, form_token=False)
    assert "csrfmiddlewaretoken" not in browser.ask("/").text
    assert browser.submit(SECRET).status == 403


def test_the_token_can_stand_in_a_form_that_nobody_checks() -> None:
    """A token without the check changes the page and nothing else."""
    browser = visitor(remedy.post, form_token=True)
    assert "csrfmiddlewaretoken" in browser.ask("/").text
    assert browser.ask("/sensitive", data={"sensitive_info": SECRET}).status == 200


# ---------------------------------------------------------------- error reports


REPORTS = [
    # remediations, does the text part leak, does the HTML part leak
    ((), True, True),
    ((remedy.mask_reports,), True, True),
    ((remedy.post,), True, True),
    ((remedy.post, remedy.mask_reports), False, True),
    (SIX, False, True),
]


@pytest.mark.parametrize(("chosen", "text", "html"), REPORTS)
def test_a_crash_is_mailed_and_leaks_as_measured(
    chosen: tuple[Remediation, ...], text: bool, html: bool
) -> None:
    """The stars need POST and cover the text part; the local variable stays in the
    HTML part (Django docs, "Filtering sensitive information").
    """
    answer = visitor(*chosen, down=True).submit(SECRET)
    assert answer.status == 500
    assert not find(SECRET, answer.text.encode())
    [report] = take_reports()
    assert bool(find(SECRET, report.text.encode())) == text
    assert bool(find(SECRET, report.html.encode())) == html
    for part in (report.text, report.html):
        assert "BackOfficeDown" in part  # the control: this is the report of that crash
        assert ("********************" in part) or remedy.mask_reports not in chosen


def test_a_report_stars_the_named_field_and_no_other() -> None:
    """The starred report still shows a field the decorator does not name."""
    browser = visitor(remedy.post, remedy.mask_reports, down=True)
    browser.submit(SECRET, colour="harmless green")
    [report] = take_reports()
    assert "harmless green" in report.text
    assert "sensitive_info = &#x27;********************&#x27;" in report.text or (
        "sensitive_info = '********************'" in report.text
    )


@pytest.mark.parametrize("chosen", [(), SIX], ids=names)
def test_the_debug_page_shows_the_value_and_mails_nothing(
    chosen: tuple[Remediation, ...],
) -> None:
    """With DEBUG the page itself leaks, stars or not; with no outage nothing does."""
    answer = visitor(*chosen, down=True, debug=True).submit(SECRET)
    assert answer.status == 500
    assert find(SECRET, answer.text.encode())
    assert take_reports() == ()


def test_reports_are_taken_once_and_only_if_something_crashed() -> None:
    """A visit without an outage mails nothing, and a report is handed out once."""
    visitor().submit(SECRET)
    assert take_reports() == ()
    browser = visitor(down=True)
    browser.submit("the first")
    browser.submit("the second")
    first, second = take_reports()
    assert "the+first" in first.html
    assert "the+second" in second.html
    assert take_reports() == ()


@pytest.mark.parametrize("debug", [False, True])
def test_a_crash_prints_nothing(debug: bool, capfd: pytest.CaptureFixture[str]) -> None:
    """The record of the crash exists, and neither stdout nor stderr shows it."""
    seen: SimpleQueue[logging.LogRecord] = SimpleQueue()
    listener = QueueHandler(seen)
    logger = logging.getLogger("django.request")
    browser = visitor(down=True, debug=debug)
    logger.addHandler(listener)
    try:
        browser.submit(SECRET)
        browser.ask("/", host="example.com")
    finally:
        logger.removeHandler(listener)
    assert (seen.get_nowait().levelname, seen.empty()) == ("ERROR", True)
    assert capfd.readouterr() == ("", "")


# ------------------------------------------------------------- a learner's view


class Shout(View):
    """A learner's class view."""

    def get(self, request: object) -> HttpResponse:
        """Answer."""
        return HttpResponse("SHOUT")


def whisper(request: object) -> HttpResponse:
    """A learner's function view."""
    return HttpResponse("whisper")


@pytest.mark.parametrize(
    ("view", "expected"), [(Shout, "SHOUT"), (Shout.as_view(), "SHOUT"), (whisper, "whisper")]
)
def test_a_learners_view_takes_the_place_of_the_sites(view: object, expected: str) -> None:
    """Class, its as_view() or function: /sensitive is theirs, the rest as it was."""
    browser = visitor(remedy.session, remedy.post, view=view)
    assert browser.ask("/sensitive").text == expected
    assert form_attribute(browser.ask("/").text, "method") == "post"
    assert browser.ask("/secure_page").status == 200
    assert visitor().ask("/sensitive?sensitive_info=x").text != expected


@pytest.mark.parametrize("view", [7, "SensitiveInfoView", int, Shout()])
def test_what_is_no_view_is_refused_in_one_line(view: object) -> None:
    """A number, a name, a class that is no View and an instance get a `LabError`."""
    with pytest.raises(LabError, match=r"^[^\n]+ is not a Django view: [^\n]+$"):
        visitor(view=view)


def test_a_refused_view_leaves_the_site_as_it_was() -> None:
    """After a `LabError` the application made before still answers as before."""
    browser = visitor(remedy.post, debug=True)
    with pytest.raises(LabError):
        application([], view=7)  # type: ignore[arg-type]
    assert browser.ask("/sensitive", data={"sensitive_info": SECRET}).status == 200


# ---------------------------------------------------------------- configuration


def test_middleware_stands_in_djangos_recommended_order() -> None:
    """In whatever order the remediations come, the middleware comes in one order."""
    assert changed_settings(reversed(remedy.ALL))["MIDDLEWARE"] == list(MIDDLEWARE_ORDER)
    assert changed_settings([])["MIDDLEWARE"] == settings.MIDDLEWARE


def test_nothing_of_one_application_is_left_in_the_next() -> None:
    """After all seven, and after a reset, the plain site is the plain site again."""
    before = visitor().ask("/")
    everything = visitor(*remedy.ALL).ask("/")
    after = visitor().ask("/")
    assert everything.headers != before.headers
    assert (before.headers, before.text) == (after.headers, after.text)


def test_settings_that_django_reads_late_do_not_stay_either() -> None:
    """The Secure flag, read at each request, is gone with the hardening."""
    hardened = visitor(remedy.session, remedy.https, remedy.hardening)
    hardened.submit(SECRET)
    assert hardened.cookies["sessionid"]["secure"]
    plain = visitor(remedy.session)
    plain.submit(SECRET)
    assert not plain.cookies["sessionid"]["secure"]


def test_reset_puts_the_settings_back() -> None:
    """After `reset` Django has what stands in the settings module."""
    application([remedy.hardening], down=True, debug=True)
    in_force = ("DEBUG", "BACK_OFFICE_DOWN", "SECURE_SSL_REDIRECT")
    assert [getattr(django_settings, name) for name in in_force] == [True, True, True]
    reset()
    assert [getattr(django_settings, name) for name in in_force] == [False, False, False]
    assert django_settings.MIDDLEWARE == settings.MIDDLEWARE


def test_the_settings_fit_one_screen() -> None:
    """A student reads them without scrolling."""
    lines = Path(settings.__file__).read_text(encoding="utf-8").splitlines()
    assert 20 < len(lines) <= 50


def run_python(program: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run *program* in a fresh interpreter, with no environment but *environ*."""
    root = str(Path(__file__).parent.parent)
    return subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": "", "PYTHONPATH": root, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_importing_the_site_sets_nothing_up() -> None:
    """No Django settings, no django.test, before an application is asked for; and a
    DJANGO_SETTINGS_MODULE of the learner's is never imported.
    """
    done = run_python(
        "import sys, labapp.site.application as site\n"
        "from django.conf import settings\n"
        "assert not settings.configured and 'django.test' not in sys.modules\n"
        "site.application()\n"
        "assert settings.configured and 'django.test' in sys.modules\n",
        DJANGO_SETTINGS_MODULE="learners.own.settings",
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_other_settings_in_force_are_an_error_in_one_line() -> None:
    """In a process where Django runs another project the lab says what to do."""
    done = run_python(
        "from django.conf import settings\n"
        "settings.configure(SECRET_KEY='theirs')\n"
        "from labapp.site.application import application\n"
        "application()\n"
    )
    assert done.returncode == 1
    assert "LabError: Django already runs with other settings here" in done.stderr


def test_a_crash_prints_nothing_in_a_bare_interpreter() -> None:
    """Not even through logging's handler of last resort, which pytest would hide."""
    done = run_python(
        "import io, logging\n"
        "logging.basicConfig()  # as many notebooks begin\n"
        "from labapp.site.application import application, take_reports\n"
        "environ = dict(REQUEST_METHOD='GET', PATH_INFO='/sensitive', SERVER_PORT='80',\n"
        "    QUERY_STRING='sensitive_info=x', SERVER_NAME='x', HTTP_HOST='site.test')\n"
        "environ |= {'wsgi.input': io.BytesIO(), 'wsgi.url_scheme': 'http'}\n"
        "statuses = []\n"
        "for debug in (False, True):\n"
        "    app = application(down=True, debug=debug)\n"
        "    app(environ, lambda status, headers: statuses.append(status)).close()\n"
        "assert [s[:3] for s in statuses] == ['500', '500'] and len(take_reports()) == 1\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# --------------------------------------------------------------------- database


def test_the_session_is_a_row_that_only_looks_unreadable(database: Path) -> None:
    """The row is signed, not encrypted: its own bytes do not hold the value, but whoever
    decodes it reads it without the key (Django docs, ``django.core.signing``).
    """
    visitor(remedy.session).submit(SECRET)
    [(_, stored, _)] = rows(database, "django_session")
    payload = str(stored).partition(":")[0]
    assert not find(SECRET, payload.encode())
    packed = payload.startswith(".")
    decoded = urlsafe_b64decode(payload.lstrip(".") + "===")
    assert json.loads(zlib.decompress(decoded) if packed else decoded) == {
        "sensitive_info": SECRET
    }


def test_without_a_session_nothing_is_stored(database: Path) -> None:
    """No remediation, no row."""
    visitor().submit(SECRET)
    assert rows(database, "django_session") == []


def test_the_control_stands_literally_in_the_file(database: Path) -> None:
    """What `plant_control` writes can be found with a plain search, once written."""
    assert not find(SECRET, database.read_bytes())
    plant_control(database, SECRET)
    assert rows(database, "control") == [(SECRET,)]
    assert SECRET.encode() in database.read_bytes()


def test_a_second_database_takes_over_from_the_first(database: Path, tmp_path: Path) -> None:
    """A fresh file in another folder gets the sessions; in the same folder too."""
    visitor(remedy.session).submit(SECRET)
    (tmp_path / "second").mkdir()
    second = use_database(tmp_path / "second")
    assert second != database
    assert rows(second, "django_session") == []
    visitor(remedy.session).submit(SECRET)
    assert [len(rows(one, "django_session")) for one in (database, second)] == [1, 1]
    assert rows(use_database(tmp_path / "second"), "django_session") == []


def test_a_database_can_be_made_inside_an_event_loop(tmp_path: Path) -> None:
    """As in a notebook's cell, where the ORM itself refuses to work."""
    (tmp_path / "loop").mkdir()

    async def cell() -> Path:
        return use_database(tmp_path / "loop")

    assert rows(asyncio.run(cell()), "control") == [("",)]


def test_one_file_is_the_whole_database(database: Path) -> None:
    """No journal beside it and no write-ahead log, so reading the file alone misses
    nothing (SQLite file format: bytes 18 and 19 are 1 without WAL).
    """
    visitor(remedy.session).submit(SECRET)
    assert list(database.parent.glob("*.sqlite3*")) == [database]
    assert database.read_bytes()[18:20] == b"\x01\x01"


def test_a_second_database_is_also_that_of_the_thread_that_asks(tmp_path: Path) -> None:
    """A connection the caller had open to the first file is not used again."""
    from django.contrib.sessions.models import Session

    visitor(remedy.session).submit(SECRET)
    assert Session.objects.count() == 1
    (tmp_path / "second").mkdir()
    use_database(tmp_path / "second")
    assert Session.objects.count() == 0
    connection.close()
