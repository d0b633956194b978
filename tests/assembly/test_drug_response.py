"""The IC50 of an assay and the lesions behind it, against cells that divide and die one by one."""

from __future__ import annotations

import numpy as np
import pytest

from exocosm.assembly import half_kill_over_ic50, viability
from exocosm.errors import InputError


@pytest.mark.parametrize("hill", [0.7, 1.0, 2.5])
@pytest.mark.parametrize("divisions", [0.6, 1.4, 3.0, 6.0])
def test_half_of_the_cells_are_left_at_the_ic50(hill, divisions):
    ratio = half_kill_over_ic50(hill, divisions)
    assert viability(1.0 / ratio, hill, divisions) == pytest.approx(0.5, abs=1e-9)


def test_no_dose_kills_nothing_and_more_kills_more():
    doses = np.linspace(0.0, 20.0, 30)
    left = [viability(dose, 1.5, 2.0) for dose in doses]
    assert left[0] == pytest.approx(1.0, abs=1e-12)
    assert np.all(np.diff(left) < 0)


@pytest.mark.parametrize(("dose", "hill", "divisions"), [(0.5, 1.0, 1.5), (2.0, 2.0, 1.5), (4.0, 1.3, 2.5)])
def test_viability_is_that_of_a_branching_process(dose, hill, divisions):
    """20,000 founders; the standard error of the ratio is below 1.5 %, the tolerance four of them."""
    rng = np.random.default_rng(5)
    treated = grown(rng, dose, hill, divisions)
    undosed = grown(rng, 0.0, hill, divisions)
    assert treated / undosed == pytest.approx(viability(dose, hill, divisions), rel=0.06)


def grown(rng, dose, hill, divisions, founders=20_000):
    """Cells at time 1 when each divides at the rate `divisions`, and daughters share the lesions."""
    times = np.zeros(founders)
    loads = np.full(founders, dose)
    survivors = 0
    while times.size:
        times = times + rng.exponential(1.0 / divisions, times.size)
        survivors += int((times > 1.0).sum())
        times, loads = times[times <= 1.0], loads[times <= 1.0]
        dies = rng.random(times.size) < loads**hill / (1.0 + loads**hill)
        times, loads = np.repeat(times[~dies], 2), np.repeat(loads[~dies] / 2.0, 2)
    return survivors


def test_an_assay_too_short_to_halve_the_cells_is_refused():
    with pytest.raises(InputError, match="longer assay time"):
        half_kill_over_ic50(1.0, 0.2)
