"""Settings: what a teacher chooses for a class on one machine."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

VARIABLE = "SECRETS_ON_THE_WIRE_CLASS"  # names the file that the hub reads
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST = 99  # learners; more than a machine of this kind should have
TEACHER = "teacher"
LONGEST_SOCKET = 107  # bytes, of its path: unix(7)
SOCKET = "/kernel-12345678-1234-1234-1234-123456789012-ipc-99"  # as Jupyter names them


class ClassError(Exception):
    """The class cannot start; the message says in one line what to do."""


@dataclass(frozen=True)
class Settings:
    """A class: who takes part, where it listens, where everything is kept.

    *memory* is the limit of one learner, in bytes. *idle* is in seconds. *prefix*
    begins the name of each account, so that classes on one machine do not meet.
    """

    state: Path
    url: str = "http://127.0.0.1:8000"
    learners: int = 30
    prefix: str = "learner"
    memory: int = 1024**3
    idle: int = 3600
    certificate: str = ""
    key: str = ""

    @property
    def names(self) -> list[str]:
        """The learners' names: no real ones, so that nothing is kept of anybody."""
        return [f"{self.prefix}-{number:02}" for number in range(1, self.learners + 1)]

    @property
    def teacher(self) -> str:
        """The teacher's name."""
        return f"{self.prefix}-{TEACHER}"

    @property
    def homes(self) -> Path:
        """The folder of the home folders."""
        return self.state / "homes"

    @property
    def sockets(self) -> Path:
        """The folder of the folders in which kernels have their sockets."""
        return self.state / "run"

    @property
    def handout(self) -> Path:
        """The repository that is handed out."""
        return self.state / "secrets-on-the-wire"

    @property
    def passwords(self) -> Path:
        """The slips: a table of names and passwords, for root alone."""
        return self.state / "passwords.csv"

    def check(self) -> Settings:
        """Return the same, or raise `ClassError` for what would be unsafe or cannot be."""
        parts = urlsplit(self.url)
        if not 1 <= self.learners <= MOST:
            raise ClassError(f"A class on one machine has 1 to {MOST} learners.")
        if not re.fullmatch(r"[a-z][a-z0-9]{0,11}", self.prefix):
            raise ClassError("A --prefix is a word of small letters and digits, at most 12.")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ClassError(f"{self.url} is no address: write http://127.0.0.1:8000.")
        if len(f"{self.sockets / self.teacher}{SOCKET}") > LONGEST_SOCKET:
            raise ClassError(f"{self.state} is too long for sockets: choose a shorter --state.")
        if parts.scheme == "https" and not (self.certificate and self.key):
            raise ClassError("https needs --certificate and --key.")
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise ClassError(
                f"{self.url} would send every password in the clear, which is what this "
                "course is about: use https:// with --certificate and --key."
            )
        return self

    def write(self, path: Path) -> None:
        """Write them where the hub will read them."""
        values = {name: str(v) if name == "state" else v for name, v in asdict(self).items()}
        path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Return what the file says that the *environment* names.

        Raises `ClassError` if it names none.
        """
        if VARIABLE not in environment:
            raise ClassError("Start the class with: make hub (or python -m classroom).")
        values = json.loads(Path(environment[VARIABLE]).read_text(encoding="utf-8"))
        return cls(**{**values, "state": Path(values["state"])}).check()
