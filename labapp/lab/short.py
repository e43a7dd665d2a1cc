"""A short visit: its main steps, and nothing that would tell on them."""

from __future__ import annotations

from dataclasses import dataclass

from labapp.lab.steps import Script


@dataclass
class Short(Script):
    """The steps from opening the form to reading back alone.

    No control is sent along: nobody says of this visit what was not seen.
    """

    def _play(self, secret: str) -> None:
        self._serve()
        self._main_steps(self.new_browser("LabBrowser/1.0"), secret)
