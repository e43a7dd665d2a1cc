from __future__ import annotations

import pytest

from labapp.lab.doorkeeper import Doorkeeper, Refusal
from labapp.onpath import Letter

KEEPER = Doorkeeper(port=5000, site="127.0.0.1:6000", key="c0ffee")
PREFIX = "/user/ada/proxy/absolute/5000/c0ffee"
HOME, HUB = "127.0.0.1:5000", "hub.example"


def admitted(target: str = "/", host: str = HOME, /, **fields: str) -> Letter:
    """Return what goes in of a request; ``_`` stands for ``-`` in the names of fields."""
    pairs = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    letter, _ = KEEPER.admit(Letter(f"GET {target} HTTP/1.1", (("Host", host), *pairs)))
    return letter


def out(prefix: str, *fields: tuple[str, str], body: bytes = b"") -> Letter:
    """Return what goes out of an answer."""
    return KEEPER.hand_out(Letter("HTTP/1.1 200 OK", fields, body), prefix)


class TestInwards:
    """A browser's request, on its way to the site."""

    def test_host_is_the_sites(self) -> None:
        """The site hears its own name, and once."""
        assert admitted(PREFIX, HUB).values("Host") == ["127.0.0.1:6000"]

    @pytest.mark.parametrize(
        ("target", "host", "inside", "prefix"),
        [
            ("/", HOME, "/", ""),
            ("/sensitive?a=1", "localhost:5000", "/sensitive?a=1", ""),
            ("/", "LOCALHOST:5000", "/", ""),
            (f"{PREFIX}/", HUB, "/", PREFIX),
            (PREFIX, HUB, "/", PREFIX),
            (f"{PREFIX}?a=1", HUB, "/?a=1", PREFIX),
            (f"{PREFIX}/sensitive?a=/proxy/", HUB, "/sensitive?a=/proxy/", PREFIX),
            (f"{PREFIX}/?a=1&token=abc&b=2", HUB, "/?a=1&b=2", PREFIX),
            (f"{PREFIX}/?token=abc", HUB, "/", PREFIX),
            ("/?token=abc", HOME, "/?token=abc", ""),
            (f"/x?next={PREFIX}/", HOME, f"/x?next={PREFIX}/", ""),
        ],
    )
    def test_paths(self, target: str, host: str, inside: str, prefix: str) -> None:
        """What the proxy put before a path is cut off and remembered; so is Jupyter's token."""
        letter, before = KEEPER.admit(Letter(f"GET {target} HTTP/1.1", (("Host", host),)))
        assert (letter.start, before) == (f"GET {inside} HTTP/1.1", prefix)

    @pytest.mark.parametrize(
        ("target", "hosts"),
        [
            ("/", [HUB]),
            ("/", ["evil.test:5000"]),
            ("/", ["127.0.0.1:5001"]),
            ("/", ["127.0.0.1"]),
            ("/", []),
            ("/", [HOME, "evil.test"]),
            (f"{PREFIX}/", [""]),
            ("/user/ada/proxy/absolute/5000/", [HUB]),
            ("/user/ada/proxy/absolute/5000/c0ffe/", [HUB]),
            (f"{PREFIX}0/", [HUB]),
            (f"/?next={PREFIX}/", [HUB]),
            ("http://127.0.0.1:5000/", [HOME]),
            ("*", [HOME]),
        ],
    )
    def test_strange_hosts_are_refused(self, target: str, hosts: list[str]) -> None:
        """Any name but this machine's needs the key, which no page of a stranger knows."""
        fields = tuple(("Host", host) for host in hosts)
        with pytest.raises(Refusal):
            KEEPER.admit(Letter(f"GET {target} HTTP/1.1", fields))

    @pytest.mark.parametrize(
        "name",
        [
            "Authorization", "Forwarded", "Proxy-Authorization", "Referer", "Via",
            "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-ProxyContextPath",
            "X-Real-IP", "X-Remote-User", "X-XSRFToken", "Cookie", "X-Scheme",
        ],
    )  # fmt: skip
    @pytest.mark.parametrize(("target", "host"), [("/", HOME), (f"{PREFIX}/", HUB)])
    def test_what_is_not_of_the_browser_stays_outside(
        self, target: str, host: str, name: str
    ) -> None:
        """And what is of the browser goes in as it was (the control)."""
        letter = admitted(target, host, **{name: "token abc", "sec-ch-ua": "1"})
        assert letter.values(name) == []
        assert ("sec-ch-ua", "1") in letter.fields
        assert b"abc" not in bytes(letter)

    def test_only_the_sites_own_cookies_go_in(self) -> None:
        """By their names outside; inside they have the names the site gave them."""
        cookies = "_xsrf=1; lab-5000-sessionid=s; username-127=2; sessionid=3; lab-5001-x=4"
        letter = admitted("/", HOME, Cookie=f"{cookies}; lab-5000-csrftoken=c=d")
        assert letter.values("Cookie") == ["sessionid=s; csrftoken=c=d"]

    @pytest.mark.parametrize(
        ("target", "host", "fields", "origin"),
        [
            ("/", HOME, {"Origin": f"http://{HOME}"}, "http://127.0.0.1:6000"),
            (f"{PREFIX}/", HUB, {"Origin": f"https://{HUB}"}, "http://127.0.0.1:6000"),
            ("/", HOME, {"Origin": "https://evil.test"}, "https://evil.test"),
            ("/", HOME, {"Origin": "null"}, "null"),
            (f"{PREFIX}/", HUB, {"Origin": "https://evil.test"}, "https://evil.test"),
            (
                f"{PREFIX}/",
                HUB,
                {"Origin": f"https://{HUB}.evil.test"},
                f"https://{HUB}.evil.test",
            ),
            # A proxy before the hub has changed the Host; these say what it was.
            (
                f"{PREFIX}/",
                "10.0.0.7:8000",
                {"Origin": f"https://{HUB}", "X_Forwarded_Host": HUB},
                "http://127.0.0.1:6000",
            ),
            (
                f"{PREFIX}/",
                "10.0.0.7:8000",
                {"Origin": f"https://{HUB}", "Sec_Fetch_Site": "same-origin"},
                "http://127.0.0.1:6000",
            ),
        ],
    )
    def test_origin(self, target: str, host: str, fields: dict[str, str], origin: str) -> None:
        """The site's own is rewritten; a stranger's is left for the CSRF check to see."""
        assert admitted(target, host, **fields).values("Origin") == [origin]

    @pytest.mark.parametrize(
        ("target", "host", "referer", "inside"),
        [
            (
                "/",
                HOME,
                f"http://{HOME}/sensitive?a=1",
                ["http://127.0.0.1:6000/sensitive?a=1"],
            ),
            ("/", HOME, f"http://{HOME}", ["http://127.0.0.1:6000/"]),
            (f"{PREFIX}/", HUB, f"https://{HUB}{PREFIX}/?token=t", ["http://127.0.0.1:6000/"]),
            (f"{PREFIX}/", HUB, f"https://{HUB}/user/ada/lab/tree/x.ipynb", []),
            (f"{PREFIX}/", HUB, "https://evil.test/", []),
            ("/", HOME, "http://127.0.0.1:8888/lab?token=t", []),
        ],
    )
    def test_referer(self, target: str, host: str, referer: str, inside: list[str]) -> None:
        """Only a page of the site is named, as the site knows it."""
        assert admitted(target, host, Referer=referer).values("Referer") == inside

    def test_one_exchange(self) -> None:
        """The site is asked to close, whatever the browser wants of the door."""
        assert admitted("/", HOME, Connection="keep-alive").values("Connection") == ["close"]


class TestOutwards:
    """The site's answer, on its way to a browser."""

    @pytest.mark.parametrize(
        ("prefix", "said", "cookie"),
        [
            (
                "",
                "sessionid=s; HttpOnly; Max-Age=1209600; Path=/; SameSite=Lax",
                "lab-5000-sessionid=s; HttpOnly; SameSite=Lax; Path=/",
            ),
            (
                PREFIX,
                "a=1; Domain=.site.test; Path=/x; Secure",
                f"lab-5000-a=1; Secure; Path={PREFIX}/",
            ),
            (
                "",
                'sessionid=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/',
                'lab-5000-sessionid=""; Max-Age=0; Path=/',
            ),
        ],
    )
    def test_cookies(self, prefix: str, said: str, cookie: str) -> None:
        """They have names and a place of their own, and end with the browser or at once."""
        assert out(prefix, ("Set-Cookie", said)).values("Set-Cookie") == [cookie]

    @pytest.mark.parametrize(
        ("prefix", "said", "location"),
        [
            ("", "/secure_page?a=1", "/secure_page?a=1"),
            (PREFIX, "/secure_page?a=1", f"{PREFIX}/secure_page?a=1"),
            (PREFIX, "http://127.0.0.1:6000/x/", f"{PREFIX}/x/"),
            ("", "http://127.0.0.1:6000/x/", "/x/"),
            (PREFIX, "secure_page", "secure_page"),
            (PREFIX, "//other.test/", "//other.test/"),
            (PREFIX, "https://other.test/", "https://other.test/"),
        ],
    )
    def test_redirects(self, prefix: str, said: str, location: str) -> None:
        """They stay behind the proxy, and lead elsewhere where the site says so."""
        assert out(prefix, ("Location", said)).values("Location") == [location]

    def test_without_a_proxy_the_page_is_the_sites(self) -> None:
        """Byte for byte, and with no field more."""
        fields = (("Content-Type", "text/html"), ("Content-Length", "18"))
        body = b'<a href="/x">x</a>'
        assert out("", *fields, body=body) == Letter("HTTP/1.1 200 OK", fields, body)

    @pytest.mark.parametrize(
        ("said", "sent"),
        [
            (b'<a class=b href="/x">', b'<a class=b href="%s/x">'),
            (
                b"<form method=post\naction='/sensitive'>",
                b"<form method=post\naction='%s/sensitive'>",
            ),
            (b'<A HREF="/">', b'<A HREF="%s/">'),
            (b'<img src="//images.test/p.svg">', b'<img src="//images.test/p.svg">'),
            (b'<a href="x">', b'<a href="x">'),
            (b"<mark>my href=&quot;/x&quot; </mark>", b"<mark>my href=&quot;/x&quot; </mark>"),
            (b' href="/x" 1 < 2', b' href="/x" 1 < 2'),
        ],
    )
    def test_behind_a_proxy_paths_have_its_prefix(self, said: bytes, sent: bytes) -> None:
        """In tags alone: what somebody typed is shown as it was typed."""
        page = out(PREFIX, ("Content-Type", "text/html"), ("Content-Length", "1"), body=said)
        assert page.body == sent.replace(b"%s", PREFIX.encode())
        assert page.values("Content-Length") == [str(len(page.body))]

    def test_a_prefix_cannot_break_out_of_its_attribute(self) -> None:
        """Whoever has the key could write it."""
        page = out('/"><b>', ("Content-Type", "text/html"), body=b'<a href="/x">')
        assert page.body == b'<a href="/&quot;&gt;&lt;b&gt;/x">'

    def test_behind_a_proxy_no_script_runs(self) -> None:
        """There the page has Jupyter's own origin."""
        said = ("Content-Security-Policy", "script-src 'none'")
        assert said in out(PREFIX, ("Content-Type", "text/html")).fields
        assert said not in out("", ("Content-Type", "text/html")).fields

    @pytest.mark.parametrize("name", ["Strict-Transport-Security", "Clear-Site-Data"])
    @pytest.mark.parametrize("prefix", ["", PREFIX])
    def test_what_would_hold_for_the_whole_host_stays_inside(
        self, name: str, prefix: str
    ) -> None:
        """Jupyter has the same host."""
        assert out(prefix, (name, "x"), ("A", "b")).fields[:1] == (("A", "b"),)

    def test_other_content_is_left_alone(self) -> None:
        """Only pages have links."""
        body = b'<a href="/x">'
        assert out(PREFIX, ("Content-Type", "text/css"), body=body).body == body
