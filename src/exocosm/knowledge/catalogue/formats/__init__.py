"""The formats that can be imported, one file each."""

from __future__ import annotations

from ..layout import Format
from .collectri import COLLECTRI, DOROTHEA
from .evmirna import EVMIRNA
from .exocarta import EXOCARTA
from .exorbase import EXORBASE
from .mirtarbase import MIRTARBASE
from .omnipath import OMNIPATH
from .plain_csv import PLAIN
from .signor import SIGNOR
from .vesiclepedia import VESICLEPEDIA

__all__ = ["FORMATS"]

FORMATS: tuple[Format, ...] = (
    EXOCARTA,
    VESICLEPEDIA,
    EVMIRNA,
    EXORBASE,
    MIRTARBASE,
    OMNIPATH,
    SIGNOR,
    COLLECTRI,
    DOROTHEA,
    PLAIN,
)
