"""Figures: evidence in, a `Picture` out; nothing is shown or kept open."""

from labapp.figures.exposure_map import exposure_map
from labapp.figures.picture import Picture

__all__ = ["Picture", "exposure_map"]
