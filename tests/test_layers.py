"""The import contract of pyproject.toml, that it would notice, and its picture."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import write_design

ROOT = Path(__file__).parent.parent
HEAVY = ("scapy", "matplotlib", "trustme", "django.test")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the contract of the checkout in *folder*."""
    command = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    # -I: this checkout's labapp is installed, and must not be taken for the copy.
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); {command}"
    return subprocess.run(
        [sys.executable, "-I", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package and its contract, to break."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "labapp", tmp_path / "labapp", ignore=ignored)
    return tmp_path


def test_contract_is_kept(copy: Path) -> None:
    """Every module imports only from below. Control for the tests that follow, too."""
    result = lint_imports(copy)

    assert result.returncode == 0, result.stdout + result.stderr
    assert "Contracts: 1 kept, 0 broken." in result.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("secret/__init__.py", "from labapp import evidence"),
        ("remedy.py", "from labapp.capture import Capture"),
        ("errors.py", "import labapp.secret"),
        ("capture.py", "def later():\n    from labapp import evidence"),
    ],
)
def test_import_from_above_is_noticed(copy: Path, module: str, line: str) -> None:
    """An import from above or from beside breaks the contract, even inside a function."""
    path = copy / "labapp" / module
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")

    result = lint_imports(copy)

    assert result.returncode == 1
    assert "Contracts: 0 kept, 1 broken." in result.stdout


def test_module_without_a_layer_is_noticed(copy: Path) -> None:
    """A new module must be given its layer."""
    (copy / "labapp" / "utils.py").write_text('"""Nothing."""\n')

    result = lint_imports(copy)

    assert result.returncode == 1
    assert "utils" in result.stdout


def test_modules_stay_small() -> None:
    """None has more than 250 lines, no function more than 50, and most keep to 200."""
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "labapp").rglob("*.py")}
    modules = {path.relative_to(ROOT): text.count("\n") for path, text in texts.items()}
    functions = [
        (path.name, node.name, (node.end_lineno or 0) - node.lineno + 1)
        for path, text in texts.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    ]

    assert len(functions) > 1000
    assert {path: length for path, length in modules.items() if length > 250} == {}
    assert [one for one in functions if one[2] > 50] == []
    assert sum(length > 200 for length in modules.values()) < len(modules) / 10


class TestDesign:
    """docs/design.md: the layers as they are now."""

    @pytest.fixture
    def page(self, copy: Path) -> Path:
        """The copy, with the page and its picture."""
        for name in (write_design.PAGE, write_design.PICTURE):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
        return copy

    def test_in_step(self) -> None:
        """Table and picture are what contract and docstrings say now."""
        assert write_design.main(["--check"]) == 0, "run: make design"

    def test_every_promise_is_one_sentence(self) -> None:
        """What a layer is, is said in the first line of its docstring, to the full stop."""
        said = {
            name: write_design.promise(name) for row in write_design.layers() for name in row
        }

        assert {name: line for name, line in said.items() if not line.endswith(".")} == {}

    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("pyproject.toml", '"checks | figures",', '"checks",\n    "figures",'),
            ("labapp/errors.py", "One exception", "Another exception"),
            (write_design.PICTURE, ">errors<", ">mistakes<"),
        ],
    )
    def test_a_change_would_be_noticed(self, page: Path, name: str, old: str, new: str) -> None:
        """Control: another order, docstring or picture is told, and mended by writing."""
        text = (page / name).read_text(encoding="utf-8")
        (page / name).write_text(text.replace(old, new), encoding="utf-8")

        assert old in text
        assert "run make design" in str(write_design.main(["--check"], page))
        assert write_design.main([], page) == 0
        assert write_design.main(["--check"], page) == 0

    def test_a_page_without_markers(self) -> None:
        """A page without its markers is told so, and not emptied."""
        with pytest.raises(ValueError, match="layers: begin"):
            write_design.with_table("# Design")


def loaded_by(statement: str) -> set[str]:
    """Return which of the heavy libraries *statement* loads in a fresh interpreter."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(HEAVY).intersection(run.stdout.split())


def test_front_door_is_light() -> None:
    """`import labapp` loads no heavy library."""
    assert set() == loaded_by("import labapp")


@pytest.mark.parametrize("library", HEAVY)
def test_heavy_library_would_be_noticed(library: str) -> None:
    """Control for the test above: each of them is found once it is loaded."""
    assert library in loaded_by(f"import labapp, {library}")
