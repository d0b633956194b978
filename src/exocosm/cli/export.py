"""``exocosm export``: the frames of a run in another program's format."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from exocosm.errors import InputError, did_you_mean

from .arguments import add_common
from .failures import DONE
from .output import print_json

# Named here so that --help loads nothing; a test compares them with `exocosm.export.FORMATS`.
NAMES = ("openvt", "vtk", "ome-tiff", "ome-zarr", "anndata", "parquet")


def add_parser(verbs: Any) -> None:
    """Add the command to the parser."""
    parser = verbs.add_parser(
        "export",
        help="write the frames of a run for other programs",
        description="Write the cells and fields of one arm of a run in another program's format.",
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="the folder of a run, or a trajectory (.zarr)")
    parser.add_argument("--format", required=True, choices=NAMES, help="the format")
    parser.add_argument("--out", required=True, type=Path, metavar="PATH", help="a new file or folder")
    parser.add_argument("--arm", metavar="A", help="the arm (default: the only one, or the control)")
    add_common(parser)
    parser.set_defaults(command=command)


def command(args: argparse.Namespace) -> int:
    """Export one arm; return the exit code."""
    from exocosm.export import write
    from exocosm.trajectory import Trajectory

    place = _frames(args.run, args.arm)
    written = write(Trajectory.load(place), args.format, args.out)
    if args.json:
        print_json({"state": "done", "frames": place, "written": written, "exit_code": DONE})
    else:
        print(f"{place} -> {written}")
    return DONE


def _frames(run: Path, arm: str | None) -> Path:
    for place in (run, run / "trajectory.zarr"):  # the latter is what `exocosm simulate` leaves
        if (place / "zarr.json").is_file():
            return place
    found = {path.stem: path for path in sorted((run / "frames").glob("[!.]*.zarr"))}
    if not found:
        raise InputError(
            f"Expected `RUN` to be a trajectory or the folder of a run with frames, found none in "
            f"{str(run)!r}. Runs in a dish keep none, nor does one killed before its first frame."
        )
    if arm is None:
        arm = next(iter(found)) if len(found) == 1 else _control(run)
    if arm not in found:
        raise InputError(f"No frames of arm {arm!r}.{did_you_mean(arm, found)} Known: {sorted(found)}.")
    return found[arm]


def _control(run: Path) -> str:
    import yaml

    path = run / "study.yaml"
    if not path.is_file():
        raise InputError(f"{str(run)!r} holds frames of several arms and no study.yaml. Name one by --arm.")
    study = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return str(study.get("control") or (study.get("arms") or [{"name": "control"}])[0]["name"])
