"""Whole-run workloads: their cells, what is known of them, the same bits on 1 and 2 threads."""

import numba
import numpy as np
import pytest

from exocosm.engine.bench.b6 import SMALL, b6, crowd, everything, million
from exocosm.engine.bench.measure import Line
from exocosm.engine.bench.tumour_runs import B3, B4, b3, b4
from exocosm.errors import InputError

TWO = min(2, numba.config.NUMBA_NUM_THREADS)


def test_the_tumours_have_the_cells_they_should():
    """14,233 and 18,317 are the numbers of the programs compared with; 13,873 is near their 13.9 thousand."""
    for workload, cells in ((B3, 14_233), (B4[75], 18_317), (B4[100], 13_873)):
        model = workload.model(scheme="adi")
        assert model.placements[0].count == workload.cells == cells
        position = np.array(model.placements[0].positions)
        box = 20.0 * np.array(model.domain.shape[::-1])
        # Round about the middle, to a cell's diameter.
        np.testing.assert_allclose(position.mean(axis=0), box / 2, atol=17.0)
        assert len(np.unique(position, axis=0)) == cells


def test_b3_is_the_same_on_one_thread_and_two_and_the_schemes_agree_on_oxygen():
    one, two = (b3(threads=n, minutes=6.0) for n in (1, TWO))
    assert one["checksum"] == two["checksum"]
    other = b3(threads=1, minutes=6.0, scheme="lod")
    assert other["checksum"] != one["checksum"] and other["claim"] != one["claim"]
    # The middle of a disc of 1 mm gets little: both far below the 38 mmHg it starts from.
    for found in (one, other):
        assert found["cells"] == {"start": 14_233, "end": pytest.approx(14_233, abs=60)}
        assert 0.0 < found["at the end"]["oxygen"] < 1.0
    assert one["peers' seconds"] == {"PhysiCell 1.14.2": 37.8, "paraPhysiCell": 4.16}
    assert one["seconds for those"]["clock"] == pytest.approx(one["seconds"]["clock"] * 20.0 / 6.0)


def test_b4_finds_what_an_earlier_program_found():
    """18,317 grow to 18,582 in 60 min, 26 in 6; in the middle 10.126 mmHg, and 0.99655 of the factor."""
    found = b4(threads=1, minutes=6.0, scheme="lod")
    assert found["cells"]["start"] == 18_317
    assert found["cells"]["end"] - 18_317 == pytest.approx(26.5, abs=4 * 26.5**0.5)
    assert found["at the end"] == found["in the middle after 6 min"]
    assert found["at the end"]["oxygen"] == pytest.approx(10.126, rel=0.1)
    assert found["at the end"]["immune factor"] == pytest.approx(0.99655, abs=0.005)


def test_b6_keeps_its_books_and_its_bits():
    one, two = (b6(threads=n, small=True, steps=3) for n in (1, TWO))
    assert one["checksum"] == two["checksum"]
    assert one["checksum"] != b6(threads=1, small=True, steps=3, seed=1)["checksum"]
    assert one["largest residual of the books"] < 1e-12
    assert one["extrapolated"] and one["simulated minutes"] == 18.0
    assert one["cells x hours per second"]["clock"] == pytest.approx(
        one["cells"]["start"] * 0.3 / one["seconds"]["clock"]
    )


def test_b6_has_what_it_says():
    model = everything(*SMALL)
    assert len(model.fields) == 3 and len(model.vesicle_kinds) == 2 and len(model.cargoes) == 6
    (kind,) = model.cell_kinds
    assert len(kind.network.nodes) == 60 and len(kind.releases) == len(kind.uptakes) == 2
    assert len(crowd(*SMALL).fields) == 4


def test_what_cannot_be_run_is_refused():
    for message, run in {
        "`scheme`": lambda: b3(scheme="steady"),
        "`minutes`": lambda: b4(minutes=0.0),
        "`voxels`": lambda: b4(voxels=50),
        "`threads`": lambda: million(threads=0),
        "`steps`": lambda: b6(small=True, steps=0),
    }.items():
        with pytest.raises(InputError, match=message):
            run()


def test_a_line_says_how_many_times_as_long_the_peer_takes():
    line = Line(what="x", value=2.0, processor=1.0, unit="s", peer="other", peer_value=5.0).record()
    assert (line["ratio"], line["ratio by processor time"]) == (2.5, 5.0)
    assert Line(what="x", value=2.0, unit="s").record()["ratio"] is None
