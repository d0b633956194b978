"""Users' own tables: a catalogue beside the curated base, and a background to compare it with.

Nothing here is loaded with `exocosm.knowledge`, and nothing imported enters the base.
"""

from .background import (
    WEIGHT_CLASS,
    Background,
    BackgroundComparison,
    ComparedInfluence,
    Edge,
    compare,
)
from .catalogue import Catalogue
from .database import default_path
from .formats import FORMATS
from .problems import (
    CatalogueError,
    CatalogueInUseError,
    FormatError,
    Malformed,
    TableError,
)
from .report import ImportReport

__all__ = [
    "FORMATS",
    "WEIGHT_CLASS",
    "Background",
    "BackgroundComparison",
    "Catalogue",
    "CatalogueError",
    "CatalogueInUseError",
    "ComparedInfluence",
    "Edge",
    "FormatError",
    "ImportReport",
    "Malformed",
    "TableError",
    "compare",
    "default_path",
]
