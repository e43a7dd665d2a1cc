"""An invitation: the link to a served site, and what a reader does with it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

_LINK = "color:#7b1e3b;font-weight:bold;text-decoration:underline;overflow-wrap:anywhere"


@dataclass(frozen=True)
class Invitation:
    """Where a served site is: *href* leads there from a page of Jupyter.

    *elsewhere* is another way, for a reader whose Jupyter runs on another machine.
    *warnings* are sentences. A *closed* one leads nowhere any more.
    """

    title: str
    href: str
    elsewhere: str = ""
    warnings: tuple[str, ...] = ()
    closed: bool = False

    @property
    def text(self) -> str:
        """The invitation in plain text."""
        if self.closed:
            return f"{self._served} It is closed: run the cell with serve() again."
        lines = [self._served, f"Open in your browser: {self._said(self.href)}"]
        if self.elsewhere:
            lines.append(f"If that page does not come: {self._said(self.elsewhere)}")
        return "\n".join([*lines, *self.warnings])

    @property
    def html(self) -> str:
        """The invitation as HTML, everything escaped."""
        lines = [f"<strong>{escape(self._served)}</strong>"]
        if self.closed:
            lines.append("It is closed: run the cell with serve() again.")
        else:
            lines.append(f"Open in your browser: {_link(self.href)}")
            if self.elsewhere:
                lines.append(f"If that page does not come: {_link(self.elsewhere)}")
            lines += [escape(one) for one in self.warnings]
        return "".join(f'<p style="margin:0 0 8px">{line}</p>' for line in lines)

    @property
    def _served(self) -> str:
        applied = "as it is" if self.title == "nothing" else f"with {self.title}"
        return f"The site, {applied}, for your own browser."

    @staticmethod
    def _said(href: str) -> str:
        return f"the address of Jupyter, then {href}" if href.startswith("/") else href


def _link(href: str) -> str:
    # Jupyter's own address, and who uses it, is nothing the site should hear of.
    return (
        f'<a style="{_LINK}" href="{escape(href)}" target="_blank" '
        f'rel="noopener noreferrer">{escape(href)}</a>'
    )
