"""``exocosm model``: check files of models, and convert them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exocosm.errors import InputError

from .arguments import add_common, subcommands
from .failures import DONE
from .model_files import describe, load_model, new_file, print_notes
from .output import print_json

if TYPE_CHECKING:
    from exocosm.model import Model, physicell


def add_parser(verbs: Any) -> None:
    """Add the commands to the parser."""
    parser = verbs.add_parser(
        "model",
        help="check and convert files of models",
        description="Check models, and PhysiCell's settings, rules and lists of cells; convert between them.",
    )
    commands = subcommands(parser)
    check = commands.add_parser("check", help="say what was understood of a file, and what was not")
    check.add_argument(
        "file", type=Path, metavar="FILE", help="model.json, settings .xml, rules or cells .csv"
    )
    check.add_argument(
        "--model", type=Path, metavar="MODEL", help="the model (.json, .xml) that rules or cells belong to"
    )
    add_common(check)
    check.set_defaults(command=check_command)
    convert = commands.add_parser(
        "convert", help="settings.xml → model.json; a model → rules.csv or cells.csv"
    )
    convert.add_argument("source", type=Path, metavar="IN", help="model.json or settings .xml")
    convert.add_argument("target", type=Path, metavar="OUT", help="a new file: .json, or .csv")
    convert.add_argument(
        "--table", choices=("rules", "cells"), help="what a .csv holds (default: what its name says)"
    )
    convert.add_argument("--strict", action="store_true", help="fail where anything would be lost")
    add_common(convert)
    convert.set_defaults(command=convert_command)


def check_command(args: argparse.Namespace) -> int:
    """Check a file and say what was understood; return the exit code."""
    if args.file.suffix.lower() == ".csv":
        lines, notes = _check_table(args.file, args.model)
    else:
        model, notes = load_model(args.file)
        lines = describe(model)
    if args.json:
        print_json(
            {"file": args.file, "state": "done", "understood": lines, "notes": notes, "exit_code": DONE}
        )
        return DONE
    print("\n".join(lines))
    if notes:
        print("not, or not quite, as in the file:")
        print_notes(notes)
    return DONE


def _check_table(path: Path, of: Path | None) -> tuple[list[str], tuple[physicell.Note, ...]]:
    from exocosm.model import physicell

    if of is None:
        raise InputError("Rules and cells are checked against a model. Name it: --model MODEL.")
    if not path.is_file():
        raise InputError(f"There is no file {str(path)!r}.")
    model, _ = load_model(of)
    if physicell.holds_rules(path):
        rules, notes = physicell.read_rules(path, model)
        return [f"{path.name}: rules of PhysiCell"] + [
            f"  {kind}: {len(group)} rules" for kind, group in rules.items()
        ], notes
    placements, notes = physicell.read_cells(path, model)
    return [f"{path.name}: a list of cells"] + [
        f"  {one.kind}: {one.count} cells"
        + (f", own {', '.join(start.of for start in one.starts)}" if one.starts else "")
        for one in placements
    ], notes


def convert_command(args: argparse.Namespace) -> int:
    """Convert a file and report what is lost; return the exit code."""
    model, notes = load_model(args.source)
    if args.strict and (lost := [one for one in notes if one.kind in ("not supported", "not understood")]):
        raise InputError(f"{args.source.name} holds what a model cannot:\n" + "\n".join(map(str, lost)))
    losses = (*notes, *_write(model, args))
    if args.json:
        print_json({"state": "done", "written": args.target, "notes": losses, "exit_code": DONE})
        return DONE
    print(f"Written: {args.target}")
    if losses:
        print("not, or not quite, as in the source:")
        print_notes(losses)
    return DONE


def _write(model: Model, args: argparse.Namespace) -> tuple[physicell.Note, ...]:
    from exocosm.model import physicell

    target = new_file(args.target)
    if target.suffix.lower() == ".json":
        model.save(target)
        return ()
    named = [
        word for word in ("rules", "cells") if word in target.stem.lower().replace("cell_rules", "rules")
    ]
    table = args.table or (named[0] if len(named) == 1 else None)
    if target.suffix.lower() != ".csv" or table is None:
        raise InputError(
            "Expected OUT to end in .json, or in .csv with --table rules or --table cells, "
            f"found {target.name!r}."
        )
    write = physicell.write_rules if table == "rules" else physicell.write_cells
    return write(model, target, strict=args.strict)
