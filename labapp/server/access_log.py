"""The access log in the combined form of Apache httpd, as data."""

from __future__ import annotations

import time

from labapp.evidence import LogLine


def line(
    *,
    client: str,
    host: str,
    request_line: str,
    status: str,
    size: int,
    referer: str,
    user_agent: str,
) -> LogLine:
    """Return one log line, written now.

    The form is Apache's ``%h %l %u %t "%r" %>s %b "%{Referer}i"
    "%{User-agent}i"`` (https://httpd.apache.org/docs/2.4/logs.html#combined).
    """
    when = time.strftime("[%d/%b/%Y:%H:%M:%S +0000]", time.gmtime())
    text = (
        f'{client} - - {when} "{_escape(request_line)}" {status} {size or "-"} '
        f'"{_escape(referer) or "-"}" "{_escape(user_agent) or "-"}"'
    )
    return LogLine(host=host, text=text, referer=referer)


def _escape(text: str) -> str:
    # As Apache does, so that no header can forge a line of its own.
    return "".join(
        f"\\{char}" if char in '"\\' else char if char.isprintable() else f"\\x{ord(char):02x}"
        for char in text
    )
