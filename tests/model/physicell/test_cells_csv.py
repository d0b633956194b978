"""Lists of cells: positions, values of single cells, and lines that are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exocosm.errors import InputError
from exocosm.model import Placement
from exocosm.model.physicell import read_cells, write_cells


def cells_in(text: str, model, tmp_path, **how):
    path = tmp_path / "list.csv"
    path.write_text(text)
    return read_cells(path, model, **how)


def test_the_first_version_has_type_ids(model, tmp_path):
    (placement,), _ = cells_in("0,0,0,1.000\n-100,60,5.5,1\n", model, tmp_path)
    assert (placement.kind, placement.pattern, placement.count) == ("killer", "given", 2)
    assert placement.positions == ((100.0, 60.0, 10.0), (0.0, 120.0, 15.5))
    assert placement.source == "list.csv"


def test_the_second_version_sets_values_of_single_cells(model, tmp_path):
    text = "x,y,z,type,volume,apoptosis,custom:onco,custom:GFP\n1,2,0,tumour,skip,0.5,2,\n3,4,0,tumour,900\n"
    (placement,), notes = cells_in(text, model, tmp_path)
    starts = {start.of: start.values for start in placement.starts}
    assert starts == {"volume": (None, 900.0), "apoptosis": (0.5, None), "custom:onco": (2.0, None)}
    assert [note.subject for note in notes] == ["column 'custom:GFP'"]


def test_what_is_wrong_is_named_by_line(model, tmp_path):
    text = (
        "x,y,z,type,volume,apoptosis\n"
        "0,0,0,tumor\n"
        "0,zero,0,tumour\n"
        "0,0,0,tumour,-3\n"
        "0,0,0,tumour,skip,-1\n"
        "100.5,0,0,tumour\n"
        "0,0,11,tumour\n"
        "0,0\n"
    )
    with pytest.raises(InputError) as caught:
        cells_in(text, model, tmp_path)
    for expected in (
        "list.csv, line 2, column 4: no cell type 'tumor' in this model. Did you mean 'tumour'?",
        "line 3, y: expected a number, found 'zero'",
        "line 4, column 5 (volume): expected a volume above 0",
        "line 5, column 6 (apoptosis): expected 'apoptosis' between 0 and inf, found -1.0",
        "line 6: the cell lies outside the domain (x from -100 to 100",
        "so do 1 more cells, the next on line 7",
        "line 8: expected x, y, z and type, found 2 columns",
    ):
        assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x,y,z,type,apoptos\n", r"line 1, column 5: no behaviour 'apoptos'"),
        ("x,y,type,z\n", "header that starts with x,y,z,type"),
        ("0,0,0,9\n", r"no cell type with id 9 in this model; ids: \[0, 1\]"),
        ("0,0,0,tumour\n", "needs the header"),
    ],
)
def test_headers_and_ids(text, said, model, tmp_path):
    with pytest.raises(InputError, match=said):
        cells_in(text, model, tmp_path)


def test_a_list_written_reads_back_equal(model, tmp_path):
    assert write_cells(model, tmp_path / "out.csv") == ()
    again, _ = read_cells(tmp_path / "out.csv", model)
    for ours, theirs in zip(model.placements, again, strict=True):
        assert (ours.kind, ours.positions) == (theirs.kind, theirs.positions)
        assert {s.of: s.values for s in ours.starts} == {s.of: s.values for s in theirs.starts}
    write_cells(replace(model, placements=again), tmp_path / "twice.csv")
    assert (tmp_path / "twice.csv").read_bytes() == (tmp_path / "out.csv").read_bytes()
    assert "-99.5,0.0,0.0,tumour,0.5,2.0,skip" in (tmp_path / "out.csv").read_text()


def test_cells_that_a_run_lays_out_are_a_loss(model, tmp_path):
    scattered = replace(model, placements=(Placement(kind="killer", pattern="scattered", count=4),))
    (loss,) = write_cells(scattered, tmp_path / "out.csv")
    assert loss.subject == "4 cells of killer (scattered)"
    with pytest.raises(InputError, match="cannot hold all"):
        write_cells(scattered, tmp_path / "strict.csv", strict=True)
