"""From a fresh interpreter to the first sighting, against its imports alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from benchmarks.bench import BACKENDS
from benchmarks.pairs import Pairs, interleaved
from benchmarks.row import Row, at_most, ms
from labapp.backends.choice import VARIABLE, try_out

PAIRS = 20
MOST = 1.5
VISIT = """
from labapp.lab import visit
made = visit("Rex sleeps at noon")
assert made.seen["wire_request_line"]
"""
NAMES = (
    VISIT
    + """
import sys
print(*sys.modules)
"""
)
# Models cannot be imported before Django is set up; setting it up is importing.
IMPORTS = """
import sys
from importlib import import_module
from labapp.site.configuration import configure
configure()
for name in sys.argv[1:]:
    import_module(name)
"""


def rows(scale: float = 1.0) -> Iterator[Row]:
    """Yield how much longer the first sighting takes than the imports it needs."""
    number = max(2, round(PAIRS * scale))
    for kind in BACKENDS:
        backend, probe = try_out(kind)
        what = f"first sighting / bare imports, {kind.name}"
        if backend is None:
            yield Row(what, "not here", how=probe.reason)
            continue
        backend.close()
        pairs = measure(kind.name, number)
        imports, sighting = map(ms, pairs.medians)
        yield at_most(what, pairs.ratio, MOST, f"{number} pairs", f"{sighting} / {imports}")


def measure(backend: str, number: int) -> Pairs:
    """Time *number* pairs of fresh interpreters: one imports, one visits and looks.

    Both load exactly the same modules; both count from the start of the process.
    """
    names = modules(backend)
    return interleaved(
        partial(_run, backend, IMPORTS, *names), partial(_run, backend, VISIT), number, 1
    )


def modules(backend: str) -> list[str]:
    """Return what is loaded by the time of the first sighting, in order.

    Left out are those that belong to no file of their own (``_openssl.lib`` is
    made by a C extension).
    """
    loaded = _run(backend, NAMES).split()
    return [name for name in loaded if name.partition(".")[0] not in {"__main__", "_openssl"}]


def _run(backend: str, code: str, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {VARIABLE: backend},
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout
