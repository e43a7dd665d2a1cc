"""The lab: the only place where site, server, packets and browser meet."""

from labapp.lab.laboratory import visit
from labapp.lab.visits import Visit

__all__ = ["Visit", "visit"]
