"""What a learner brings of their own: a view, a page, a form, some settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from inspect import isclass
from typing import Any

from django.conf import global_settings
from django.http import HttpRequest, HttpResponse
from django.template import TemplateSyntaxError, engines
from django.views import View
from django.views.decorators.csrf import requires_csrf_token

from labapp.errors import LabError
from labapp.site.configuration import KNOWN_MIDDLEWARE, configure

AnyView = type[View] | Callable[..., Any]  # an async view's answer comes later

# What may be changed; the rest (DATABASES, ALLOWED_HOSTS) holds the lab together.
FREE = ("SESSION_", "CSRF_", "SECURE_", "MESSAGE_", "MIDDLEWARE")
FIXED = ("SESSION_FILE_PATH", "SESSION_CACHE_ALIAS")
_ENGINES = "django.contrib.sessions.backends."
ENGINES = tuple(_ENGINES + name for name in ("db", "cache", "cached_db", "signed_cookies"))


@dataclass(frozen=True)
class Own:
    """What takes the place of the site's own parts; what is None stays as it is.

    *view* answers ``/sensitive`` and *secure_page* ``/secure_page``: View classes
    or functions. *form* is the text of a Django template, shown at ``/``.
    *settings* are Django's, by name; of MIDDLEWARE it lists what comes in addition.
    Raises `LabError`, in one line, for what cannot be served.
    """

    view: AnyView | None = None
    secure_page: AnyView | None = None
    form: str | None = None
    settings: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for view in (self.view, self.secure_page):
            if view is not None:
                as_callable(view)
        if self.form is not None:
            page_of(self.form)
        accept_settings(self.settings)

    @property
    def any(self) -> bool:
        """True if there is anything at all."""
        return bool(self.view or self.secure_page or self.form is not None or self.settings)


def as_callable(view: AnyView) -> Callable[..., Any]:
    """Return *view* as a function from a request to a response; `LabError` for no view."""
    if isclass(view) and issubclass(view, View):
        return view.as_view()
    if isclass(view) or not callable(view):
        raise LabError(
            f"{getattr(view, '__name__', repr(view))} is not a Django view: give a class "
            "that inherits from django.views.View, or a function that takes a request."
        )
    return view


def page_of(template: str) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view that shows *template*; `LabError` if that is no template.

    A CSRF token in it brings its cookie along, whoever checks it: Django sets that
    cookie where its check is, and a learner decorates no view for this page.
    """
    if not isinstance(template, str):
        raise LabError(
            f"A form is the text of a page in quotes, not {type(template).__name__}."
        )
    configure()
    try:
        page = engines["django"].from_string(template)
    except TemplateSyntaxError as error:
        raise LabError(f"Django cannot read your form: {str(error).rstrip('.')}.") from None
    return requires_csrf_token(lambda request: HttpResponse(page.render({}, request)))


def accept_settings(settings: Mapping[str, object], free: tuple[str, ...] = FREE) -> None:
    """Raise `LabError` for what is no dictionary of settings whose names begin as *free*."""
    if not isinstance(settings, Mapping):
        raise LabError('Settings are a dictionary: {"SESSION_COOKIE_SECURE": True}.')
    known = [name for name in dir(global_settings) if name.startswith(free)]
    for name, value in settings.items():
        if name not in known or name in FIXED:
            near = get_close_matches(str(name), known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise LabError(f"The lab changes no setting {name!r}.{hint}")
        if name == "SESSION_ENGINE" and value not in ENGINES:
            raise LabError(f"{name} is one of {', '.join(ENGINES)}.")
        if name == "MIDDLEWARE":
            _accept_middleware(value)


def _accept_middleware(names: object) -> None:
    if not isinstance(names, list | tuple):
        raise LabError(f"MIDDLEWARE is a list: [{names!r}].")
    for name in names:
        if name not in KNOWN_MIDDLEWARE:
            known = ", ".join(KNOWN_MIDDLEWARE[1:])
            raise LabError(f"The lab has no middleware {name!r}. It has {known}.")
