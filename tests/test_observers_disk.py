"""The visitor's own disk, and what the browser tells a third party."""

from __future__ import annotations

import base64
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest

from labapp.evidence import CONTROL, SITE, STRANGER, THIRD_PARTY, Cookie, Evidence, Memory
from labapp.observers import disk
from labapp.secret import find
from tests.evidence_samples import (
    FORM,
    INNOCENT,
    MEMORY,
    NOTE,
    PICTURE,
    SECRET,
    SUBMIT,
    changed,
    remembered,
    signed,
    step,
    with_step,
)


def address(host: str) -> str:
    return f"http://{host}:8000/sensitive?sensitive_info={quote_plus(SECRET)}"


def jar(value: str, host: str = SITE) -> Evidence:
    cookies = (*MEMORY.cookies, Cookie(host, "note", value, False, False, "Lax"))
    return remembered(replace(MEMORY, cookies=cookies))


@pytest.mark.parametrize(("host", "expected"), [(SITE, 1), (STRANGER, 0), (CONTROL, 0)])
def test_the_history_of_the_site_is_read(host: str, expected: int) -> None:
    """Any encoding of the address; other hosts' addresses are not the site's leak."""
    evidence = remembered(replace(MEMORY, history=(*MEMORY.history, address(host))))

    assert expected == len(list(disk.history(evidence, SECRET)))
    assert [] == list(disk.history(INNOCENT, SECRET))


def test_a_host_is_compared_whole() -> None:
    """``site.test.evil.test``, or a path with the name in it, is another host."""
    for other in ("http://site.test.evil.test/?v=", "http://other.test//site.test/?v="):
        evidence = remembered(replace(MEMORY, history=(other + SECRET,)))
        assert [] == list(disk.history(evidence, SECRET))
    evidence = remembered(replace(MEMORY, history=("https://site.test/?v=" + SECRET,)))
    assert 1 == len(list(disk.history(evidence, SECRET)))


@pytest.mark.parametrize(("host", "expected"), [(SITE, 2), (STRANGER, 0)])
def test_the_cache_keeps_addresses_and_pages(host: str, expected: int) -> None:
    """Either may hold it."""
    entries = (*MEMORY.cache, (address(host), b""), (f"http://{host}/", SECRET.encode()))

    found = list(disk.cache(remembered(replace(MEMORY, cache=entries)), SECRET))

    assert expected == len(found)
    assert [] == list(disk.cache(INNOCENT, SECRET))


@pytest.mark.parametrize(
    "value",
    [
        quote(SECRET),
        signed({"v": SECRET}),
        signed({"v": SECRET}, packed=True),
        f'"{signed([SECRET])}"',
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(quote(SECRET).encode()).decode().rstrip("="),
        SECRET.encode().hex(),
        '"Rex\'s fake caf\\351+otter 123"',
    ],
    ids=[
        "percent",
        "signed",
        "packed",
        "quoted",
        "base64",
        "base64 of percent",
        "hex",
        "octal",
    ],
)
def test_a_cookie_is_decoded_without_the_key(value: str) -> None:
    """Whatever a site wraps it in: each once, and only in the site's own cookies."""
    assert 1 == len(list(disk.cookie_jar(jar(value), SECRET)))
    assert [] == list(disk.cookie_jar(jar(value, STRANGER), SECRET))


def test_each_cookie_is_read() -> None:
    """One after another; as it stands, it is named without a word."""
    value = quote(SECRET)
    cookies = tuple(Cookie(SITE, name, value, False, False, "Lax") for name in ("a", "b"))
    found = disk.cookie_jar(remembered(replace(MEMORY, cookies=cookies)), SECRET)
    assert [("submit", "cookie a"), ("submit", "cookie b")] == [
        (one.step, one.where) for one in found
    ]


@pytest.mark.parametrize("more", ["", "1", "123", "123456"])
def test_base64_of_what_is_packed_already_is_decoded(more: str) -> None:
    """One wrapping more than the search itself opens, however many bytes are in it."""
    packed = base64.b64encode(quote(f"{SECRET} {more}").encode())
    for value in (
        base64.urlsafe_b64encode(packed).decode(),
        base64.urlsafe_b64encode(packed).decode().rstrip("="),
    ):
        assert [] == find(SECRET, value.encode())
        (only,) = disk.cookie_jar(jar(value), SECRET)
        assert ("submit", "cookie note, decoded") == (only.step, only.where)


@pytest.mark.parametrize("value", ["", "é", "abcdefgh", signed({"v": "x"}), "=" * 9, "%%%"])
def test_an_innocent_cookie_is_innocent(value: str) -> None:
    """Also one that cannot be decoded at all."""
    assert [] == list(disk.cookie_jar(jar(value), SECRET))


def test_the_last_memory_counts() -> None:
    """It is what somebody finds who comes afterwards: read_back, if there was one."""
    full = replace(MEMORY, history=(*MEMORY.history, address(SITE)))
    early = changed("open", memory=full)
    late = with_step(replace(step("read_back", FORM), memory=full))
    later = changed("reload", memory=full)

    assert ["read_back"] == [one.step for one in disk.history(late, SECRET)]
    assert [] == [*disk.history(early, SECRET), *disk.history(later, SECRET)]
    forgotten = with_step(step("read_back", FORM), changed("submit", memory=full))
    assert [] == list(disk.history(forgotten, SECRET))
    alone = replace(early, steps=(early.step("open"),))
    assert ["open"] == [one.step for one in disk.history(alone, SECRET)]


def test_no_visit_leaves_no_memory() -> None:
    """And no crash, but a doubt."""
    nothing = Evidence((), NOTE)

    assert [] == list(disk.history(nothing, SECRET))
    assert disk.history_doubt(nothing)


@pytest.mark.parametrize(
    ("to", "page", "expected"),
    [(THIRD_PARTY, SITE, 1), (THIRD_PARTY, STRANGER, 0), (STRANGER, SITE, 0), (SITE, SITE, 0)],
)
def test_a_referer_counts_if_the_third_party_got_it_from_the_site(
    to: str, page: str, expected: int
) -> None:
    """The site's own log with its own Referer tells nobody anything new."""
    line = replace(PICTURE, host=to, headers=(("Referer", address(page)),)).line

    found = disk.third_party_referer(changed("submit", log=(SUBMIT.line, line)), SECRET)

    assert expected == len(list(found))


@pytest.mark.parametrize(
    "doubt", [disk.history_doubt, disk.cache_doubt, disk.jar_doubt, disk.referer_doubt]
)
def test_the_control_is_what_takes_away_the_doubt(doubt: object) -> None:
    """The same search with the same bytes, for a control text that is not there."""
    assert callable(doubt)
    assert "" == doubt(INNOCENT)
    assert "control text" in doubt(replace(INNOCENT, control="another text"))
    assert doubt(remembered(Memory())) or doubt is disk.referer_doubt
