"""Which address a reference means, and which two are of one origin or site."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labapp.browser.origin import host_of, is_address, origin_of, port_of, resolve, same_site

BASE = "http://site.test:8000/a/b?c=d#e"


@pytest.mark.parametrize(
    ("reference", "meant"),
    [
        ("", "http://site.test:8000/a/b?c=d"),
        ("x", "http://site.test:8000/a/x"),
        ("../x", "http://site.test:8000/x"),
        ("/x?y", "http://site.test:8000/x?y"),
        ("?y", "http://site.test:8000/a/b?y"),
        ("#y", "http://site.test:8000/a/b?c=d#y"),
        ("//other.test/x", "http://other.test/x"),
        ("https://other.test", "https://other.test/"),
        ("HTTP://OTHER.TEST:80/X", "http://other.test/X"),
        ("https://other.test:443/", "https://other.test/"),
        ("https://other.test:80/", "https://other.test:80/"),
        ("http://other.test:/", "http://other.test/"),
        ("  /x\n", "http://site.test:8000/x"),
        ("ht\ntp://other.test/", "http://other.test/"),
        ("\\\\other.test\\x", "http://other.test/x"),
        ("/\\other.test", "http://other.test/"),
        ("///other.test", "http://other.test/"),
        ("/x?\\", "http://site.test:8000/x?\\"),
        ("http://site.test@other.test/", "http://other.test/"),
        ("http://user:word@other.test/", "http://other.test/"),
        ("/café x", "http://site.test:8000/caf%C3%A9%20x"),
        ("/?café x'", "http://site.test:8000/?caf%C3%A9%20x%27"),
        ("/caf%C3%A9+%2F", "http://site.test:8000/caf%C3%A9+%2F"),
        ("http://[::1]:80/", "http://[::1]/"),
        ("http://bücher.test/", "http://xn--bcher-kva.test/"),
    ],
)
def test_a_reference_means_what_a_browser_takes_it_for(reference: str, meant: str) -> None:
    """A reference is read against its page as the URL Standard says."""
    assert resolve(reference, BASE) == meant


@pytest.mark.parametrize(
    "reference",
    [
        "javascript:alert('secret')",
        "data:text/html,secret",
        "file:///secret",
        "ftp://site.test/secret",
        "mailto:secret@site.test",
        "http://",
        "http://[secret",
        "http://site.test:99999/secret",
        "http://site.test:port/secret",
    ],
)
def test_what_is_no_address_of_the_web_is_refused_without_being_quoted(reference: str) -> None:
    """Only HTTP and HTTPS addresses pass, and the reason never repeats what may be secret."""
    with pytest.raises(ValueError, match=r".+") as refused:
        resolve(reference, BASE)
    assert "alert" not in str(refused.value)
    assert "/secret" not in str(refused.value)


def test_without_a_page_an_address_must_be_whole() -> None:
    """A visitor who types no scheme is told so; with one the address passes."""
    with pytest.raises(ValueError, match="http:// and https://"):
        resolve("site.test/x")
    assert resolve("http://site.test/x") == "http://site.test/x"


@given(st.text())
def test_whatever_is_resolved_can_be_sent(reference: str) -> None:
    """The result is printable ASCII, names a host, and resolves to itself."""
    try:
        url = resolve(reference, BASE)
    except ValueError:
        return
    assert url.isascii()
    assert url.isprintable()
    assert " " not in url
    assert urlsplit(url).scheme in {"http", "https"}
    assert host_of(url)
    assert resolve(url) == url


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://Site.test/x?y", "http://site.test"),
        ("http://site.test:80", "http://site.test"),
        ("https://site.test:80", "https://site.test:80"),
        ("https://user@site.test:443/", "https://site.test"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str) -> None:
    """An origin leaves out the scheme's own port and everything else."""
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("http://a.test", 80),
        ("https://a.test", 443),
        ("http://a.test:0", 0),
        ("http://a.test:81", 81),
    ],
)
def test_a_port_is_the_one_written_or_the_schemes_own(url: str, port: int) -> None:
    """Port 0 is written too: it is not the scheme's own."""
    assert port_of(url) == port


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://site.test/", "http://site.test:8000/x", True),
        ("http://site.test/", "http://www.site.test/", True),
        ("http://a.site.test/", "http://b.site.test/", True),
        ("http://site.test/", "https://site.test/", False),
        ("http://site.test/", "http://other.test/", False),
        ("http://site.test/", "http://site.example/", False),
        ("http://mysite.test/", "http://site.test/", False),
        ("http://10.0.0.1/", "http://10.0.0.1/", True),
        ("http://10.0.0.1/", "http://11.0.0.1/", False),
    ],
)
def test_a_site_is_a_scheme_and_a_registrable_name(one: str, other: str, same: bool) -> None:
    """Ports and subdomains are no borders between sites; schemes are."""
    assert same_site(one, other) is same
    assert same_site(other, one) is same


@pytest.mark.parametrize(
    ("host", "is_one"), [("127.0.0.1", True), ("::1", True), ("site.test", False), ("", False)]
)
def test_an_ip_address_is_no_name(host: str, is_one: bool) -> None:
    """An IP address is told apart from a name."""
    assert is_address(host) is is_one
