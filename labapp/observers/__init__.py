"""Observers: people who can see a part of the evidence, and what they saw there.

An observer is given the evidence of one visit and the secret, never the
remediations that were on. "Not seen" is said only where a control text, sent
along in the same visit, was found by the very same search; else: unknown.
"""

from labapp.observers.checked import CHECKED
from labapp.observers.observer import OBSERVERS, PLACES, WIRE, Observer, Place, ask
from labapp.observers.sighting import Finding, Sighting

__all__ = [
    "CHECKED",
    "OBSERVERS",
    "PLACES",
    "WIRE",
    "Finding",
    "Observer",
    "Place",
    "Sighting",
    "ask",
]
