"""What single runs gave, one small file each: kept as they come, so that a killed study loses none."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .folder import write_text
from .protocol import SingleRun


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a single run gave: times [min], a series of values per read-out, closing books, remarks."""

    run: SingleRun
    times: tuple[float, ...]
    values: dict[str, tuple[float, ...]]
    books: tuple[dict, ...]
    remarks: dict[str, str] = field(default_factory=dict)


def name_of(run: SingleRun) -> str:
    """Return the name of a run's files."""
    return f"{run.condition:04d}-{'pictures' if run.for_pictures else f'{run.replicate:04d}'}"


def keep(folder: Path, outcome: Outcome) -> None:
    """Write an outcome with the SHA-256 of its own JSON."""
    record = asdict(outcome)
    path = folder / f"{name_of(outcome.run)}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps({"sha256": _digest(record), "outcome": record}, ensure_ascii=False))


def kept(folder: Path, runs: tuple[SingleRun, ...]) -> tuple[list[Outcome], list[Path]]:
    """Return the outcomes of `runs` that are there, and the files that are damaged."""
    found, damaged = [], []
    for run in runs:
        path = folder / f"{name_of(run)}.json"
        if not path.is_file():
            continue
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            record = content["outcome"]
            whole = content["sha256"] == _digest(record)
        except (ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            damaged.append(path)
            continue
        outcome = Outcome(
            run=SingleRun(**record["run"]),
            times=tuple(record["times"]),
            values={name: tuple(values) for name, values in record["values"].items()},
            books=tuple(record["books"]),
            remarks=record.get("remarks", {}),
        )
        if outcome.run == run:
            found.append(outcome)
        else:
            damaged.append(path)
    return found, damaged


def _digest(record: dict) -> str:
    return hashlib.sha256(json.dumps(record, ensure_ascii=False).encode()).hexdigest()
