"""control.test: a page that repeats what it is told, so that it can be found.

The lab sends a harmless text here on purpose. An observer who misses it did not
look properly, so "not seen" would prove nothing.
"""

from __future__ import annotations

import logging
from urllib.parse import quote

from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from labapp.site.style import STYLE

logger = logging.getLogger(__name__)


def control(request: HttpRequest) -> HttpResponse:
    """Put the field ``control`` wherever a secret could leak.

    It is repeated in the page, kept in a cookie and in a session of its own, printed
    and logged; and the page tells its whole address to the host of its picture.
    """
    note = request.POST.get("control", request.GET.get("control", ""))
    print(note)
    logger.info(note)
    session = SessionStore()
    session["control"] = note
    session.create()
    response = render(request, "control.html", {"note": note})
    response.set_cookie("control", quote(note))
    response["Referrer-Policy"] = "unsafe-url"
    return response


urlpatterns = [path("control", control), STYLE]
