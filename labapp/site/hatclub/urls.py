"""The addresses of the club; a repair's views take the place of its own."""

from __future__ import annotations

from django.urls import URLPattern, path
from django.views.generic import TemplateView

from labapp.site.hatclub import views
from labapp.site.hatclub.repair import ADDRESSES, Repair
from labapp.site.own import AnyView, as_callable
from labapp.site.style import STYLE

_REGISTRATION = "registration/password_reset_{}.html"
VIEWS: dict[str, AnyView] = {
    "login": views.LoginView,
    "logout": views.LogoutView,
    "profile": views.ProfileView,
    "api": views.ApiView,
    "password_reset": views.PasswordResetView,
    "password_reset_done": TemplateView.as_view(template_name=_REGISTRATION.format("done")),
    "password_reset_confirm": views.PasswordResetConfirmView,
    "password_reset_complete": TemplateView.as_view(
        template_name=_REGISTRATION.format("complete")
    ),
}


def urlpatterns(repair: Repair) -> tuple[URLPattern, ...]:
    """Return a fresh URLconf, since Django remembers every one it has resolved."""
    served = {**VIEWS, **repair.views}
    return (
        path("", TemplateView.as_view(template_name="hatclub/home.html")),
        *(path(ADDRESSES[name], as_callable(view), name=name) for name, view in served.items()),
        STYLE,
    )
