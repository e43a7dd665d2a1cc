"""A verdict: what became of the secret between two readings, in six words at most.

Moved, closed, opened, starred, still readable, unchanged. It comes from what the
observers found in the evidence, never from the names of remediations.
"""

from __future__ import annotations

from collections.abc import Sequence

from labapp.figures.alignment import Pair, has_secret, plain
from labapp.figures.columns import listed
from labapp.figures.reading import Reading

STARS = "*" * 20  # what Django writes instead, SafeExceptionReporterFilter


def verdict(before: Reading, after: Reading, pairs: Sequence[Pair]) -> str:
    """Return the verdict as a sentence or two: ``"Moved: URL to body. Still readable."``.

    There is none where something may have been missed; then the reason is said.
    """
    for when, reading in (("before", before), ("after", after)):
        if reading.unknown and not (when == "after" and reading.places):
            return f"No verdict ({when}: {reading.unknown.partition(';')[0]})."
    gone = [place for place in before.places if place not in after.places]
    come = [place for place in after.places if place not in before.places]
    if gone and come:
        said = f"Moved: {listed(gone)} to {listed(come)}."
    elif come:
        said = f"Opened: {listed(come)}."
    elif gone:
        said = f"{'Starred' if _starred(pairs) else 'Closed'}: {listed(gone)}."
    else:
        said = "Unchanged."
    return f"{said} Still readable." if before.places and after.places else said


def _starred(pairs: Sequence[Pair]) -> bool:
    """Return whether each line that had the secret now has stars in that place."""
    marked = [pair for pair in pairs if has_secret(pair.before)]
    return bool(marked) and all(STARS in plain(pair.after) for pair in marked)
