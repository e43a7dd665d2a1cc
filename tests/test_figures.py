"""Laws of every figure, whatever it draws."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text

from labapp.errors import LabError
from labapp.figures import (
    Picture,
    claims_card,
    exposure_map,
    packet_ladder,
    positions,
    what_closes_what,
)
from labapp.figures.sheet import Sheet
from labapp.figures.table import Table
from labapp.lab import claims
from labapp.remedy import ALL, SIX, hardening, https, mask_reports, post, redirect, session
from tests.combined import all_64, some
from tests.drawn import Elements, cut_off, overlapping, sizes, story, texts, visit

LONG = "Rex sleeps, $x^2$, and "
PICTURES: dict[str, Callable[[], Picture]] = {
    "map of one": lambda: exposure_map(*story()[:1]),
    "map of two": lambda: exposure_map(story()[0], visit(https)),
    "map of three": lambda: exposure_map(*story()[:3]),
    "map of five": lambda: exposure_map(*story()[:5]),
    "map of seven": lambda: exposure_map(*story()[:7]),
    # Each heading must fit beside seven others; *one* is bound as the dictionary is made.
    **{
        f"map beyond the list: {one.name}": lambda one=one: exposure_map(  # type: ignore[misc]
            *story()[:7], visit(*SIX, one)
        )
        for one in ALL
        if one not in SIX
    },
    "map with unknowns": lambda: exposure_map(*story()[5:7], story()[6].without_packet()),
    "map of a broken form": lambda: exposure_map(story()[0], visit(hardening)),
    "map of long titles": lambda: exposure_map(
        visit(post, mask_reports, redirect),
        visit(post, mask_reports, session),
        visit(https),
    ),
    "ladder": lambda: packet_ladder(story()[0]),
    "ladder of a redirect": lambda: packet_ladder(story()[3]),
    "ladder of TLS": lambda: packet_ladder(story()[6]),
    "ladder with a gap": lambda: packet_ladder(story()[6].without_packet()),
    "ladder of two connections": lambda: packet_ladder(story()[4], "again"),
    "ladder of a long secret": lambda: packet_ladder(visit(secret=LONG * 12 + "wakes")),
    "ladder in Arabic": lambda: packet_ladder(visit(post, secret="ريكس ينام ظهرا")),
    "ladder in Chinese": lambda: packet_ladder(visit(post, secret="雷克斯中午睡觉🐶👩‍👧")),
    "positions": positions,
    "positions of one": lambda: positions(story()[0]),
    "what closes what": lambda: what_closes_what(all_64()),
    "what closes what, of two": lambda: what_closes_what(some(post, https)),
    "what closes what, with unknowns": lambda: what_closes_what(
        [v.without_packet() if len(v.remediations) == 3 else v for v in all_64()]
    ),
    "claims": lambda: claims_card(claims.judge(story()[5])),
    "claims with unknowns": lambda: claims_card(claims.judge(story()[6].without_packet())),
    "claims in Arabic": lambda: claims_card(claims.judge(visit(post, secret="ريكس ينام ظهرا"))),
    "positions of eight": lambda: positions(*story()[:7], story()[6].without_packet()),
}
STYLES = {"notebook": 15, "projector": 18}


@cache
def drawn(name: str, style: str) -> Picture:
    """Return a picture in a style, drawn once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_FIGURES", style)
        return PICTURES[name]()


@pytest.fixture(params=PICTURES)
def name(request: pytest.FixtureRequest) -> str:
    """Each picture's name."""
    return str(request.param)


class TestEveryPicture:
    """In a notebook and on a projector."""

    @pytest.mark.parametrize("style", STYLES)
    def test_nothing_overlaps_or_is_cut_off(self, name: str, style: str) -> None:
        """No words touch others or an edge of the figure."""
        assert overlapping(drawn(name, style)) == []
        assert cut_off(drawn(name, style)) == []

    @pytest.mark.parametrize("style", STYLES)
    def test_words_are_large_enough(self, name: str, style: str) -> None:
        """At least 15 points, 18 on a projector, for the back of the room."""
        assert min(sizes(drawn(name, style))) == STYLES[style]

    def test_a_missing_glyph_brings_no_warning(
        self, name: str, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """Nothing is said on stderr, and pytest makes an error of each warning."""
        PICTURES[name]().png()
        assert capfd.readouterr().err == ""

    def test_its_html_serves_who_cannot_see_it(self, name: str) -> None:
        """The image has its finding, one sentence; the table's headings have scopes."""
        picture = drawn(name, "notebook")
        elements = Elements(picture._repr_html_())
        images = [attributes for tag, attributes in elements.found if tag == "img"]
        assert [image["alt"] for image in images] == [picture.finding]
        assert picture.finding.endswith(".")
        assert picture.finding.count(". ") == 0
        assert elements.scopes() == {"col", "row"}
        assert {len(row) for row in picture.table.rows} == {len(picture.table.head)}
        assert "b" not in {tag for tag, _ in elements.found}  # the secret's markup is text


def test_overlaps_would_be_found() -> None:
    """The control of the first law: words moved onto others, or out, are noticed."""
    picture = exposure_map(story()[0])
    (axes,) = picture.figure.axes
    first, second = axes.texts[:2]
    second.set_position(first.get_position())
    assert (first.get_text(), second.get_text()) in overlapping(picture)
    second.set_position((-1, 1))
    assert second.get_text() in cut_off(picture)


def test_escaping_has_a_control() -> None:
    """The secret's markup does stand in a ladder, as the text it was sent as."""
    said = texts(packet_ladder(story()[0]))
    assert any("Rex &lt;b&gt;sleeps" in text for text in said)


def test_dollars_are_no_mathematics() -> None:
    """A secret that looks like TeX, even like wrong TeX, is drawn as it is."""
    picture = packet_ladder(visit(secret="$\\frac{$ Rex sleeps"))
    picture.png()
    assert any("$\\frac{$ Rex sleeps" in text for text in texts(picture))


def test_a_sheet_writes_only_what_can_be_drawn() -> None:
    """Whoever writes on a sheet need not think of the font."""
    sheet = Sheet()
    sheet.words(1, 1, "中")
    picture = sheet.picture(2, "A sign.", Table((), ()))
    assert texts(picture) == ["\\u4e2d"]


def test_a_table_escapes_its_cells() -> None:
    """In headings of columns and rows, and in cells."""
    html = Table(("<b>1", "<b>2"), [("<b>3", "<b>4")]).html
    assert Elements(html).text == "<b>1<b>2<b>3<b>4"


def test_the_same_evidence_gives_the_same_picture() -> None:
    """Figures are deterministic, byte for byte."""
    assert exposure_map(*story()).png() == exposure_map(*story()).png()


def test_a_drawn_figure_keeps_no_canvas() -> None:
    """It is 4 MB, and a notebook keeps every figure it showed; the control draws by itself."""
    picture = positions()
    picture.figure.savefig(BytesIO(), dpi=20)
    assert _canvases(picture)
    picture.png(dpi=20)
    assert not _canvases(picture)


def _canvases(picture: Picture) -> list[object]:
    gc.collect()
    inside = {id(vars(text)["_renderer"]) for text in picture.figure.findobj(Text)}
    return [one for one in gc.get_objects() if type(one) is RendererAgg and id(one) in inside]


def test_a_dark_style_changes_nothing() -> None:
    """What a learner chose for plots of their own is not for these."""
    plain = exposure_map(*story()[:2]).png()
    with rc_context({"axes.facecolor": "black", "text.color": "white", "font.size": 5}):
        assert plain == exposure_map(*story()[:2]).png()


def test_an_unknown_style_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt style gives one line with the known ones."""
    monkeypatch.setenv("LABAPP_FIGURES", "beamer")
    with pytest.raises(LabError, match="'beamer'; it can be notebook or projector"):
        positions()


class TestSaving:
    """A picture as a file."""

    def test_it_is_a_png_of_a_slides_width(self, tmp_path: Path) -> None:
        """1,330 pixels wide, as its header says."""
        data = positions().save(tmp_path / "positions.png").read_bytes()
        assert data.startswith(b"\x89PNG")
        assert int.from_bytes(data[16:20]) == 1330

    def test_a_folder_that_is_not_there_gives_one_line(self, tmp_path: Path) -> None:
        """No traceback of matplotlib's for a wrong path."""
        with pytest.raises(LabError, match=r"Cannot write .*Choose a folder"):
            positions().save(tmp_path / "nowhere" / "positions.png")
