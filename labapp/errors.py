"""One exception for everything a learner can put right."""

from __future__ import annotations


class LabError(Exception):
    """Something the reader can mend; the message is one line and says how."""

    def _render_traceback_(self) -> list[str]:
        # IPython calls this instead of printing a traceback (documented under
        # "Custom exception rendering" in IPython's integrating guide): for a
        # learner the sentence is the help, the stack above it only noise.
        return [f"{type(self).__name__}: {self}"]


def unwritable(target: object, error: OSError | ValueError) -> LabError:
    """Return the error for a file that could not be written."""
    return LabError(f"Cannot write {target}: {why(error)}. Choose a folder you may write to.")


def why(error: OSError | ValueError) -> str:
    """Return in a few words what the system refused.

    A name with a NUL in it is a `ValueError`; only the system's own have a text
    without the number.
    """
    return getattr(error, "strerror", None) or str(error)
