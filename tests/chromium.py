"""Debian's Chromium, started for one test: no other machine can be reached."""

from __future__ import annotations

import base64
import hashlib
import shutil
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Playwright


def launch(
    playwright: Playwright, profile: Path, key: str, agent: str | None = None
) -> BrowserContext:
    """Start Chromium with the folder *profile*, a new one or that of an earlier run.

    Names under .test are 127.0.0.1 and nothing else can be reached. Trusted beyond
    what Debian trusts is one certificate, by the `fingerprint` *key* of its key;
    *agent* takes the place of Chromium's User-Agent.
    """
    # Debian's Chromium blocks third-party cookies, Chromium's own default does not.
    preferences = profile / "Default" / "Preferences"
    if not preferences.exists():
        preferences.parent.mkdir(parents=True)
        preferences.write_text('{"profile": {"cookie_controls_mode": 0}}')
    return playwright.chromium.launch_persistent_context(
        profile,
        executable_path=shutil.which("chromium"),
        user_agent=agent,
        args=[
            "--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND",
            f"--ignore-certificate-errors-spki-list={key}",
            "--enable-net-benchmarking",  # lets a page close all connections
        ],
    )


def fingerprint(port: int) -> str:
    """Return what Chromium knows a certificate by: the hash of its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    pem = ssl.get_server_certificate(("127.0.0.1", port))
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()
