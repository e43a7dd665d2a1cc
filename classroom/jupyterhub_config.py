"""JupyterHub's configuration for a class on one machine; ``make hub`` starts it.

https://jupyterhub.readthedocs.io/en/stable/reference/config-reference.html
"""

from __future__ import annotations

import shutil
import socket
import sys
from pathlib import Path
from typing import Any

from classroom import accounts, handout, limits
from classroom.settings import Settings

c: Any = get_config()  # type: ignore[name-defined]  # noqa: F821  (JupyterHub gives it)
settings = Settings.read()


def free_port() -> int:
    """Return a port of loopback that is free now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


# Where it listens. Only the proxy is reached from outside; the rest stays on loopback.
c.JupyterHub.bind_url = settings.url
c.JupyterHub.ssl_cert = settings.certificate
c.JupyterHub.ssl_key = settings.key
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{free_port()}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{free_port()}"
proxy = Path(sys.prefix) / "node_modules" / ".bin" / "configurable-http-proxy"
c.ConfigurableHTTPProxy.command = [str(proxy if proxy.exists() else shutil.which(proxy.name))]
c.ConfigurableHTTPProxy.pid_file = str(settings.state / "hub" / "proxy.pid")

# What it remembers.
c.JupyterHub.db_url = f"sqlite:///{settings.state}/hub/hub.sqlite"
c.JupyterHub.cookie_secret_file = str(settings.state / "hub" / "cookie_secret")

# Who may come in: those with a slip.
c.JupyterHub.authenticator_class = "classroom.passwords.SlipAuthenticator"
c.SlipAuthenticator.passwords = accounts.passwords(settings)
c.Authenticator.allowed_users = {settings.teacher, *settings.names}
c.Authenticator.admin_users = {settings.teacher}
c.Authenticator.delete_invalid_users = True

# What each gets: a server as a system user of their own, with limits that hold.
if limits.SYSTEMD.is_dir():
    c.JupyterHub.spawner_class = "systemdspawner.SystemdSpawner"
    c.SystemdSpawner.unit_name_template = f"{settings.state.name}-{{USERNAME}}"
    c.SystemdSpawner.disable_user_sudo = True  # NoNewPrivileges=
    c.SystemdSpawner.isolate_tmp = True
    c.SystemdSpawner.default_shell = "/bin/bash"
else:
    c.JupyterHub.spawner_class = "classroom.confined.ConfinedSpawner"
c.Spawner.mem_limit = settings.memory
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
# Kernels are reached by sockets in a folder of the learner's own. By TCP, two servers that
# start kernels at once may choose the same port, and one of the kernels dies.
# A terminal's shell is no login shell: /etc/profile would take this environment off the PATH.
c.Spawner.args = [
    "--KernelManager.transport=ipc",
    "--ServerApp.terminado_settings=shell_command=/bin/bash",
]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {
    "GIT_CONFIG_SYSTEM": str(handout.git_configuration(settings)),
    "JUPYTER_CONFIG_PATH": str(handout.ROOT / "tools" / "lab_config"),
    "JUPYTER_RUNTIME_DIR": lambda spawner: str(settings.sockets / spawner.user.name),
    "JUPYTER_PREFER_ENV_PATH": "1",  # this environment's kernel
    "TMPDIR": lambda spawner: str(settings.homes / spawner.user.name / accounts.TEMPORARY),
    "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
}
c.Spawner.env_keep = ["LANG", "LC_ALL", "LABAPP_CAPTURE"]

# A class starts at once. On a small machine the last server needs its time.
c.Spawner.start_timeout = c.Spawner.http_timeout = 300
c.JupyterHub.concurrent_spawn_limit = settings.learners + 1
c.JupyterHub.active_server_limit = settings.learners + 1

# Servers that nobody uses end; what was saved stays in the home folder.
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [
            sys.executable,
            "-m",
            "jupyterhub_idle_culler",
            f"--timeout={settings.idle}",
        ],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]
