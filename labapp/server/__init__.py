"""The server: Django's own threaded server in a background thread.

It differs from ``runserver`` only where a lab in a notebook must: one port
speaks HTTP and TLS, stopping takes milliseconds and leaves nothing behind, the
site is swapped rather than restarted, and the access log is data.
"""

from labapp.server.authority import Authority
from labapp.server.server import Server

__all__ = ["Authority", "Server"]
