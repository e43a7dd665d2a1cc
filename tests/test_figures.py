"""Figures are tested by what they say and draw, not by their pixels."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from matplotlib.patches import Rectangle

from labapp import remedy
from labapp.errors import LabError
from labapp.figures import Picture, exposure_map, packet_ladder
from labapp.figures.flight import flights
from labapp.figures.windows import columns, runs, until
from labapp.lab import Visit
from labapp.lab.laboratory import Laboratory
from labapp.remedy import https, post, redirect

SECRET = "Rex <b>sleeps</b> at noon"


@pytest.fixture(scope="module")
def story() -> Iterator[list[Visit]]:
    """The seven visits of the taught order, by relay, so that frames are rebuilt."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as lab:
            yield [lab.visit(SECRET, *applied) for applied in remedy.cumulative()]


@pytest.fixture(scope="module")
def lab() -> Iterator[Laboratory]:
    """A lab for visits outside the story."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", "relay")
        with Laboratory() as laboratory:
            yield laboratory


class Elements(HTMLParser):
    """The elements of some HTML, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def texts(picture: Picture) -> list[str]:
    """Return everything written in a figure."""
    parts = [*picture.figure.texts, *(t for axes in picture.figure.axes for t in axes.texts)]
    return [part.get_text() for part in parts]


class TestPicture:
    """What every figure gives to a reader who does not see it."""

    def test_it_has_a_text_alternative_and_a_table(self, story: list[Visit]) -> None:
        """The image carries its finding, the table has headings with scopes."""
        picture = packet_ladder(story[0])
        elements = Elements(picture._repr_html_())
        images = [attributes for tag, attributes in elements.found if tag == "img"]
        scopes = {a.get("scope") for tag, a in elements.found if tag == "th"}
        assert [image["alt"] for image in images] == [picture.finding]
        assert scopes == {"col", "row"}

    def test_the_secret_is_escaped_in_its_html(self, story: list[Visit]) -> None:
        """Markup in a secret stays text; the control: as text it is there."""
        html = exposure_map(*story)._repr_html_() + packet_ladder(story[0])._repr_html_()
        assert "<b>" not in html
        assert "b" not in {tag for tag, _ in Elements(html).found}
        assert "sensitive_info=Rex" in Elements(html).text

    def test_it_is_saved_as_png(self, story: list[Visit], tmp_path: Path) -> None:
        """The file is a PNG of the lab's size."""
        saved = packet_ladder(story[0]).save(tmp_path / "ladder.png")
        assert saved.read_bytes().startswith(b"\x89PNG")

    def test_a_folder_that_is_not_there_gives_one_line(
        self, story: list[Visit], tmp_path: Path
    ) -> None:
        """No traceback of matplotlib's for a wrong path."""
        with pytest.raises(LabError, match=r"Cannot write .*Choose a folder"):
            packet_ladder(story[0]).save(tmp_path / "nowhere" / "ladder.png")

    def test_all_text_is_large_enough(self, story: list[Visit]) -> None:
        """At least 13 points, for the back of the room."""
        for picture in (packet_ladder(story[3]), exposure_map(*story)):
            parts = [
                *picture.figure.texts,
                *(t for axes in picture.figure.axes for t in axes.texts),
            ]
            assert min(float(part.get_fontsize()) for part in parts if part.get_text()) >= 13


class TestLadder:
    """The packet ladder."""

    def test_the_finding_counts_what_crossed(self, story: list[Visit]) -> None:
        """Title and text alternative name the parts in which the secret stands."""
        assert packet_ladder(story[0]).finding == (
            "The secret crosses twice in the clear: in the request line and in the answer's body."
        )
        assert "in the request body and" in packet_ladder(story[1]).finding

    def test_an_encrypted_visit_shows_no_block(self, story: list[Visit]) -> None:
        """Under HTTPS nothing is marked; the control: without it something is."""
        assert not any(flight.blocks for flight in flights(story[-1].capture, SECRET))
        assert any(flight.blocks for flight in flights(story[-2].capture, SECRET))
        assert "cannot be read" in packet_ladder(story[-1]).finding

    def test_a_block_stands_at_its_true_offset(self, story: list[Visit]) -> None:
        """The bytes at the block's offset in the packet are the secret's."""
        request = next(f for f in flights(story[0].step("submit").capture, SECRET) if f.blocks)
        (block,) = request.blocks
        wanted = b"Rex+%3Cb%3Esleeps%3C%2Fb%3E+at+noon"
        packet = next(
            f.data for f in story[0].step("submit").capture.frames if wanted in f.data
        )
        start = packet.index(b"GET /sensitive")
        assert packet[start + block.start : start + block.stop] == wanted

    def test_the_strip_draws_the_block_there(self, story: list[Visit]) -> None:
        """Each black-edged rectangle begins at the offset of its block."""
        blocks = [b for f in flights(story[0].step("submit").capture, SECRET) for b in f.blocks]
        strip = packet_ladder(story[0]).figure.axes[1]
        edged = [
            patch
            for patch in strip.patches
            if isinstance(patch, Rectangle) and patch.get_edgecolor()[:3] == (0, 0, 0)
        ]
        assert [patch.get_x() for patch in edged] == [block.start for block in blocks]

    def test_rebuilt_frames_are_said_to_be(self, story: list[Visit]) -> None:
        """The caption names the backend and what its dashes mean."""
        caption = texts(packet_ladder(story[0]))
        assert any("relay" in text and "dashed" in text for text in caption)


class TestExposureMap:
    """The exposure map."""

    def test_its_table_is_the_measured_map(self, story: list[Visit]) -> None:
        """Every word in the table is what the observers answered."""
        table = exposure_map(*story).table
        words = {row[0]: list(row[1:8]) for row in table.rows}
        assert words["listens to the network"] == ["seen"] * 6 + ["not seen"]
        assert words["reads the server log"] == [
            "seen", "not seen", "not seen", "seen", "not seen", "not seen", "not seen",
        ]  # fmt: skip
        assert words["copies the database"] == ["not seen"] * 4 + ["seen"] * 3
        assert words["the form still works"] == ["yes"] * 7

    def test_a_window_that_opens_again_is_named(self, story: list[Visit]) -> None:
        """Log and history open at the redirect, cookie and database at the session."""
        assert texts(exposure_map(*story)).count("opens") == 4

    def test_it_says_until_when(self, story: list[Visit]) -> None:
        """At the right stands the step that closed the window for good."""
        ends = {row[0]: row[-1] for row in exposure_map(*story).table.rows}
        assert ends["reads the browser history"] == "until session"
        assert ends["listens to the network"] == "until HTTPS"
        assert ends["copies the database"] == "open to the end"

    def test_unknown_is_hatched_and_said(self, lab: Laboratory) -> None:
        """A lost packet shows as a question mark, in the picture and in words."""
        whole = lab.visit(SECRET, https)
        picture = exposure_map(whole, whole.without_packet())
        assert "?" in texts(picture)
        assert picture.finding.startswith("Unknown: the network")
        assert "?" not in texts(exposure_map(whole))

    def test_only_visits_can_be_drawn(self) -> None:
        """Anything else gets one line that says what to pass."""
        with pytest.raises(LabError, match=r"exposure_map\(before, after\)"):
            exposure_map("before")  # type: ignore[arg-type]
        with pytest.raises(LabError, match="takes visits"):
            exposure_map()


def test_columns_name_what_was_added(lab: Laboratory) -> None:
    """A column that grows from the one before is named by what it adds."""
    made = [lab.visit(SECRET), lab.visit(SECRET, post, redirect), lab.visit(SECRET, https)]
    assert [column.heading for column in columns(made)] == [
        "nothing",
        "+ POST + redirect",
        "HTTPS",
    ]


def test_runs_join_equal_answers() -> None:
    """Neighbours with one answer are one run; None is an answer of its own."""
    found = [(run.first, run.last, run.answer) for run in runs([True, True, None, False, True])]
    assert found == [(0, 1, True), (2, 2, None), (3, 3, False), (4, 4, True)]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([True, True], "open to the end"),
        ([False, True], "open to the end"),
        ([True, False], "until HTTPS"),
        ([True, None], "then unknown"),
        ([False, False], "never open"),
        ([False, None], "unknown"),
    ],
)
def test_until_is_said_in_words(
    lab: Laboratory, answers: list[bool | None], words: str
) -> None:
    """Every way a window can end has its words."""
    names = columns([lab.visit(SECRET), lab.visit(SECRET, https)])
    assert until(answers, names) == words
