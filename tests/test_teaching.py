"""What is written for teachers is in step with the lab."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import jupytext
import pytest

from labapp import remedy, visit
from labapp.arguments import parser
from labapp.checks.asked import ASKED
from labapp.checks.exercises import CHAPTERS as EXERCISES
from labapp.checks.exercises import exercises
from labapp.checks.quizzes import CHAPTERS as QUIZZES
from labapp.checks.row import ROWS
from labapp.remedy import SIX, Remediation
from tests.notebook_rules import CORE, stated_minutes
from tools.build_notebooks import SOURCES
from tools.write_teaching import FOLDER, MESSAGES, kept, main, pages

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs/instructor-guide.md").read_text(encoding="utf-8")
GIFT = (FOLDER / "concept-inventory.gift").read_text(encoding="utf-8")
CHAPTERS = {path.name[:2]: path for path in sorted(SOURCES.glob("*.py"))}


def section(heading: str) -> str:
    """Return what stands under a heading of the guide."""
    return GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def rows(heading: str) -> list[list[str]]:
    """Return the rows of the tables under a heading, without heads and rules."""
    lines = [line for line in section(heading).splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    heads = {n - 1 for n, row in enumerate(cells) if set("".join(row)) == {"-"}}
    return [r for n, r in enumerate(cells) if n not in heads and set("".join(r)) != {"-"}]


def minutes(chapter: str) -> int:
    """Return the minutes that a chapter promises."""
    return stated_minutes(jupytext.read(CHAPTERS[chapter], fmt="py:percent")) or 0


class TestGenerated:
    """The pages that a tool writes."""

    def test_in_step(self) -> None:
        """They are what the tool writes now."""
        assert pages() == {
            name: (FOLDER / name).read_text(encoding="utf-8") for name in pages()
        }, "run: make teaching"

    def test_a_change_would_be_noticed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Control: a page that differs is told."""
        monkeypatch.setattr("tools.write_teaching.FOLDER", tmp_path)
        monkeypatch.setattr("tools.write_teaching.pages", lambda: {"messages.md": "new"})

        assert "run make teaching" in str(main(["--check"]))

    def test_every_wrong_answer_is_there(self) -> None:
        """A row for each of them."""
        page = (FOLDER / "wrong-answers.md").read_text(encoding="utf-8")

        assert page.count("\n| ") - page.count("| the answer |") == len(kept()) > 200

    def test_eight_messages(self) -> None:
        """As many as fit one sheet, each with its words."""
        page = (FOLDER / "messages.md").read_text(encoding="utf-8")

        assert re.findall(r"^(\d)\. `", page, re.MULTILINE) == list("12345678")
        assert len(MESSAGES) == 8
        assert "Traceback" not in page


class TestMinutes:
    """Plans that can be kept."""

    def test_each_chapter(self) -> None:
        """The guide's minutes are those of the notebooks."""
        assert {row[0][:2]: int(row[1]) for row in rows("Minutes")} == {
            chapter: minutes(chapter) for chapter in CHAPTERS
        }

    @pytest.mark.parametrize(
        ("heading", "most", "sessions"),
        [("One session of 90 minutes", 90, 1), ("Three sessions of 60 minutes", 60, 3)],
    )
    def test_plans(self, heading: str, most: int, sessions: int) -> None:
        """Each session has its chapters with their own minutes, and ends in time."""
        plans: list[list[list[str]]] = [
            [] for _ in range(section(heading).count("| chapter | minutes |"))
        ]
        number = -1
        for line in section(heading).splitlines():
            number += line.startswith("| chapter |")
            if re.match(r"\| *(\d\d)? *\| \d+ \|", line):
                plans[number].append([cell.strip() for cell in line.split("|")[1:3]])

        assert len(plans) == sessions
        for plan in plans:
            taken = {chapter: int(length) for chapter, length in plan if chapter}
            assert taken == {chapter: minutes(chapter) for chapter in taken}
            assert sum(int(length) for _, length in plan) <= most

    def test_three_sessions_have_the_whole_core(self) -> None:
        """No chapter of the core is left out."""
        found = set(
            re.findall(r"^\| (\d\d) \|", section("Three sessions of 60 minutes"), re.MULTILINE)
        )

        assert found == set(CORE)


class TestChapters:
    """What the README promises of each chapter from 02 on."""

    FROM_02 = set(CHAPTERS) - {"00", "01"}

    def test_a_prediction(self) -> None:
        """Each asks before it measures; 00 and 01, too."""
        assert {chapter for chapter, _ in ASKED.values()} == set(CHAPTERS)

    def test_an_exercise(self) -> None:
        """Each has something to write or to choose, and checks it in a cell of its own."""
        checked = {
            (one.chapter, one.name)
            for one in exercises().values()
            if f'check("{one.name}"' in CHAPTERS[one.chapter].read_text(encoding="utf-8")
        }

        assert checked == {(one.chapter, one.name) for one in exercises().values()}
        assert {chapter for chapter, _ in checked} == self.FROM_02

    def test_a_quiz(self) -> None:
        """Each asks its questions."""
        assert set(QUIZZES) == self.FROM_02

    @pytest.mark.parametrize(
        ("folder", "listed"), [("exercises", EXERCISES), ("questions", QUIZZES.values())]
    )
    def test_no_module_is_forgotten(self, folder: str, listed: Iterable[str]) -> None:
        """A module that stands in no list would ask nobody anything."""
        modules = {path.stem for path in (ROOT / "labapp/checks" / folder).glob("[a-z]*.py")}

        assert modules == set(listed)


VISITS: dict[str, tuple[Remediation, ...]] = {
    "after HTTPS": (remedy.https,),
    "after POST": (remedy.post,),
    "the picture's host, with GET": (),
    "with stars": (remedy.post, remedy.mask_reports),
    "with the session": SIX[:4],
    "a signed row, no key": SIX[:4],
    "check --deploy is clean": (remedy.csrf, remedy.https, remedy.hardening),
}


# For rows of a chapter's own: what the guide says, and the line of the chapter that
# asserts it in every run.
PROOFS = {
    "how often each crosses": (
        "your sentence 1, the view's secret 1",
        "assert (yours, the_views) == (1, 1)",
    ),
    "forgery accepted": (
        "nothing applied yes, POST yes, CSRF check, with GET yes, POST and CSRF check no",
        "assert list(accepted.values()) == [True, True, True, False]",
    ),
    "without the check": (
        "Strict refuses the form no, a cookie belongs to one port no",
        'assert [*sent, elsewhere] == ["sessionid=abc", "", "sessionid=abc"]',
    ),
    "still told": (
        (
            "the site's name yes, the address of the page (its path) no, the visitor's words "
            "no, how long the words are yes"
        ),
        "assert list(still.values()) == [True, False, False, True]",
    ),
    "a stripper reads it": (
        (
            "redirect, first visit yes; HSTS, first visit yes; HSTS, an hour later no; HSTS, "
            "site opened by number yes"
        ),
        "assert lanes[2] == [True, False, False, True]",
    ),
    "of seven published claims": (
        "how many hold 0, how many more hold in part 1",
        'assert found == ["partly"] + ["fails"] * 6',
    ),
    "can adding it open something": (
        "redirect and server session yes, the others no",
        "assert guilty == {remedy.redirect, remedy.session}",
    ),
    "the club's login": (
        "listener yes, log yes, history no, database no",
        "assert seen == [True, False, False]",
    ),
    "HTTPS for the club": (
        "closed by HTTPS alone 1",
        'assert sealed.closed == ["listener on the network"]',
    ),
    "told by the log alone": (
        "all but stars in error reports",
        "assert [x for x in remedy.SIX if not told[x.label]] == [remedy.mask_reports]",
    ),
}


class TestPredictions:
    """What each prediction reveals."""

    TABLE = {row[1]: row for row in rows("What each prediction reveals")}

    def test_all_are_there(self) -> None:
        """Every prediction of every chapter, and no other."""
        assert {title: row[0] for title, row in self.TABLE.items()} == {
            title: chapter for title, (chapter, _) in ASKED.items()
        }

    @pytest.mark.parametrize(("title", "applied"), VISITS.items(), ids=VISITS)
    def test_what_is_measured(self, title: str, applied: tuple[Remediation, ...]) -> None:
        """For rows of the map: the guide says what a visit shows."""
        made = visit("Rex sleeps at noon", *applied)
        said = {True: "yes", False: "no"}
        shown = [
            f"{word} {said[bool(ROWS[word].measured(made.seen))]}" for word in ASKED[title][1]
        ]

        assert self.TABLE[title][2] == ", ".join(shown)

    @pytest.mark.parametrize("title", PROOFS)
    def test_what_a_chapter_asserts(self, title: str) -> None:
        """For other rows: the guide says what stands in the chapter as an assertion."""
        said, proof = PROOFS[title]

        assert self.TABLE[title][2] == said
        assert proof in CHAPTERS[ASKED[title][0]].read_text(encoding="utf-8").splitlines()

    def test_none_is_without_proof(self) -> None:
        """Each row of the table is one or the other."""
        assert {*PROOFS, *VISITS} == set(ASKED)


class TestInventory:
    """The concept inventory can be imported, and each item can be measured."""

    ITEM = re.compile(
        r'^// (?P<chapter>\d\d) "(?P<heading>[^"]+)"\n'
        r"::(?P<number>\d\d) answer::(?P<answer>.+?) \{\n(?P<answers>(?:[=~].+\n)+)\}\n"
        r"::(?P=number) reason::(?P<reason>.+?) \{\n(?P<reasons>(?:[=~].+\n)+)\}$",
        re.MULTILINE,
    )
    ITEMS = list(ITEM.finditer(GIFT))

    def test_fourteen_items_of_two_tiers(self) -> None:
        """And nothing else stands in the file but comments and the category."""
        rest = self.ITEM.sub("", GIFT)

        assert [item["number"] for item in self.ITEMS] == [f"{n:02}" for n in range(1, 15)]
        assert [
            line
            for line in rest.splitlines()
            if line and not line.startswith(("//", "$CATEGORY: "))
        ] == []

    def test_each_tier_has_one_right_answer(self) -> None:
        """One `=`, two or more `~`, all different; no sign that GIFT reads as its own."""
        for item in self.ITEMS:
            for tier in (item["answers"], item["reasons"]):
                choices = tier.splitlines()
                texts = [re.sub(r" ?#.*", "", choice)[1:] for choice in choices]

                assert [choice[0] for choice in choices].count("=") == 1
                assert len(set(texts)) == len(choices) >= 3
                assert not {*"=~#{}:"} & set("".join(texts))
            assert not {*"=~#{}:"} & set(item["answer"] + item["reason"])

    def test_each_wrong_answer_leads_to_evidence(self) -> None:
        """Who chose it is told where to look."""
        wrong = [
            line
            for item in self.ITEMS
            for line in item["answers"].splitlines()
            if line[0] == "~"
        ]

        assert len(wrong) >= 28
        assert [line for line in wrong if not re.search(r" #.+\.$", line)] == []

    def test_each_is_measured_in_a_chapter(self) -> None:
        """The heading is there, in that chapter."""
        missing = [
            (item["chapter"], item["heading"])
            for item in self.ITEMS
            if not re.search(
                rf"^# ##? {re.escape(item['heading'])}$",
                CHAPTERS[item["chapter"]].read_text(encoding="utf-8"),
                re.MULTILINE,
            )
        ]
        assert missing == []


class TestCatalogues:
    """Objectives mapped to CWE, ASVS and WSTG."""

    TABLE = {row[0]: row for row in rows("Objectives and the catalogues")}

    def test_every_chapter_has_its_row(self) -> None:
        """With one or more of each catalogue, in its own notation."""
        assert set(self.TABLE) == set(CHAPTERS)
        for _, _, cwe, asvs, wstg in self.TABLE.values():
            assert re.fullmatch(r"\d{3,4}(, \d{3,4})*", cwe)
            assert re.fullmatch(r"\d+\.\d+\.\d+(, \d+\.\d+\.\d+)*", asvs)
            assert re.fullmatch(r"WSTG-[A-Z]{4}-\d\d(, WSTG-[A-Z]{4}-\d\d)*", wstg)

    @pytest.mark.parametrize("chapter", CHAPTERS)
    def test_what_a_chapter_cites_is_there(self, chapter: str) -> None:
        """Every CWE under "To look up" stands in the chapter's row."""
        cited = re.findall(
            r"cwe\.mitre\.org/data/definitions/(\d+)", CHAPTERS[chapter].read_text("utf-8")
        )

        assert set(cited) <= set(self.TABLE[chapter][2].split(", "))


def test_every_chapter_has_one_more_task() -> None:
    """For those who are done."""
    assert [row[0] for row in rows("One more task a chapter")] == list(CHAPTERS)


def test_commands_exist() -> None:
    """Each `make` and each `python -m labapp` of the guide can be typed."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    made = set(re.findall(r"make ([a-z]+)`|^make ([a-z]+)", GUIDE, re.MULTILINE))
    typed = re.findall(r"python -m labapp ([a-z]+)((?: --[a-z]+)*)", GUIDE)
    known_words = parser().format_help()

    assert {a or b for a, b in made} <= set(targets)
    assert typed
    assert [word for word, _ in typed if f"\n    {word} " not in known_words] == []
