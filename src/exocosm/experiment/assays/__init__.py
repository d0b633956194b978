"""Read-outs of a trajectory, as a laboratory would take them."""

from .check import check
from .measure import QUANTITIES, ReadOut, measure, measure_all

__all__ = ["QUANTITIES", "ReadOut", "check", "measure", "measure_all"]
