"""How packets are had. One interface, several ways, the best that works here.

`choose()` tries them in order and takes the first that carries a ping through
itself and finds it whole. Why the others were not taken stays to be read.
"""

from labapp.backends.backend import Backend, Recording
from labapp.backends.choice import Choice, Probe, choose

__all__ = ["Backend", "Choice", "Probe", "Recording", "choose"]
