"""Does the model show what was published? Cases, verdicts, a score, and what has to stand beside it."""

from .background import read_background
from .case import Asked, Case, Input, NotAsked, case_of_axis
from .loops import MultiStep, Place, Step, multi_step_findings
from .response import HOURS, Setting
from .score import Line, Score, Share
from .scorecard import FORMAT, Scorecard, cases_of, scorecard
from .table import Row, read_table
from .table_results import results, write_results
from .trace import Carrier, Trace, question, trace
from .verdict import EFFECT, SHARE, VERDICTS, Outcome, judged
from .vocabulary import Reading, Unread, Vocabulary

__all__ = [
    "EFFECT",
    "FORMAT",
    "HOURS",
    "SHARE",
    "VERDICTS",
    "Asked",
    "Carrier",
    "Case",
    "Input",
    "Line",
    "MultiStep",
    "NotAsked",
    "Outcome",
    "Place",
    "Reading",
    "Row",
    "Score",
    "Scorecard",
    "Setting",
    "Share",
    "Step",
    "Trace",
    "Unread",
    "Vocabulary",
    "case_of_axis",
    "cases_of",
    "judged",
    "multi_step_findings",
    "question",
    "read_background",
    "read_table",
    "results",
    "scorecard",
    "trace",
    "write_results",
]
