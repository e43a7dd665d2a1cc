"""The packet ladder shows what crossed, and the secret at its true place."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.http import HttpRequest, HttpResponse
from matplotlib.patches import Rectangle

from labapp.conversations import conversations
from labapp.errors import LabError
from labapp.figures import packet_ladder
from labapp.figures.flight import flights
from labapp.figures.strip import where
from labapp.lab.laboratory import Laboratory
from labapp.remedy import post
from labapp.site.application import Own
from tests.drawn import SECRET, story, texts, visit
from tests.relaying import only_linux

PACKED = "words that cross in gzip only"


def packing(request: HttpRequest) -> HttpResponse:
    """Answer with gzip, whatever the browser accepts."""
    coding = {"Content-Encoding": "gzip"}
    return HttpResponse(gzip.compress(PACKED.encode()), headers=coding)


def twice(request: HttpRequest) -> HttpResponse:
    """Answer with the secret twice."""
    secret = request.GET.get("sensitive_info", "")
    return HttpResponse(f"{secret}, {secret}", content_type="text/plain")


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Laboratory]:
    """A lab for views of one's own."""
    monkeypatch.setenv("LABAPP_CAPTURE", "relay")
    with Laboratory() as laboratory:
        yield laboratory


class TestFinding:
    """The title, which is also the text alternative."""

    def test_it_counts_what_crossed(self) -> None:
        """It names the parts in which the secret stands."""
        assert packet_ladder(story()[0]).finding == (
            "The secret crosses twice in the clear: in the request line and in the answer's body."
        )
        assert "in the request body and" in packet_ladder(story()[1]).finding

    def test_encrypted_bytes_are_counted(self) -> None:
        """Under HTTPS nothing is marked; the control: without it something is."""
        assert not any(flight.blocks for flight in flights(story()[6].capture, SECRET))
        assert any(flight.blocks for flight in flights(story()[5].capture, SECRET))
        assert "cannot be read" in packet_ladder(story()[6]).finding

    def test_a_gap_makes_it_unknown(self) -> None:
        """Where packets are missing nothing is called absent, and twice becomes at least."""
        assert packet_ladder(story()[6].without_packet()).finding.startswith("Unknown: packets")
        assert "crosses at least once" in packet_ladder(story()[0].without_packet()).finding

    def test_what_is_packed_is_not_called_unreadable(self, lab: Laboratory) -> None:
        """A secret in a compressed body has no block, but whoever listens can unpack it."""
        made = replace(lab.visit("a kettle sings", own=Own(view=packing)), secret=PACKED)
        picture = packet_ladder(made)
        assert not any(flight.blocks for flight in flights(made.capture, PACKED))
        assert picture.finding == (
            "The secret crosses packed: body of the answer can be unpacked."
        )

    def test_a_step_that_was_not_made_is_named(self) -> None:
        """The error lists the steps there are."""
        with pytest.raises(LabError, match="no step 'read_back'"):
            packet_ladder(story()[0], "read_back")


class TestBlocks:
    """Where the secret stands."""

    def test_a_block_stands_at_its_true_offset(self) -> None:
        """The bytes at the block's offset in the packet are the secret's."""
        step = story()[0].step("submit")
        (block,) = next(f for f in flights(step.capture, SECRET) if f.blocks).blocks
        wanted = b"Rex+%3Cb%3Esleeps%3C%2Fb%3E+at+noon"
        packet = next(f.data for f in step.capture.frames if wanted in f.data)
        start = packet.index(b"GET /sensitive")
        assert packet[start + block.start : start + block.stop] == wanted

    def test_it_is_drawn_in_proportion(self) -> None:
        """Each black-edged rectangle covers the share of the strip that its bytes have."""
        rows = [f for f in flights(story()[0].step("submit").capture, SECRET) if f.blocks]
        (axes,) = packet_ladder(story()[0]).figure.axes
        edged = [
            patch
            for patch in axes.patches
            if isinstance(patch, Rectangle) and patch.get_edgecolor() == (0, 0, 0, 1)
        ]
        assert len(edged) == 2
        for row, patch in zip(rows, edged, strict=True):
            (block,) = row.blocks
            share = (patch.get_x() - 6.15) / (13.3 - 0.27 - 6.15)
            assert share == pytest.approx(block.start / row.size)

    def test_two_in_one_message_are_numbered(self, lab: Laboratory) -> None:
        """Each of two blocks has a number and a line of its own."""
        made = lab.visit("Rex sleeps at noon", own=Own(view=twice))
        said = texts(packet_ladder(made))
        answer = [f for f in flights(made.step("submit").capture, made.secret) if f.blocks][1]
        for number, block in enumerate(answer.blocks, 1):
            assert str(number) in said
            place = where(block, answer)
            assert any(t.startswith(f"{number}  answer's body, {place}") for t in said)
        assert len(answer.blocks) == 2

    def test_its_table_names_them(self) -> None:
        """In words: in which part and where; unreadable under HTTPS; unknown in a gap."""
        cells = [row[3] for row in packet_ladder(story()[0]).table.rows]
        assert [cell.partition(",")[0] for cell in cells] == [
            "not seen", "seen in request line", "seen in answer's body", "not seen",
        ]  # fmt: skip
        assert "unreadable" in [row[3] for row in packet_ladder(story()[6]).table.rows]
        torn = packet_ladder(story()[6].without_packet()).table.rows
        assert "unknown: packets are missing" in [row[3] for row in torn]


def test_the_table_has_signs_that_cannot_be_drawn() -> None:
    """What the figure escapes, its table has as it was typed."""
    chinese = "雷克斯中午睡觉"
    picture = packet_ladder(visit(post, secret=chinese))
    assert picture.table.rows[2][3].endswith(f": {chinese}")
    assert chinese not in " ".join(texts(picture))


class TestFlights:
    """What one side sent without waiting."""

    def test_several_connections_are_numbered(self) -> None:
        """A step with more than one connection says which is which; one alone has no number."""
        capture = visit().capture
        labels = [f.label for f in flights(capture, SECRET) if not f.size]
        assert labels[:2] == ["connection 1 opened", "connection 1 closed"]
        assert "connection 2 opened" in labels
        alone = [f.label for f in flights(visit().step("submit").capture, SECRET) if not f.size]
        assert alone == ["connection opened", "connection closed"]

    def test_what_was_lost_at_the_end_is_a_row(self) -> None:
        """A last packet that is missing is not silently left out."""
        whole = story()[6].step("submit").capture
        last = conversations(whole)[0].received.spans[-1].frame
        torn = whole.without(last)
        labels = [flight.label for flight in flights(torn, SECRET)]
        assert labels[-2].startswith("? ")
        assert labels[-2].endswith(" bytes are not in the capture")

    def test_sizes_are_those_of_the_streams(self) -> None:
        """Together the flights of each side have every byte of its stream."""
        made = list(flights(story()[3].step("submit").capture, SECRET))
        sent = sum(f.size for f in made if f.from_visitor)
        answers = story()[3].step("submit").answers
        assert sent < sum(f.size for f in made if not f.from_visitor)
        assert len([f for f in made if f.size]) == 2 * len(
            [one for one in answers if "site.test" in one.url]
        )

    def test_rebuilt_frames_are_dashed(self) -> None:
        """The caption names the backend and says what its dashes mean."""
        said = " ".join(texts(packet_ladder(story()[0])))
        assert "relay:" in said
        assert "Dashed: rebuilt." in said

    @only_linux
    def test_real_data_is_not_dashed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where only packets without data are rebuilt, only the rows without data are dashed."""
        monkeypatch.setenv("LABAPP_CAPTURE", "errqueue")
        with Laboratory() as errqueue:
            visit = errqueue.visit(SECRET)
        made = list(flights(visit.step("submit").capture, SECRET))
        assert [row.rebuilt for row in made] == [row.size == 0 for row in made]
        assert {True, False} == {row.rebuilt for row in made}
        assert "Dashed: rebuilt." in " ".join(texts(packet_ladder(visit)))
