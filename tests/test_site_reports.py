"""What the mailed error reports show, and where they have stars."""

from __future__ import annotations

import logging
import re
from logging.handlers import QueueHandler
from queue import SimpleQueue

import pytest
from django.test import override_settings

from labapp import remedy
from labapp.remedy import SIX, Remediation
from labapp.secret import find
from labapp.site.application import (
    take_reports,
)
from tests.asking import SECRET, names, visitor

pytestmark = pytest.mark.usefixtures("database")


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


def test_no_setting_of_the_site_is_cut_in_pieces() -> None:
    """Else `find` would go through each report once more; a long setting shows it would."""
    cut = re.compile(r"(?:'|&#x27;)\n\s+(?:'|&#x27;)")
    browser = visitor(down=True)
    for settings, expected in (({}, False), ({"LONG": ["word " * 30]}, True)):
        with override_settings(**settings):
            browser.submit(SECRET)
        [report] = take_reports()
        assert bool(cut.search(report.html)) == expected


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
