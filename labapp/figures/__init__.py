"""Figures: evidence in, a `Picture` or a `Comparison` out; nothing is kept open."""

from labapp.figures.before_after import Comparison, before_after
from labapp.figures.exposure_map import exposure_map
from labapp.figures.ladder import packet_ladder
from labapp.figures.picture import Picture
from labapp.figures.positions import positions
from labapp.figures.visit_steps import visit_steps

__all__ = [
    "Comparison",
    "Picture",
    "before_after",
    "exposure_map",
    "packet_ladder",
    "positions",
    "visit_steps",
]
