"""Draws: the numbers of the models, and only those that rest."""

import numpy as np
import pytest

from exocosm.assembly import edge_weight, parameter
from exocosm.engine import Ensemble
from exocosm.findings.draws import SEED, ensemble, rests_stably, stable_draws
from exocosm.findings.response import Setting, wiring_of


def test_a_draw_is_that_of_a_model(everything, some_cases):
    vocabulary, _ = everything
    wiring = wiring_of(vocabulary, some_cases[2], Setting())
    made, central = ensemble(wiring, (0, 5)), ensemble(wiring, ())
    gain = parameter("signalling_gain", to="dimensionless")
    for e, arrow in enumerate(wiring.arrows):
        target = wiring.nodes.index(arrow.target)
        assert made.first[target] <= e < made.first[target + 1]
        mine = [one for one in wiring.arrows if one.target == arrow.target]
        for column, draw in ((0, 0), (1, 5)):
            weights = [edge_weight(one).sampled(SEED, draw).value for one in mine]
            own = edge_weight(arrow).sampled(SEED, draw).value
            expected = gain.sampled(SEED, draw).value * arrow.sign * own / np.sqrt(np.sum(np.square(weights)))
            assert made.strength[e, column] == pytest.approx(expected, rel=1e-12)
    assert central.n_versions == 1 and (central.resting == central.resting[0]).all()


@pytest.mark.parametrize("seed", range(6))
def test_stability_is_that_of_the_eigenvalues(seed):
    rng = np.random.default_rng(seed)
    n, versions = 12, 20
    dense = rng.normal(0.0, 1.0, (n, n)) * (rng.random((n, n)) < 0.4)
    target, source = np.nonzero(dense)
    scale = np.linspace(0.5, 3.0, versions)
    made = Ensemble(
        np.searchsorted(target, np.arange(n + 1)).astype(np.int64), source.astype(np.int64),
        dense[target, source][:, None] * scale, np.full((n, versions), 0.3), np.full((n, versions), 240.0),
    )  # fmt: skip
    found = rests_stably(made)
    for v in range(versions):
        largest = np.linalg.eigvals(0.3 * 0.7 * scale[v] * dense - np.eye(n)).real.max()
        if abs(largest) > 0.02:  # what neither grows nor dies away in 400 h is undecided
            assert found[v] == (largest < 0.0)


def test_rejected_draws_are_replaced_and_counted(everything, some_cases):
    vocabulary, _ = everything
    chosen, tried = stable_draws(vocabulary.kb, some_cases[0].circumstances, 30)
    assert len(chosen) == 30 and chosen[-1] + 1 == tried and tried <= 36
    assert list(chosen) == sorted(set(chosen))
