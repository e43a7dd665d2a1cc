"""What an ordinary user can do, for real: see `tests.ordinary_user`.

Run by root these tests carry the marker ``root``, because giving up privileges
takes some; run by an ordinary user they are plain tests.
"""

from __future__ import annotations

import ast
import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.ordinary_user import UID, OrdinaryUser

STATUS = """
import os
fields = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
print(repr({
    "uids": os.getresuid(), "gids": os.getresgid(), "groups": os.getgroups(),
    "effective": int(fields["CapEff"], 16), "permitted": int(fields["CapPrm"], 16),
    "inheritable": int(fields["CapInh"], 16), "ambient": int(fields["CapAmb"], 16),
    "bounding": int(fields["CapBnd"], 16), "no_new_privs": fields["NoNewPrivs"].strip(),
}))
"""
RAW_SOCKET = "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()"


def status(as_ordinary_user: Run) -> dict[str, Any]:
    """Return what the kernel says of the user's process."""
    answer: dict[str, Any] = ast.literal_eval(as_ordinary_user(["-c", STATUS]).stdout)
    return answer


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
class TestUser:
    """The user is as powerless as the tests say."""

    def test_is_not_root(self, as_ordinary_user: Run) -> None:
        """The user is not root, by no id, and cannot become so."""
        seen = status(as_ordinary_user)

        assert 0 not in {*seen["uids"], *seen["gids"]}
        assert seen["no_new_privs"] == "1"

    def test_has_no_capabilities(self, as_ordinary_user: Run) -> None:
        """The user has no capability in any set that counts."""
        seen = status(as_ordinary_user)

        assert dict.fromkeys(("effective", "permitted", "inheritable", "ambient"), 0) == {
            name: seen[name] for name in ("effective", "permitted", "inheritable", "ambient")
        }

    @pytest.mark.root
    def test_is_as_in_a_pod(self, as_ordinary_user: Run) -> None:
        """Dropped from root, the user is uid 1000 in no group, with an empty bounding set."""
        seen = status(as_ordinary_user)

        assert (UID, UID, UID) == seen["uids"] == seen["gids"]
        assert (seen["groups"], seen["bounding"]) == ([], 0)

    def test_may_not_open_a_raw_socket(self, as_ordinary_user: Run) -> None:
        """The kernel refuses AF_PACKET to the user."""
        refused = as_ordinary_user(["-c", RAW_SOCKET])

        assert refused.returncode == 1
        assert "PermissionError: [Errno 1]" in refused.stderr

    @pytest.mark.root
    def test_root_may(self) -> None:
        """Control for the test above: root is allowed to, on this very machine."""
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
            assert raw.fileno() >= 0


class TestSurroundings:
    """What the user has, and has not."""

    def test_checkout_is_the_copy(
        self, as_ordinary_user: Run, ordinary_user: OrdinaryUser
    ) -> None:
        """The user imports labapp from a copy: the tester's checkout may be private."""
        answer = as_ordinary_user(["-c", "import labapp.errors as e; print(e.__file__)"])

        assert str(ordinary_user.checkout / "labapp/errors.py") == answer.stdout.strip()

    def test_home_is_theirs(self, as_ordinary_user: Run, ordinary_user: OrdinaryUser) -> None:
        """The user can write at home, and temporary files go there, too."""
        code = "import tempfile, pathlib; print(tempfile.mkdtemp()); open('note', 'w')"
        answer = as_ordinary_user(["-c", code])

        assert (ordinary_user.home / "tmp").as_posix() in answer.stdout
        assert (ordinary_user.home / "note").exists()

    @pytest.mark.root
    def test_checkout_is_read_only(
        self, as_ordinary_user: Run, ordinary_user: OrdinaryUser
    ) -> None:
        """The user cannot write into the checkout."""
        code = f"open({str(ordinary_user.checkout / 'labapp' / 'x')!r}, 'w')"

        assert "PermissionError" in as_ordinary_user(["-c", code]).stderr

    def test_testers_environment_stays_behind(
        self, as_ordinary_user: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A variable of the tester is unknown to the user; one given by name is known."""
        monkeypatch.setenv("LABAPP_CAPTURE", "tester")
        code = "import os; print(os.environ.get('LABAPP_CAPTURE'))"

        assert as_ordinary_user(["-c", code]).stdout.strip() == "None"
        assert as_ordinary_user(["-c", code], LABAPP_CAPTURE="relay").stdout.strip() == "relay"

    @pytest.mark.root
    def test_a_closed_python_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ordinary_user: OrdinaryUser
    ) -> None:
        """A Python that only root can reach fails the test, with the way out."""
        tmp_path.chmod(0o700)
        (tmp_path / "python").symlink_to(sys.executable)
        monkeypatch.setattr(sys, "executable", os.fspath(tmp_path / "python"))
        home = ordinary_user.home / "another"
        home.mkdir()

        with pytest.raises(AssertionError, match="make marked PYTHON="):
            OrdinaryUser.in_home(home, ordinary_user.checkout)
