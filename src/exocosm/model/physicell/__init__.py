"""PhysiCell's files in and out: settings, rules, lists of cells."""

from .cells_csv import middle, read_cells, write_cells
from .notes import Note
from .rules import holds_rules, losses_of, read_rules, with_rules, write_rules
from .settings import read_settings

__all__ = [
    "Note",
    "holds_rules",
    "losses_of",
    "middle",
    "read_cells",
    "read_rules",
    "read_settings",
    "with_rules",
    "write_cells",
    "write_rules",
]
