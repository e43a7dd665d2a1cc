"""The access log in the combined form of Apache httpd, as data."""

from __future__ import annotations

import time

from labapp.evidence import LogLine

# strftime's %b follows the learner's locale; a log does not.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHORT = {"\b": r"\b", "\n": r"\n", "\r": r"\r", "\t": r"\t", "\v": r"\v"}
_SHORT |= {'"': r"\"", "\\": r"\\"}


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
    """Return one log line, written now (in UTC); *size* is the body's, in bytes.

    The form is Apache's ``%h %l %u %t "%r" %>s %b "%{Referer}i"
    "%{User-agent}i"`` (https://httpd.apache.org/docs/2.4/logs.html#combined).
    """
    now = time.gmtime()
    when = time.strftime(f"%d/{_MONTHS[now.tm_mon - 1]}/%Y:%H:%M:%S +0000", now)
    text = (
        f'{client} - - [{when}] "{_escape(request_line) or "-"}" {status} {size or "-"} '
        f'"{_escape(referer) or "-"}" "{_escape(user_agent) or "-"}"'
    )
    return LogLine(host=host, text=text, referer=referer)


def _escape(text: str) -> str:
    """Escape as Apache does, so that no header can forge a line of its own.

    *text* holds one byte per character (Latin-1), as `http.server` reads it.
    """
    return "".join(
        _SHORT.get(char) or (char if " " <= char <= "~" else f"\\x{ord(char):02x}")
        for char in text
    )
