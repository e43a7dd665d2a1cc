"""A kernel at the other end of a websocket, as JupyterLab in a browser has it.

https://jupyter-server.readthedocs.io, "WebSocket kernel wire protocols";
https://jupyter-client.readthedocs.io, "Messaging in Jupyter".
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import websocket
from nbformat.v4 import output_from_msg


class KernelDied(Exception):
    """The server says that the kernel is gone."""


class Kernel:
    """One kernel, spoken to over *channel*."""

    def __init__(self, channel: websocket.WebSocket) -> None:
        self._channel = channel
        self._session = uuid.uuid4().hex

    def execute(self, code: str, begun: Callable[[], None] = lambda: None) -> list[Any]:
        """Run *code* as a cell and return its outputs, as a notebook keeps them.

        *begun* is called when the kernel has begun. `KernelDied` if it ends meanwhile.
        """
        outputs: list[Any] = []
        shown: dict[str, list[Any]] = {}  # by display_id
        clear = False
        for message in self._messages(code):
            kind, content = message["msg_type"], message["content"]
            if kind == "execute_input":
                begun()
            elif kind == "clear_output":
                clear = content["wait"]
                if not clear:
                    outputs.clear()
            elif kind == "update_display_data":
                for output in shown.get(content["transient"]["display_id"], ()):
                    output.update(data=content["data"], metadata=content["metadata"])
            elif kind in {"stream", "display_data", "execute_result", "error"}:
                if clear:
                    outputs.clear()
                    clear = False
                output = output_from_msg(message)
                if kind == "stream" and outputs and outputs[-1].get("name") == output.name:
                    outputs[-1].text += output.text
                    continue
                outputs.append(output)
                if name := content.get("transient", {}).get("display_id"):
                    shown.setdefault(name, []).append(output)
        return outputs

    def evaluate(self, expression: str) -> str:
        """Return the repr of *expression*; leaves no trace in the kernel."""
        replies = [
            message["content"]
            for message in self._messages("", silent=True, user_expressions={"it": expression})
            if message["msg_type"] == "execute_reply"
        ]
        answer = replies[0]["user_expressions"]["it"]
        assert answer["status"] == "ok", answer
        return str(answer["data"]["text/plain"])

    def _messages(self, code: str, **options: object) -> Iterator[dict[str, Any]]:
        """Send *code*; yield what comes of it, until the reply and the kernel is idle."""
        content = {
            "code": code,
            "silent": False,
            "store_history": not options.get("silent"),
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
            **options,
        }
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": "execute_request",
            "session": self._session,
            "username": "",
            "version": "5.3",
        }
        request = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self._channel.send(json.dumps({**request, "channel": "shell", "buffers": []}))
        waiting = {"execute_reply", "idle"}
        while waiting:
            received = self._channel.recv()
            if isinstance(received, bytes):  # with buffers: of widgets, not of outputs
                continue
            message = json.loads(received)
            state = message["content"].get("execution_state")
            if state in {"restarting", "dead"}:
                raise KernelDied(state)
            if message["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            yield message
            waiting.discard(message["msg_type"])
            waiting.discard(state)
