"""A doorkeeper: what of a browser's request goes in to the site, and how an answer goes out.

Between the learner's own browser and the lab may stand Jupyter's proxy. It passes on
everything a browser sends to Jupyter: cookies and tokens that open the learner's whole
account. Here they end, before anything is recorded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import urlsplit

from labapp.onpath.letter import Letter

# Only what browsers send of themselves. What proxies add names hubs and users, in more
# fields than anybody could list: X-Forwarded-*, X-Real-IP, Via, X-Remote-User...
PASSING = frozenset({
    "accept", "accept-encoding", "accept-language", "cache-control", "content-length",
    "content-type", "dnt", "if-modified-since", "if-none-match", "pragma", "priority",
    "upgrade-insecure-requests", "user-agent", "x-csrftoken", "x-requested-with",
})  # fmt: skip
# They would hold for all that has the address of this machine, or of the hub.
_FOR_THE_WHOLE_HOST = frozenset({"strict-transport-security", "clear-site-data"})
_TAG = re.compile(rb"<[a-zA-Z][^>]*>")
_ADDRESS = re.compile(
    rb"""(\s(?:action|formaction|href|src)\s*=\s*["'])/(?!/)""", re.IGNORECASE
)


class Refusal(Exception):
    """This request goes no further; the message says why, for a learner."""


@dataclass(frozen=True)
class Doorkeeper:
    """Stands between browsers, who name *port*, and the site, which is called *site*.

    *site* is an address and a port. *key* is what nobody can guess: a proxy's link
    holds it, as ``/proxy/absolute/PORT/KEY/``. Without it the Host must be this
    machine's, so that no page of a stranger can have its own name lead here (DNS
    rebinding).
    """

    port: int
    site: str
    key: str

    @property
    def way(self) -> str:
        """How a link through Jupyter's proxy ends, without its last slash."""
        return f"/proxy/absolute/{self.port}/{self.key}"

    def admit(self, letter: Letter) -> tuple[Letter, str]:
        """Return the request for the site, and what stands before its paths outside.

        That is ``""`` for a browser that came without a proxy. Raises `Refusal`.
        """
        method, target, version = _words(letter.start)
        prefix, target = self._place(target)
        named = [value.lower() for value in letter.values("Host")]
        if len(named) != 1 or not named[0] or not (prefix or named[0] in self._names):
            raise Refusal("This is not the address that the cell gave. Use the link below it.")
        here = {named[0]}
        if prefix:
            here |= {value.lower() for value in letter.values("X-Forwarded-Host")}
        # A page cannot set this field, and a proxy in front may have changed the Host.
        own = letter.field("Sec-Fetch-Site") == "same-origin"
        fields = [("Host", self.site)]
        for name, value in letter.fields:
            match name.lower():
                case "cookie" if pairs := self._own_pairs(value):
                    fields.append((name, pairs))
                case "origin" if own or urlsplit(value).netloc.lower() in here:
                    fields.append((name, f"http://{self.site}"))
                case "origin":  # a stranger's: for the CSRF check to see
                    fields.append((name, value))
                case "referer" if urlsplit(value).netloc.lower() in here:
                    if page := self._own_page(value, prefix):
                        fields.append((name, page))
                case known if known in PASSING or known.startswith("sec-"):
                    fields.append((name, value))
        fields.append(("Connection", "close"))
        return Letter(f"{method} {target} {version}", tuple(fields), letter.body), prefix

    def hand_out(self, answer: Letter, prefix: str) -> Letter:
        """Return the site's *answer* as a browser needs it whose paths begin with *prefix*.

        Without one the page is the site's, byte for byte.
        """
        fields: list[tuple[str, str]] = []
        for name, value in answer.fields:
            match name.lower():
                case "set-cookie":
                    fields.append((name, self._scoped(value, prefix)))
                case "location":
                    fields.append((name, self._led(value, prefix)))
                case known if known not in _FOR_THE_WHOLE_HOST:
                    fields.append((name, value))
        out = replace(answer, fields=tuple(fields))
        if not prefix:
            return out
        # The page has Jupyter's origin there: a script in it could do what Jupyter can.
        out = out.said_anew("Content-Security-Policy", "script-src 'none'")
        if answer.body and answer.field("Content-Type").lower().startswith("text/html"):
            out = replace(out, body=_moved(answer.body, prefix))
            if answer.field("Content-Length"):
                out = out.said_anew("Content-Length", str(len(out.body)))
        return out

    @property
    def _names(self) -> tuple[str, str]:
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    def _place(self, target: str) -> tuple[str, str]:
        """Split *target* into what a proxy put before it and what the site is asked for."""
        if not target.startswith("/"):
            raise Refusal("This request is not for a page of the lab.")
        path, _, query = target.partition("?")
        before, way, rest = path.partition(self.way)
        if not way or rest[:1] not in ("", "/"):
            return "", target
        # Jupyter takes a parameter of this name for its own.
        kept = "&".join(pair for pair in query.split("&") if not pair.startswith("token="))
        return before + way, f"{rest or '/'}{'?' if kept else ''}{kept}"

    def _own_page(self, url: str, prefix: str) -> str:
        """Return an address of this host as the site knows it; "" for a page of Jupyter."""
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        found, inside = self._place(target)
        return f"http://{self.site}{inside}" if found == prefix else ""

    # Cookies know no ports (RFC 6265, 8.5): those of all that runs on this machine, or on
    # the hub, come together. So the site's have names of their own outside.

    @property
    def _mark(self) -> str:
        return f"lab-{self.port}-"

    def _own_pairs(self, value: str) -> str:
        pairs = (pair.strip() for pair in value.split(";"))
        return "; ".join(
            pair.removeprefix(self._mark) for pair in pairs if pair.startswith(self._mark)
        )

    def _scoped(self, cookie: str, prefix: str) -> str:
        pair, *attributes = cookie.split(";")
        # Nothing of a lab that is gone tomorrow stays in the learner's browser.
        left_out = ("path", "domain", "expires", "max-age")
        kept = [
            one for one in attributes if one.partition("=")[0].strip().lower() not in left_out
        ]
        if any(_ends(one) for one in attributes):
            kept.append(" Max-Age=0")
        return ";".join([self._mark + pair.strip(), *kept, f" Path={prefix}/"])

    def _led(self, location: str, prefix: str) -> str:
        inside = location.removeprefix(f"http://{self.site}")
        own = inside.startswith("/") and not inside.startswith("//")
        return prefix + inside if own else location


def _words(start: str) -> tuple[str, str, str]:
    method, _, rest = start.partition(" ")
    target, _, version = rest.rpartition(" ")
    return method, target, version


def _ends(attribute: str) -> bool:
    """Return whether this is how Django deletes a cookie."""
    name, _, value = attribute.strip().partition("=")
    return name.lower() == "max-age" and value.strip() in {"0", "-1"}


def _moved(page: bytes, prefix: str) -> bytes:
    """Return *page* with *prefix* before every path in the attributes of its tags."""
    there = rb"\g<1>" + escape(prefix).encode().replace(b"\\", rb"\\") + b"/"
    return _TAG.sub(lambda tag: _ADDRESS.sub(there, tag[0]), page)
