"""A system without what only Linux has: macOS, as far as Linux can play it.

Python imports this by its name where its folder is in ``PYTHONPATH``: in the server
of notebooks, in their kernels, and in every child but those started with ``-I``.

What it takes away: AF_PACKET and all other socket families, options and flags that
macOS has not, epoll, ``/proc``, and what ``os`` can do on Linux alone. From labapp
it takes ``fcntl`` as well, which Windows has not; JupyterLab itself needs it here.
``sys.platform`` is ``darwin``, for labapp as for scapy, Django and matplotlib.

What it cannot play: the other system's TCP, its kqueue, its file system and its own
error numbers, a Python built for it, and ``os.name == "nt"``.
"""

from __future__ import annotations

import builtins
import ctypes
import ctypes.util
import errno
import importlib
import os
import platform
import select
import selectors
import socket
import sys
import types
from contextlib import suppress
from typing import Any

PREFIXES = (
    *("AF_ALG", "AF_CAN", "AF_NETLINK", "AF_PACKET", "AF_QIPCRTR", "AF_TIPC", "AF_VSOCK"),
    *("ALG_", "CAN_", "NETLINK_", "PACKET_", "PF_PACKET", "TIPC_", "VMADDR_", "VM_SOCKETS"),
    *("SO_BINDTODEVICE", "SO_DOMAIN", "SO_INCOMING_CPU", "SO_MARK", "SO_PASS", "SO_PEER"),
    *("SO_PRIORITY", "SO_PROTOCOL", "SOCK_CLOEXEC", "SOCK_NONBLOCK"),
    *("MSG_CMSG_CLOEXEC", "MSG_CONFIRM", "MSG_ERRQUEUE", "MSG_MORE"),
    *("TCP_CONGESTION", "TCP_CORK", "TCP_DEFER_ACCEPT", "TCP_INFO", "TCP_LINGER2"),
    *("TCP_QUICKACK", "TCP_SYNCNT", "TCP_USER_TIMEOUT", "TCP_WINDOW_CLAMP"),
)
OF_OS = (
    *(
        "CLONE_",
        "EFD_",
        "GRND_",
        "MFD_",
        "O_DIRECT",
        "O_PATH",
        "O_TMPFILE",
        "P_PIDFD",
        "SPLICE",
    ),
    *("copy_file_range", "eventfd", "getrandom", "getresgid", "getresuid", "memfd_create"),
    *("pidfd_open", "pipe2", "posix_fadvise", "posix_fallocate", "sched_getaffinity"),
    *("sched_setaffinity", "setns", "setresgid", "setresuid", "splice", "unshare"),
)
FOLDERS = ("/proc", "/sys")


def hide(module: types.ModuleType, beginnings: tuple[str, ...]) -> None:
    """Take from *module* every name with one of these *beginnings*."""
    for name in [name for name in vars(module) if name.startswith(beginnings)]:
        delattr(module, name)


def missing(path: object) -> bool:
    """Return whether *path* is in a folder that only Linux has."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        return False
    text = os.fsdecode(path)
    return text in FOLDERS or text.startswith(tuple(f"{folder}/" for folder in FOLDERS))


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Let nobody open or list what is `missing`; an audit hook (PEP 578)."""
    if event in {"open", "os.listdir", "os.scandir"} and missing(arguments[0]):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), arguments[0])


def load_what_is_built_for_linux() -> None:
    """Import modules that look at ``sys.platform`` to load a part that is not here."""
    for name in ("multiprocessing.util", "urllib.request", "psutil", "send2trash"):
        with suppress(ImportError):  # the last two are JupyterLab's
            importlib.import_module(name)
    # What a Python for macOS has of its own: proxies of the system, and (for ipykernel)
    # a way to stay awake.
    for name, functions in (
        ("_scproxy", {"_get_proxy_settings": dict, "_get_proxies": dict}),
        ("appnope", {"nope": lambda: None}),
    ):
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(functions)


def be_macos() -> None:
    """Take away what Linux has, and say that this is macOS."""
    load_what_is_built_for_linux()
    hide(socket, PREFIXES)
    hide(os, OF_OS)
    hide(select, ("epoll", "EPOLL"))
    if hasattr(selectors, "EpollSelector"):
        del selectors.EpollSelector
    selectors.DefaultSelector = selectors.PollSelector  # type: ignore[misc, assignment]
    sys.platform = "darwin"
    platform.system = lambda: "Darwin"
    platform.mac_ver = lambda *_: ("14.0", ("", "", ""), "arm64")

    stat, import_, symbol = os.stat, builtins.__import__, ctypes.CDLL.__getattr__

    def stat_here(path: Any, **options: Any) -> os.stat_result:
        if missing(path):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return stat(path, **options)

    def import_here(name: str, *arguments: Any, **options: Any) -> types.ModuleType:
        namespace = arguments[0] if arguments else options.get("globals")
        importer = str((namespace or {}).get("__name__"))
        if name == "fcntl" and importer.partition(".")[0] == "labapp":
            raise ModuleNotFoundError("No module named 'fcntl'", name="fcntl")
        return import_(name, *arguments, **options)

    def symbol_here(library: ctypes.CDLL, name: str) -> Any:
        # scapy asks macOS for its routes by it; it takes a failure for "none".
        if name == "sysctl":
            return _Failing()
        return symbol(library, name)

    os.stat = stat_here
    builtins.__import__ = import_here
    ctypes.CDLL.__getattr__ = symbol_here  # type: ignore[method-assign]
    sys.addaudithook(refuse)


class _Failing:
    """A C function that fails."""

    def __call__(self, *_: object) -> int:
        return -1


if sys.platform.startswith("linux"):
    be_macos()
