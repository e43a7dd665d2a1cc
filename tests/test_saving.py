"""A file is written whole or left as it was, on a real disk that is really full."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labapp.capture import Capture
from labapp.errors import LabError
from labapp.figures.picture import Picture
from labapp.lab.map import ExposureMap
from labapp.saving import write
from tests.conftest import Run
from tests.frames import capture, response, whole_talk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 16 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def made() -> Capture:
    return capture(whole_talk(received=response(os.urandom(40_000))))


@pytest.mark.root
@pytest.mark.parametrize("name", ["x.pcap", "x.pcapng"])
def test_a_full_disk_keeps_the_file_that_was_there(
    no_leaks: None, small_disk: Path, name: str
) -> None:
    """The new one does not fit; the old one is whole, and nothing lies beside it."""
    path = small_disk / name
    before = capture(whole_talk()).save(path).read_bytes()

    with pytest.raises(LabError, match=r"Cannot write .*No space left on device"):
        made().save(path)

    assert path.read_bytes() == before
    assert [name] == [file.name for file in small_disk.iterdir()]
    assert Capture.load(path).complete


@pytest.fixture(scope="module")
def picture() -> Picture:
    """A figure that was drawn once: matplotlib keeps the files of its fonts open."""
    drawn = _picture()
    drawn.png()
    return drawn


def _picture() -> Picture:
    from labapp.figures import positions

    return positions()


@pytest.mark.root
def test_a_full_disk_leaves_no_half_file(
    picture: Picture, no_leaks: None, small_disk: Path
) -> None:
    """Where nothing stood, nothing stands: half a capture would pass for one."""
    for save in (
        made().save,
        picture.save,
        lambda path: ExposureMap("relay", "x" * 20_000, (), "").save(path),
    ):
        with pytest.raises(LabError, match="No space left"):
            save(small_disk / "x")
        assert list(small_disk.iterdir()) == []


def test_a_write_that_is_interrupted_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the middle: it goes on to the caller, and the file is as before."""
    path = tmp_path / "x"
    write(path, b"before")

    def half(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:3])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", half)
        with pytest.raises(KeyboardInterrupt):
            write(path, b"afterwards")

    assert path.read_bytes() == b"before"
    assert [path] == list(tmp_path.iterdir())


def test_links_and_rights_stay(tmp_path: Path) -> None:
    """A link leads on to the file, which keeps its mode; a pipe is written into."""
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"before")
    real.chmod(0o640)
    link.symlink_to(real)
    write(link, b"after")

    assert link.is_symlink()
    assert (real.read_bytes(), real.stat().st_mode & 0o777) == (b"after", 0o640)
    write(Path("/dev/null"), b"gone")
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize("save", [made, _picture], ids=["capture", "figure"])
def test_a_read_only_folder_is_said_in_one_line(
    save: Callable[[], Capture | Picture], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason is the system's; root may write anywhere, so here it is made up."""

    def denied(self: Path, content: bytes) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    thing = save()
    monkeypatch.setattr(Path, "write_bytes", denied)
    with pytest.raises(LabError, match=r"^Cannot write .*: Permission denied\. Choose"):
        thing.save(tmp_path / "x.pcap")
    assert list(tmp_path.iterdir()) == []


READ_ONLY = """
import os
from pathlib import Path
from labapp import Capture
from labapp.errors import LabError
from labapp.capture import Frame
folder = Path("closed")
folder.mkdir()
folder.chmod(0o500)
taken = Capture((Frame(0, bytes(60)),), "hand", "by hand", 1)
for name in ("x.pcap", "x.pcapng"):
    try:
        taken.save(folder / name)
    except LabError as error:
        print(error)
print(os.listdir(folder))
"""


def test_a_read_only_folder_for_real(as_ordinary_user: Run) -> None:
    """The same for a real user and a real folder."""
    answer = as_ordinary_user(["-c", READ_ONLY])

    assert answer.stdout.splitlines() == [
        *(
            f"Cannot write closed/{name}: Permission denied. Choose a folder you may write to."
            for name in ("x.pcap", "x.pcapng")
        ),
        "[]",
    ]
