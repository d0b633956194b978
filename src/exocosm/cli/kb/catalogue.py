"""``exocosm kb import, catalogue, lookup``: users' own tables, beside the curated base."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from ..arguments import add_common, count
from ..failures import DONE
from ..output import print_json, print_table

_SHOWN = 20  # malformed rows printed; the JSON output has a hundred


def add_parser(words: Any) -> None:
    """Add the commands."""
    importing = words.add_parser(
        "import",
        help="import a table of ExoCarta, Vesiclepedia, miRTarBase ... into your catalogue",
        description="Import a table into a catalogue beside the curated base. Rows that cannot be read are "
        "reported with their lines; the rest is imported. Importing again makes a new version.",
    )
    importing.add_argument(
        "file", type=Path, metavar="FILE", help="CSV, tab-separated text (.gz too) or .xlsx"
    )
    importing.add_argument("--format", metavar="FORMAT", help="recognised by the header if not given")
    importing.add_argument(
        "--name", metavar="NAME", help="name of the source; made from the format if not given"
    )
    importing.add_argument("--release", metavar="TEXT", help="release of the database")
    importing.add_argument("--licence", metavar="TEXT", help="note on what may be done with the data")
    importing.add_argument(
        "--encoding", metavar="NAME", help="of the text, such as latin-1; UTF-8 by default"
    )
    _add_place(importing)
    add_common(importing)
    importing.set_defaults(command=import_table)
    listing = words.add_parser("catalogue", help="list what was imported, or drop some of it")
    listing.add_argument("--drop", metavar="NAME", help="remove a source")
    listing.add_argument("--version", type=count, metavar="N", help="only this version of it")
    _add_place(listing)
    add_common(listing)
    listing.set_defaults(command=list_sources)
    looking = words.add_parser(
        "lookup", help="what your imported tables say about a name, beside the curated base"
    )
    looking.add_argument("name", metavar="NAME")
    looking.add_argument("--species", metavar="SPECIES", help="human, mouse, or a Latin name")
    looking.add_argument(
        "--limit", type=count, default=20, metavar="N", help="at most N rows of each table (20)"
    )
    _add_place(looking)
    add_common(looking)
    looking.set_defaults(command=look_up)


def import_table(args: argparse.Namespace) -> int:
    """Import a table; print what was read, and the rows that were left out."""
    from exocosm.knowledge import catalogue

    with catalogue.Catalogue(args.catalogue) as opened:
        report = opened.add(
            args.file,
            args.format,
            args.name,
            release=args.release,
            licence=args.licence,
            encoding=args.encoding,
        )
        place = opened.path
    if args.json:
        print_json({"catalogue": place, "import": report})
        return DONE
    print(report)
    print(f"{report.grounded:,} names have an identifier, {report.ambiguous:,} can mean several things.")
    if report.same_as is not None:
        print(f"The same file is already there as version {report.same_as}.", file=sys.stderr)
    for one in report.malformed[:_SHOWN]:
        print(f"{args.file}:{one.line}: {one.reason}", file=sys.stderr)
    if report.n_malformed > _SHOWN:
        more = f"{report.n_malformed - _SHOWN:,} more malformed rows"
        print(f"... and {more}; --json shows the first hundred.", file=sys.stderr)
    print(f"Kept in {place}, apart from the curated base.", file=sys.stderr)
    return DONE


def list_sources(args: argparse.Namespace) -> int:
    """Print each version of each source, or drop one."""
    from exocosm.errors import InputError
    from exocosm.knowledge import catalogue

    if args.version is not None and args.drop is None:
        raise InputError(
            f"Expected --drop NAME with --version {args.version}: each source has its own versions."
        )
    with catalogue.Catalogue(args.catalogue, read_only=args.drop is None) as opened:
        dropped = opened.drop(args.drop, args.version) if args.drop is not None else 0
        rows = _rows(opened.sources())
    if args.json:
        print_json(
            {"catalogue": args.catalogue or catalogue.default_path(), "dropped": dropped, "sources": rows}
        )
        return DONE
    if args.drop is not None:
        print(f"{dropped} version{'s' * (dropped != 1)} of {args.drop} removed.", file=sys.stderr)
    columns = (
        "source",
        "version",
        "format",
        "release",
        "table",
        "records",
        "malformed",
        "file",
        "imported_at",
        "licence",
    )
    print_table(columns, [[row[column] for column in columns] for row in rows])
    return DONE


def look_up(args: argparse.Namespace) -> int:
    """Print what the curated base says about a name, and apart from it what the imported tables say."""
    from exocosm.knowledge import UnknownNameError, catalogue, load

    with catalogue.Catalogue(args.catalogue, read_only=True) as opened:
        cargo = _rows(opened.find(name=args.name, species=args.species))
        influences = _rows(opened.influences(name=args.name, species=args.species))
    base = load()
    try:
        curated = [statement.id for statement in base.about(args.name)]
    except UnknownNameError:
        curated = []
    if args.json:
        imported = {"cargo": cargo[: args.limit], "influences": influences[: args.limit]}
        found = {"cargo": len(cargo), "influences": len(influences)}
        print_json({"name": args.name, "curated": curated, "found": found, "imported": imported})
        return DONE
    print(f"Curated base: {len(curated)} statements" + (f" (exocosm kb show {args.name!r})" * bool(curated)))
    for title, rows, columns in (
        ("cargo", cargo, _CARGO),
        ("influences", influences, _INFLUENCE),
    ):
        if not rows:
            continue
        print(f"\nImported by you, not curated: {title}")
        print_table(list(columns), [[row[name] for name in columns.values()] for row in rows[: args.limit]])
        if len(rows) > args.limit:
            print(f"{len(rows) - args.limit:,} more with a higher --limit.", file=sys.stderr)
    if not cargo and not influences:
        print("\nImported by you, not curated: nothing")
    return DONE


# Heads of the tables printed → columns of the catalogue.
_CARGO = {
    "source": "source",
    "version": "version",
    "name": "name",
    "id": "id",
    "type": "type",
    "species": "species",
    "sample": "shown_sample",
    "method": "method",
    "reference": "shown_reference",
    "value": "value",
    "line": "line",
}
_INFLUENCE = {
    "source": "catalogue_source",
    "version": "version",
    "from": "source",
    "sign": "sign",
    "to": "target",
    "effect": "effect",
    "relation": "relation",
    "reference": "reference",
    "line": "line",
}


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--catalogue",
        type=Path,
        metavar="PATH",
        help="the catalogue; your own by default ($EXOCOSM_CATALOGUE)",
    )


def _rows(frame: Any) -> list[dict[str, Any]]:
    """Return the rows of a DataFrame as dictionaries, None where nothing is."""
    plain = frame.astype(object).where(frame.notna(), None)
    rows = [{str(name): _whole(value) for name, value in row.items()} for row in plain.to_dict("records")]
    for row in rows:
        for name in ("sample", "reference"):
            # Where the record says nothing, its experiment may.
            row[f"shown_{name}"] = row.get(name) or row.get(f"experiment_{name}")
    return rows


def _whole(value: Any) -> Any:
    """Return 1.0 as 1, and times as text: a column with gaps comes as floating-point numbers."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return str(value) if hasattr(value, "isoformat") else value
