"""What the commands print: JSON, tables, and progress on the error stream."""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Progress = Callable[[int, int, str], None]
"""Called with (runs done, runs in all, what is running); a part after another counts from 1 again."""


def print_json(value: Any) -> None:
    """Print `value` as one JSON object; dataclasses become objects, NaN and infinities become null."""
    # ASCII only, so that any console and any pipe can carry it.
    print(json.dumps(jsonable(value), indent=2, ensure_ascii=True, allow_nan=False))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table: drawn for a person at a terminal, tab-separated with a header for a pipe."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    if sys.stdout is None or not sys.stdout.isatty():
        for row in [list(columns), *cells]:
            print("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in cells:
        # Text, not str: square brackets in a name are not markup.
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def one_line(value: object) -> str:
    """Return `value` as text without line breaks or control characters; None is empty, lists are joined."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(one_line(item) for item in value)
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())


@contextmanager
def progress(*, shown: bool) -> Iterator[Progress]:
    """Yield a function that shows how far a run is: a bar at a terminal, else a line now and then."""
    if not shown or sys.stderr is None:
        yield lambda done, total, label: None
    elif not sys.stderr.isatty():
        yield _lines()
    else:
        with _bar() as show:
            yield show


def _lines() -> Progress:
    last = 0

    def show(done: int, total: int, label: str) -> None:
        """A line for the first run, the last one, and about every twentieth part in between."""
        nonlocal last
        if done < last:  # another part begins
            last = 0
        if done > last and (last == 0 or done == total or 20 * (done - last) >= total):
            last = done
            print(f"{done}/{total} {one_line(label)}", file=sys.stderr, flush=True)

    return show


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("preparing", total=None)

        def show(done: int, total: int, label: str) -> None:
            bar.update(task, completed=done, total=total, description=escape(one_line(label)))

        yield show


def jsonable(value: Any) -> Any:
    """Return `value` in what JSON knows: dataclasses become objects, NaN and infinities become null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(item) for item in (sorted(value) if isinstance(value, (set, frozenset)) else value)]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Path):
        return str(value)
    # Records may hold mapping proxies; anything else is shown as it prints.
    return jsonable(dict(value)) if hasattr(value, "keys") else str(value)
