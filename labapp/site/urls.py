"""The addresses of site.test under one combination of remediations."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import URLPattern, path
from django.views.generic import TemplateView

from labapp.remedy import Remediation, together
from labapp.site.own import Own, as_callable, page_of
from labapp.site.style import STYLE
from labapp.site.views import views_for


def urlpatterns(
    remediations: Iterable[Remediation],
    *,
    own: Own | None = None,
    form_token: bool | None = None,
) -> tuple[URLPattern, ...]:
    """Return a fresh URLconf: form, view, secure page and style sheet.

    What *own* brings takes the place of the site's part and changes nothing else.
    *form_token* puts ``{% csrf_token %}`` into the site's form or leaves it out;
    by default the remediations decide.
    """
    applied = together(remediations)
    own = own or Own()
    views = views_for(applied)
    template = form_template(applied, form_token=form_token)
    form = TemplateView.as_view(template_name=template)
    return (
        path("", form if own.form is None else page_of(own.form)),
        path("sensitive", as_callable(own.view or views.SensitiveInfoView)),
        path("secure_page", as_callable(own.secure_page or views.SecurePageView)),
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
