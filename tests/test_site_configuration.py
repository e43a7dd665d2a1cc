"""Django is configured by the lab, one configuration at a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from labapp import remedy
from labapp.site import settings
from labapp.site.application import (
    application,
    reset,
)
from labapp.site.configuration import MIDDLEWARE_ORDER, changed_settings
from tests.asking import SECRET, visitor

pytestmark = pytest.mark.usefixtures("database")


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
