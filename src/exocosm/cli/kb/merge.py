"""``exocosm kb merge``: files of one's own join the knowledge base, with every conflict listed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from exocosm.errors import InputError

from ..arguments import add_common
from ..failures import BAD_INPUT, DONE
from ..output import print_json, print_table
from .own import counted


def add_parser(words: Any) -> None:
    """Add the command."""
    parser = words.add_parser(
        "merge",
        help="join files of your own with the knowledge base, conflicts listed",
        description="Say what files of your own add to the knowledge base and where they meet what it holds.",
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT.yaml",
        help="write the records of the files as one YAML file",
    )
    add_common(parser)
    parser.set_defaults(command=merge)


def merge(args: argparse.Namespace) -> int:
    """Print what joins and every conflict; return 2 if the files have problems."""
    from exocosm.knowledge import KnowledgeFileError, joined, load

    _check_output(args)
    try:
        found = joined(load(), args.files)
    except KnowledgeFileError as error:
        return _refused(args, error.problems)
    if args.output is not None:
        _write(found, args)
    if args.json:
        print_json(_as_record(found, args))
        return DONE
    _print_tables(found)
    brought = ", ".join(counted(number, section[:-1]) for section, number in _added(found).items())
    conflicts = counted(len(found.conflicts), "conflict")
    print(f"New: {brought or 'nothing'}. {conflicts.capitalize()}.", file=sys.stderr)
    if args.output is not None:
        print(f"Written to {args.output}.", file=sys.stderr)
    return DONE


def _check_output(args: argparse.Namespace) -> None:
    """A file that is read is not written: its remarks, or its table, would be lost."""
    if args.output is None:
        return
    if args.output.suffix.lower() not in (".yaml", ".yml"):
        raise InputError(f"Expected `--output` to end in .yaml, found {str(args.output)!r}.")
    if args.output.resolve() in [file.resolve() for file in args.files]:
        raise InputError(f"{str(args.output)!r} is one of the files read. Name another file to write.")


def _refused(args: argparse.Namespace, problems: list[Any]) -> int:
    if args.json:
        listed = [problem._asdict() for problem in problems]
        print_json({"valid": False, "problems": listed, "exit_code": BAD_INPUT})
        return BAD_INPUT
    for problem in problems:
        print(problem)
    print(f"{counted(len(problems), 'problem')}: nothing was joined.", file=sys.stderr)
    return BAD_INPUT


def _print_tables(found: Any) -> None:
    print_table(
        ("statement", "kind", "names", "place"),
        [
            (item.record.id, item.record.kind, [name for _, name in item.record.names()], item)
            for item in found.own
            if item.section == "statements"
        ],
    )
    entities = [item for item in found.own if item.section == "entities"]
    if entities:
        print()
        rows = [
            (one.record.name, one.record.id, one.record.type, one.record.synonyms, one) for one in entities
        ]
        print_table(("entity", "id", "type", "synonyms", "place"), rows)
    if found.conflicts:
        print()
        listed = [(one.kind, one.name, one.message, one.place) for one in found.conflicts]
        print_table(("conflict", "of", "what", "place"), listed)


def _write(found: Any, args: argparse.Namespace) -> None:
    from exocosm.knowledge import knowledge_yaml

    sections = {section: found.records(section) for section in found.added}
    topic = f"records of {', '.join(file.name for file in found.files)}"
    args.output.write_text(knowledge_yaml(topic, sections), encoding="utf-8", newline="\n")


def _as_record(found: Any, args: argparse.Namespace) -> dict[str, Any]:
    statements = [
        {"id": item.record.id, "place": str(item)} for item in found.own if item.section == "statements"
    ]
    return {
        "files": found.files,
        "added": found.added,
        "statements": statements,
        "entities": found.records("entities"),
        "references": found.records("references"),
        "conflicts": found.conflicts,
        "written": args.output,
        "exit_code": DONE,
    }


def _added(found: Any) -> dict[str, int]:
    return {section: number for section, number in found.added.items() if number}
