"""The tables of a run: read-outs, books and parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exocosm.model import Model

from .assays import ReadOut
from .outcomes import Outcome
from .protocol import Condition, places
from .study import Study

if TYPE_CHECKING:
    import pandas as pd


def shown(study: Study, outcomes: list[Outcome]) -> list[tuple[Condition, Outcome]]:
    """Pair every outcome with the places where tables show it, in the order of the tables."""
    of_condition: dict[int, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda o: o.run.replicate):
        of_condition.setdefault(outcome.run.condition, []).append(outcome)
    return [(place, outcome) for place, i in places(study) for outcome in of_condition.get(i, ())]


def readout_table(shown: list[tuple[Condition, Outcome]], readouts: tuple[ReadOut, ...]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (condition.series, condition.arm, condition.level, outcome.run.replicate, time / 60.0, readout.name,
         readout.cell, readout.unit, value)
        for condition, outcome in shown
        for readout in readouts
        for time, value in zip(outcome.times, outcome.values[readout.name], strict=True)
    ]  # fmt: skip
    columns = ["series", "arm", "level", "replicate", "time_h", "readout", "cell", "unit", "value"]
    return pd.DataFrame(rows, columns=columns)


def book_table(shown: list[tuple[Condition, Outcome]]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "series": condition.series,
            "arm": condition.arm,
            "level": condition.level,
            "replicate": outcome.run.replicate,
            "vesicle": account["name"],
            **{key: value for key, value in account.items() if key != "name"},
        }
        for condition, outcome in shown
        for account in outcome.books
    ]
    return pd.DataFrame(rows)


def remark_table(shown: list[tuple[Condition, Outcome]]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        (condition.series, condition.arm, condition.level, outcome.run.replicate, cause, remark)
        for condition, outcome in shown
        for cause, remark in outcome.remarks.items()
    ]
    return pd.DataFrame(rows, columns=["series", "arm", "level", "replicate", "cause", "remark"])


def parameter_table(models: list[Model], settings: dict[str, float]) -> pd.DataFrame:
    import pandas as pd

    rows: dict[str, dict[str, Any]] = {}
    for model in models:
        for name, (parameter, users) in model.parameters().items():
            if name in rows or name.startswith(("dose:", "mimic:")):
                continue  # levels of a series, one per arm
            more = f"; and {len(users) - 3} more" if len(users) > 3 else ""
            rows[name] = {
                "name": name,
                "value": settings.get(name, parameter.value),
                "unit": parameter.unit,
                "low": parameter.prior.low,
                "high": parameter.prior.high,
                "prior": "set by the user" if name in settings else parameter.prior.shape,
                "confidence": parameter.confidence,
                "source": parameter.source,
                "reference": parameter.reference,
                "quoted": parameter.quoted,
                "note": parameter.note,
                "used_by": "; ".join(users[:3]) + more,
            }
    return pd.DataFrame(list(rows.values()))
