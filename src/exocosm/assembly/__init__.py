"""Statements and numbers to a model: the only bridge between what is known and what is simulated."""

from .assemble import assemble
from .cells import cell_table
from .drug_response import half_kill_over_ic50, viability
from .parameters import overridden, parameter
from .scenario import Drug, Population, Scenario

__all__ = [
    "Drug",
    "Population",
    "Scenario",
    "assemble",
    "cell_table",
    "half_kill_over_ic50",
    "overridden",
    "parameter",
    "viability",
]
