"""The sixteen view modules as text: in step with their tool, and with one another."""

from __future__ import annotations

import importlib.util
import inspect
from collections import Counter
from itertools import combinations, product
from pathlib import Path
from types import ModuleType

import pytest

from labapp import remedy
from labapp.remedy import Remediation
from labapp.site.application import diff, sources
from labapp.site.urls import form_template
from labapp.site.views import views_for

IN_VIEW = (remedy.post, remedy.mask_reports, remedy.redirect, remedy.session)
ROOT = Path(__file__).parent.parent


def load_tool() -> ModuleType:
    """Return tools/write_views.py as a module."""
    spec = importlib.util.spec_from_file_location("write_views", ROOT / "tools/write_views.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


def subsets(remediations: tuple[Remediation, ...]) -> list[tuple[Remediation, ...]]:
    """Return every combination of *remediations*."""
    return [
        chosen
        for size in range(len(remediations) + 1)
        for chosen in combinations(remediations, size)
    ]


def changed_lines(before: str, after: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the lines that went and the lines that came (blank ones aside)."""
    old, new = Counter(before.splitlines()), Counter(after.splitlines())
    return frozenset((old - new).keys() - {""}), frozenset((new - old).keys() - {""})


def test_every_file_the_tool_writes_stands_in_the_repository_as_written() -> None:
    """The sixteen modules and four form pages are what the tables say."""
    expected = load_tool().files()
    found = {file: file.read_text(encoding="utf-8") for file in expected}
    assert len(expected) == 16 + 4
    assert expected == found


def test_nobody_added_a_view_module_that_the_tool_does_not_know() -> None:
    """The folder of views holds the sixteen and nothing else."""
    folder = ROOT / "labapp/site/views"
    expected = {file for file in load_tool().files() if file.parent == folder}
    assert expected == set(folder.glob("*.py")) - {folder / "__init__.py"}


def test_check_names_a_module_out_of_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--check`` fails on one changed line, writes nothing, and passes once written."""
    tool = load_tool()
    monkeypatch.setattr(tool, "SITE", tmp_path / "labapp" / "site")
    for folder in ("views", "templates/form"):
        (tool.SITE / folder).mkdir(parents=True)
    monkeypatch.setattr("sys.argv", ["write_views.py"])
    assert tool.main() == 0
    capsys.readouterr()
    changed = tool.SITE / "views" / "post.py"
    changed.write_text("# edited by hand\n", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["write_views.py", "--check"])
    assert tool.main() == 1
    assert capsys.readouterr().out.split() == [str(Path("labapp/site/views/post.py"))]
    assert changed.read_text(encoding="utf-8") == "# edited by hand\n"


def test_each_combination_has_a_view_of_its_own() -> None:
    """Sixteen combinations, sixteen different texts."""
    assert len({sources(chosen) for chosen in subsets(IN_VIEW)}) == 16


def test_what_is_shown_is_the_file_that_runs() -> None:
    """`sources` is the text of the module whose class Django is given."""
    for chosen in subsets(IN_VIEW):
        view = views_for(chosen).SensitiveInfoView
        file = Path(inspect.getfile(inspect.unwrap(view)))
        assert file.read_text(encoding="utf-8") == sources(chosen)
        assert view.__module__ == f"labapp.site.views.{file.stem}"


@pytest.mark.parametrize(
    ("remediation", "kinds"),
    [(remedy.post, 1), (remedy.mask_reports, 1), (remedy.redirect, 2), (remedy.session, 2)],
)
def test_one_remediation_changes_the_same_few_lines_everywhere(
    remediation: Remediation, kinds: int
) -> None:
    """POST and mask_reports always change the same lines; redirect and session share
    the line that answers, so each has one change with and one without the other.
    """
    others = tuple(one for one in IN_VIEW if one is not remediation)
    changes = {
        changed_lines(sources(chosen), sources((*chosen, remediation)))
        for chosen in subsets(others)
    }
    assert kinds == len(changes)
    assert max(len(went | came) for went, came in changes) <= 6


def test_the_lines_of_post_and_mask_reports_are_the_ones_the_course_names() -> None:
    """POST swaps two lines; the stars add a decorator with its imports, and take none."""
    assert changed_lines(sources([]), sources([remedy.post])) == (
        frozenset(
            {
                "    def get(self, request):",
                '        sensitive_info = request.GET["sensitive_info"]',
            }
        ),
        frozenset(
            {
                "    def post(self, request):",
                '        sensitive_info = request.POST["sensitive_info"]',
            }
        ),
    )
    went, came = changed_lines(sources([]), sources([remedy.mask_reports]))
    decorator = (
        '@method_decorator(sensitive_post_parameters("sensitive_info"), name="dispatch")'
    )
    assert went == frozenset()
    assert came >= {decorator}


def test_the_back_office_is_called_while_a_local_variable_holds_the_value() -> None:
    """In every combination the line after the reading of the field is the call."""
    for chosen in subsets(IN_VIEW):
        lines = [line.strip() for line in sources(chosen).splitlines()]
        at = lines.index("back_office.notify()")
        assert lines[at - 1].startswith("sensitive_info = request."), chosen


def test_the_form_changes_by_its_method_and_its_token_only() -> None:
    """Four pages differ in one line each way, and the remediations choose among them."""
    assert form_template([]) == "form/get.html"
    assert form_template([remedy.post]) == "form/post.html"
    assert form_template([remedy.csrf]) == "form/get_token.html"
    assert form_template([remedy.csrf, remedy.post]) == "form/post_token.html"
    assert form_template([remedy.csrf, remedy.post], form_token=False) == "form/post.html"
    folder = ROOT / "labapp/site/templates"
    page = {
        (method, token): (folder / f"form/{method}{token}.html").read_text(encoding="utf-8")
        for method, token in product(("get", "post"), ("", "_token"))
    }
    for method in ("get", "post"):
        went, came = changed_lines(page[method, ""], page[method, "_token"])
        assert (went, came) == (frozenset(), frozenset({"  {% csrf_token %}"}))
    for token in ("", "_token"):
        went, came = changed_lines(page["get", token], page["post", token])
        assert {line.replace("get", "post") for line in went} == came


def test_a_difference_shows_view_form_settings_and_address_where_they_change() -> None:
    """Each of the seven has a difference, in the files it really touches."""
    touched = {
        one.name: [line[4:] for line in diff([], [one]).splitlines() if line[:4] == "+++ "]
        for one in remedy.ALL
    }
    assert touched == {
        "post": ["views.py", "form.html"],
        "mask_reports": ["views.py"],
        "redirect": ["views.py"],
        "session": ["views.py", "settings.py"],
        "csrf": ["form.html", "settings.py"],
        "https": ["address bar"],
        "hardening": ["settings.py"],
    }


def test_no_change_has_no_difference() -> None:
    """The same remediations in another order are the same site."""
    assert diff([remedy.post, remedy.csrf], [remedy.csrf, remedy.post]) == ""
    assert diff([], [remedy.post]) != ""


def test_the_difference_of_settings_can_be_pasted_into_a_settings_module() -> None:
    """What is added to settings.py is Python and sets what Django is given."""
    added = [
        line[1:]
        for line in diff([], [remedy.hardening]).splitlines()
        if line.startswith(("+SE", "+CS"))
    ]
    given: dict[str, object] = {}
    exec("\n".join(added), given)
    assert dict(remedy.hardening.settings).items() <= given.items()
