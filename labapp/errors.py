"""One exception for everything a learner can put right."""

from __future__ import annotations


class LabError(Exception):
    """Something the reader can mend; the message is one line and says how."""

    def _render_traceback_(self) -> list[str]:
        # IPython calls this instead of printing a traceback (documented under
        # "Custom exception rendering" in IPython's integrating guide): for a
        # learner the sentence is the help, the stack above it only noise.
        return [f"{type(self).__name__}: {self}"]
