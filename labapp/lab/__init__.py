"""The lab: the only place where site, server, packets and browser meet."""

from labapp.lab.laboratory import laboratory, visit
from labapp.lab.visit import Visit

__all__ = ["Visit", "laboratory", "visit"]
