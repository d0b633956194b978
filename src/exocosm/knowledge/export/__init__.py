"""The knowledge base in formats of other programs; one file per format, each says what it loses."""

from .formats import FORMATS, Format, format_named, save_as
from .rows import COLUMNS, rows

__all__ = ["COLUMNS", "FORMATS", "Format", "format_named", "rows", "save_as"]
