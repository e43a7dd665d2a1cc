"""One connection's requests, handed to the WSGI application one by one."""

from __future__ import annotations

import io
import socket
import ssl
from contextlib import suppress
from http.client import HTTPMessage
from threading import current_thread
from typing import TYPE_CHECKING, Any
from wsgiref.handlers import BaseHandler
from wsgiref.headers import Headers
from wsgiref.types import WSGIApplication, WSGIEnvironment

from django.core.servers.basehttp import ServerHandler, WSGIRequestHandler

from labapp.server import access_log
from labapp.server.interruption import Interruptible
from labapp.server.output import speaking_for
from labapp.site.hosts import AT_HOME

if TYPE_CHECKING:
    from labapp.server.server import Server

LONGEST_LINE = 65536  # bytes of a request line, as in http.server


class Response(ServerHandler):
    """Django's handler for one request, less what would leak into a lab."""

    # wsgiref copies the environment of the process into request.META, and so
    # into every error report: the learner's own tokens would end up there.
    os_environ: dict[str, str] = {}
    request_handler: Handler
    # wsgiref's own; typeshed does not know them.
    environ: WSGIEnvironment | None
    headers: Headers
    status: str | None
    bytes_sent: int | None

    def run(self, application: WSGIApplication) -> None:
        super().run(application)
        # wsgiref leaves early where the client has gone. The request came all
        # the same: it belongs in the log, and Django's signals want their end.
        if self.environ is not None:
            status = (self.status or "-").partition(" ")[0]
            self.request_handler.log_request(status, self.bytes_sent)
            BaseHandler.close(self)

    def cleanup_headers(self) -> None:
        super().cleanup_headers()
        if self.request_handler.close_connection:
            # Said aloud, or clients keep a socket that is about to close.
            self.headers["Connection"] = "close"
        for line in self.headers.get_all("Set-Cookie"):
            self.request_handler.server.own_cookies.add(line.partition("=")[0].strip())


class Handler(WSGIRequestHandler):
    """Reads requests off one connection; its log is data, its errors are too."""

    server: Server
    # wsgiref writes a head in four pieces and the body apart: each would become
    # a packet of its own, and Nagle would hold the last one back for 40 ms.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 60  # seconds a client may say nothing; the thread ends then

    def setup(self) -> None:
        super().setup()
        self.requestline = ""
        self.given_up = False
        self._thread = current_thread()
        self._work = Interruptible()

    def get_environ(self) -> WSGIEnvironment:
        environ: WSGIEnvironment = super().get_environ()
        connection: object = self.connection  # its stub knows no TLS
        if isinstance(connection, ssl.SSLSocket):
            environ["HTTPS"] = "on"
        if self._host in AT_HOME and "HTTP_COOKIE" in environ:
            environ["HTTP_COOKIE"] = self._own_cookies(environ["HTTP_COOKIE"])
        return environ

    def _own_cookies(self, header: str) -> str:
        """Return the cookies that this server has set, without those of its neighbours.

        Ports do not separate cookies (RFC 6265, section 8.5): a reader's own browser
        sends Jupyter's here as well, and an error report would show them.
        """
        pairs = (pair.strip() for pair in header.split(";"))
        known = self.server.own_cookies
        return "; ".join(pair for pair in pairs if pair.partition("=")[0].strip() in known)

    def handle_one_request(self) -> None:
        """Read and answer one request (Django's method with our `Response`)."""
        self.headers = HTTPMessage()  # or an error would be logged with the last one's
        try:
            self.raw_requestline = self.rfile.readline(LONGEST_LINE + 1)
        except TimeoutError:
            self.close_connection = True
            return
        if len(self.raw_requestline) > LONGEST_LINE:
            self.requestline = self.request_version = self.command = ""
            self.send_error(414)
        elif self.parse_request() and self._body_has_an_end():
            self.wfile.flush()  # "100 Continue", where the client waits for it
            # Only now: a client that takes its time with a head delays nobody.
            with self.server.traffic.passing(self), self._work:
                self._answer()
        self.wfile.flush()

    def _body_has_an_end(self) -> bool:
        """Refuse a body without a length: its rest would pass for the next request.

        RFC 9112, 6.3; Django's development server reads no chunked bodies.
        """
        length = self.headers.get("Content-Length", "0").strip()
        if self.headers.get("Transfer-Encoding"):
            self.send_error(411)
        elif not (length.isascii() and length.isdigit()):
            self.send_error(400)
        else:
            return True
        return False

    def _answer(self) -> None:
        errors = io.StringIO()
        response = Response(self.rfile, self.wfile, errors, self.get_environ())
        response.request_handler = self
        application = self.server.get_app()
        assert application is not None
        try:
            with speaking_for(self._host):
                response.run(application)
                self.server.output.keep(errors.getvalue())  # a view may write there, too
            self.wfile.flush()
        finally:
            if errors.getvalue():
                self.server.note(errors.getvalue())

    def finish(self) -> None:
        with suppress(OSError):  # what could not be sent any more
            super().finish()
        self.rfile.close()

    def give_up(self) -> None:
        """End this request from another thread: its answer and log line are void."""
        self.given_up = True
        self.server.note(f"a request never ended and was given up: {self.requestline}")
        self.server.abandon(self._thread)
        self._work.interrupt()

    def log_request(self, code: int | str = "-", size: int | str | None = None) -> None:
        written = access_log.line(
            client=self.client_address[0],
            host=self._host,
            request_line=self.requestline,
            status=str(getattr(code, "value", code)),
            size=size if isinstance(size, int) else 0,
            referer=self.headers.get("Referer", ""),
            user_agent=self.headers.get("User-Agent", ""),
        )
        with self.server.traffic.changed:
            if not self.given_up:
                self.server.log(written)

    @property
    def _host(self) -> str:
        return str(self.headers.get("Host", "")).partition(":")[0].lower()

    def log_message(self, format: str, *args: Any) -> None:
        self.server.note(format % args)


def hang_up(connection: socket.socket) -> None:
    """End *connection* both ways, also while another thread reads from it.

    Not by SSLSocket's own method: that first forgets that it speaks TLS, and
    the other thread might go on in the clear.
    """
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
