"""Some hosts on one port, told apart by the Host header, as on any shared server."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.template.response import SimpleTemplateResponse
from django.urls import resolve

from labapp.evidence import CONTROL, LOOKALIKES, SITE, STRANGER, THIRD_PARTY

AT_HOME = ("127.0.0.1", "localhost")  # how a reader's own browser calls the site
URLCONFS = {
    STRANGER: "labapp.site.stranger",
    **dict.fromkeys(LOOKALIKES, "labapp.site.stranger"),
    THIRD_PARTY: "labapp.site.images",
    CONTROL: "labapp.site.control",
}


class HostMiddleware:
    """Answer for the hosts beside ``site.test``; pass everything else on.

    They stand for other people's servers, so nothing that is applied to the
    site (HTTPS, sessions, the CSRF check) may reach them: they are answered
    before the rest of the middleware. A host outside ALLOWED_HOSTS gets
    Django's 400. To a reader's own browser the site is not to be shown in a frame,
    by Jupyter or anybody; at ``site.test``, which is studied, nothing is added.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer *request* with the URLconf of its host."""
        host, _ = split_domain_port(request.get_host())
        if host in AT_HOME:
            answer = self.get_response(request)
            answer.headers.setdefault("X-Frame-Options", "DENY")  # RFC 7034
            return answer
        if host not in URLCONFS:
            return self.get_response(request)
        match = resolve(request.path_info, URLCONFS[host])
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        if isinstance(response, SimpleTemplateResponse):
            response.render()
        # CommonMiddleware's work; without it the connection could not be kept.
        response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


def neighbours(request: HttpRequest) -> dict[str, str]:
    """Give every template the hosts beside this one, with the visitor's own port.

    *images_host* is empty at 127.0.0.1 and localhost: a reader's own browser would
    ask the DNS for ``images.test``, and nothing here may leave the machine.
    """
    host, port = split_domain_port(request.get_host())
    colon_port = f":{port}" if port else ""
    at_home = host in AT_HOME
    return {
        "site_host": SITE + colon_port,
        "images_host": "" if at_home else THIRD_PARTY + colon_port,
    }
