"""Which answers stay on a browser's disk."""

from __future__ import annotations

import pytest

from labapp.browser.cache import Cache
from labapp.evidence import Answer

URL = "http://site.test/sensitive"


def answer(
    *headers: tuple[str, str],
    method: str = "GET",
    status: int = 200,
    body: bytes = b"page",
    sent: bytes = b"",
) -> Answer:
    """Return an answer from URL."""
    return Answer(method, URL, status, headers, body, sent)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("", True),
        ("no-cache", True),
        ("private, max-age=0", True),
        ("x-no-store-x", True),
        ("no-store", False),
        ("private, No-Store", False),
    ],
)
def test_only_no_store_keeps_an_answer_out(method: str, value: str, kept: bool) -> None:
    """Answers to GET and POST are kept, whatever Cache-Control says but no-store."""
    cache = Cache()
    cache.note(answer(("cache-control", value), method=method))
    assert cache.entries == (((URL, b"page"),) if kept else ())


def test_every_cache_control_header_counts() -> None:
    """no-store may stand in the first of several headers."""
    cache = Cache()
    cache.note(answer(("Cache-Control", "no-store"), ("Cache-Control", "private")))
    assert cache.entries == ()


def test_a_page_that_never_came_is_not_kept() -> None:
    """Status 0 is the browser's own error page; an error of the server is kept."""
    cache = Cache()
    cache.note(answer(status=0))
    assert cache.entries == ()
    cache.note(answer(status=500))
    assert len(cache.entries) == 1


def test_a_newer_answer_replaces_the_older_one() -> None:
    """One request has one place, and no-store empties it."""
    cache = Cache()
    cache.note(answer(body=b"old"))
    cache.note(answer(body=b"new"))
    assert [body for _, body in cache.entries] == [b"new"]
    cache.note(answer(("Cache-Control", "no-store")))
    assert not cache.entries


def test_each_form_that_is_sent_has_a_place() -> None:
    """The same words sent twice have two answers; a reload has the place of the first."""
    cache = Cache()
    cache.note(answer(method="POST", sent=b"q=1", body=b"one"), 1)
    cache.note(answer(method="POST", sent=b"q=1", body=b"two"), 2)
    assert cache.entries == ((URL, b"one"), (URL, b"two"))
    cache.note(answer(method="POST", sent=b"q=1", body=b"again"), 1)
    assert sorted(cache.entries) == [(URL, b"again"), (URL, b"two")]


@pytest.mark.parametrize("status", [204, 205])
def test_an_answer_without_a_page_is_not_kept(status: int) -> None:
    """204 and 205 leave the visitor where they are, and nothing on the disk."""
    cache = Cache()
    cache.note(answer())
    cache.note(answer(status=status))
    assert cache.entries == ()


@pytest.mark.parametrize(("status", "left"), [(200, 1), (302, 1), (500, 2)])
def test_a_post_that_worked_makes_the_page_out_of_date(status: int, left: int) -> None:
    """RFC 9111, 4.4: what was got from that address before is dropped; not after an error."""
    cache = Cache()
    cache.note(answer(body=b"before"))
    cache.note(answer(method="POST", status=status, sent=b"q=1"))
    assert len(cache.entries) == left
