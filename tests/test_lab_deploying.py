"""Django's own deployment checks, on the site as it would be served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labapp.errors import LabError
from labapp.lab import laboratory as lab_module
from labapp.lab.deploying import check_deploy
from labapp.lab.laboratory import Laboratory
from labapp.remedy import SIX, csrf, hardening, https, session

CLEAN = {
    "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "MIDDLEWARE": ["django.middleware.clickjacking.XFrameOptionsMiddleware"],
}
KEY = "W009"  # the lab's key is public, and shorter than Django wants


@pytest.fixture(scope="module", autouse=True)
def lab() -> Iterator[Laboratory]:
    """A lab of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as opened:
            patch.setattr(lab_module, "_laboratory_of", lambda pid: opened)
            yield opened


def test_nothing_applied() -> None:
    """What a bare project lacks is found: middleware, CSRF check, a Secure cookie."""
    assert check_deploy().ids == ("W001", "W002", "W003", KEY, "W010")


def test_the_six() -> None:
    """The CSRF check is seen; HTTPS alone satisfies nobody."""
    assert check_deploy(*SIX).ids == ("W001", "W002", KEY, "W012", "W016")


def test_settings_decide() -> None:
    """With all that it asks for, only the key of the lab is left, with HTTPS or without."""
    for more in ((), (https,), (https, session)):
        assert check_deploy(csrf, hardening, *more, settings=CLEAN).ids == (KEY,)


def test_what_it_says() -> None:
    """One line for each finding; what was checked stands above."""
    found = check_deploy(csrf, hardening, settings=CLEAN)
    head, line = repr(found).splitlines()
    title = "CSRF check, HSTS + Secure cookies and settings"
    assert head == f"check --deploy of {title}: 1 found"
    assert line.startswith("  security.W009: Your SECRET_KEY has less than")
    assert bool(found) is True


def test_mistakes() -> None:
    """As of a visit: one line that says what to do."""
    with pytest.raises(LabError, match="Did you mean SECURE_HSTS_SECONDS"):
        check_deploy(settings={"SECURE_HSTS_SECOND": 1})
    with pytest.raises(LabError, match="is not a remediation"):
        check_deploy("post")  # type: ignore[arg-type]


def test_a_visit_after_it_is_as_before(lab: Laboratory) -> None:
    """The settings of the checks are not those of the next visit."""
    check_deploy(hardening)
    assert lab.visit("Rex sleeps at noon").works
