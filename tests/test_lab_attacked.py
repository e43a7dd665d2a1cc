"""Visitors who walk into an attacker: who is read, who is not, and that it is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from labapp.conversations import missing
from labapp.errors import LabError
from labapp.lab import attacked, trust
from labapp.lab import laboratory as lab_module
from labapp.lab.attack import Attack
from labapp.lab.attacked import BY_NUMBER, HOUR, HTTPS, every_pair, first_visits, impersonate
from labapp.lab.attacked import strip as make
from labapp.lab.journey import DAY
from labapp.lab.laboratory import Laboratory
from labapp.onpath import Notes
from labapp.secret import find
from tests.relaying import only_linux

SECRET = "I can't sleep + café 猫"
REDIRECT: dict[str, object] = {"SECURE_SSL_REDIRECT": True}
HSTS = REDIRECT | {"SECURE_HSTS_SECONDS": 3 * DAY}
SECURE = REDIRECT | {"SESSION_COOKIE_SECURE": True, "CSRF_COOKIE_SECURE": True}
BACKENDS = [
    pytest.param("live", marks=pytest.mark.root),
    pytest.param("namespace", marks=pytest.mark.root),  # not on every machine
    pytest.param("errqueue", marks=only_linux),
    "relay",
]


@pytest.fixture(scope="module", params=BACKENDS, autouse=True)
def lab(request: pytest.FixtureRequest) -> Iterator[Laboratory]:
    """A lab of this module's own, on each backend."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABAPP_CAPTURE", request.param)
        with Laboratory() as opened:
            patch.setattr(lab_module, "_laboratory_of", lambda pid: opened)
            first_visits.cache_clear()
            yield opened
            first_visits.cache_clear()


def strip(*address: str, **how: object) -> Attack:
    """Return an attack of the stripper's."""
    return make(SECRET, *address, **how)  # type: ignore[arg-type]


class TestStrip:
    """A stripper on the way."""

    @pytest.mark.parametrize("settings", [{}, REDIRECT, HSTS, SECURE], ids=len)
    def test_a_first_visit_by_http_is_read(self, settings: dict[str, object]) -> None:
        """Whatever the site asks for: words, page and a cookie that opens the page."""
        attack = strip(settings=settings)
        assert (attack.reads, attack.opens, attack.works()) == (True, True, True)
        lines = "\n".join(attack.holds)
        assert "POST /sensitive, request, byte" in lines
        assert "GET /secure_page, answer, byte" in lines
        assert "cookie sessionid=" in lines

    def test_the_check_is_passed_by_what_was_changed(self) -> None:
        """The notes name the headers of the form's request that Django would compare."""
        changed = {note.request.start.split()[0]: note.changed for note in strip().notes}
        assert {"Origin", "Referer"} <= set(changed["POST"])

    def test_the_sites_side_is_encrypted(self) -> None:
        """The packets between attacker and site do not hold what the notes hold."""
        attack = strip(settings=REDIRECT)
        frames = attack.evidence.step("attacked").capture.frames
        assert not find(SECRET, b"".join(frame.data for frame in frames))
        assert attack.reads  # the control

    def test_a_first_visit_by_https_is_not(self) -> None:
        """It passes sealed, and works."""
        attack = strip(HTTPS)
        assert (attack.reads, attack.holds, attack.opens) == (False, (), False)
        assert attack.notes.sealed > 0
        assert attack.works()

    @pytest.mark.parametrize(
        ("after", "reads"), [(HOUR, False), (3 * DAY - 1, False), (3 * DAY, True)]
    )
    def test_hsts_holds_for_its_time(self, after: float, reads: bool) -> None:
        """To the second; the visitor is served in any case."""
        attack = strip(settings=HSTS, after=after)
        assert attack.reads is reads
        assert attack.works()

    def test_a_redirect_is_forgotten(self) -> None:
        """A clean visit an hour ago protects nobody, if all it brought was a redirect."""
        assert strip(settings=REDIRECT, after=HOUR).reads is True

    def test_numbers_have_no_hsts(self) -> None:
        """The same site, the same header, opened as 127.0.0.1."""
        assert strip(BY_NUMBER, settings=HSTS, after=HOUR).reads is True

    def test_a_client_without_hsts(self) -> None:
        """It follows an old link as if the site had never asked."""
        answers = [
            strip(HTTPS, settings=HSTS, after=HOUR, link=True, forgets=forgets).reads
            for forgets in (True, False)
        ]
        assert answers == [True, False]

    def test_secure_keeps_the_cookie_off_a_link(self) -> None:
        """The request crosses all the same; without the flag the cookie does, too."""
        bare = strip(HTTPS, settings=REDIRECT, after=HOUR, link=True)
        kept = strip(HTTPS, settings=SECURE, after=HOUR, link=True)
        assert [one.opens for one in (bare, kept)] == [True, False]
        assert [one.reads for one in (bare, kept)] == [True, False]
        assert kept.notes.of("site.test")
        assert "sessionid" not in kept.notes.cookies("site.test")

    def test_title(self) -> None:
        """The situation is said in words."""
        assert strip().title == "http://site.test/, first visit"
        assert (
            strip(after=HOUR, link=True).title == "an http:// link, 1 hour after a clean visit"
        )
        assert strip(after=0).title.endswith("right after a clean visit")
        assert strip(after=7 * DAY).title.endswith("7 days after a clean visit")

    @pytest.mark.parametrize(
        "address",
        [
            "https://other.test/",
            "ftp://site.test/",
            "site.test",
            "https://site.test/nowhere",
            "https://site.test:8000/",
        ],
    )
    def test_other_addresses(self, address: str) -> None:
        """The message says what can be written."""
        with pytest.raises(LabError, match="is no address of the site: write https://"):
            strip(address)

    def test_settings_of_no_use(self) -> None:
        """A misspelt setting is named."""
        with pytest.raises(LabError, match="Did you mean SECURE_HSTS_SECONDS"):
            strip(settings={"SECURE_HSTS_SECOND": 1})


class TestReads:
    """Whether the secret was read is known only if the visitor came by."""

    def test_nobody_came(self) -> None:
        """Empty notes prove nothing."""
        attack = replace(strip(HTTPS), notes=Notes())
        assert attack.reads is None

    def test_somebody_else_came(self) -> None:
        """Nor do notes of another visitor, who does not carry the control."""
        attack = strip()
        others = replace(attack, secret="Mia paints at night")
        assert others.reads is False
        evidence = replace(attack.evidence, control="control kettle 0")
        assert replace(others, evidence=evidence).reads is None


class TestFirstVisits:
    """Sixteen attacks for one figure."""

    def test_who_is_read(self) -> None:
        """Only HSTS, only by name, only between a clean visit and its end."""
        attacks = first_visits(SECRET)
        lanes = {site: [a.reads for a in attacks if a.site == site] for site in attacked.SITES}
        assert lanes == {
            attacked.NO_REDIRECT: [True] * 4,
            attacked.REDIRECT: [True] * 4,
            attacked.HSTS: [True, False, False, True],
            attacked.BY_ADDRESS: [True] * 4,
        }
        assert all(attack.works() for attack in attacks)


class TestImpersonate:
    """An impostor on the way."""

    @pytest.mark.parametrize("client", trust.CLIENTS)
    def test_every_capture_is_whole(self, client: str) -> None:
        """Whatever a client checks or leaves out, all that it says is captured."""
        attack = impersonate(SECRET, trust.UNKNOWN, client)
        assert [one for step in attack.evidence for one in missing(step.capture)] == []

    def test_each_check_refuses_one_certificate(self) -> None:
        """A client that leaves one out takes that one alone; a stolen key is always taken."""
        table = {
            client: [attack.reads for attack in row.values()]
            for client, row in every_pair(SECRET).items()
        }
        assert table == {
            trust.CAREFUL: [False, False, False, True],
            trust.ONE_MORE: [True, False, False, True],
            trust.NO_NAME: [False, True, False, True],
            trust.NO_DATE: [False, False, True, True],
            trust.NOTHING: [True, True, True, True],
        }

    @pytest.mark.parametrize(
        ("certificate", "reason"),
        [
            (trust.UNKNOWN, "unable to get local issuer"),
            (trust.OTHER_NAME, "Hostname mismatch"),
            (trust.EXPIRED, "certificate has expired"),
        ],
    )
    def test_who_checks_says_why(self, certificate: str, reason: str) -> None:
        """The visitor is told, the attacker notes an alert, the site has no line of it."""
        attack = impersonate(SECRET, certificate)
        assert reason in attack.pages()[0].body.decode()
        assert len(attack.notes.refused) == 1
        assert (attack.log(), attack.holds, attack.works()) == ((), (), False)
        assert len(attack.log("clean")) > 0  # the control: this log has lines

    def test_the_site_notices_nothing(self) -> None:
        """A client that checks nothing: the same requests, and the cookie opens the page."""
        attack = impersonate(SECRET, client=trust.NOTHING)
        asked = [
            [line.text.split('"')[1] for line in attack.log(step)]
            for step in ("clean", "attacked")
        ]
        assert asked[0] == asked[1]
        assert attack.works()
        assert attack.opens

    def test_unknown_names(self) -> None:
        """The message lists what there is."""
        with pytest.raises(LabError, match=r"no certificate 'mine'\. Known: 'from an auth"):
            impersonate(SECRET, "mine")
        with pytest.raises(LabError, match=r"no client 'me'\. Known: 'checks everything'"):
            impersonate(SECRET, client="me")


def test_what_an_attack_says() -> None:
    """In words, a line for each thing held; nothing held is said as well."""
    assert "the attacker holds nothing" in repr(strip(HTTPS))
    assert "exchanges read, 0 sealed\n  POST /sensitive" in repr(strip())
    assert repr(strip(HTTPS).notes).startswith("<Notes: 0 exchanges read, ")


def test_visits_after_it_are_as_before(lab: Laboratory) -> None:
    """The site's settings and the visitor's network are those of an ordinary visit again."""
    strip(settings=HSTS)
    visit = lab.visit(SECRET)
    assert visit.works
    assert visit.seen["wire_request_line"]
