"""The addresses of site.test under one combination of remediations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from inspect import isclass

from django.http import HttpResponseBase
from django.urls import URLPattern, path
from django.views import View
from django.views.generic import TemplateView

from labapp.errors import LabError
from labapp.remedy import Remediation, together
from labapp.site.style import STYLE
from labapp.site.views import views_for

AnyView = type[View] | Callable[..., HttpResponseBase]


def urlpatterns(
    remediations: Iterable[Remediation],
    *,
    view: AnyView | None = None,
    form_token: bool | None = None,
) -> tuple[URLPattern, ...]:
    """Return a fresh URLconf: form, view, secure page and style sheet.

    *view* (a View class or a function) takes the place of SensitiveInfoView and
    changes nothing else. *form_token* puts ``{% csrf_token %}`` into the form or
    leaves it out; by default the remediations decide. `LabError` for no view.
    """
    applied = together(remediations)
    views = views_for(applied)
    form = form_template(applied, form_token=form_token)
    return (
        path("", TemplateView.as_view(template_name=form)),
        path("sensitive", _callable(views.SensitiveInfoView if view is None else view)),
        path("secure_page", views.SecurePageView.as_view()),
        STYLE,
    )


def form_template(
    remediations: Iterable[Remediation], *, form_token: bool | None = None
) -> str:
    """Return the name of the form page's template under *remediations*."""
    applied = together(remediations)
    methods = [one.form_method for one in applied if one.form_method]
    if form_token is None:
        form_token = any(one.form_token for one in applied)
    return f"form/{methods[-1] if methods else 'get'}{'_token' if form_token else ''}.html"


def _callable(view: AnyView) -> Callable[..., HttpResponseBase]:
    if isclass(view) and issubclass(view, View):
        return view.as_view()
    if isclass(view) or not callable(view):
        raise LabError(
            f"{getattr(view, '__name__', repr(view))} is not a Django view: give a class "
            "that inherits from django.views.View, or a function that takes a request."
        )
    return view
