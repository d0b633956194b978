"""Does the model show what was published? Cases, verdicts, a score, and what has to stand beside it."""

from .case import Asked, Case, Input, NotAsked, case_of_axis
from .response import HOURS, Setting
from .score import Line, Score, Share
from .scorecard import FORMAT, Scorecard, cases_of, scorecard
from .verdict import EFFECT, SHARE, VERDICTS, Outcome, judged
from .vocabulary import Reading, Unread, Vocabulary

__all__ = [
    "EFFECT",
    "FORMAT",
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
    "Score",
    "Scorecard",
    "Setting",
    "Share",
    "Unread",
    "Vocabulary",
    "case_of_axis",
    "cases_of",
    "judged",
    "scorecard",
]
