"""Statements and numbers to a model: the only bridge between what is known and what is simulated."""

from .assemble import assemble
from .cells import cell_table
from .drug_response import half_kill_over_ic50, viability
from .members import complex_members, spelt_out
from .networks import edge_weight, response_time, resting_level
from .parameters import overridden, parameter
from .scenario import Drug, Population, Scenario
from .selection import MOLECULES, Circumstances, Selection, Signed, definitions, select
from .wiring import MOST_STEPS, Wiring, wire, wire_paths

__all__ = [
    "MOLECULES",
    "MOST_STEPS",
    "Circumstances",
    "Drug",
    "Population",
    "Scenario",
    "Selection",
    "Signed",
    "Wiring",
    "assemble",
    "cell_table",
    "complex_members",
    "definitions",
    "edge_weight",
    "half_kill_over_ic50",
    "overridden",
    "parameter",
    "resting_level",
    "response_time",
    "select",
    "spelt_out",
    "viability",
    "wire",
    "wire_paths",
]
