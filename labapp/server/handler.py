"""One connection's requests, handed to the WSGI application one by one."""

from __future__ import annotations

import io
import ssl
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIEnvironment

from django.core.servers.basehttp import ServerHandler, WSGIRequestHandler

from labapp.server import access_log

if TYPE_CHECKING:
    from labapp.server.server import Server

LONGEST_LINE = 65536  # bytes of a request line, as in http.server


class Response(ServerHandler):
    """Django's handler for one request, less what would leak into a lab."""

    # wsgiref copies the environment of the process into request.META, and so
    # into every error report: the learner's own tokens would end up there.
    os_environ: dict[str, str] = {}
    request_handler: Handler

    def cleanup_headers(self) -> None:
        super().cleanup_headers()
        if self.request_handler.close_connection:
            # Said aloud, or clients keep a socket that is about to close.
            self.headers["Connection"] = "close"


class Handler(WSGIRequestHandler):
    """Reads requests off one connection; its log is data, its errors are too."""

    server: Server
    # wsgiref sends head and body apart; Nagle would hold the body for 40 ms.
    disable_nagle_algorithm = True
    timeout = 60  # seconds a client may say nothing; the thread ends then

    def get_environ(self) -> WSGIEnvironment:
        environ = super().get_environ()
        if isinstance(self.connection, ssl.SSLSocket):
            environ["HTTPS"] = "on"
        return environ

    def handle_one_request(self) -> None:
        """Read and answer one request (Django's method with our `Response`)."""
        try:
            self.raw_requestline = self.rfile.readline(LONGEST_LINE + 1)
        except (TimeoutError, ssl.SSLError):
            self.close_connection = True
            return
        with self.server.in_flight(self):
            if len(self.raw_requestline) > LONGEST_LINE:
                self.requestline = self.request_version = self.command = ""
                self.send_error(414)
            elif self.parse_request():
                errors = io.StringIO()
                response = Response(self.rfile, self.wfile, errors, self.get_environ())
                response.request_handler = self
                response.run(self.server.get_app())
                if errors.getvalue():
                    self.server.note(errors.getvalue())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        headers = getattr(self, "headers", None) or {}
        self.server.log(
            access_log.line(
                client=self.client_address[0],
                host=(headers.get("Host") or "").partition(":")[0].lower(),
                request_line=self.requestline,
                status=str(getattr(code, "value", code)),
                size=size if isinstance(size, int) else 0,
                referer=headers.get("Referer") or "",
                user_agent=headers.get("User-Agent") or "",
            )
        )

    def log_message(self, format: str, *args: Any) -> None:
        self.server.note(format % args)
