from __future__ import annotations

import json
from pathlib import Path

import pytest

from labapp.lab import link
from labapp.lab.link import NO_PROXY, invitation

WAY = "/proxy/absolute/5000/c0ffee/"
DIRECT = "http://127.0.0.1:5000/"


@pytest.fixture
def without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where jupyter-server-proxy is not installed."""
    monkeypatch.setattr(link, "PROXY", "no_such_package")


@pytest.mark.parametrize("prefix", ["/user/ada/", "/user/ada"])
def test_on_a_hub_the_link_leads_through_its_proxy(prefix: str) -> None:
    """Relative to the hub's address, which the kernel does not know."""
    found = invitation("POST", 5000, WAY, {"JUPYTERHUB_SERVICE_PREFIX": prefix})
    assert (found.href, found.elsewhere, found.warnings) == (f"/user/ada{WAY}", "", ())
    assert f"the address of Jupyter, then /user/ada{WAY}" in found.text


@pytest.mark.usefixtures("without_proxy")
def test_a_hub_without_the_proxy_is_told_what_to_do() -> None:
    """In one sentence; the link is there all the same, for the server may have it."""
    found = invitation("POST", 5000, WAY, {"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"})
    assert found.href == f"/user/ada{WAY}"
    assert found.warnings == (NO_PROXY,)
    assert NO_PROXY in found.text
    assert "jupyter-server-proxy" in found.html


@pytest.mark.usefixtures("without_proxy")
def test_elsewhere_the_link_is_direct() -> None:
    """Without the proxy there is no other way, and nothing to say of it."""
    found = invitation("nothing", 5000, WAY, {})
    assert (found.href, found.elsewhere, found.warnings) == (DIRECT, "", ())


@pytest.mark.parametrize(
    ("left", "elsewhere"),
    [
        (json.dumps({"base_url": "/", "token": "t"}), WAY),
        (json.dumps({"base_url": "/lab/ada/"}), f"/lab/ada{WAY}"),
        ("{}", ""),
        ("no json", ""),
        (None, ""),
    ],
)
def test_a_server_on_another_machine_may_have_the_proxy(
    left: str | None, elsewhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place stands in the file that each Jupyter server leaves, if there is one."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    if left is not None:
        (tmp_path / "jpserver-17.json").write_text(left)
    found = invitation("nothing", 5000, WAY, {"JPY_PARENT_PID": "17"})
    assert (found.href, found.elsewhere) == (DIRECT, elsewhere)
    assert "token" not in found.text
