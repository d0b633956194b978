"""`exocosm bench`: figures and checks for people and for programs, one line for what cannot be measured."""

import json
from importlib import import_module

import pytest

from exocosm.cli import main


def test_a_benchmark_is_a_table_with_checks_and_a_record(capsys):
    assert main(["bench", "b3", "--quick", "--threads", "1"]) == 0
    printed = capsys.readouterr().out
    assert "paraPhysiCell\t4.16" in printed
    assert "ok    cells at the start: 14233" in printed
    assert "in-place scale" in printed and "peers' machine 20" in printed
    assert main(["bench", "B3", "--quick", "--threads", "1", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["benchmark"] == "B3" and record["quick"] and record["threads"] == 1
    assert record["peak memory [bytes]"] > 0 and len(record["checksum"]) == 16
    equal, own = (r["claim"] for r in record["records"])
    assert equal.startswith("equal steps") and own.startswith("own steps")
    assert {line["peer"] for line in record["lines"]} == {"PhysiCell 1.14.2", "paraPhysiCell"}


@pytest.mark.parametrize("quick", ["B1", "B2", "B6"])
def test_other_benchmarks_run_too(quick, capsys, monkeypatch):
    b6 = import_module("exocosm.engine.bench.b6")
    monkeypatch.setattr(b6, "FULL", b6.SMALL)
    assert main(["bench", quick, "--quick", "--threads", "1", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert all(line["value"] > 0.0 for line in record["lines"])
    assert all(check["ok"] for check in record["checks"])


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["B7"], "'B7'"),
        (["B3", "--threads", "0"], "--threads"),
        (["B3", "--threads", "9999"], "`threads`"),
        (["B3", "--dtype", "f32"], "`dtype`"),
        (["B1", "--dtype", "f16", "--quick"], "`dtype`"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(words, named, capsys):
    assert main(["bench", *words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and named in err
