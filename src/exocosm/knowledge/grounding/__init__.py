"""Names → identifiers, by a table that ships with the package; ambiguous names are never guessed."""

from .grounding import AmbiguousGroundingError, Grounding, NotInTableError, ground, search
from .identifier_table import IdentifierTable, NameRow, shipped_table, table_of

__all__ = [
    "AmbiguousGroundingError",
    "Grounding",
    "IdentifierTable",
    "NameRow",
    "NotInTableError",
    "ground",
    "search",
    "shipped_table",
    "table_of",
]
