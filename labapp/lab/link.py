"""A link: how the learner's own browser gets to a port of this kernel."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from labapp.show import Invitation

PROXY = "jupyter_server_proxy"
NO_PROXY = (
    "This hub seems to have no jupyter-server-proxy, without which the link leads nowhere: "
    'ask for jupyter-server-proxy 4.6 or newer, and visit("...") meanwhile.'
)


def invitation(
    title: str, port: int, way: str, environment: Mapping[str, str] = os.environ
) -> Invitation:
    """Return how to get to *port* of 127.0.0.1, and *way* from where a Jupyter server stands.

    On a hub, Binder too, the learner's browser runs on another machine than this
    kernel: only Jupyter's own address can be reached, and jupyter-server-proxy there
    leads on. JupyterHub names the place in JUPYTERHUB_SERVICE_PREFIX (its documentation,
    "Launching and configuring"). Elsewhere both are most often on one machine.
    """
    proxied = find_spec(PROXY) is not None
    if hub := environment.get("JUPYTERHUB_SERVICE_PREFIX"):
        return Invitation(title, hub.rstrip("/") + way, warnings=() if proxied else (NO_PROXY,))
    base = _base_url(environment) if proxied else ""
    return Invitation(
        title, f"http://127.0.0.1:{port}/", elsewhere=base and base.rstrip("/") + way
    )


def _base_url(environment: Mapping[str, str]) -> str:
    """Return the path at which the Jupyter server of this kernel stands; "" if there is none.

    Each server leaves a file with that, for others to find it.
    """
    server = environment.get("JPY_PARENT_PID", "")
    if not server.isdigit() or find_spec("jupyter_core") is None:
        return ""
    from jupyter_core.paths import jupyter_runtime_dir

    file = Path(jupyter_runtime_dir()) / f"jpserver-{server}.json"
    try:
        return str(json.loads(file.read_text("utf-8"))["base_url"])
    except (OSError, ValueError, KeyError):
        return ""
