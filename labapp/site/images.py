"""images.test: a third party that serves one small picture."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 24" fill="none" stroke="#7b1e3b">'
    '<path stroke-width="2" d="M2 3h28v18H2zl14 10L30 3"/></svg>\n'
)


def picture(request: HttpRequest) -> HttpResponse:
    """Answer with an envelope as SVG."""
    return HttpResponse(PICTURE, content_type="image/svg+xml")


urlpatterns = [path("picture.svg", picture)]
