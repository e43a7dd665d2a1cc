"""What the site's code prints and logs is data; everybody else's output goes its way."""

from __future__ import annotations

import logging
import sys
import threading

import pytest
from django.http import HttpRequest, HttpResponse

from labapp.evidence import CONTROL, SITE
from labapp.lab.laboratory import Laboratory
from labapp.server.output import Output, speaking_for
from labapp.site.application import Own

SECRET = "Rex sleeps at noon"


def talking(request: HttpRequest) -> HttpResponse:
    """Say the value in three ways, then show it."""
    value = request.GET["sensitive_info"]
    print(f"printed {value}")
    print(f"complained {value}", file=sys.stderr)
    logging.getLogger("shop").info("logged %s", value)
    return HttpResponse(f"<mark>{value}</mark>")


async def talking_later(request: HttpRequest) -> HttpResponse:
    """Say it from an async view."""
    return talking(request)


def said(host: str = SITE, view: object = talking) -> list[str]:
    """Return what was said for *host* in the submit step of a visit to *view*."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as lab:
            made = lab.visit(SECRET, own=Own(view=view))  # type: ignore[arg-type]
    step = "submit" if host == SITE else "control"
    return [line.text for line in made.step(step).output if line.host == host]


@pytest.mark.parametrize("view", [talking, talking_later])
def test_prints_and_logs_of_a_view_are_kept(
    view: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard output, on standard error and by logging; the cell shows none of it."""
    assert said(view=view) == [
        f"printed {SECRET}",
        f"complained {SECRET}",
        f"INFO shop: logged {SECRET}",
    ]
    assert SECRET not in "".join(capsys.readouterr())


def test_the_control_is_printed_and_logged_by_control_test() -> None:
    """So "printed nothing" can be believed; it is not said in the site's name."""
    lines = said(CONTROL)
    assert any(line.startswith("control kettle") for line in lines)
    assert any(line.startswith("INFO labapp.site.control: control") for line in lines)
    assert not any("control kettle" in line for line in said())


def test_what_others_say_goes_its_usual_way(capsys: pytest.CaptureFixture[str]) -> None:
    """A print beside the site passes through, and afterwards all is as it was."""
    output, before = Output(), (sys.stdout, sys.stderr, logging.getLogger().level)
    handlers = list(logging.getLogger().handlers)
    with output.listening():
        print("from a cell")
        with speaking_for(SITE):
            print("from the site")
        other = threading.Thread(target=print, args=("from another thread",))
        other.start()
        other.join()
        sys.stdout.flush()
    assert capsys.readouterr().out == "from a cell\nfrom another thread\n"
    assert [line.text for line in output.take()] == ["from the site"]
    assert output.take() == ()
    assert (sys.stdout, sys.stderr, logging.getLogger().level) == before
    assert logging.getLogger().handlers == handlers
