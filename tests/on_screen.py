"""What a notebook looks like in `tests.jupyterlab`: when it is done, its theme, its rules.

A rule is a function from a page to complaints; an empty list means that it is
kept. Rules look at what JupyterLab made of a notebook that just ran, and know
nothing of its file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from tests.jupyterlab import PATIENCE
from tests.notebook_rules import ALLOWED_STDERR

if TYPE_CHECKING:
    from playwright.sync_api import Page

Rule = Callable[["Page"], list[str]]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

_ERROR = re.compile(r"^\w+(Error|Exception|Interrupt|Exit)\b", re.MULTILINE)

# Not awaited: other notebooks may run meanwhile, and a cell may never end.
_RUN_ALL = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }"
_END = "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"
_NO_SIDEBAR = "() => window.jupyterapp.commands.execute('application:toggle-left-area')"
_THEME = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
# While a theme is loaded something lies over the page, and axe cannot tell colours.
_IS_DARK = """dark => document.body.dataset.jpThemeLight === String(!dark)
    && !document.getElementById('jupyterlab-splash')"""

# JupyterLab's <body> has no height, so that axe takes all of it for hidden.
_HEIGHT = "() => { document.body.style.height = '100vh' }"

# Begins every script. A cell is named by its number and its first line. An empty
# cell gets no number, a folded one shows none: the model has it. Widgets and
# errors are told by what they show, for JupyterLab names no type for them; a bar of
# progress that went away is hidden.
_BEGINNING = """
const all = selector => [...document.querySelectorAll(selector)];
const cells = all('.jp-Notebook .jp-Cell');
const widgets = window.jupyterapp.shell.currentWidget.content.widgets;
const name = part => {
    const cell = part.closest('.jp-Cell');
    const line = cell.querySelector('.cm-line')?.textContent ?? '(folded)';
    return `cell ${cells.indexOf(cell)} (${line.slice(0, 40)})`;
};
const isNumber = text => /^\\[\\d+\\]:$/.test(text);
const prompt = cell => {
    const count = widgets[cells.indexOf(cell)].model.executionCount;
    return cell.querySelector('.jp-InputPrompt').textContent || `[${count ?? ' '}]:`;
};
const filled = cells.filter(cell => cell.classList.contains('jp-CodeCell')
    && cell.querySelector('.cm-content')?.textContent.trim() !== '');
const outputs = all('.jp-OutputArea-output');
const forms = outputs.filter(
    one => !one.dataset.mimeType && !one.classList.contains('lm-mod-hidden'));
const complaints = outputs.filter(one => /(error|stderr)$/.test(one.dataset.mimeType));
"""
_DONE = """
filled.length > 0 && isNumber(prompt(filled.at(-1)))
&& !filled.some(cell => prompt(cell) === '[*]:')
&& all('.jp-Notebook-ExecutionIndicator[data-status="idle"]').length > 0
&& all('.jp-OutputArea-output img').every(image => image.complete)
&& forms.every(form => form.querySelector('.jupyter-widgets'))
"""
_COMPLAINTS = "complaints.map(one => [name(one), one.innerText])"
_NOT_DONE = """
filled.filter(cell => !isNumber(prompt(cell))).map(
    cell => `${name(cell)} is not done: ${prompt(cell)}`)
"""
_SILENT_FIGURES = """
all('.jp-OutputArea-output img').flatMap(image => {
    const heads = of => image.closest('figure')?.querySelector(`table th[scope=${of}]`);
    const found = [];
    if (!image.getAttribute('alt')?.trim()) found.push('no text alternative');
    if (!image.naturalWidth) found.push('nothing to be seen');
    if (!heads('col') || !heads('row')) found.push('no table beside it');
    return found.map(one => `${name(image)} shows a figure: ${one}`);
})
"""
_MISSING_FORMS = """
forms.filter(form => !form.querySelector('select, input, button')).map(
    form => `${name(form)} shows no form`)
"""
_TOO_WIDE = """
outputs.flatMap(output => {
    const right = output.getBoundingClientRect().right + 1;
    const parts = [output, ...output.querySelectorAll('*')];
    return parts.some(part => part.getBoundingClientRect().right > right)
        || parts.some(part => part.scrollWidth > part.clientWidth + 1
                              && getComputedStyle(part).overflowX !== 'visible'
                              && getComputedStyle(part).display !== 'inline')
        ? [`${name(output)} shows what is too wide`] : [];
})
"""


def start(page: Page) -> None:
    """Begin to run all cells; `wait` waits for their end."""
    page.evaluate(_RUN_ALL)


def wait(page: Page, seconds: float = PATIENCE) -> bool:
    """Wait until the last cell is done and all is on screen; False if that takes longer."""
    from playwright.sync_api import TimeoutError as TooLong

    try:
        page.wait_for_function(_function(_DONE), timeout=seconds * 1000)
    except TooLong:
        return False
    return True


def change_theme(page: Page, theme: str) -> None:
    """Show *page* in the theme of that name, one of `THEMES`."""
    page.evaluate(_THEME, THEMES[theme])
    page.wait_for_function(_IS_DARK, arg=theme == "dark")


def close_sidebar(page: Page) -> None:
    """Give all of the window to the notebook."""
    page.evaluate(_NO_SIDEBAR)


def close(page: Page) -> None:
    """End the notebook's kernel, and close its page."""
    page.evaluate(_END)
    page.close()


def errors(page: Page) -> list[str]:
    """No cell shows an error."""
    said = _ask(page, _COMPLAINTS)
    return [f"{cell}: {text[-200:]}" for cell, text in said if _ERROR.search(text)]


def stderr(page: Page) -> list[str]:
    """No cell shows a warning."""
    return [
        f"{cell} wrote to stderr: {left}"
        for cell, text in _ask(page, _COMPLAINTS)
        if not _ERROR.search(text) and (left := ALLOWED_STDERR.sub("", text).strip())
    ]


def not_done(page: Page) -> list[str]:
    """Every cell with code has a number: it ran to its end."""
    return list(_ask(page, _NOT_DONE))


def silent_figures(page: Page) -> list[str]:
    """Every figure is drawn, has a text alternative, and a real table beside it."""
    return list(_ask(page, _SILENT_FIGURES))


def missing_forms(page: Page) -> list[str]:
    """Every form is there to be filled in, not only its place."""
    return list(_ask(page, _MISSING_FORMS))


def too_wide(page: Page) -> list[str]:
    """Nothing is wider than its place: nothing is cut off, and no scrollbar is needed."""
    return list(_ask(page, _TOO_WIDE))


RULES: tuple[Rule, ...] = (errors, stderr, not_done, silent_figures, missing_forms, too_wide)


def barriers(page: Page, *only: str) -> list[str]:
    """Return what axe finds against our own outputs, by all of its rules or *only* by some.

    JupyterLab's own parts are left out.
    """
    from axe_playwright_python.sync_playwright import Axe

    html = '.jp-OutputArea-output[data-mime-type="text/html"]'
    ours = [[selector] for selector in (html, ".labapp-card") if page.locator(selector).count()]
    page.evaluate(_HEIGHT)
    options = {"resultTypes": ["violations"], **({"runOnly": list(only)} if only else {})}
    found = Axe().run(page, {"include": ours}, options).response["violations"]
    return [_barrier(one["id"], node) for one in found for node in one["nodes"]]


def _barrier(rule: str, node: dict[str, Any]) -> str:
    reasons = [one["message"] for kind in ("any", "all", "none") for one in node[kind]]
    return f"{rule}: {node['html'][:120]}: {'; '.join(reasons)[:300]}"


def verdicts(page: Page) -> list[str]:
    """Return the first words of every verdict on an exercise: "Done." or "Not yet."."""
    said: list[str] = _ask(page, "outputs.map(one => one.innerText.trim())")
    return list(_beginnings(said))


def _beginnings(texts: list[str]) -> Iterator[str]:
    for text in texts:
        for beginning in ("Done.", "Not yet."):
            if text.startswith(beginning):
                yield beginning


def _ask(page: Page, script: str) -> Any:
    return page.evaluate(_function(script))


def _function(script: str) -> str:
    return f"() => {{ {_BEGINNING} return ({script.strip()}) }}"
