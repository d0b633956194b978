"""A run folder becomes one page and a few lines for the terminal; a knowledge base becomes one page."""

from .knowledge_page import knowledge_page
from .page import write
from .summary import summarise

__all__ = ["knowledge_page", "summarise", "write"]
