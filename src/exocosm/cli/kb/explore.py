"""``exocosm kb paths, near, compare, gaps``: questions beyond a search."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from ..arguments import add_common, count
from ..failures import DONE
from ..output import print_json, print_table
from .own import add_own, whole_base


def add_parser(words: Any) -> None:
    """Add the commands."""
    finding = words.add_parser("paths", help="how a cargo can reach a phenotype")
    finding.add_argument("cargo", metavar="CARGO")
    finding.add_argument("phenotype", metavar="PHENOTYPE")
    finding.add_argument("--recipient", metavar="CELL", help="only mechanisms that hold in this cell")
    finding.add_argument("--limit", type=count, default=10, metavar="N", help="at most N paths (10)")
    add_own(finding)
    add_common(finding)
    finding.set_defaults(command=find_paths)
    near = words.add_parser("near", help="the statements around a name")
    near.add_argument("name", metavar="NAME")
    near.add_argument("--steps", type=count, default=1, metavar="N", help="so many steps away (1)")
    add_own(near)
    add_common(near)
    near.set_defaults(command=show_near)
    comparing = words.add_parser("compare", help="the transfers of two cancers side by side")
    comparing.add_argument("first", metavar="CANCER")
    comparing.add_argument("second", metavar="CANCER")
    add_own(comparing)
    add_common(comparing)
    comparing.set_defaults(command=compare_cancers)
    missing = words.add_parser("gaps", help="transfers that the records do not explain")
    add_own(missing)
    add_common(missing)
    missing.set_defaults(command=show_gaps)


def find_paths(args: argparse.Namespace) -> int:
    """Print chains from the cargo to the phenotype, shortest first."""
    from exocosm.knowledge import paths

    base = whole_base(args)
    found = paths(base, args.cargo, args.phenotype, cell=args.recipient, limit=args.limit)
    if args.json:
        print_json([{"path": str(path), "sign": path.sign, "statements": path.statements} for path in found])
        return DONE
    rows = [("up" if path.sign > 0 else "down", len(path.steps), str(path)) for path in found]
    print_table(("effect", "steps", "path"), rows)
    if not found:
        print("No path: the records do not say how. `exocosm kb gaps` lists such transfers.", file=sys.stderr)
    return DONE


def show_near(args: argparse.Namespace) -> int:
    """Print the statements within so many steps of a name."""
    from exocosm.knowledge import neighbourhood

    found = neighbourhood(whole_base(args), args.name, steps=args.steps)
    if args.json:
        print_json(found.to_records())
        return DONE
    rows = [(s.id, s.kind, [name for _, name in s.names()]) for s in found.statements]
    print_table(("id", "kind", "names"), rows)
    return DONE


def compare_cancers(args: argparse.Namespace) -> int:
    """Print which cargo the transfers of two cancers share, and where they disagree."""
    from exocosm.knowledge import compare

    found = compare(whole_base(args), args.first, args.second)
    parts = {
        f"only {args.first}": found.only_first,
        f"only {args.second}": found.only_second,
        "both": found.shared,
    }
    if args.json:
        named = {title: [s.id for s in part.statements] for title, part in parts.items()}
        print_json({**named, "opposed": found.opposed})
        return DONE
    rows = [
        (title, axis.cargo or "not named", axis.donor, axis.recipient, axis.id)
        for title, part in parts.items()
        for axis in part.axes
    ]
    print_table(("in", "cargo", "donor", "recipient", "id"), rows)
    for cargo, name, effect in found.opposed:
        print(f"opposed: {cargo} moves {name} {effect} in {args.first}, the other way in {args.second}")
    return DONE


def show_gaps(args: argparse.Namespace) -> int:
    """Print the transfers whose way from cargo to behaviour is not in the records."""
    from exocosm.knowledge import gaps

    found = gaps(whole_base(args))
    lists = {
        "no cargo named": [s.id for s in found.without_cargo.statements],
        "no target named": [s.id for s in found.without_target.statements],
        "no phenotype named": [s.id for s in found.without_phenotype.statements],
        "no path to the phenotype": [f"{axis}: {phenotype}" for axis, phenotype in found.without_path],
        "phenotype without definition": list(found.undefined),
    }
    if args.json:
        print_json(lists)
        return DONE
    print_table(("gap", "what"), [(title, what) for title, listed in lists.items() for what in listed])
    counts = "; ".join(f"{title}: {len(listed)}" for title, listed in lists.items())
    print(f"{counts}.", file=sys.stderr)
    return DONE
