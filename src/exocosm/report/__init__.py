"""A run folder becomes one page and a few lines for the terminal; so do a knowledge base and a scorecard."""

from .knowledge_page import knowledge_page
from .page import write
from .scorecard_page import write_scorecard
from .summary import summarise

__all__ = ["knowledge_page", "summarise", "write", "write_scorecard"]
