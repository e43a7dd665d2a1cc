"""The quizzes: each reply stands on a line of the evidence of this run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ipywidgets import Button, RadioButtons, Widget

from labapp.checks import card
from labapp.checks.citation import answers, cookies_sent, found, log, masked, opened
from labapp.checks.memory import forget, recall
from labapp.checks.question import Choice, Question, Reply
from labapp.checks.quizzes import CHAPTERS, Quiz, questions_of, quiz
from labapp.errors import LabError
from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.remedy import SIX, Remediation, csrf, https, post
from labapp.secret import find

SECRET = "I can't sleep <b> 猫"
HOSTILE = "<script>alert(1)</script>"
QUESTIONS = [
    (chapter, number)
    for chapter in CHAPTERS
    for number in range(1, len(questions_of(chapter).questions) + 1)
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a folder of its own; leave no widget open."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    forget()
    for shown in list(card._open.values()):
        card.close(shown)
    card._open.clear()


Made = dict[tuple[Remediation, ...], Visit]


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    """One visit of each kind that a quiz is about, with a secret that is hard to show."""
    wanted = {one for chapter in CHAPTERS for one in questions_of(chapter).visits}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as lab:
            yield {applied: lab.visit(SECRET, *applied) for applied in wanted}


def asked(chapter: str, made: Made) -> Quiz:
    """Return the quiz of *chapter* about its visits."""
    return quiz(chapter, *(made[applied] for applied in questions_of(chapter).visits))


def question(chapter: str, number: int) -> Question:
    """Return question *number* of *chapter*."""
    return questions_of(chapter).questions[number - 1]


class TestQuestions:
    """The questions of all chapters."""

    @pytest.mark.parametrize("chapter", CHAPTERS)
    def test_three_to_five(self, chapter: str) -> None:
        """A quiz is short."""
        assert 3 <= len(questions_of(chapter).questions) <= 5

    @pytest.mark.parametrize(("chapter", "number"), QUESTIONS)
    def test_two_to_four_choices_one_right(self, chapter: str, number: int) -> None:
        """There is always something else to choose, and exactly one that is right."""
        choices = question(chapter, number).choices

        assert 2 <= len(choices) <= 4
        assert [choice.right for choice in choices].count(True) == 1
        assert len({choice.text for choice in choices}) == len(choices)

    @pytest.mark.parametrize("chapter", CHAPTERS)
    def test_the_right_choice_is_not_always_in_one_place(self, chapter: str) -> None:
        """Nobody learns that the answer is b)."""
        places = {
            [choice.right for choice in one.choices].index(True)
            for one in questions_of(chapter).questions
        }

        assert len(places) > 1

    @pytest.mark.parametrize(("chapter", "number"), QUESTIONS)
    def test_english(self, chapter: str, number: int) -> None:
        """Sentences have at most 18 words, and no word that hurts."""
        one = question(chapter, number)
        texts = [one.text, *(part for c in one.choices for part in (c.text, c.said))]
        for text in texts:
            assert max(len(s.split()) for s in re.split(r"[.?!](?:\s|$)", text)) <= 18, text
            assert not re.search(r"\b(wrong|fail\w*|simply|just|obvious\w*)\b", text.lower())

    @pytest.mark.parametrize(("chapter", "number"), QUESTIONS)
    def test_every_choice_has_evidence(self, made: Made, chapter: str, number: int) -> None:
        """Each reply cites lines of these visits, none of them empty or unknown."""
        one = asked(chapter, made)
        for letter in question(chapter, number).lettered:
            lines = one.answer(number, letter).evidence.splitlines()

            assert lines
            assert all(re.fullmatch(r"\[.+?\] \S.*", line) for line in lines), lines
            assert not any("unknown" in line for line in lines), lines

    @pytest.mark.parametrize(("chapter", "number"), QUESTIONS)
    def test_evidence_is_of_this_run(self, made: Made, chapter: str, number: int) -> None:
        """Other visits, other evidence: no reply is a text that was written before."""
        right = next(key for key, c in question(chapter, number).lettered.items() if c.right)
        seen = asked(chapter, made).answer(number, right).evidence
        other = made[csrf,] if chapter in ("08", "09", "10") else made[SIX]
        if (chapter, number) in {("06", 3), ("06", 4)}:  # two of its visits are this one here
            other = made[https,]
        if chapter == "07":  # its attacks follow the secret of the visits
            other = replace(other, secret="Mia paints at night")
        others = [other for _ in questions_of(chapter).visits]

        assert seen != question(chapter, number).lettered[right].evidence(*others)

    # What the replies claim about their evidence, in the words of the evidence.
    CLAIMS = [
        ("02", 1, "b", r"\[nothing\].*request line.*\n\[POST\].*request body"),
        ("02", 1, "c", r"request body.*\n.*body of the answer"),
        ("02", 2, "b", r"error report, text part"),
        (
            "02",
            2,
            "c",
            r'"GET.*\?.*\n.*"POST /sensitive HTTP.*\n.*byte.*\n.*history: not seen$',
        ),
        ("02", 3, "a", r'^\[POST\] "POST /sensitive HTTP/1.1" 200 \d+$'),
        ("02", 3, "b", r'"GET /sensitive\?sensitive_info='),
        ("03", 1, "a", r"HTML part"),
        ("03", 1, "b", r"sensitive_info = (?!'\*).*\n.*sensitive_info = '\*+'$"),
        ("03", 1, "c", r"request body"),
        ("03", 2, "b", r"'\*+'\n.*HTML part"),
        ("03", 2, "c", r"status 500, page without your words$"),
        ("04", 1, "c", r'"POST.*\n.*"POST.*302.*\n.*"GET /secure_page\?sensitive_info='),
        ("04", 2, "a", r"Location: /secure_page\?sensitive_info="),
        (
            "04",
            2,
            "b",
            r"POST /sensitive: status 302, no page\n.*GET /secure_page\?.*page with your words$",
        ),
        ("04", 3, "a", r"request body.*\n.*body of the answer"),
        ("04", 3, "b", r"HttpOnly.*\n.*opened with the cookie"),
        ("04", 3, "c", r"opened with the cookie"),
        ("04", 4, "b", r"reload, body.*\n.*sent again: not seen$"),
        ("05", 1, "b", r"POST /sensitive: status 403"),
        ("05", 1, "c", r"with the stranger's words\n.*POST /sensitive: status 403"),
        ("05", 2, "c", r"POST /sensitive without a cookie: status 302, a new cookie\n"),
        ("05", 3, "b", r"POST /sensitive: status 403.*\n\[CSRF check\] GET.*status 200"),
        ("05", 4, "c", r"&sensitive_info="),
        ("05", 4, "b", r"opened with the cookie"),
        ("06", 1, "a", r"path: /sensitive\n(.*\n)*\[all six\] server name: site\.test"),
        ("06", 2, "a", r'"GET /sensitive\?sensitive_info='),
        ("06", 2, "b", r"\[HTTPS\] request line: not seen$"),
        ("06", 2, "c", r'"GET /sensitive\?sensitive_info='),
        ("06", 3, "b", r"^(\[all six\] \w+, for the connection \w+\.\.\.\n?){2}$"),
        ("06", 4, "c", r"^(\[all six\] site\.test: bytes sent \d+ .* \(\d+ letters\)\n?){2}$"),
        ("07", 1, "b", r"^\[notes\] GET http://site\.test/ -> 200 OK\n.*POST http://"),
        (
            "07",
            2,
            "a",
            r"^\[.*HSTS.*: first visit\] read: .*\n(.*\] not read.*\n){2}.*31 days.* read: .*$",
        ),
        ("07", 2, "b", r"^\[.*HSTS.*: first visit\] read: "),
        ("07", 2, "c", r"^(\[.*127\.0\.0\.1: .*\] read: .*\n?){4}$"),
        ("07", 3, "a", r"Hostname mismatch"),
        ("07", 3, "c", r"POST https://site\.test/sensitive -> 302"),
        (
            "07",
            4,
            "a",
            r"^\[all six\] .*sessionid=\w{32};(?!.*Secure).*\n\[.*\] .*=\w{32};.*Secure$",
        ),
        (
            "07",
            4,
            "c",
            r"http_link, .*\n.*GET http://.*\n(.*\n)*.*of that link: (?!.*sessionid)",
        ),
        ("08", 1, "b", r'"POST /sensitive HTTP.*\n.*"POST /sensitive HTTP[^?]*$'),
        ("08", 2, "a", r"opened with the cookie"),
        ("08", 2, "b", r"not seen\n.*session row"),
        ("08", 3, "b", r"(\[all six\] .*: not seen\n){4}\[all six\] http_link"),
        ("08", 4, "c", r"11 open: .*\n\[all six\] 5 open: "),
        ("09", 1, "b", r"opened: request line, history, access log$"),
        ("09", 1, "c", r"\[all six\] opened: none\n"),
        ("09", 2, "a", r"\+ redirect\].*access log, byte.*\n.*session\] access log: not seen"),
        ("09", 2, "c", r"access log, byte.*\n.*session\] access log: not seen$"),
        ("09", 3, "a", r"text part: not seen\n.*HTML part, byte"),
        ("09", 3, "b", r"\[all six\] .*HTML part, byte"),
        ("09", 4, "a", r"\[all six\] http_link"),
        ("09", 4, "c", r"\[all six\] 5 open: http:// link, (?!.*request|.*answer)"),
        ("10", 1, "a", r"server name: site\.test\n(.*\n)*.*\"POST /sensitive HTTP"),
        ("10", 2, "a", r"\[POST\] path: /\S*\n(.*\n)*\[all six\] server name: site\.test\n"),
        ("10", 2, "b", r"\[POST\] .*sleep.*\n\[POST \+ stars\] .*'\*+'$"),
        ("10", 3, "b", r"\[POST\] .*sleep.*\n\[POST \+ stars\] .*'\*+'$"),
        ("10", 3, "c", r"request body, byte.*\n\[all six\] request body: not seen$"),
    ]

    @pytest.mark.parametrize(("chapter", "number", "letter", "pattern"), CLAIMS)
    def test_replies_say_what_is_there(
        self, made: Made, chapter: str, number: int, letter: str, pattern: str
    ) -> None:
        """The line a reply speaks of is the line it shows."""
        evidence = asked(chapter, made).answer(number, letter).evidence

        assert re.search(pattern, evidence), evidence

    def test_every_right_choice_is_among_these(self) -> None:
        """The table above forgets no right choice, except where all share one line."""
        listed = {(chapter, number) for chapter, number, *_ in self.CLAIMS}

        assert set(QUESTIONS) - listed == {("03", 3)}

    def test_log_is_the_same_with_and_without_stars(self, made: Made) -> None:
        """What chapter 03 says of the log, byte for byte but for the date."""
        evidence = asked("03", made).answer(3, "b").evidence.splitlines()

        assert len({line.partition("] ")[2] for line in evidence}) == 1
        assert not find(SECRET, "\n".join(evidence).encode())


class TestAsking:
    """`quiz` and the typed form."""

    def test_a_reply_brings_the_evidence(self, made: Made) -> None:
        """Text and HTML say the same."""
        reply = asked("02", made).answer(1, " B ")

        assert repr(reply).startswith("b) Yes. The same words")
        assert "[POST] submit, request body" in repr(reply)
        assert "The same words" in reply._repr_html_()
        assert "[POST] submit, request body" in reply._repr_html_()

    def test_another_choice_is_sent_to_the_evidence(self, made: Made) -> None:
        """Nobody is told that they were wrong."""
        assert repr(asked("02", made).answer(1, "a")).startswith("a) Look at the evidence. ")

    @pytest.mark.parametrize(
        ("number", "letter", "message"),
        [
            (0, "a", "no question 0: choose a number, 1 to 3"),
            (4, "a", "no question 4"),
            (1, "d", "no choice 'd': choose a, b, c"),
            (1, "", "no choice ''"),
        ],
    )
    def test_no_such_answer(self, made: Made, number: int, letter: str, message: str) -> None:
        """The message says what can be chosen, and nothing is written."""
        with pytest.raises(LabError, match=message):
            asked("02", made).answer(number, letter)
        assert recall("quiz", "02") == {}

    def test_unknown_chapter(self) -> None:
        """The message lists the chapters that have one."""
        with pytest.raises(LabError, match=f"no quiz. Known: {', '.join(CHAPTERS)}."):
            quiz("01")

    def test_other_visits_are_refused(self, made: Made) -> None:
        """The replies speak of certain visits; the message names them."""
        visits = made[()], made[post,]
        for others in ((), visits[:1], visits[::-1], (*visits, *visits), ("before", "after")):
            with pytest.raises(
                LabError, match="wants before, after: visits with nothing; POST"
            ):
                quiz("02", *others)

    def test_answers_are_kept(self, made: Made, here: Path) -> None:
        """In the order of trying, by chapter and question, and nothing else."""
        one = asked("02", made)
        for letter in "aab":
            one.answer(1, letter)
        asked("02", made).answer(3, "c")

        assert recall("quiz", "02") == {"answers": {"1": ["a", "b"], "3": ["c"]}}
        assert SECRET not in json.dumps(json.loads((here / "progress.json").read_text()))

    def test_text(self, made: Made) -> None:
        """Where there are no widgets stand the questions, and how to answer."""
        lines = repr(asked("09", made)).splitlines()

        assert lines[0].startswith("1. ")
        assert lines[1].startswith("   a) ")
        assert lines[-1] == 'Answer with quiz("09", *seven).answer(1, "a")'


class TestForm:
    """The quiz as widgets."""

    def parts(self, shown: Any, number: int) -> tuple[RadioButtons, Button, Any]:
        """Return field, button and reply of question *number*."""
        field, button, reply = shown.children[number].children
        return field, button, reply

    def test_questions_are_labelled(self, made: Made) -> None:
        """Each group of choices is described by its question, each button by its number."""
        shown = asked("02", made)._widget()
        field, button, _ = self.parts(shown, 2)

        assert field.description == f"2. {question('02', 2).text}"
        assert button.description == "Answer question 2"
        assert field.value is None

    def test_the_reply_is_read_out(self, made: Made) -> None:
        """It appears below the question, as an alert."""
        field, button, reply = self.parts(asked("02", made)._widget(), 1)
        button.click()
        assert "Choose one of the answers first." in reply.value

        field.value = "b"
        button.click()
        assert 'role="alert"' in reply.value
        assert "b) Yes. The same words" in reply.value
        assert recall("quiz", "02") == {"answers": {"1": ["b"]}}

    def test_what_was_answered_is_shown_again(self, made: Made) -> None:
        """A cell that is run again has choice and reply, but interrupts nobody."""
        asked("02", made).answer(1, "a")
        field, _, reply = self.parts(asked("02", made)._widget(), 1)

        assert field.value == "a"
        assert "Look at the evidence." in reply.value
        assert "alert" not in reply.value

    def test_run_again_closes_what_was_shown(self, made: Made) -> None:
        """As many widgets are open after three runs as after one."""
        before = set(Widget.get_manager_state()["state"])
        asked("02", made)._repr_mimebundle_()
        once = set(Widget.get_manager_state()["state"]) - before
        for _ in range(2):
            asked("02", made)._repr_mimebundle_()
        again = set(Widget.get_manager_state()["state"]) - before

        assert (bool(once), len(again), once & again) == (True, len(once), set())

    def test_to_type_an_answer_leaves_the_form_open(self, made: Made) -> None:
        """The form of one cell is not closed by the typed answer of another."""
        asked("02", made)._repr_mimebundle_()
        shown = set(Widget.get_manager_state()["state"])
        asked("02", made).answer(1, "a")

        assert set(Widget.get_manager_state()["state"]) == shown


class TestCitation:
    """The lines of evidence, on visits where they hold and where they do not."""

    def test_found_and_not(self, made: Made) -> None:
        """What was not seen is said so."""
        assert "request line, byte" in found(made[()], "wire_request_line")
        assert found(made[post,], "wire_request_line") == "[POST] request line: not seen"

    def test_unknown_is_not_called_absent(self, made: Made) -> None:
        """A torn visit cites its reason."""
        assert "unknown: " in found(made[post,].without_packet(), "wire_request_line")

    def test_log_without_date_and_browser(self, made: Made) -> None:
        """What differs from run to run is left out; no control text confuses."""
        assert re.fullmatch(r'\[POST\] "POST /sensitive HTTP/1\.1" 200 \d+', log(made[post,]))

    def test_stars(self, made: Made) -> None:
        """The field of the text part, with stars and without."""
        assert ["***" in masked(made[SIX[:n]]) for n in (1, 2)] == [False, True]

    def test_forgery(self, made: Made) -> None:
        """Whose words came back is told apart."""
        assert "with the stranger's words" in answers(made[()], "forgery")
        assert "with your words" in answers(made[()], "submit")
        assert "without your words" in answers(made[SIX[:5]], "forgery")

    def test_cookies(self, made: Made) -> None:
        """A site without sessions has no cookie."""
        assert "with a cookie" not in cookies_sent(made[()], "forgery")
        assert "with a cookie" in cookies_sent(made[SIX[:4]], "forgery")

    def test_opened(self, made: Made) -> None:
        """Only what was closed before is called opened."""
        assert opened(made[()], made[()]) == "[nothing] opened: none"
        assert "request body" in opened(made[()], made[post,])


def test_everything_is_escaped() -> None:
    """A question, a choice, a reply and its evidence may hold anything."""
    choice = Choice(HOSTILE, HOSTILE, lambda: HOSTILE, right=True)
    one = Quiz("02", (Question(HOSTILE, (choice, choice)),), ())

    assert HOSTILE not in one._html
    assert HOSTILE not in Reply(choice, "a", HOSTILE)._repr_html_()
