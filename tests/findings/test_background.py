"""A signed network from a file: what is read, what is left out, and that the curated base goes before it."""

import pytest

from exocosm.errors import InputError
from exocosm.findings import Setting, read_background
from exocosm.findings.response import influences


def test_signs_in_many_spellings(tmp_path):
    path = tmp_path / "net.tsv"
    rows = [
        "A\tB\t1",
        "A\tC\t-1.0",
        "B\tC\tup",
        "C\tD\tinhibition",
        "D\tE\t0",
        "E\tE\t1",
        "F\tG\t1",
        "F\tG\t-1",
    ]
    path.write_text("\ufeff" + "\n".join(["TF\ttarget\tmor", *rows, "short"]), encoding="utf-8")
    found = {(one.source, one.target): one.sign for one in read_background(path)}
    assert found == {("A", "B"): 1, ("A", "C"): -1, ("B", "C"): 1, ("C", "D"): -1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "a column 'source'"),
        ("source,target,sign\nA,B,maybe\n", "found none"),
        ("", "'source'"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path, text, said):
    path = tmp_path / "net.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        read_background(path)
    with pytest.raises(InputError, match="Could not read"):
        read_background(tmp_path / "none.tsv")


def test_the_background_fills_gaps_and_never_overrules(tmp_path, everything, some_cases):
    vocabulary, _ = everything
    case = some_cases[0]
    core = influences(vocabulary, case, Setting())
    known = core[0]
    path = tmp_path / "net.tsv"
    path.write_text(f"source\ttarget\tsign\n{known.source}\t{known.target}\t{-known.sign}\nNEW1\tNEW2\t1\n")
    background = read_background(path)
    both = influences(vocabulary, case, Setting(background=background))
    assert both[: len(core)] == core
    assert [(one.source, one.target) for one in both[len(core) :]] == [("NEW1", "NEW2")]
    alone = influences(vocabulary, case, Setting(background=background, core=False))
    assert alone == background
