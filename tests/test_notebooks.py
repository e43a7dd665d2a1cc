"""The notebooks: in step with their sources and in good style; `test_matrix` runs them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests import notebook_rules as rules
from tests.notebook_rules import Cell, Notebook
from tools.build_notebooks import (
    NOTEBOOKS,
    SOURCES,
    SourceError,
    build,
    differences,
    expected,
)

NAMES = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
CELL_TIMEOUT = 60  # seconds


def read(name: str) -> Notebook:
    """Return the learners' copy called *name*."""
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def read_solved(name: str) -> Notebook:
    """Return the notebook called *name* with its solutions."""
    source = (SOURCES / f"{name}.py").read_text(encoding="utf-8")
    return nbformat.reads(build(source, solved=True), as_version=4)


def execute(notebook: Notebook, folder: Path) -> Notebook:
    """Run *notebook* on a fresh kernel in *folder*, as JupyterLab would; return it."""
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        allow_errors=True,  # reported by a rule, with the rest
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return notebook


def complaints(notebook: Notebook, laws: tuple[rules.Rule, ...]) -> list[str]:
    """Return what *laws* find wrong with *notebook*."""
    return [complaint for law in laws for complaint in law(notebook)]


@pytest.fixture(autouse=True)
def own_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take this environment's kernel, as tools/open_lab.py does."""
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    monkeypatch.delenv("JUPYTER_PATH", raising=False)


def test_there_are_notebooks() -> None:
    """The tests below would pass on an empty folder."""
    assert "00_start_here" in NAMES


def test_in_step_with_sources() -> None:
    """Each notebook is what its source builds, byte for byte."""
    assert differences(expected()) == [], "run: make notebooks"


@pytest.mark.parametrize("name", NAMES)
def test_style(name: str) -> None:
    """A notebook keeps the rules of style."""
    assert complaints(read(name), rules.STYLE) == []


def test_every_chapter_states_its_minutes() -> None:
    """In the first cell, so that nobody starts what they cannot end."""
    assert [name for name in NAMES if rules.stated_minutes(read(name)) is None] == []


def test_core_path_takes_two_hours() -> None:
    """The chapters of the core together are at most 120 minutes."""
    minutes = {
        name: rules.stated_minutes(read(name)) or 0 for name in NAMES if name[:2] in rules.CORE
    }

    assert sum(minutes.values()) <= 120, minutes


class TestKernel:
    """The kernel that runs them."""

    def test_is_this_python(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A kernel called python3 at the user's home does not get in the way."""
        kernel = tmp_path / "kernels" / "python3"
        kernel.mkdir(parents=True)
        spec = {"argv": ["/bin/false", "{connection_file}"], "display_name": "Not this one"}
        (kernel / "kernel.json").write_text(json.dumps(spec))
        monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
        notebook = new_notebook(cells=[new_code_cell("import sys; sys.executable")])

        result = execute(notebook, tmp_path).cells[0].outputs[0].data["text/plain"]

        assert repr(sys.executable) == result

    def test_errors_warnings_and_bare_images_are_found(self, tmp_path: Path) -> None:
        """A notebook that fails, warns and shows a bare image is told apart from a good one."""
        png = "from IPython.display import Image; Image(b'\\x89PNG', format='png')"
        cells = ["1 / 0", "import sys; print('watch out', file=sys.stderr)", png]
        notebook = execute(new_notebook(cells=[new_code_cell(c) for c in cells]), tmp_path)

        assert [len(rule(notebook)) for rule in rules.RESULT] == [1, 1, 0, 1]


WORDS = " ".join(["word"] * 60)
FOLDED = {"tags": ["docassert"], "jupyter": {"source_hidden": True}}


def claim() -> Cell:
    """Return a text cell that claims."""
    return new_markdown_cell("It is so.", metadata={"tags": ["claim"]})


def proof(source: str = "assert True") -> Cell:
    """Return the hidden cell that proves it."""
    return new_code_cell(source, metadata=FOLDED)


class TestRules:
    """The rules above find what they forbid, and nothing else."""

    @pytest.mark.parametrize(
        "cells",
        [
            [],
            [new_code_cell("\n".join(["pass"] * 12))],
            [new_code_cell("x" * 76)],
            [new_markdown_cell(f"## {WORDS}")],
            [new_markdown_cell(f"{WORDS[:-5]}[word](https://example.org/a b c) - *")],
            [new_markdown_cell(f"{WORDS}\n```\nnot prose\n```")],
            [claim(), proof()],
            [claim(), proof(), claim(), proof()],
            [new_markdown_cell("![a ladder](x.png)"), new_markdown_cell("!")],
            [new_markdown_cell('<img src="x.png" alt="a ladder">')],
        ],
    )
    def test_innocent(self, cells: list[object]) -> None:
        """Good cells pass."""
        assert complaints(new_notebook(cells=cells), rules.STYLE) == []

    @pytest.mark.parametrize(
        ("rule", "cells"),
        [
            (rules.committed_outputs, [new_code_cell("1", execution_count=1)]),
            (rules.committed_outputs, [new_code_cell("1", outputs=[new_output("stream")])]),
            (rules.long_cells, [new_code_cell("\n".join(["pass"] * 13))]),
            (rules.long_cells, [new_code_cell("x" * 77)]),
            (rules.long_cells, [new_markdown_cell(f"{WORDS} more")]),
            (rules.unproven_claims, [claim()]),
            (rules.unproven_claims, [claim(), new_code_cell("assert True")]),
            (rules.unproven_claims, [claim(), claim(), proof()]),
            (rules.unproven_claims, [proof()]),
            (rules.unproven_claims, [claim(), proof(), proof()]),
            (rules.unproven_claims, [claim(), proof("print(1)")]),
            (rules.unproven_claims, [claim(), proof("a=1\nb=2\nc=3\nassert c")]),
            (
                rules.unproven_claims,
                [new_code_cell("1", metadata={"tags": ["claim"]}), proof()],
            ),
            (rules.unfolded_cells, [new_code_cell("1", metadata={"tags": ["hidden"]})]),
            (rules.silent_images, [new_markdown_cell("![](x.png)")]),
            (rules.silent_images, [new_markdown_cell('<img src="x.png">')]),
            (rules.silent_images, [new_markdown_cell("<svg></svg>")]),
        ],
    )
    def test_guilty(self, rule: rules.Rule, cells: list[dict[str, object]]) -> None:
        """Each forbidden thing is found, and by its own rule."""
        notebook = new_notebook(cells=cells)

        assert len(rule(notebook)) == 1
        assert complaints(notebook, tuple(r for r in rules.STYLE if r is not rule)) == []

    def test_shown_image_with_text(self) -> None:
        """An image in HTML with a text alternative is fine, one without is not."""
        outputs = [
            new_output("display_data", {"text/html": f'<img src="data:" alt="{alt}">'})
            for alt in ("three arrows", " ")
        ]
        notebook = new_notebook(cells=[new_code_cell("f", outputs=[o]) for o in outputs])

        assert [
            any(cell.id in complaint for complaint in rules.silent_figures(notebook))
            for cell in notebook.cells
        ] == [False, True]

    def test_cell_that_did_not_run(self) -> None:
        """A code cell without a number did not run; an empty one need not."""
        cells = [new_code_cell("1"), new_code_cell("1", execution_count=1), new_code_cell("")]

        assert len(rules.not_run(new_notebook(cells=cells))) == 1

    @pytest.mark.parametrize(
        ("text", "not_done", "already_done"),
        [
            ("Done. The form works.\nclosed  history", 0, 1),
            ("Not yet. The form still works.", 1, 0),
            ("'Done.'", 1, 1),  # some other text: the verdict is not shown
        ],
    )
    def test_verdicts(self, text: str, not_done: int, already_done: int) -> None:
        """A verdict of an exercise is told by its first word; one must be shown."""
        shown = new_output("execute_result", {"text/plain": text})
        cell = new_code_cell('check("keep it", View)', outputs=[shown])
        notebook = new_notebook(cells=[cell])

        assert len(rules.exercises_not_done(notebook)) == not_done
        assert len(rules.exercises_already_done(notebook)) == already_done

    @pytest.mark.parametrize(
        "source",
        ["", "print('Not yet.')", "from labapp import check", 'check("keep it")', "recheck(1)"],
    )
    def test_what_is_no_exercise(self, source: str) -> None:
        """A cell that grades no answer needs no verdict; to read an exercise is not to do it."""
        notebook = new_notebook(cells=[new_code_cell(source)])

        assert complaints(notebook, (rules.exercises_not_done,)) == []
        assert complaints(notebook, (rules.exercises_already_done,)) == []

    @pytest.mark.parametrize(
        ("text", "minutes"),
        [
            ("# See\n\nFive minutes. Click.", 5),
            ("# Who?\n\nYou need 14 minutes. At the end", 14),
            ("# Who?\n\nYou need\n14 minutes.", 14),
            ("# Who?\n\nIt is quick.", None),
        ],
    )
    def test_stated_minutes(self, text: str, minutes: int | None) -> None:
        """Minutes are stated in the first cell, in digits or as a word."""
        later = new_markdown_cell("You need 3 minutes.")

        assert minutes == rules.stated_minutes(
            new_notebook(cells=[new_markdown_cell(text), later])
        )

    def test_kernel_may_speak_of_its_transport(self) -> None:
        """The kernel's remark about TCP is allowed, what stands beside it is not."""
        remark = "[IPKernelApp] WARNING | Kernel is running over TCP without encryption. ...\n"
        cells = [
            new_code_cell("1", outputs=[new_output("stream", name="stderr", text=text)])
            for text in (remark, f"{remark}Oh\n")
        ]

        assert len(rules.stderr(new_notebook(cells=cells))) == 1


EXERCISE = """\
# %% [markdown]
# Keep it on the server.

# %%
def view(request):
    ### BEGIN SOLUTION
    request.session["value"] = 1
    ### END SOLUTION
    return view

# %% tags=["solution"]
print("It waits in the session.")

# %%
view

# %%
view
"""


START = "### BEGIN START\nanswer = None\n### END START\n"
SOLUTION = "### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION\n"


def cell_of(source: str, *, solved: bool = False) -> str:
    """Return the only cell of the notebook built from *source*."""
    (cell,) = nbformat.reads(build(source, solved=solved), as_version=4).cells
    text: str = cell.source
    return text


class TestBuild:
    """From text source to notebook."""

    def test_learners_copy_has_no_solution(self) -> None:
        """Solution lines became a place to write, solution cells are gone."""
        notebook = nbformat.reads(build(EXERCISE), as_version=4)

        assert [cell.source for cell in notebook.cells] == [
            "Keep it on the server.",
            "def view(request):\n    # Your lines here.\n    ...\n    return view",
            "view",
            "view",
        ]

    def test_solved_copy_has_them(self) -> None:
        """The solved copy has the lines and the cell, but no marker."""
        solved = build(EXERCISE, solved=True)

        assert [
            text in solved for text in ('request.session[\\"value\\"]', "It waits", "###")
        ] == [True, True, False]

    @pytest.mark.parametrize("order", [(START, SOLUTION), (SOLUTION, START)])
    def test_start_takes_the_place_of_the_solution_beside_it(
        self, order: tuple[str, str]
    ) -> None:
        """Learners get the code to start from, without a place holder; the solved copy not."""
        source = f"# %%\nbefore = 1\n{''.join(order)}after = 3\n"

        assert cell_of(source) == "before = 1\nanswer = None\nafter = 3"
        assert cell_of(source, solved=True) == "before = 1\nanswer = 42\nafter = 3"

    def test_start_apart_leaves_the_place_holder(self) -> None:
        """A solution with other lines between keeps its place to write, well indented."""
        solution = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
        source = f"# %%\n{START}x = 1\n{solution}"

        assert cell_of(source) == (
            "answer = None\nx = 1\ndef f():\n    # Your lines here.\n    ..."
        )
        assert cell_of(source, solved=True) == "x = 1\ndef f():\n    return 1"

    @pytest.mark.parametrize("solved", [True, False])
    @pytest.mark.parametrize(
        "lines",
        [
            "### BEGIN SOLUTION\nanswer = 42\n",
            "### END SOLUTION\nanswer = 42\n",
            "### BEGIN START\nanswer = 42\n",
            "### END START\nanswer = 42\n",
            "### BEGIN START\nanswer = 42\n### END SOLUTION\n",
            "### BEGIN SOLUTION\n### BEGIN START\nanswer = 42\n### END START\n",
        ],
    )
    def test_lonely_marker(self, lines: str, solved: bool) -> None:
        """A marker without its partner would give the solution away: refused."""
        with pytest.raises(SourceError, match="no partner"):
            build(f"# %%\n{lines}", solved=solved)

    def test_metadata_beside_tags(self) -> None:
        """Metadata that nothing reads is refused, so that a typo is seen."""
        with pytest.raises(SourceError, match="tag"):
            build('# %% tag=["claim"]\n1\n')

    def test_same_source_same_bytes(self) -> None:
        """Building twice gives the same bytes."""
        assert build(EXERCISE) == build(EXERCISE)

    def test_ids_follow_content(self) -> None:
        """Ids differ, even for equal cells; a new cell changes no other's id."""
        before = [cell["id"] for cell in json.loads(build(EXERCISE))["cells"]]
        more = "# %%\nimport django\n\n" + EXERCISE
        after = [cell["id"] for cell in json.loads(build(more))["cells"]]

        assert len(set(before)) == 4
        assert before == after[1:]

    def test_docassert_is_folded(self) -> None:
        """A hidden cell is folded, another is not."""
        source = '# %% tags=["docassert"]\nassert 1\n\n# %%\nassert 2\n'
        folded, plain = nbformat.reads(build(source), as_version=4).cells

        assert folded.metadata == {"tags": ["docassert"], "jupyter": {"source_hidden": True}}
        assert plain.metadata == {}

    def test_differences(self, tmp_path: Path) -> None:
        """Notebooks that differ, are missing or have no source are told."""
        for name in ("same", "edited", "orphan"):
            (tmp_path / f"{name}.ipynb").write_text(name)
        wanted = {"same.ipynb": "same", "edited.ipynb": "other", "missing.ipynb": "missing"}

        assert differences(wanted, tmp_path) == [
            "edited.ipynb",
            "missing.ipynb",
            "orphan.ipynb",
        ]

    def test_line_endings_count(self, tmp_path: Path) -> None:
        """A notebook with CRLF is not the same bytes."""
        (tmp_path / "a.ipynb").write_bytes(b"a\r\n")

        assert differences({"a.ipynb": "a\n"}, tmp_path) == ["a.ipynb"]
