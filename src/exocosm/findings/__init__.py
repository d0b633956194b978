"""Does the model show what was published? Cases, verdicts, a score, and what has to stand beside it."""

from .case import Asked, Case, Input, NotAsked, case_of_axis
from .response import HOURS, Setting
from .score import Line, Score, Share
from .scorecard import Scorecard, cases_of, scorecard
from .table import Row, read_table
from .table_results import results, write_results
from .verdict import EFFECT, SHARE, VERDICTS, Outcome, judged
from .vocabulary import Reading, Unread, Vocabulary

__all__ = [
    "EFFECT",
    "HOURS",
    "SHARE",
    "VERDICTS",
    "Asked",
    "Case",
    "Input",
    "Line",
    "NotAsked",
    "Outcome",
    "Reading",
    "Row",
    "Score",
    "Scorecard",
    "Setting",
    "Share",
    "Unread",
    "Vocabulary",
    "case_of_axis",
    "cases_of",
    "judged",
    "read_table",
    "results",
    "scorecard",
    "write_results",
]
