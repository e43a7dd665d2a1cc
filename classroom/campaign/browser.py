"""A learner's browser, as far as a hub needs one: cookies, forms, JSON and websockets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import (
    HTTPCookieProcessor,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

import websocket

from tools.kernel_client import Kernel

PATIENCE = 330.0  # seconds: a little more than the hub gives a server to start


class Refused(Exception):
    """The hub or a server answers with an error; *status* says which."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text[:500]}")
        self.status = status


class Browser:
    """One person at one hub, at the address *hub* without a slash at its end."""

    def __init__(self, hub: str, name: str) -> None:
        self.hub, self.name = hub, name
        self._cookies = CookieJar()
        self._opener = _opener(HTTPCookieProcessor(self._cookies))
        self._token = ""

    def sign_in(self, password: str) -> None:
        """Sign in with the form, as everybody does; `Refused` for a wrong password."""
        self._open(Request(f"{self.hub}/hub/login"))
        fields = {"_xsrf": self._xsrf, "username": self.name, "password": password}
        # Without `next`, signing in would lead to a server and wait for it.
        page = f"{self.hub}/hub/login?next=%2Fhub%2Fhome"
        self._open(Request(page, urlencode(fields).encode()))
        tokens = self._request("POST", f"/hub/api/users/{self.name}/tokens", {})
        tokens.add_header("X-XSRFToken", self._xsrf)
        self._token = json.loads(self._open(tokens))["token"]

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Return the JSON that the hub or a server answers; `Refused` for an error."""
        text = self._open(self._request(method, path, body))
        return json.loads(text) if text else None

    def events(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield the events that the hub or a server sends, until it ends them."""
        with self._answer(self._request("GET", path)) as answer:
            for line in answer:
                if line.startswith(b"data:"):
                    yield json.loads(line[5:])

    @contextmanager
    def kernel(self, identity: str, patience: float = PATIENCE) -> Iterator[Kernel]:
        """Speak to a kernel of the person's own server; no message takes *patience* seconds."""
        address = f"{self.hub}/user/{self.name}/api/kernels/{identity}/channels"
        channel = websocket.create_connection(
            address.replace("http", "ws", 1),
            timeout=patience,
            header={"Authorization": f"token {self._token}"},
            http_no_proxy=["*"],
        )
        try:
            yield Kernel(channel)
        finally:
            channel.close()

    @property
    def _xsrf(self) -> str:
        # The hub's, not one of a server's: the last one that was set for /hub/.
        return next(
            str(one.value)
            for one in self._cookies
            if (one.name, one.path) == ("_xsrf", "/hub/")
        )

    def _request(self, method: str, path: str, body: object = None) -> Request:
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.hub + path, data, method=method)
        if self._token:
            request.add_header("Authorization", f"token {self._token}")
        request.add_header("Content-Type", "application/json")
        return request

    def _open(self, request: Request) -> bytes:
        with self._answer(request) as answer:
            return bytes(answer.read())

    def _answer(self, request: Request) -> Any:
        # A token speaks for itself: cookies beside it would ask for a second proof.
        opener = _opener() if request.has_header("Authorization") else self._opener
        try:
            return opener.open(request, timeout=PATIENCE)
        except HTTPError as error:
            with error:
                raise Refused(error.code, error.read().decode(errors="replace")) from None


def _opener(*handlers: Any) -> OpenerDirector:
    return build_opener(ProxyHandler({}), *handlers)  # loopback: through nobody's proxy
