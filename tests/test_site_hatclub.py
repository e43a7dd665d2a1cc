"""The Hat Club and what may take the place of its parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse

from labapp.errors import LabError
from labapp.site.application import (
    NewMember,
    Repair,
    application,
    club,
    open_club,
    reset,
    use_database,
)
from labapp.site.hatclub import repair as parts
from labapp.site.hatclub import settings as weak
from tests.asking import Visitor, rows

pytestmark = pytest.mark.usefixtures("database")
HOME, LOGIN = "hatclub/home.html", "registration/login.html"


def page(request: HttpRequest) -> HttpResponse:
    """A learner's own page."""
    return HttpResponse("my page")


def test_views_templates_and_settings_take_the_place_of_the_clubs() -> None:
    """All else stays as it was."""
    repair = Repair(
        {"login": page}, {HOME: "my home, {{ site_host }}"}, {"SECURE_HSTS_SECONDS": 60}
    )
    visitor = Visitor(club(repair), "https")
    assert visitor.ask("/login").text == "my page"
    home = visitor.ask("/")
    assert home.text == "my home, site.test:8123"
    assert home.header("Strict-Transport-Security") == "max-age=60"
    assert 'name="email"' in visitor.ask("/password_reset").text


def test_nothing_of_the_club_is_left_in_the_next_site() -> None:
    """Neither a template nor a setting; the session engine is the site's own again."""
    club(Repair(templates={LOGIN: "mine"}))
    assert django_settings.SESSION_ENGINE == weak.SESSION_ENGINE
    assert parts.source(LOGIN) != "mine"  # nor in what the next cell reads
    Visitor(application())
    assert django_settings.SESSION_ENGINE.endswith(".db")
    assert "mine" not in parts.source(LOGIN)
    reset()


def test_members_join_with_a_password_that_the_settings_in_force_hash(database: Path) -> None:
    """Neither password stands in the file; another hasher makes another hash."""
    pairs = [NewMember("rosa", "one word"), NewMember("emil", "two words")]
    kinds = []
    for name in ("MD5PasswordHasher", "ScryptPasswordHasher"):
        fresh = use_database(database.parent)
        hasher = f"django.contrib.auth.hashers.{name}"
        club(Repair(settings={"PASSWORD_HASHERS": [hasher]}))
        open_club(pairs)
        hashes = [str(row[1]) for row in rows(fresh, "auth_user")]
        kinds.append({one.partition("$")[0] for one in hashes})
        assert b"one word" not in fresh.read_bytes()
        assert len(rows(fresh, "hatclub_member")) == 2
    assert kinds == [{"md5"}, {"scrypt"}]


def test_a_source_is_what_is_served() -> None:
    """Each template's text is that of the file, and a name that is none is told."""
    folder = Path(parts.__file__).parent / "templates"
    assert {str(one.relative_to(folder)) for one in folder.rglob("*.html")} == set(
        parts.TEMPLATES
    )
    for name in parts.TEMPLATES:
        assert parts.source(name) == (folder / name).read_text(encoding="utf-8")
    with pytest.raises(LabError, match="Did you mean 'registration/login"):
        parts.source("registration/logins.html")


def test_nothing_of_ones_own_is_nothing() -> None:
    """`any` tells whether there is anything at all."""
    assert not Repair().any
    assert [
        Repair({"api": page}).any,
        Repair(templates={HOME: ""}).any,
        Repair(settings={"LOGIN_URL": "/login"}).any,
        Repair(tls=True).any,
    ] == [True] * 4


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"views": {"logn": page}}, "no view 'logn'. Did you mean 'login'?"),
        ({"views": {"login": 7}}, "7 is not a Django view"),
        ({"templates": ["x"]}, "Templates are a dictionary"),
        ({"templates": {LOGIN: 7}}, f"A template is text in quotes: {LOGIN} is of int"),
        ({"templates": {LOGIN: "{% x %}"}}, f"Django cannot read your {LOGIN}: Invalid block"),
        ({"templates": {"login.html": ""}}, "no template 'login.html'"),
        ({"settings": {"DATABASES": {}}}, "changes no setting 'DATABASES'"),
        ({"settings": {"MIDDLEWARE": ["x"]}}, "no middleware 'x'"),
        ({"tls": 1}, "tls is True or False, not 1"),
    ],
)
def test_what_cannot_be_served_is_refused_in_one_line(given: dict[str, Any], says: str) -> None:
    """The error says what it is, and what there is instead."""
    with pytest.raises(LabError) as refused:
        Repair(**given)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
