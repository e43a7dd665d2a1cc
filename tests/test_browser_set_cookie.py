"""One Set-Cookie header, read as browsers read it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labapp.browser.set_cookie import LARGEST, LONGEST_LIFE, SetCookie, read

NOW = 1_800_000_000.0
URL = "https://www.site.test:8443/a/b?c"
PLAIN = SetCookie("k", "v", "www.site.test", host_only=True, path="/a", created=NOW)


@pytest.mark.parametrize(
    ("header", "cookie"),
    [
        ("k=v", PLAIN),
        (" k = v ; ", PLAIN),
        ("k=", replace(PLAIN, value="")),
        ("k=v=w", replace(PLAIN, value="v=w")),
        ('k="v"', replace(PLAIN, value='"v"')),
        ("=v", replace(PLAIN, name="")),
        ("v", replace(PLAIN, name="")),
        ("k=v; Secure", replace(PLAIN, secure=True)),
        ("k=v;SECURE=no", replace(PLAIN, secure=True)),
        ("k=v; HttpOnly", replace(PLAIN, http_only=True)),
        ("k=v; SameSite=strict", replace(PLAIN, same_site="Strict")),
        ("k=v; SameSite=Lax", replace(PLAIN, same_site="Lax")),
        ("k=v; SameSite=None; Secure", replace(PLAIN, same_site="None", secure=True)),
        ("k=v; SameSite=Odd", PLAIN),
        ("k=v; SameSite", PLAIN),
        ("k=v; Path=/", replace(PLAIN, path="/")),
        ("k=v; Path=x", PLAIN),
        ("k=v; Path=/x; Path=/y", replace(PLAIN, path="/y")),
        ("k=v; Domain=site.test", replace(PLAIN, domain="site.test", host_only=False)),
        ("k=v; Domain=.Site.Test", replace(PLAIN, domain="site.test", host_only=False)),
        ("k=v; Domain=www.site.test", replace(PLAIN, host_only=False)),
        ("k=v; Domain=", PLAIN),
        ("k=v; unknown=x", PLAIN),
        ("__Host-k=v; Secure; Path=/", replace(PLAIN, name="__Host-k", secure=True, path="/")),
        ("__secure-k=v; Secure", replace(PLAIN, name="__secure-k", secure=True)),
    ],
)
def test_a_header_says_what_is_kept(header: str, cookie: SetCookie) -> None:
    """Name, value and attributes are read as in RFC 6265bis, 5.6."""
    assert read(URL, header, NOW) == cookie


@pytest.mark.parametrize(
    "header",
    [
        "",
        "=",
        "; Secure",
        "k=v\x00",
        "k=v\r\nSet-Cookie: x=y",
        "k=a\tb",
        "k=" + "v" * LARGEST,
        "k=v; Domain=other.test",
        "k=v; Domain=test",
        "k=v; Domain=a.www.site.test",
        "k=v; Domain=ite.test",
        "k=v; SameSite=None",
        "__Host-k=v; Path=/",
        "__Host-k=v; Secure",
        "__Host-k=v; Secure; Path=/a",
        "__Host-k=v; Secure; Path=/; Domain=site.test",
        "__HOST-k=v; Path=/",
        "__Secure-k=v",
        "__Secure-k; Secure",
    ],
)
def test_some_headers_ask_in_vain(header: str) -> None:
    """Empty, too large, for another domain, or against its own promise: not kept."""
    assert read(URL, header, NOW) is None


def test_the_largest_cookie_is_kept() -> None:
    """4096 bytes of name and value are allowed; the control of one byte more."""
    assert read(URL, "k=" + "v" * (LARGEST - 1), NOW) is not None


@pytest.mark.parametrize(
    ("attributes", "expires"),
    [
        ("", math.inf),
        ("Max-Age=60", NOW + 60),
        ("Max-Age=0", NOW),
        ("Max-Age=-5", NOW - 5),
        ("Max-Age=soon", math.inf),
        ("Max-Age=" + "9" * 5000, NOW + LONGEST_LIFE),
        ("Expires=Thu, 01 Jan 1970 00:00:10 GMT", 10),
        ("Expires=Thu, 01-Jan-1970 00:00:10 GMT", 10),
        ("Expires=Fri, 01 Jan 2100 00:00:00 GMT", NOW + LONGEST_LIFE),
        ("Expires=never", math.inf),
        ("Expires=Fri, 01 Jan 99999 00:00:00 GMT", math.inf),
        ("Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:10 GMT", NOW + 60),
        ("Max-Age=soon; Expires=Thu, 01 Jan 1970 00:00:10 GMT", 10),
    ],
)
def test_a_cookie_ends_when_it_says_but_after_400_days_at_the_latest(
    attributes: str, expires: float
) -> None:
    """Max-Age counts before Expires; without either it lives as long as the browser."""
    cookie = read(URL, f"k=v; {attributes}", NOW)
    assert cookie is not None
    assert cookie.expires == expires


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://site.test", "/"),
        ("http://site.test/", "/"),
        ("http://site.test/a", "/"),
        ("http://site.test/a/", "/a"),
        ("http://site.test/a/b", "/a"),
    ],
)
def test_without_a_path_it_is_the_folder_of_the_page(url: str, path: str) -> None:
    """RFC 6265bis, 5.1.4, "default-path"."""
    cookie = read(url, "k=v", NOW)
    assert cookie is not None
    assert cookie.path == path


@pytest.mark.parametrize(
    ("cookie", "url", "belongs"),
    [
        (PLAIN, "http://www.site.test/a", True),
        (PLAIN, "http://www.site.test:1/a/x", True),
        (PLAIN, "http://www.site.test/ab", False),
        (PLAIN, "http://www.site.test/", False),
        (PLAIN, "http://site.test/a", False),
        (PLAIN, "http://x.www.site.test/a", False),
        (replace(PLAIN, host_only=False), "http://x.www.site.test/a", True),
        (replace(PLAIN, host_only=False), "http://xwww.site.test/a", False),
        (replace(PLAIN, path="/"), "http://www.site.test", True),
        (replace(PLAIN, path="/a/"), "http://www.site.test/a", False),
        (replace(PLAIN, path="/a/"), "http://www.site.test/a/b", True),
        (replace(PLAIN, secure=True), "http://www.site.test/a", False),
        (replace(PLAIN, secure=True), "https://www.site.test/a", True),
    ],
)
def test_domain_path_and_secure_say_where_a_cookie_goes(
    cookie: SetCookie, url: str, belongs: bool
) -> None:
    """RFC 6265bis, 5.1.3 and 5.1.4: host or subdomain, folder, scheme; never the port."""
    assert cookie.belongs_to(url) is belongs


def test_an_ip_address_has_no_subdomains() -> None:
    """A domain that is the end of an IP address is refused; the address itself is not."""
    assert read("https://10.0.0.1/", "k=v; Domain=0.0.1", NOW) is None
    assert read("https://10.0.0.1/", "k=v; Domain=10.0.0.1", NOW) is not None


@given(st.text())
def test_whatever_a_server_sends_is_read_or_refused(header: str) -> None:
    """No header raises, and what is kept can be sent in one header."""
    cookie = read(URL, header, NOW)
    if cookie is not None:
        assert not set("\r\n\0;") & set(cookie.pair)


@given(st.text("Tue, 0123456789-: GMTJanFeb+", max_size=40))
def test_whatever_date_a_server_sends_is_read_or_passed_over(date: str) -> None:
    """No date raises; a cookie with a broken one lives as long as the browser."""
    cookie = read(URL, f"k=v; Expires={date}", NOW)
    assert cookie is not None
    assert cookie.expires <= NOW + LONGEST_LIFE or cookie.expires == math.inf
