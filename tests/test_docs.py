"""Documents that speak of files, commands and versions tell the truth."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from pydoc import locate

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
TESTS = sorted((ROOT / "tests").glob("test_*.py"))
README, MAKEFILE = ROOT / "README.md", ROOT / "Makefile"

# `make NAME` in code: between backquotes, or at the start of a line of a block.
MAKE = re.compile(r"(?:`|^ *(?:\$ )?)make +([a-z][a-z-]*)", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def requirements(name: str) -> list[str]:
    """Return the lines of a requirements file, without the reasons."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for raw in lines if (line := re.sub(r"(^|\s+)#.*", "", raw))]


def test_changelog_has_the_version() -> None:
    """The newest entry of the changelog is the version of the package."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert PROJECT["version"] == re.findall(r"^## (\S+)", text, re.MULTILINE)[0]


def test_requirements_and_package_agree() -> None:
    """requirements.txt lists what the package depends on, then the package itself."""
    assert [*PROJECT["dependencies"], "-e ."] == requirements("requirements.txt")


def test_development_starts_with_the_lab() -> None:
    """requirements-dev.txt begins with what every learner has."""
    assert requirements("requirements-dev.txt")[0] == "-r requirements.txt"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_have_floor_and_cap(name: str) -> None:
    """Each line says from which version and below which, so that next year works, too."""
    packages = [line for line in requirements(name) if not line.startswith("-")]

    assert [
        line for line in packages if not re.fullmatch(r"[\w-]+>=[\d.]+,<[\d.]+", line)
    ] == []


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_make_commands_exist(name: str) -> None:
    """Every `make` command in the text is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE.read_text(), re.MULTILINE))
    named = set(MAKE.findall((ROOT / name).read_text(encoding="utf-8")))

    assert named
    assert set() == named - targets


def test_readme_has_the_two_commands() -> None:
    """The README opens with `make lab`, names `make test`, and pip for the rest."""
    text = README.read_text(encoding="utf-8")

    assert {"lab", "test"} <= set(MAKE.findall(text))
    assert "pip install -r requirements.txt" in text
    assert "tools/open_lab.py" in text


def test_readme_lists_every_notebook() -> None:
    """Each has its row in the table, by its number and its title."""
    rows = re.findall(
        r"^\| \[(\d\d) (.+?)\]\(notebooks/(\S+)\.ipynb\)",
        README.read_text("utf-8"),
        re.MULTILINE,
    )
    titles = {
        path.stem: re.findall(r"^# # (.+)$", path.read_text("utf-8"), re.MULTILINE)[0]
        for path in sorted((ROOT / "sources").glob("[0-9][0-9]_*.py"))
    }

    assert {name: f"{number} {title}" for number, title, name in rows} == {
        name: f"{name[:2]} {title}" for name, title in titles.items()
    }


@pytest.mark.parametrize(
    "document",
    sorted(
        p.relative_to(ROOT).as_posix() for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    ),
)
def test_links_lead_somewhere(document: str) -> None:
    """Every relative link leads to a file."""
    path = ROOT / document
    links = LINK.findall(path.read_text(encoding="utf-8"))

    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_every_test_states_its_law(path: Path) -> None:
    """Every test has a docstring: the law it checks."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tests = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]

    assert tests
    assert [] == [test.name for test in tests if not ast.get_docstring(test)]


def test_licences() -> None:
    """Code and text each have their licence."""
    assert "MIT License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "CC BY 4.0" in (ROOT / "LICENSE-TEXT.md").read_text(encoding="utf-8")
    assert PROJECT["license"] == "MIT"


def test_repository_address_stands_once() -> None:
    """The address of the repository stands in pyproject.toml alone."""
    address = PROJECT["urls"]["Repository"].removeprefix("https://")
    texts = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("labapp/**/*.py")]

    assert [path.name for path in texts if address in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_decision(path: Path) -> None:
    """A decision is short and says context, decision and consequences."""
    lines = path.read_text(encoding="utf-8").splitlines()

    assert len(lines) <= 60
    assert [line for line in lines if line.startswith("## ")] == [
        "## Context",
        "## Decision",
        "## Consequences",
    ]


def test_decisions_are_numbered() -> None:
    """Decisions are numbered without a gap, the template being 0000."""
    assert [f"{n:04}" for n in range(len(DECISIONS))] == [path.name[:4] for path in DECISIONS]


def test_the_threat_model_names_tests_that_are_there() -> None:
    """Every test and every module of tests in it exists; it is about one page."""
    text = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
    defined = set(re.findall(r"def (test_\w+)", "".join(p.read_text("utf-8") for p in TESTS)))
    named = set(re.findall(r"`(test_\w+)`", text))

    assert len(named) >= 8
    assert set() == named - defined
    assert [
        one for one in re.findall(r"`(tests/\w+\.py)`", text) if not (ROOT / one).exists()
    ] == []
    assert len(text.split()) < 900


def test_the_how_tos_name_what_is_there() -> None:
    """Every test and every file named there exists, and each heading counts its table's rows."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## How to add ...")[1]
    defined = set(
        re.findall(r"(?:def|class) (\w+)", "".join(p.read_text("utf-8") for p in TESTS))
    )
    named = re.findall(r"`(?:Test\w+::)?([Tt]est_?\w+)`", text)
    files = re.findall(r"`((?:labapp|tests|tools|docs)/[a-z_/]+\.(?:py|md))`", text)
    tables = [part.split("\n## ")[0] for part in text.split("\n### ")[1:]]

    assert len(tables) == 4
    assert {one for one in named if one not in defined} == set()
    assert [one for one in files if not (ROOT / one).exists()] == []
    assert [int(re.findall(r": (\d+) files", one)[0]) for one in tables] == [
        one.count("\n|") - 2 for one in tables
    ]


class TestMisconceptions:
    """docs/misconceptions.md names chapters and headings that are there."""

    ROWS = re.findall(
        r'^\|.*?\| (\d\d) \| "(.+?)" \|',
        (ROOT / "docs/misconceptions.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )

    def test_each_heading_is_there(self) -> None:
        """Each row names a heading of its chapter's source."""
        missing = [
            (chapter, heading)
            for chapter, heading in self.ROWS
            if not any(
                re.search(
                    rf"^# ##? {re.escape(heading)}$", path.read_text("utf-8"), re.MULTILINE
                )
                for path in (ROOT / "sources").glob(f"{chapter}_*.py")
            )
        ]
        assert missing == []

    def test_every_chapter_refutes_something(self) -> None:
        """No chapter is without a row."""
        chapters = {path.name[:2] for path in (ROOT / "sources").glob("[0-9][0-9]_*.py")}
        assert {chapter for chapter, _ in self.ROWS} == chapters


class TestGlossary:
    """docs/glossary.md: words that are used, in order, each with its place or its source."""

    TEXT = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    OWN, FIELD = (
        re.findall(r"^\| (?!word |---)(.+?) \| (.+?) \| ?(.*?) ?\|$", part, re.MULTILINE)
        for part in TEXT.split("\n## ")[1:]
    )

    @pytest.mark.parametrize("rows", [OWN, FIELD], ids=["own", "field"])
    def test_in_alphabetical_order(self, rows: list[tuple[str, str, str]]) -> None:
        """Each word once, as a dictionary has them, large and small letters alike."""
        words = [word for word, _, _ in rows]

        assert len(words) > 20
        assert words == sorted(words, key=str.casefold)
        assert len(words) == len({word.casefold() for word in words})

    @pytest.mark.parametrize(("word", "_", "where"), OWN, ids=[word for word, *_ in OWN])
    def test_a_word_of_its_own_lives_in_the_code(self, word: str, _: str, where: str) -> None:
        """The name beside it can be looked up, and the word is used in code or chapters."""
        assert locate(where.strip("`")) or named_in_annotations(where.strip("`"))
        assert re.search(rf"\b{word}s?\b", self.used(), re.IGNORECASE)

    @pytest.mark.parametrize(("word", "_", "source"), FIELD, ids=[word for word, *_ in FIELD])
    def test_a_word_of_the_field_is_used(self, word: str, _: str, source: str) -> None:
        """It stands in code or chapters, and its source is a link."""
        assert re.search(rf"\b{word}s?\b", self.used(), re.IGNORECASE)
        assert source.startswith("[") or not source

    def test_a_name_that_is_gone_would_be_noticed(self) -> None:
        """Control: neither a module, nor a class, nor a field that is not there is found."""
        for name in ("labapp.gone", "labapp.evidence.Gone", "labapp.evidence.Evidence.gone"):
            assert not locate(name)
            assert not named_in_annotations(name)

    def test_as_short_as_a_glossary(self) -> None:
        """One or two sentences each, three at most."""
        assert [
            word
            for word, said, _ in self.OWN + self.FIELD
            if len(re.findall(r"\.(?: |$)", said)) > 3
        ] == []

    @staticmethod
    @cache
    def used() -> str:
        """All of labapp and of the chapters, with line breaks and comment signs as spaces."""
        files = [*(ROOT / "labapp").rglob("*.py"), *(ROOT / "sources").glob("*.py")]
        return re.sub(r"[\s#]+", " ", " ".join(path.read_text("utf-8") for path in files))


def named_in_annotations(name: str) -> bool:
    """Return whether the last part of *name* is a field that its class declares."""
    owner, _, field = name.rpartition(".")
    return field in getattr(locate(owner), "__annotations__", {})


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=str)
def test_links_between_notebooks(path: Path) -> None:
    """A link in a notebook leads to a file that is there."""
    targets = LINK.findall(path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []
