"""A real Jupyter server with a token, and cells run through it as a browser would."""

from __future__ import annotations

import http.cookiejar
import json
import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import HTTPCookieProcessor, Request, build_opener

from websocket import create_connection

PATIENCE = 90  # seconds


class Jupyter:
    """Speaks to one server; *token* opens it, *cookies* are what a browser then has."""

    def __init__(self, port: int, token: str, log: Path) -> None:
        self.port, self.token, self.log = port, token, log
        self._jar = http.cookiejar.CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._jar))

    @property
    def cookies(self) -> dict[str, str]:
        """Names and values of the browser's cookies for this host."""
        return {one.name: one.value or "" for one in self._jar}

    def ask(self, path: str, data: object = None) -> Any:
        """Return the JSON that answers a GET, or a POST if there is *data*."""
        headers = {"Authorization": f"token {self.token}"}
        body = None if data is None else json.dumps(data).encode()
        request = Request(f"http://127.0.0.1:{self.port}{path}", body, headers)
        with self._opener.open(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())

    def log_in(self) -> None:
        """Open the page with the token in its address: Jupyter sets its cookies."""
        address = f"http://127.0.0.1:{self.port}/tree?token={quote(self.token)}"
        with suppress(URLError):  # there may be no such page: the cookies come all the same
            self._opener.open(address, timeout=PATIENCE).close()

    def run(self, cells: list[str]) -> list[str]:
        """Run *cells* in a fresh kernel; return all that each of them showed, as JSON."""
        kernel = self.ask("/api/kernels", {"name": "python3"})["id"]
        channel = create_connection(
            f"ws://127.0.0.1:{self.port}/api/kernels/{kernel}/channels",
            header=[f"Authorization: token {self.token}"],
            timeout=PATIENCE,
        )
        try:
            return [self._run(channel, cell) for cell in cells]
        finally:
            channel.close()

    def _run(self, channel: Any, cell: str) -> str:
        number = uuid.uuid4().hex
        header = {"msg_id": number, "msg_type": "execute_request", "version": "5.3"}
        header |= {"username": "", "session": number, "date": ""}
        content = {"code": cell, "silent": False, "store_history": True, "stop_on_error": True}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        channel.send(json.dumps(message | {"channel": "shell", "buffers": []}))
        shown = []
        while True:
            said = json.loads(channel.recv())
            if said.get("parent_header", {}).get("msg_id") != number:
                continue
            if said["msg_type"] in ("stream", "display_data", "execute_result", "error"):
                shown.append(said["content"])
            if said["msg_type"] == "status" and said["content"]["execution_state"] == "idle":
                return json.dumps(shown, ensure_ascii=False)


@contextmanager
def jupyter(folder: Path, **environment: str) -> Iterator[Jupyter]:
    """Run a server in *folder*, with *environment* beside the tester's own."""
    token = uuid.uuid4().hex
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = folder / "jupyter.log"
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.open_browser": False,
        "ServerApp.allow_root": True,
        "ServerApp.root_dir": folder,
        "IdentityProvider.token": token,
    }
    own = {"JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"}
    private = {name: str(folder / ".jupyter" / name) for name in own}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyter_server",
                *(f"--{k}={v}" for k, v in options.items()),
            ],
            cwd=folder,
            env={**os.environ, "JUPYTER_PREFER_ENV_PATH": "1", **private, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            server = Jupyter(port, token, log)
            _until_it_answers(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _until_it_answers(server: Jupyter, process: subprocess.Popen[bytes]) -> None:
    import time

    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.ask("/api/status")
        except URLError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"Jupyter did not start:\n{server.log.read_text()}")
