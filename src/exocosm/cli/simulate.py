"""``exocosm simulate``: a model in, a folder with its trajectory out, without the knowledge base."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exocosm.errors import InputError

from .arguments import add_common, count, seed
from .failures import DONE, INTERRUPTED
from .model_files import describe, load_model
from .output import print_json, progress
from .run import claim_folder
from .simulated import write_folder

if TYPE_CHECKING:
    from exocosm.model import Model
    from exocosm.trajectory import Trajectory


def add_parser(verbs: Any) -> None:
    """Add the command to the parser."""
    parser = verbs.add_parser(
        "simulate",
        help="run a model and keep its trajectory",
        description="Run a model, its own JSON or PhysiCell's settings, without the knowledge base.",
    )
    parser.add_argument("model", type=Path, metavar="MODEL", help="model.json, or PhysiCell's settings .xml")
    parser.add_argument("--duration", required=True, metavar="D", help='simulated time, such as "12 h"')
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="random seed (default: 0)")
    parser.add_argument(
        "--threads", type=count, metavar="N", help="threads (default: all); never changes a result"
    )
    parser.add_argument(
        "--record-every", default="1 h", metavar="T", help='simulated time between frames (default: "1 h")'
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder to write, new or empty (default: runs/MODEL-seedN)"
    )
    parser.add_argument("--device", choices=("cpu", "gpu", "reference"), default="cpu", help="(default: cpu)")
    parser.add_argument("--quiet", action="store_true", help="no progress; print only where the result is")
    add_common(parser)
    parser.set_defaults(command=command)


def command(args: argparse.Namespace) -> int:
    """Run the model, write the folder; return the exit code."""
    model, notes = load_model(args.model)
    length = _minutes("--duration", args.duration)
    if _minutes("--record-every", args.record_every) <= 0:
        raise InputError(f"Expected `--record-every` above 0, found {args.record_every!r}.")
    folder = claim_folder(args.out, model.name, args.seed)
    try:
        with _stops_at_ctrl_c() as stopped:
            trajectory = _simulate(model, args, length, stopped)
        state = "done" if trajectory.frames[-1].time >= length - 1e-9 else "interrupted"
        write_folder(folder, model, trajectory, notes, state=state, settings=_settings(args))
    finally:
        with suppress(OSError):  # stays only where something was written
            folder.rmdir()
    return _report(args, model, trajectory, folder, state)


def _minutes(option: str, text: str) -> float:
    from exocosm.units import minutes

    try:
        return minutes(text)
    except InputError as error:
        raise InputError(f"`{option}`: {error}") from error


def _simulate(
    model: Model, args: argparse.Namespace, length: float, stopped: Callable[[], bool]
) -> Trajectory:
    from exocosm.engine import simulate

    if args.threads is not None:
        import numba

        numba.set_num_threads(min(args.threads, numba.get_num_threads()))
    with progress(shown=not (args.quiet or args.json)) as show:

        def shown(time: float) -> None:
            show(round(time), max(1, round(length)), "simulated minutes")

        return simulate(
            model,
            duration=args.duration,
            seed=args.seed,
            device=args.device,
            record_every=args.record_every,
            progress=shown,
            stop=stopped,
        )


@contextmanager
def _stops_at_ctrl_c() -> Iterator[Callable[[], bool]]:
    """Yield a function that says whether the run should end; a second Ctrl-C ends it without a result."""
    asked: list[bool] = []

    def ask(*_: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(True)
        print("exocosm: ending after this step; once more to drop the run.", file=sys.stderr)

    before = {}
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(ValueError):  # signals belong to the main thread
            before[number] = signal.signal(number, ask)
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _settings(args: argparse.Namespace) -> dict[str, Any]:
    return {
        "model_file": args.model.name,
        "seed": args.seed,
        "device": args.device,
        "duration": args.duration,
        "record_every": args.record_every,
    }


def _report(args: argparse.Namespace, model: Model, trajectory: Trajectory, folder: Path, state: str) -> int:
    code = DONE if state == "done" else INTERRUPTED
    last = trajectory.frames[-1]
    alive = int(last.cells["alive"].sum())
    if args.json:
        print_json(
            {"state": state, "model": model.name, "seed": args.seed, "folder": folder, "time_min": last.time,
             "frames": len(trajectory.frames), "living_cells": alive, "exit_code": code}
        )  # fmt: skip
    elif args.quiet:
        print(folder)
    else:
        print("\n".join(describe(model)))
        kinds = [f"{int(trajectory.is_kind(last, kind).sum())} {kind}" for kind in trajectory.kinds]
        print(f"After {last.time / 60:g} h: {alive} living cells ({', '.join(kinds)})")
        print(f"Folder: {folder}")
    if state != "done":
        print(f"exocosm: interrupted at {last.time / 60:g} h. {folder} keeps what was done.", file=sys.stderr)
    return code
