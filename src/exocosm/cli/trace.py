"""``exocosm trace``: what carries the effect of a cargo on a phenotype, influence by influence."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from .arguments import add_common, count
from .failures import DONE
from .output import print_json, print_table

if TYPE_CHECKING:
    from exocosm.findings import Carrier, Trace
    from exocosm.knowledge import KnowledgeBase


def add_parser(verbs: Any) -> None:
    """Add the command to the parser."""
    parser = verbs.add_parser(
        "trace",
        help="what carries the effect of a cargo on a phenotype in a cell",
        description="Let a cargo act on a cell, read a phenotype, cut every influence in between in turn.",
    )
    parser.add_argument("cargo", metavar="CARGO", help="such as miR-21")
    parser.add_argument(
        "phenotype", metavar="PHENOTYPE", help='a phenotype or pathway, such as "M2 polarisation"'
    )
    parser.add_argument("--in", dest="cell", required=True, metavar="CELL", help="the cell that receives it")
    parser.add_argument("--top", type=count, default=10, metavar="N", help="influences shown (default: 10)")
    add_common(parser)
    parser.set_defaults(command=command)


def command(args: argparse.Namespace) -> int:
    """Print what carries the effect; return the exit code."""
    from exocosm import knowledge
    from exocosm.findings import Vocabulary, question, trace

    kb = knowledge.load()
    vocabulary = Vocabulary(kb)
    case = question(vocabulary, args.cargo, args.phenotype, args.cell)
    found = trace(vocabulary, case, case.asked[0].node)
    if args.json:
        print_json(_record(kb, found))
        return DONE
    print(_sentence(found))
    if found.carriers:
        rows = [_row(kb, carrier) for carrier in found.carriers[: args.top]]
        print_table(("share", "influence", "statement", "read in"), rows)
        if len(found.carriers) > args.top:
            print(f"{len(found.carriers) - args.top} more; --top shows them.")
    return DONE


def _sentence(found: Trace) -> str:
    case = found.case
    inputs = ", ".join(f"{one.node} {'up' if one.sign > 0 else 'down'}" for one in case.inputs)
    start = f"{case.cargo} from {case.donor} in {case.recipient}: {inputs or case.no_input}."
    if found.effect is None:
        return f"{start} No path of few steps leads to {found.node}: unexplained."
    sign = "rises" if found.effect > 0 else "falls"
    return (
        f"{start} {found.node} {sign} by {abs(found.effect):.3g} in log-odds of its activity, at the central "
        "values of all numbers. Share of it that goes when an influence is cut:"
    )


def _row(kb: KnowledgeBase, carrier: Carrier) -> list[object]:
    one = carrier.influence
    said, seen = _source(kb, one.statements[0])
    arrow = "->" if one.sign > 0 else "-|"
    return [f"{carrier.share:+.0%}", f"{one.source} {arrow} {one.target}", said, seen]


def _source(kb: KnowledgeBase, identifier: str) -> tuple[str, str]:
    """Return a statement's id with its sentence where there is one, and where it was read."""
    if identifier.startswith("definition:"):
        return f"definition of {identifier.removeprefix('definition:')}", ""
    if identifier not in kb:
        return identifier, ""
    first = kb.statement(identifier).evidence[0]
    reference = kb.reference(first.reference).citation if first.reference else first.where
    return (f"{identifier}: “{first.quote}”" if first.quote else identifier), reference


def _record(kb: KnowledgeBase, found: Trace) -> dict[str, Any]:
    case = found.case
    return {
        "cargo": case.cargo,
        "donor": case.donor,
        "cell": case.recipient,
        "node": found.node,
        "inputs": [{"node": one.node, "sign": one.sign, "why": one.why} for one in case.inputs],
        "unexplained": case.no_input or ("no directed path" if found.effect is None else ""),
        "effect": found.effect,
        "carriers": [
            {
                "source": one.influence.source,
                "target": one.influence.target,
                "sign": one.influence.sign,
                "share": one.share,
                "statements": [
                    dict(zip(("statement", "read_in"), _source(kb, identifier), strict=True))
                    for identifier in one.influence.statements
                ],
            }
            for one in found.carriers
        ],
    }
