"""Trust: what an impostor can show, and what clients look at."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from labapp.errors import LabError
from labapp.evidence import SITE, STRANGER, THIRD_PARTY
from labapp.server import Authority

UNKNOWN, OTHER_NAME, EXPIRED, STOLEN = CERTIFICATES = (
    "from an authority nobody knows",
    "for another name",
    "expired yesterday",
    "of the site, with its stolen key",
)
CAREFUL, ONE_MORE, NO_NAME, NO_DATE, NOTHING = CLIENTS = (
    "checks everything",
    "trusts one authority more",
    "checks no name",
    "checks no date",
    "checks nothing",
)
_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME of OpenSSL; Python has no name for it


def shown(certificate: str, authority: Authority, attacker: Authority) -> ssl.SSLContext:
    """Return what an impostor shows; *authority* is the one that clients trust.

    How the attacker came by it is another story: anybody may make an authority, and own
    ``other.test``; old and stolen keys are found in backups. `LabError` for another.
    """
    ours = (SITE, THIRD_PARTY)  # what a page of the site is made of
    yesterday = datetime.now(UTC) - timedelta(days=1)
    made: dict[str, Callable[[], ssl.SSLContext]] = {
        UNKNOWN: lambda: attacker.server_context(*ours),
        OTHER_NAME: lambda: authority.server_context(STRANGER),
        EXPIRED: lambda: authority.server_context(*ours, not_after=yesterday),
        STOLEN: lambda: authority.server_context(*ours),
    }
    return made[_known(certificate, CERTIFICATES, "certificate")]()


def client(kind: str, authority: Authority, attacker: Authority) -> ssl.SSLContext:
    """Return the context of a client that leaves out what *kind* says, and no more.

    ``"checks nothing"`` is ``verify=False`` of many libraries. `LabError` for another.
    """
    context = authority.client_context()
    match _known(kind, CLIENTS, "client"):
        case "trusts one authority more":
            attacker.trusted_by(context)
        case "checks no name":
            context.check_hostname = False
        case "checks no date":
            context.verify_flags |= _NO_CHECK_TIME
        case "checks nothing":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
    return context


def _known(name: str, names: tuple[str, ...], kind: str) -> str:
    if name not in names:
        raise LabError(f"There is no {kind} {name!r}. Known: {', '.join(map(repr, names))}.")
    return name
