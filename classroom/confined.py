"""The spawner where systemd does not run the machine: local processes, held to limits."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable

from jupyterhub.spawner import LocalProcessSpawner

from classroom import limits, ports

PR_SET_NO_NEW_PRIVS = 38  # linux/prctl.h


class ConfinedSpawner(LocalProcessSpawner):
    """A learner's server runs as their own system user, and can gain no rights.

    `mem_limit` holds where control groups can be made: JupyterHub's own
    LocalProcessSpawner ignores it.
    """

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        """Return what the new process does first."""
        become: Callable[[], None] = super().make_preexec_fn(name)
        libc = ctypes.CDLL(None, use_errno=True)
        group = self._limited()

        def confine() -> None:
            if group:
                group.enter()
            become()
            if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

        return confine

    async def start(self) -> tuple[str, int]:
        """Start the server on a port of its own; return its address and port."""
        self.port = ports.port_for(self.user.name)
        reached: tuple[str, int] = await super().start()
        return reached

    async def stop(self, now: bool = False) -> None:  # noqa: FBT002  (as its parent has it)
        """Stop the server, and whatever it left behind."""
        await super().stop(now)
        try:
            limits.group(self.user.name).close()
        except limits.NoLimits:
            return  # said at the start

    def _limited(self) -> limits.Group | None:
        try:
            group = limits.group(self.user.name)
            group.limit(self.mem_limit)
        except limits.NoLimits as reason:
            self.log.warning("The memory limit of %s does not hold: %s", self.user.name, reason)
            return None
        return group
