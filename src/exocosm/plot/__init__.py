"""Results become matplotlib figures; nothing here runs a model or needs a display.

Every function takes tables in the run folder's shape (pandas), frames of a trajectory or plain counts,
and returns a `matplotlib.figure.Figure` made without pyplot, so no back end is chosen and nothing has to be
closed.
"""

from .courses import time_courses
from .doses import (
    OUT_OF_REACH,
    PLAUSIBLE,
    dose_needed,
    dose_response,
    ic50_by_copies,
    ic50_shift,
    titration,
)
from .effects import forest
from .intervals import mean_interval
from .knowledge import belief_by_kind, cargo_types, crosstalk_matrix, knowledge_figures
from .network import network, on_path
from .scorecard import score_axis
from .style import ARM_COLOURS, arm_colours, use_style
from .tissue import tissue
from .words import number, unit

__all__ = [
    "ARM_COLOURS",
    "OUT_OF_REACH",
    "PLAUSIBLE",
    "arm_colours",
    "belief_by_kind",
    "cargo_types",
    "crosstalk_matrix",
    "dose_needed",
    "dose_response",
    "forest",
    "knowledge_figures",
    "ic50_by_copies",
    "ic50_shift",
    "mean_interval",
    "network",
    "number",
    "on_path",
    "score_axis",
    "time_courses",
    "tissue",
    "titration",
    "unit",
    "use_style",
]
