"""A table of statements (CSV or TSV) → the same plain records as a YAML knowledge file."""

from .read_table import TABLE_ENDINGS, TableTree, table_tree

__all__ = ["TABLE_ENDINGS", "TableTree", "table_tree"]
