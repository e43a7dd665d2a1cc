"""A repair: what a learner puts in the place of the club's own parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.template import TemplateSyntaxError, engines

from labapp.errors import LabError
from labapp.site import settings as base
from labapp.site.configuration import KNOWN_MIDDLEWARE, configure
from labapp.site.hatclub import settings as club
from labapp.site.own import FREE, AnyView, accept_settings, as_callable

# By the names of Django's own login pages (its documentation, "Using the views").
ADDRESSES = {
    "login": "login",
    "logout": "logout",
    "profile": "profile",
    "api": "api/hat",
    "password_reset": "password_reset",
    "password_reset_done": "password_reset/done",
    "password_reset_confirm": "reset/<uidb64>/<token>/",
    "password_reset_complete": "reset/done",
}
TEMPLATES = (
    "hatclub/home.html",
    "hatclub/profile.html",
    "registration/login.html",
    "registration/logout.html",
    "registration/password_reset_form.html",
    "registration/password_reset_done.html",
    "registration/password_reset_email.html",
    "registration/password_reset_confirm.html",
    "registration/password_reset_complete.html",
)
CLUB_FREE = (*FREE, "PASSWORD_", "AUTH_PASSWORD_", "LOGIN_", "LOGOUT_", "X_FRAME_")


@dataclass(frozen=True)
class Repair:
    """Parts that take the place of the club's; without any it stays as it was found.

    *views* by the names in `ADDRESSES`: View classes or functions. *templates* by the
    names in `TEMPLATES`, as text. *settings* are Django's; of MIDDLEWARE it lists what
    comes in addition. With *tls* visitors use ``https://``. Raises `LabError`, in one
    line, for what cannot be served.
    """

    views: Mapping[str, AnyView] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    tls: bool = False

    def __post_init__(self) -> None:
        for name, view in self.views.items():
            _known(name, tuple(ADDRESSES), "view")
            as_callable(view)
        if not isinstance(self.templates, Mapping):
            raise LabError('Templates are a dictionary: {"registration/login.html": "..."}.')
        for name, text in self.templates.items():
            _known(name, TEMPLATES, "template")
            _accept_template(name, text)
        accept_settings(self.settings, CLUB_FREE)
        if not isinstance(self.tls, bool):
            raise LabError(f"tls is True or False, not {self.tls!r}.")

    @property
    def any(self) -> bool:
        """True if anything differs from the club as it was found."""
        return bool(self.views or self.templates or self.settings or self.tls)

    def changed_settings(self) -> dict[str, Any]:
        """Return every setting in which the club differs from `labapp.site.settings`."""
        ours = {name: getattr(club, name) for name in dir(club) if name.isupper()}
        given: dict[str, Any] = dict(self.settings)
        changed = {**ours, **given}
        wanted = {*base.MIDDLEWARE, *club.MIDDLEWARE, *given.get("MIDDLEWARE", ())}
        changed["MIDDLEWARE"] = sorted(wanted, key=KNOWN_MIDDLEWARE.index)
        if self.templates:
            changed["TEMPLATES"] = [_with_loaders(base.TEMPLATES[0], self.templates)]
        return changed


def source(name: str) -> str:
    """Return the text of one of the club's own templates; `LabError` lists them.

    It is the club's also while a repair with a template of that name is served.
    """
    _known(name, TEMPLATES, "template")
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def _known(name: object, names: tuple[str, ...], kind: str) -> None:
    if name not in names:
        near = get_close_matches(str(name), names, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise LabError(f"The club has no {kind} {name!r}.{hint} It has {', '.join(names)}.")


def _accept_template(name: str, text: object) -> None:
    if not isinstance(text, str):
        raise LabError(f"A template is text in quotes: {name} is of {type(text).__name__}.")
    configure()
    try:
        engines["django"].from_string(text)
    except TemplateSyntaxError as error:
        raise LabError(f"Django cannot read your {name}: {str(error).rstrip('.')}.") from None


def _with_loaders(engine: Mapping[str, Any], templates: Mapping[str, str]) -> dict[str, Any]:
    """Return *engine*, which looks among *templates* first, then where it always did."""
    loaders: list[Callable[..., Any] | tuple[str, object] | str] = [
        ("django.template.loaders.locmem.Loader", dict(templates)),
        "django.template.loaders.app_directories.Loader",
    ]
    options = {**engine["OPTIONS"], "loaders": loaders}
    return {**engine, "APP_DIRS": False, "OPTIONS": options}
