"""``exocosm simulate``: a model in, a folder with its trajectory out, without the knowledge base."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exocosm.errors import InputError

from .arguments import add_common, count, seed
from .failures import DONE, INTERRUPTED
from .model_files import load_model
from .output import print_json, progress
from .run import claim_folder, end_like_ctrl_c
from .simulated import Simulated, settings_of

if TYPE_CHECKING:
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
    parser.add_argument(
        "--checkpoint-every",
        default="5 min",
        metavar="T",
        help='time by the clock between checkpoints ("5 min")',
    )
    parser.add_argument("--device", choices=("cpu", "gpu", "reference"), default="cpu", help="(default: cpu)")
    parser.add_argument("--quiet", action="store_true", help="no progress; print only where the result is")
    add_common(parser)
    parser.set_defaults(command=command)


def command(args: argparse.Namespace) -> int:
    """Run the model, write the folder; return the exit code."""
    end_like_ctrl_c(signal.SIGTERM)
    model, notes = load_model(args.model)
    length = _minutes("--duration", args.duration)
    for option in ("record_every", "checkpoint_every"):
        name = f"--{option.replace('_', '-')}"
        if _minutes(name, getattr(args, option)) <= 0:
            raise InputError(f"Expected `{name}` above 0, found {getattr(args, option)!r}.")
    folder = claim_folder(args.out, model.name, args.seed)
    settings = {name: getattr(args, name) for name in ("seed", "device", "duration", "record_every")}
    with _shown(args, length) as progress:
        simulated = Simulated(folder, progress=progress, checkpoint_every=args.checkpoint_every)
        trajectory, state = simulated.begin(model, notes, {"model_file": args.model.name, **settings})
    return report(args, trajectory, folder, state)


def go_on(args: argparse.Namespace) -> int:
    """Go on with a run of this command that was interrupted or killed; return the exit code."""
    settings = settings_of(args.folder)
    with _shown(args, _minutes("duration", settings["duration"])) as progress:
        simulated = Simulated(args.folder, progress=progress)
        trajectory, state = simulated.go_on(settings, other_machine=args.other_machine)
    args.seed = settings["seed"]
    return report(args, trajectory, args.folder, state)


def _minutes(option: str, text: str) -> float:
    from exocosm.units import minutes

    try:
        return minutes(text)
    except InputError as error:
        raise InputError(f"`{option}`: {error}") from error


@contextmanager
def _shown(args: argparse.Namespace, length: float) -> Iterator[Callable[[float], None]]:
    """Set the number of threads, and yield what shows the simulated time."""
    if args.threads is not None:
        import numba

        numba.set_num_threads(min(args.threads, numba.get_num_threads()))
    with progress(shown=not (args.quiet or args.json)) as show:
        yield lambda time: show(round(time), max(1, round(length)), "simulated minutes")


def report(args: argparse.Namespace, trajectory: Trajectory, folder: Path, state: str) -> int:
    """Say what came out and where it is; return the exit code."""
    code = DONE if state == "done" else INTERRUPTED
    last = trajectory.frames[-1]
    alive = int(last.cells["alive"].sum())
    if args.json:
        print_json(
            {"state": state, "model": trajectory.attributes["model"], "seed": args.seed, "folder": folder,
             "time_min": last.time, "frames": len(trajectory.frames), "living_cells": alive,
             "remarks": trajectory.remarks, "exit_code": code}
        )  # fmt: skip
    elif args.quiet:
        print(folder)
    else:
        kinds = [f"{int(trajectory.is_kind(last, kind).sum())} {kind}" for kind in trajectory.kinds]
        print(f"After {last.time / 60:g} h: {alive} living cells ({', '.join(kinds)})")
        for remark in trajectory.remarks.values():
            print(f"Note: {remark}")
        print(f"Folder: {folder}")
    if state != "done":
        said = f"interrupted at {last.time / 60:g} h. `exocosm resume {folder}` goes on."
        print(f"exocosm: {said}", file=sys.stderr)
    return code
