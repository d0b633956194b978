"""``exocosm findings``: does the model show what was published? A scorecard as page, table and record."""

from __future__ import annotations

import argparse
import json
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from exocosm import __version__
from exocosm.durable import replace_whole
from exocosm.errors import InputError, expect

from . import scorecard_cache
from .arguments import add_common, whole
from .failures import DONE
from .output import jsonable, print_json, progress
from .run import end_like_ctrl_c, new_folder
from .scorecard_table import write_table

DRAWS, SHUFFLES = 200, 1999  # as they were fixed before the first score
_CLASSES = {"pro": "pro-tumour", "anti": "anti-tumour", "balanced": "balanced"}


def add_parser(verbs: Any) -> None:
    """Add the command to the parser."""
    parser = verbs.add_parser(
        "findings",
        help="score the model against published findings",
        description="Ask of each published finding whether the model shows it, and write a scorecard.",
    )
    # Where the findings come from, and what the model knows besides its own statements.
    parser.add_argument("--system", metavar="S", help="only the findings of one system, such as S10")
    parser.add_argument(
        "--file", type=Path, metavar="TABLE", help="findings of your own, instead of those of the base"
    )
    parser.add_argument(
        "--background", type=Path, metavar="FILE", help="a signed network used beside the curated statements"
    )
    # How they are scored.
    parser.add_argument(
        "--draws", type=whole(1, 10_000), default=DRAWS, metavar="N",
        help=f"draws of all numbers per case (default: {DRAWS})",
    )  # fmt: skip
    parser.add_argument(
        "--shuffles", type=whole(0, 100_000), default=SHUFFLES, metavar="N",
        help=f"shuffles of each null, 0 for none (default: {SHUFFLES})",
    )  # fmt: skip
    parser.add_argument(
        "--no-beside", action="store_true", help="the score alone: no leave-outs, sensitivity and nulls"
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder to write, new or empty (default: runs/findings)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress; print only where the page is")
    add_common(parser)
    parser.set_defaults(command=command)


def command(args: argparse.Namespace) -> int:
    """Score the findings, write the folder, say what came out; return the exit code."""
    from exocosm.knowledge import load

    end_like_ctrl_c(signal.SIGTERM)
    kb = load()
    if args.system is not None:
        expect.one_of(sorted({name for axis in kb.axes for name in axis.systems}), system=args.system)
    if args.file is not None and args.system is not None:
        raise InputError("Expected `--file` or `--system`, found both: a table names no systems.")
    given = args.out is not None and args.out.exists()
    folder = new_folder(args.out, "findings" + (f"-{args.system}" if args.system else ""))
    try:
        record = _record(args, kb) if args.file is None else _own(args, kb, folder)
        page = _write(record, folder)
    finally:
        if not given and not any(folder.iterdir()):
            with suppress(OSError):  # an empty folder of ours is of no use to anybody
                folder.rmdir()
    _say(args, record, folder, page)
    return DONE


def _record(args: argparse.Namespace, kb: Any) -> dict[str, Any]:
    """Return the record of the scorecard that was asked for, computed or kept from before."""
    setting = _setting(args)
    shuffles = 0 if args.no_beside else args.shuffles
    asked = {
        "setting": jsonable(setting),
        "system": args.system,
        "beside": not args.no_beside,
        "shuffles": shuffles,
    }
    key = scorecard_cache.key_of(kb.sha256, asked)
    record = scorecard_cache.load(key)
    if record is None:
        record = jsonable(_computed(args, kb, setting))
        scorecard_cache.save(key, record)
    about = {"exocosm": __version__, "knowledge": f"{kb.version}, content {kb.sha256[:12]}"}
    return record | {"about": about | {"findings": args.system or "all"}}


def _own(args: argparse.Namespace, kb: Any, folder: Path) -> dict[str, Any]:
    """Score a person's own table, write its rows with their verdicts, and return the record."""
    from exocosm.findings import Vocabulary, read_table, write_results

    vocabulary = Vocabulary(kb)
    rows = read_table(vocabulary, args.file)
    card = _card(args, vocabulary, [row.case for row in rows if row.case is not None], _setting(args))
    write_results(folder / "results.tsv", rows, card)
    about = {"exocosm": __version__, "knowledge": f"{kb.version}, content {kb.sha256[:12]}"}
    return dict(jsonable(card.record())) | {"about": about | {"findings": args.file.name}}


def _setting(args: argparse.Namespace) -> Any:
    """Return how every case is run."""
    from exocosm.findings import Setting, read_background

    background = () if args.background is None else read_background(args.background)
    return Setting(draws=args.draws, background=background)


def _computed(args: argparse.Namespace, kb: Any, setting: Any) -> dict[str, Any]:
    from exocosm.findings import cases_of

    vocabulary, cases = cases_of(kb, system=args.system)
    return dict(_card(args, vocabulary, cases, setting).record())


def _card(args: argparse.Namespace, vocabulary: Any, cases: Any, setting: Any) -> Any:
    from exocosm.findings import scorecard

    shuffles = 0 if args.no_beside else args.shuffles
    if not any(one.polarity != "neither" for case in cases for one in case.asked):
        shuffles = 0  # no read-out enters a class: a null has nothing to score
    with progress(shown=not (args.quiet or args.json)) as show:
        return scorecard(
            vocabulary, cases, setting, beside=not args.no_beside, shuffles=shuffles, progress=show
        )


def _write(record: Mapping[str, Any], folder: Path) -> Path:
    """Write record, table and page; return the path of the page."""
    from exocosm.report import write_scorecard

    text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    replace_whole(
        folder / "scorecard.json", lambda part: part.write_text(text, encoding="utf-8", newline="\n")
    )
    write_table(record, folder / "scorecard.tsv")
    return write_scorecard(record, folder / "scorecard.html")


def _say(args: argparse.Namespace, record: Mapping[str, Any], folder: Path, page: Path) -> None:
    if args.json:
        print_json({"state": "done", **record, "folder": folder, "page": page, "exit_code": DONE})
    elif args.quiet:
        print(page)
    else:
        print("\n".join([*_lines(record), f"Page: {page}"]))


def _lines(record: Mapping[str, Any]) -> list[str]:
    """Say what came out, in at most fourteen lines."""
    rows, outside = record["read_outs"], len(record["out_of_scope"])
    cases = len({row["id"] for row in rows})
    verdicts = sorted(record["verdicts"].items(), key=lambda item: -item[1])
    return [
        f"{cases} cases with {len(rows)} read-outs scored, {outside} out of scope",
        "Weighted share reproduced (95 % interval):",
        *(f"  {label:<12} {_share(record['score'][name])}" for name, label in _CLASSES.items()),
        "  always pro-tumour: 1, 0, balanced 0.5",
        f"Verdicts: {', '.join(f'{number} {name}' for name, number in verdicts) or 'none'}",
        *(_null(one) for one in record["nulls"]),
        *(() if record["nulls"] else ("Nulls: not computed",)),
    ]


def _share(one: Mapping[str, Any]) -> str:
    if one["value"] is None:
        return "-, no read-out"
    number = one["read_outs"]
    words = f"{number} read-out{'' if number == 1 else 's'}"
    return f"{one['value']:.3f} ({_number(one['low'])} to {_number(one['high'])}), {words}"


def _null(one: Mapping[str, Any]) -> str:
    low, _, high = one["quantiles"]
    return (
        f"Null {one['null']}, {one['what']}: {_number(one['data'])} against "
        f"{_number(low)} to {_number(high)}, p = {one['p']:.4f}"
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
