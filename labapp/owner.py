"""An owner: what it opened it gives back by `close()`, or when its with block ends."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Self


class Owner(ABC):
    """Somebody who owns threads, sockets or files, and is used as a context manager."""

    @abstractmethod
    def close(self) -> None:
        """Give back all that was opened; safe to call twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
