"""The authenticator of a class: names and passwords from the slips, nobody else."""

from __future__ import annotations

from secrets import compare_digest
from typing import Any

from jupyterhub.auth import Authenticator
from traitlets import Dict, Unicode


class SlipAuthenticator(Authenticator):
    """Everybody has a password of their own, made at the first start.

    No mail, no directory, no sign-up page; `allowed_users` are those with a slip.
    """

    passwords = Dict(Unicode(), help="Passwords by name.").tag(config=True)

    async def authenticate(self, handler: Any, data: dict[str, str]) -> str | None:
        """Return the name if the password is theirs, else None."""
        right = self.passwords.get(data["username"])
        given = data["password"].strip().encode()
        # An unknown name costs the same comparison.
        same = compare_digest(given, (right or "").encode())
        return data["username"] if right and same else None
