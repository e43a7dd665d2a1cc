"""Figures: evidence in, a `Picture`, a `Comparison` or a `Listing` out."""

from labapp.figures.before_after import Comparison, before_after
from labapp.figures.claims_card import claims_card
from labapp.figures.exposure_map import exposure_map
from labapp.figures.first_visit import first_visit
from labapp.figures.ladder import packet_ladder
from labapp.figures.listing import Listing
from labapp.figures.look_alikes import look_alikes
from labapp.figures.openings import openings
from labapp.figures.picture import Picture
from labapp.figures.positions import positions
from labapp.figures.record_lengths import record_lengths
from labapp.figures.visit_steps import visit_steps
from labapp.figures.what_closes_what import what_closes_what

__all__ = [
    "Comparison",
    "Listing",
    "Picture",
    "before_after",
    "claims_card",
    "exposure_map",
    "first_visit",
    "look_alikes",
    "openings",
    "packet_ladder",
    "positions",
    "record_lengths",
    "visit_steps",
    "what_closes_what",
]
