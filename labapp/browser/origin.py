"""Addresses, origins and sites: whom a browser asks, and who is whose neighbour."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

# What the URL Standard leaves unencoded (its percent-encode sets, inverted).
_IN_PATH = "!$%&'()*+,/:;=@[]^|~"
_IN_QUERY = "!$%&()*+,/:;=?@[\\]^`{|}~"
_AROUND = "".join(map(chr, range(33)))
_BREAKS = str.maketrans("", "", "\t\n\r")


def resolve(reference: str, base: str = "") -> str:
    r"""Return the absolute address that *reference* means on page *base*.

    Follows the URL Standard (https://url.spec.whatwg.org/) where that decides who
    is asked: line breaks vanish, ``\`` and ``///`` count as ``/`` and ``//``, a
    name and a password are left out, what is not ASCII is percent-encoded. Raises
    `ValueError`, without quoting the address, for anything but HTTP and HTTPS.
    """
    text = reference.strip(_AROUND).translate(_BREAKS)
    address = re.match(r"[^?#]*", text)
    end = address.end() if address else 0
    text = text[:end].replace("\\", "/") + text[end:]
    text = re.sub(r"^((?:https?:)?)/{3,}", r"\1//", text, flags=re.IGNORECASE)
    if re.match(r"(?:https?:)?//(?:[?#]|$)", text, re.IGNORECASE):  # urljoin takes the base's
        raise ValueError("this address names no host")
    parts = urlsplit(urljoin(base, text) if text else base.partition("#")[0])
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError(
            f"the lab asks for http:// and https:// only, not for {parts.scheme or 'less'}:"
        )
    if not parts.hostname:
        raise ValueError("this address names no host")
    origin = urlsplit(origin_of(parts.geturl()))
    path = quote(parts.path or "/", safe=_IN_PATH)
    query = quote(parts.query, safe=_IN_QUERY)
    fragment = quote(parts.fragment, safe=_IN_QUERY + "#'")
    return urlunsplit((origin.scheme, origin.netloc, path, query, fragment))


def host_of(url: str) -> str:
    """Return the host name of *url* in lower case, without the port."""
    host = (urlsplit(url).hostname or "").lower()
    return host if host.isascii() else host.encode("idna").decode("ascii")


def port_of(url: str) -> int:
    """Return the port of *url*, the scheme's own if none is written."""
    parts = urlsplit(url)
    return DEFAULT_PORTS.get(parts.scheme, 0) if parts.port is None else parts.port


def origin_of(url: str) -> str:
    """Return scheme, host and port of *url* as in an Origin header (RFC 6454, 6.1)."""
    scheme, host, port = urlsplit(url).scheme, host_of(url), port_of(url)
    host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{host}" + ("" if port == DEFAULT_PORTS.get(scheme) else f":{port}")


def is_address(host: str) -> bool:
    """Return whether *host* is an IP address rather than a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def registrable(host: str) -> str:
    """Return the part of *host* that somebody registers: its last two labels.

    Enough for ``site.test``; browsers ask the Public Suffix List (``co.uk``).
    """
    return host if is_address(host) else ".".join(host.split(".")[-2:])


def same_site(one: str, other: str) -> bool:
    """Return whether two URLs are of one site: same scheme, same registrable domain.

    Ports do not count (HTML Standard, "same site"; since 2021 browsers do ask
    for the same scheme, "schemeful").
    """

    def site(url: str) -> tuple[str, str]:
        return urlsplit(url).scheme, registrable(host_of(url))

    return site(one) == site(other)
