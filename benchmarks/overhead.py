"""What a capture adds to a request: captured and uncaptured, side by side."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import BACKENDS, HOSTS, Bench, Connect, bench
from benchmarks.pairs import Pairs, interleaved
from benchmarks.row import Row, at_most, ms
from labapp.backends import Backend
from labapp.backends.backend import Unavailable
from labapp.browser import Browser
from labapp.browser.transport import Network
from labapp.capture import Capture
from labapp.errors import LabError
from labapp.evidence import SITE
from labapp.lab.steps import FIELD
from labapp.remedy import SIX
from labapp.site import application as site

PAIRS = 1000
STEP = 4  # a step is several requests: so many fewer pairs of it
TEXT = "Rex sleeps at noon"
MOST = {  # HTTP, HTTPS
    "live": (1.2, 1.15),
    "namespace": (1.2, 1.15),
    "errqueue": (1.45, 1.25),
    "relay": (1.45, 1.25),
}


def rows(scale: float = 1.0) -> Iterator[Row]:
    """Yield what every backend adds to an HTTP and to an HTTPS request."""
    for kind in BACKENDS:
        yield from _of(kind, max(2, round(PAIRS * scale)))


def measure(on: Bench, number: int, *, secure: bool = False) -> Pairs:
    """Time *number* pairs of the form page, uncaptured and captured.

    Raises `LabError` if one capture was not complete: a quick one that misses
    something would be worth nothing.
    """
    return interleaved(
        lambda: on.plain.get(secure=secure),
        lambda: _whole(on.capture(secure=secure)),
        number,
    )


def measure_step(on: Bench, number: int) -> Pairs:
    """Time *number* pairs of a whole step of a visit: open the form, fill it, read on.

    The browser does it, over HTTP, on the site with all remediations but HTTPS: POST,
    the CSRF check, a session and a redirect.
    """
    remediations = tuple(one for one in SIX if not one.tls)
    on.serve(site.application(remediations))

    def fill(connect: Connect, port: int) -> None:
        browser = Browser(Network(connect, port, HOSTS, on.plain.tls))
        browser.open(f"http://{SITE}:{port}/")
        status = browser.submit({FIELD: TEXT}).status
        browser.close_connections()
        if status != 200:
            raise LabError(f"The form was answered with {status}.")

    def captured() -> None:
        with on.backend.record() as recording:
            fill(on.captured.connect, on.backend.port)
        _whole(recording.capture)

    return interleaved(lambda: fill(on.plain.connect, on.plain_port), captured, number)


def _whole(capture: Capture) -> None:
    if not capture.complete:
        raise LabError(f"A capture missed something: {capture}")


def _of(kind: type[Backend], number: int) -> Iterator[Row]:
    try:
        with bench(kind) as on:
            for secure, most in zip((False, True), MOST[kind.name], strict=True):
                pairs = measure(on, number, secure=secure)
                what = f"captured / uncaptured {'HTTPS' if secure else 'HTTP'} request"
                yield at_most(
                    f"{what}, {kind.name}",
                    pairs.ratio,
                    most,
                    f"{number:,} pairs",
                    _in_full(pairs),
                )
            step = measure_step(on, max(2, number // STEP))
            yield Row(
                f"captured / uncaptured submit step, {kind.name}",
                f"{step.ratio:.2f}",
                samples=f"{len(step):,} pairs",
                how=_in_full(step),
            )
    except Unavailable as reason:
        yield Row(f"captured / uncaptured request, {kind.name}", "not here", how=str(reason))


def _in_full(pairs: Pairs) -> str:
    plain, captured = map(ms, pairs.medians)
    return f"{captured} / {plain}; {ms(pairs.added)} added"
