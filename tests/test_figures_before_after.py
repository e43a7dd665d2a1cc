"""Before and after: equal lines, changed ones, the secret, and a verdict from evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.http import HttpRequest, HttpResponse

from labapp.errors import LabError
from labapp.figures import before_after
from labapp.figures.alignment import Pair
from labapp.figures.reading import Reading
from labapp.figures.verdict import STARS, verdict
from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.remedy import Remediation, csrf, https, mask_reports, post, redirect, session
from labapp.show.conversation import Line
from labapp.site.application import Own
from tests.drawn import SECRET, Elements, visit

TABLE = {"table", "thead", "tbody", "tr", "th", "td"}
ELEMENTS = TABLE | {"figure", "figcaption", "span", "mark", "ins", "del", "p"}
STORED = (post, redirect, session)


def swallowing(request: HttpRequest) -> HttpResponse:
    """Answer 200 whatever happens, so that no error is ever reported."""
    return HttpResponse(request.GET.get("sensitive_info", "form"))


class TestVerdicts:
    """Six words, each from a pair of real visits."""

    @pytest.mark.parametrize(
        ("before", "after", "said"),
        [
            ((), (post,), "Moved: URL to body. Still readable."),
            ((), (https,), "Closed: URL and answer's body."),
            ((https,), (), "Opened: URL and answer's body."),
            ((post,), (post, redirect), "Opened: URL and answer's headers. Still readable."),
            ((post, redirect), STORED, "Closed: URL and answer's headers. Still readable."),
            ((post,), (post, mask_reports), "Unchanged. Still readable."),
            (STORED, (*STORED, csrf), "Unchanged. Still readable."),
        ],
    )
    def test_of_a_conversation(
        self, before: tuple[Remediation, ...], after: tuple[Remediation, ...], said: str
    ) -> None:
        """What a listener's evidence says, whatever the remediation is called."""
        assert before_after(visit(*before), visit(*after)).verdict == said

    def test_of_reports(self) -> None:
        """Stars need POST: with GET the decorator changes nothing, and the verdict says so."""
        starred = before_after(visit(post), visit(post, mask_reports), "report")
        assert starred.verdict == "Starred: error e-mail (text)."
        same = before_after(visit(), visit(mask_reports), "report")
        assert same.verdict == "Unchanged. Still readable."

    def test_of_logs(self) -> None:
        """POST closes the log; stars leave it as it was."""
        assert before_after(visit(), visit(post), "log").verdict == "Closed: server log."
        same = before_after(visit(post), visit(post, mask_reports), "log")
        assert same.verdict == "Unchanged."
        assert not any(pair.changed for pair in same.pairs)

    def test_a_lost_packet_leaves_no_verdict(self) -> None:
        """What may have been missed is not called closed; the control: whole, it is."""
        torn = before_after(visit(), visit(https).without_packet())
        assert torn.verdict.startswith("No verdict (after: ")
        assert before_after(visit(), visit(https)).verdict.startswith("Closed")

    def test_no_report_leaves_no_verdict(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A view that swallows its errors has no report to be clean."""
        monkeypatch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as lab:
            silent = lab.visit(SECRET, own=Own(view=swallowing))
        assert before_after(visit(), silent, "report").verdict.startswith("No verdict (after")

    def test_stars_elsewhere_are_no_stars(self) -> None:
        """A line that lost the secret and got no stars was closed, not starred."""
        before, after = Reading("x", (), ("mail",)), Reading("x", (), ())
        had = Line("", ("value = ", "secret", ""))
        stars = Line("", (f"value = '{STARS}'",))
        gone = Line("", ("value = ''",))
        assert verdict(before, after, [Pair("text", had, stars)]) == "Starred: mail."
        assert verdict(before, after, [Pair("text", had, gone)]) == "Closed: mail."
        both = [Pair("text", had, stars), Pair("text", had, gone)]
        assert verdict(before, after, both) == "Closed: mail."
        pairs = [Pair("text", had, None), Pair("text", None, stars)]
        assert verdict(before, after, pairs) == "Closed: mail."

    def test_names_of_remediations_decide_nothing(self) -> None:
        """The same evidence under other names has the same verdict."""
        lying = replace(visit(post), remediations=(https, csrf))
        assert (
            before_after(visit(), lying).verdict == before_after(visit(), visit(post)).verdict
        )


class TestLines:
    """What stands beside what."""

    def test_chance_is_no_change(self) -> None:
        """Two visits under the same remediations differ in dates and tokens: nothing else."""
        again = fresh(*STORED, csrf)
        comparison = before_after(visit(*STORED, csrf), again)
        assert [pair for pair in comparison.pairs if pair.changed] == []

    def test_every_line_of_both_is_there(self) -> None:
        """Alignment loses nothing: each side reads as its messages did."""
        comparison = before_after(visit(), visit(post))
        sent = ["".join(pair.after.pieces) for pair in comparison.pairs if pair.after]
        assert "POST /sensitive HTTP/1.1" in sent
        assert "</html>" in sent
        crossed = visit(post).step("submit").answers[0].body.decode()
        lines = [line.strip() for line in crossed.splitlines() if line.strip()]
        assert sent[-len(lines) :] == lines

    def test_headers_stand_beside_their_namesakes(self) -> None:
        """A header whose value changed is one pair, not one lost and one won."""
        pairs = before_after(visit(post), visit(post, redirect)).pairs
        lengths = [p for p in pairs if p.before and "Content-Length" in p.before.text]
        assert "Content-Length: 0" in [p.after.text for p in lengths if p.after]

    def test_the_secret_is_boxed_on_both_sides(self) -> None:
        """As it was written: encoded in the URL and the body, as HTML in the page."""
        said = repr(before_after(visit(), visit(post)))
        encoded = "[[Rex+%3Cb%3Esleeps%3C%2Fb%3E+at+noon]]"
        assert f"  | - GET /sensitive?sensitive_info={encoded} HTTP/1.1" in said
        assert f"  | + sensitive_info={encoded}" in said
        assert "      <mark>[[Rex &lt;b&gt;sleeps&lt;/b&gt; at noon]]</mark>" in said


class TestCard:
    """The comparison as HTML and as text."""

    def test_it_is_escaped(self) -> None:
        """Pages shown as text bring no element of their own; the box is the card's."""
        elements = Elements(before_after(visit(), visit(post))._repr_html_())
        tags = {tag for tag, _ in elements.found}
        assert tags <= ELEMENTS
        assert "<mark>" in elements.text

    def test_headings_have_scopes(self) -> None:
        """Columns are the visits, groups of rows the parts of messages."""
        assert Elements(before_after(visit(), visit(post))._repr_html_()).scopes() == {
            "col",
            "rowgroup",
        }

    def test_every_row_is_white_in_a_dark_theme(self) -> None:
        """Each row has its own background: a theme colours rows of tables."""
        elements = Elements(before_after(visit(), visit(post))._repr_html_())
        styles = [a.get("style") or "" for tag, a in elements.found if tag in {"tr", "figure"}]
        assert styles
        assert [style for style in styles if "background:#fff" not in style] == []

    def test_text_and_card_say_the_same(self) -> None:
        """The verdict and every shown line stand in both."""
        comparison = before_after(visit(), visit(post))
        html = Elements(comparison._repr_html_()).text
        for words in (comparison.verdict, "before: none", "after: POST", " equal lines)"):
            assert words in html
            assert words in repr(comparison)

    def test_what_is_no_comparison_is_refused(self) -> None:
        """One line for what is no visit, and for what cannot be compared."""
        with pytest.raises(LabError, match="takes two visits"):
            before_after(visit(), "after")  # type: ignore[arg-type]
        with pytest.raises(LabError, match="known: conversation, report, log"):
            before_after(visit(), visit(), "cookies")


def fresh(*remediations: Remediation) -> Visit:
    """Make a visit anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as lab:
            return lab.visit(SECRET, *remediations)
