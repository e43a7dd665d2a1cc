"""The lab: the only place where site, server, packets and browser meet."""

from labapp.lab.case import Case, case_of, open_case
from labapp.lab.map import ExposureMap, every_combination, one_by_one
from labapp.lab.reopened import reopen
from labapp.lab.served import Served
from labapp.lab.serving import serve
from labapp.lab.visiting import overhear, visit
from labapp.lab.visits import Visit

__all__ = [
    "Case",
    "ExposureMap",
    "Served",
    "Visit",
    "case_of",
    "every_combination",
    "one_by_one",
    "open_case",
    "overhear",
    "reopen",
    "serve",
    "visit",
]
