"""other.test: a stranger's site, with an old link and a forged form."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.generic import TemplateView

from labapp.site.style import STYLE


def attack(request: HttpRequest) -> HttpResponse:
    """Answer with a form that submits itself to site.test.

    The query of this page says how: *method*, *scheme* and *sensitive_info*,
    the forged value; *path* and *field* name another form than the usual one;
    *copied* has further fields, as a form sends them; with *silent* the browser
    tells nobody where it came from.
    """
    wanted = request.GET
    response = render(
        request,
        "stranger/attack.html",
        {
            "method": "post" if wanted.get("method") == "post" else "get",
            "scheme": "https" if wanted.get("scheme") == "https" else "http",
            "path": wanted.get("path", "sensitive"),
            "field": wanted.get("field", "sensitive_info"),
            "forged": wanted.get("sensitive_info", ""),
            "copied": parse_qsl(wanted.get("copied", ""), keep_blank_values=True),
        },
    )
    if "silent" in wanted:
        response["Referrer-Policy"] = "no-referrer"
    return response


urlpatterns = [
    path("", TemplateView.as_view(template_name="stranger/home.html")),
    path("attack", attack),
    STYLE,
]
