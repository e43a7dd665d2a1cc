"""Every notebook in a real JupyterLab and a real Chromium, as learners get it."""

from __future__ import annotations

import json
import shutil
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests import notebook_rules, on_screen
from tests.jupyterlab import JupyterLab, chromium
from tests.on_screen import RULES, barriers, change_theme, close, start, verdicts, wait
from tests.test_notebooks import NAMES, read
from tools.build_notebooks import METADATA, NOTEBOOKS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.chromium, pytest.mark.timeout(1500)]

# By theme, the rules of axe that are asked; another theme has other colours, and no more.
THEMES: dict[str, tuple[str, ...]] = {"light": (), "dark": ("color-contrast",)}
AT_ONCE = 2  # notebooks, on as many processors
PATIENCE = 240  # seconds for one notebook, on a busy machine
IMPORTS = "import threading\nfrom IPython.display import HTML, display"
WIDGET = "application/vnd.jupyter.widget-view+json"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
# By rule, a cell that breaks it. The last one never ends.
BREAKS = {
    "stderr": "import sys; print('watch out', file=sys.stderr)",
    "silent_figures": f'HTML(\'<figure><img src="{PIXEL}" alt=" "></figure>\')',
    "missing_forms": f"display({{{WIDGET!r}: {{'model_id': 'gone', 'version_major': 2}}}}, raw=True)",
    "too_wide": 'HTML(\'<div style="overflow:auto"><p style="width:90em">wide</div>\')',
    "errors": "1 / 0",
    "not_done": "print('wait' + 'ing'); threading.Event().wait()",
}
PALE = "HTML('<p style=\"background:#fff;color:#ddd\">pale</p><input>')"


@dataclass(frozen=True)
class Lab:
    """JupyterLab on a *folder* of notebooks, and a *browser* to open them with."""

    server: JupyterLab
    folder: Path
    browser: Browser

    def begin(self, name: str, width: int = 1280, height: int = 1600) -> Page:
        """Open the notebook called *name* and begin to run it."""
        page = self.browser.new_page(viewport={"width": width, "height": height})
        self.server.open(page, f"{name}.ipynb")
        start(page)
        return page


@dataclass(frozen=True)
class Seen:
    """What was on screen after a notebook ran.

    *complaints* by rule, *barriers* by theme, and the beginnings of the *verdicts*
    on its exercises; *ended* is false if a cell was still running.
    """

    ended: bool
    complaints: dict[str, list[str]]
    barriers: dict[str, list[str]]
    verdicts: list[str]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a copy of notebooks/."""
    folder = tmp_path_factory.mktemp("lab") / "notebooks"
    shutil.copytree(NOTEBOOKS, folder, ignore=shutil.ignore_patterns(".*", "progress.json"))
    with JupyterLab(folder) as server, chromium() as browser:
        yield Lab(server, folder, browser)


def write(folder: Path, name: str, cells: list[str]) -> None:
    """Write a notebook with these cells of code; all are run, whatever one raises."""
    tags = {"tags": ["raises-exception"]}
    made = [new_code_cell(text, metadata=tags) for text in cells]
    nbformat.write(new_notebook(cells=made, metadata=METADATA), folder / f"{name}.ipynb")


def look(page: Page, seconds: float = PATIENCE) -> Seen:
    """Wait for the end of a notebook's run, look at it by every rule, and close it."""
    ended = wait(page, seconds)
    complaints = {rule.__name__: rule(page) for rule in RULES}
    found = {}
    for theme, only in THEMES.items():
        change_theme(page, theme)
        found[theme] = barriers(page, *only)
    seen = Seen(ended, complaints, found, verdicts(page))
    close(page)
    return seen


@pytest.fixture(scope="module")
def seen(lab: Lab) -> dict[str, Seen]:
    """What was on screen after each notebook ran, some of them side by side."""
    running: deque[tuple[str, Page]] = deque()
    found = {}
    for name in NAMES:
        running.append((name, lab.begin(name)))
        if len(running) == AT_ONCE:
            earliest, page = running.popleft()
            found[earliest] = look(page)
    return found | {name: look(page) for name, page in running}


@pytest.fixture(scope="module")
def guilty(lab: Lab) -> Seen:
    """A notebook that breaks every rule, each in a cell of its own."""
    write(lab.folder, "guilty", [IMPORTS, PALE, *BREAKS.values()])
    page = lab.begin("guilty")
    page.get_by_text("waiting").wait_for()
    return look(page, seconds=3)


@pytest.mark.parametrize("name", NAMES)
class TestNotebook:
    """What a learner sees after "Run All Cells"."""

    def test_comes_to_its_end(self, name: str, seen: dict[str, Seen]) -> None:
        """The last cell is done, the kernel is idle, and every output is on screen."""
        assert seen[name].ended

    @pytest.mark.parametrize("rule", [rule.__name__ for rule in RULES])
    def test_keeps_the_rule(self, name: str, rule: str, seen: dict[str, Seen]) -> None:
        """Neither error nor warning; figures with words; forms; nothing cut off."""
        assert seen[name].complaints[rule] == []

    @pytest.mark.parametrize("theme", THEMES)
    def test_no_barriers(self, name: str, theme: str, seen: dict[str, Seen]) -> None:
        """Axe finds nothing against our own outputs: contrast, labels, tables."""
        assert seen[name].barriers[theme] == []

    def test_exercises_ask_for_more(self, name: str, seen: dict[str, Seen]) -> None:
        """With its starting code every exercise says "Not yet."."""
        exercises = sum(map(notebook_rules.is_graded, read(name).cells))

        assert seen[name].verdicts == ["Not yet."] * exercises


class TestControl:
    """The rules find what they forbid, in the cell that does it."""

    def test_a_cell_without_end_is_not_waited_for(self, guilty: Seen) -> None:
        """The wait is bounded, and says that the notebook did not come to its end."""
        assert not guilty.ended

    @pytest.mark.parametrize("rule", [rule.__name__ for rule in RULES])
    def test_rule(self, rule: str, guilty: Seen) -> None:
        """Each rule finds its own cell, and no other."""
        number = list(BREAKS).index(rule) + 2
        found = {complaint.partition(" (")[0] for complaint in guilty.complaints[rule]}

        assert found == {f"cell {number}"}

    def test_barriers(self, guilty: Seen) -> None:
        """Pale words, a field without a name and an image without a text are barriers."""
        found = {
            theme: {barrier.partition(":")[0] for barrier in barriers}
            for theme, barriers in guilty.barriers.items()
        }

        assert found["light"] >= {"color-contrast", "label", "image-alt"}
        assert found["dark"] == {"color-contrast"}


FORMS = "02_what_does_post_change"  # has a prediction, and a quiz about the same visits
NARROW = 660
CUT_OFF = "labels => labels.filter(one => one.scrollWidth > one.clientWidth + 1).length"
SIZES = "parts => parts.map(one => parseFloat(getComputedStyle(one).fontSize))"
PAPER = "card => getComputedStyle(card).backgroundColor"
ROW = "//tr[th[normalize-space()='{}']]"
CHOSEN = "lists => lists.map(one => one.selectedOptions[0].textContent)"


@pytest.fixture(scope="module")
def forms(lab: Lab) -> Iterator[Page]:
    """A chapter that ran in a narrow window, in the dark."""
    page = lab.begin(FORMS, width=NARROW, height=2000)
    on_screen.close_sidebar(page)
    assert wait(page, PATIENCE)
    change_theme(page, "dark")
    yield page
    close(page)


def run_again(page: Page, line: str) -> None:
    """Click into the cell with *line*, and press Shift+Enter."""
    page.locator(".jp-CodeCell .cm-line").get_by_text(line, exact=True).click()
    page.keyboard.press("Shift+Enter")


class TestForms:
    """Predictions and quizzes in a narrow window, in the dark, by mouse and by keyboard."""

    def test_a_prediction_lands_beside_the_measurement(self, forms: Page, lab: Lab) -> None:
        """What was chosen is kept, and stands beside what was measured."""
        chosen = {
            "listens to the network": "no, a guess",
            "reads the server log": "no, sure",
            "reads the browser history": "not sure",
        }
        for label, option in chosen.items():
            known = option.replace(" ", "\N{NO-BREAK SPACE}")
            forms.get_by_label(label, exact=True).select_option(label=known)
        forms.get_by_text("All answered.").wait_for()
        run_again(forms, "guess.beside(after)")

        shown = forms.locator("figure", has_text="Your prediction beside the measurement")
        shown.get_by_text("different").first.wait_for()
        beside = {
            label: shown.locator(ROW.format(label)).locator("td").all_inner_texts()
            for label in chosen
        }
        assert beside == {
            "listens to the network": ["no, a guess", "yes", "different"],
            "reads the server log": ["no, sure", "no", "as you said"],
            "reads the browser history": ["not sure", "no", ""],
        }
        kept = json.loads((lab.folder / "progress.json").read_text())["prediction"]
        assert list(kept["after POST"]["answers"].values()) == list(chosen.values())

    def test_a_quiz_answers_whoever_is_wrong_and_whoever_is_right(self, forms: Page) -> None:
        """A click on another answer gets another reply, each with evidence."""
        question = forms.locator(".labapp-card .widget-vbox").nth(1)
        replies = []
        for choice in question.locator("input[type=radio]").all():
            before = question.locator("[role=alert]").all_inner_texts()
            choice.click()
            question.get_by_role("button").click()
            forms.wait_for_function(
                "([alert, before]) => alert.innerText !== before",
                arg=[question.locator("[role=alert]").element_handle(), "".join(before)],
            )
            replies.append(question.locator("[role=alert] p").inner_text())

        assert [reply[0] for reply in replies] == list("abcd")[: len(replies)]
        assert sum(reply[3:].startswith("Yes.") for reply in replies) == 1

    def test_keys_are_not_taken_for_shortcuts(self, forms: Page) -> None:
        """Letters and arrows choose in a list, Tab goes on to the next one."""
        cells = forms.locator(".jp-Notebook .jp-Cell").count()
        lists = forms.locator(".labapp-card").first.locator("select")
        lists.first.focus()
        for key in ("y", "Tab", "Home", "ArrowDown", "ArrowDown", "Tab", "n", "o", "t"):
            forms.keyboard.press(key)

        chosen = [one.replace("\N{NO-BREAK SPACE}", " ") for one in lists.evaluate_all(CHOSEN)]
        assert chosen == ["yes, sure", "yes, a guess", "not sure"]
        assert forms.locator(".jp-Notebook .jp-Cell").count() == cells

    def test_a_quiz_by_keyboard(self, forms: Page) -> None:
        """Arrows and Space choose, Tab goes to the button, Enter answers."""
        questions = forms.locator(".labapp-card .widget-vbox")
        choices = questions.nth(2).locator("input[type=radio]")
        choices.first.focus()
        for key in ("Space", "ArrowDown"):
            forms.keyboard.press(key)
        assert [choice.is_checked() for choice in choices.all()] == [False, True, False]

        question = questions.nth(0)
        question.locator("input[type=radio]").nth(2).focus()
        for key in ("Space", "Tab", "Enter"):
            forms.keyboard.press(key)

        reply = question.locator("[role=alert]")
        reply.wait_for()
        assert reply.inner_text().startswith("c) Look at the evidence.")

    def test_every_list_has_its_label(self, forms: Page) -> None:
        """A reader of screens says which row a list is for."""
        for label in ("listens to the network", "reads the server log"):
            assert forms.get_by_label(label, exact=True).count() == 1

    def test_nothing_is_cut_off_or_small(self, forms: Page) -> None:
        """At 660 pixels every label is whole; letters have 14 pixels or more."""
        labels = forms.locator(".labapp-card label")
        texts = forms.locator(".labapp-card").locator("label, select, button, p, strong, pre")

        assert labels.count() > 10  # the control: there are some to be measured
        assert labels.evaluate_all(CUT_OFF) == 0
        assert min(texts.evaluate_all(SIZES)) >= 14

    def test_nothing_is_too_wide(self, forms: Page) -> None:
        """At 660 pixels no output needs a scrollbar."""
        assert on_screen.too_wide(forms) == []

    def test_the_card_is_white_in_the_dark(self, forms: Page) -> None:
        """The dark theme is on, and the card stays as it is."""
        assert forms.locator("body").get_attribute("data-jp-theme-light") == "false"
        assert forms.locator(".labapp-card").first.evaluate(PAPER) == "rgb(255, 255, 255)"
