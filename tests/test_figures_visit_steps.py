"""The six panels: what the visitor did, and the requests that were really made."""

from __future__ import annotations

import pytest

from labapp.errors import LabError
from labapp.figures import visit_steps
from labapp.figures.visit_steps import PANELS, requests
from labapp.remedy import post, session
from tests.drawn import overlapping, sizes, texts, visit


def asked(*remediations) -> dict[str, list[str]]:
    """Return the requests of every panel, by its title."""
    return {panel.title: requests(visit(*remediations), panel) for panel in PANELS}


def test_a_panel_has_the_requests_that_were_made() -> None:
    """Method, path and status as they are in the evidence."""
    assert asked(post, session) == {
        "open": ["GET / 200"],
        "submit": ["POST /sensitive 200"],
        "read back": ["GET /secure_page 200"],
        "again, reload": ["2 \N{MULTIPLICATION SIGN} POST /sensitive 200"],
        "outage": ["2 \N{MULTIPLICATION SIGN} POST /sensitive 500"],
        "old link, forgery": [
            "GET other.test/ 200",
            "GET /secure_page 200",
            "GET other.test/attack?... 200",
            "POST /sensitive 200",
        ],
    }


def test_a_step_that_was_not_made_says_so() -> None:
    """Without a session nothing is read back; with one it is."""
    assert asked()["read back"] == []
    assert "not in this visit" in texts(visit_steps(visit()))
    assert "not in this visit" not in texts(visit_steps(visit(session)))


def test_the_secret_itself_is_not_drawn() -> None:
    """A query is cut, so a long sentence cannot leave its panel."""
    assert asked()["submit"] == ["GET /sensitive?... 200"]


@pytest.mark.parametrize("style", ["notebook", "projector"])
def test_words_keep_clear_of_each_other(monkeypatch: pytest.MonkeyPatch, style: str) -> None:
    """Nothing overlaps in either size, and nothing is too small."""
    monkeypatch.setenv("LABAPP_FIGURES", style)
    picture = visit_steps(visit(post, session))
    assert overlapping(picture) == []
    assert min(sizes(picture)) >= {"notebook": 15, "projector": 18}[style]


@pytest.mark.parametrize("style", ["notebook", "projector"])
def test_no_request_is_cut_short(monkeypatch: pytest.MonkeyPatch, style: str) -> None:
    """With the visit's own addresses, every line of a panel is whole."""
    monkeypatch.setenv("LABAPP_FIGURES", style)
    for remediations in ((), (post, session)):
        wanted = {line for lines in asked(*remediations).values() for line in lines}
        assert wanted <= set(texts(visit_steps(visit(*remediations))))


def test_every_step_of_a_panel_is_one_of_the_script() -> None:
    """A step that is renamed in the lab cannot silently vanish from the panels."""
    made = {step.name for step in visit(post, session).evidence}
    assert {name for panel in PANELS for name in panel.steps} <= made


def test_only_a_visit_can_be_drawn() -> None:
    """Anything else gets one line that says what to pass."""
    with pytest.raises(LabError, match=r"visit_steps\(before\)"):
        visit_steps("before")  # type: ignore[arg-type]
