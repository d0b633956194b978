"""Nulls keep what they say they keep, and give the same from the same seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm.findings import Setting
from exocosm.findings.nulls import NullResult, balanced, rightness, run_null
from exocosm.findings.response import effects as effects_on
from exocosm.findings.response import influences
from exocosm.findings.rewiring import effects_at_centre, numbered, rewired


@given(st.integers(0, 2**32 - 1), st.integers(2, 60))
def test_rewiring_keeps_the_numbers_of_inputs_and_outputs(seed, count):
    rng = np.random.default_rng(seed)
    pairs = np.array(sorted({(int(a), int(b)) for a, b in rng.integers(0, 12, (count, 2)) if a != b}))
    if not len(pairs):
        return
    found = rewired(pairs[:, 0], pairs[:, 1], rng)
    np.testing.assert_array_equal(np.bincount(found, minlength=12), np.bincount(pairs[:, 1], minlength=12))
    assert (found != pairs[:, 0]).all()
    assert len({(int(a), int(b)) for a, b in zip(pairs[:, 0], found, strict=True)}) == len(pairs)


def test_a_large_network_is_really_rewired(everything, some_cases):
    vocabulary, _ = everything
    known = sorted(influences(vocabulary, some_cases[0], Setting()), key=lambda x: (x.source, x.target))
    cell = numbered(known, [], set())
    source, target = cell.source[: cell.n_free], cell.target[: cell.n_free]
    assert np.mean(rewired(source, target, np.random.default_rng(1)) == target) < 0.05


def test_numbers_and_names_give_the_same_effect(everything, some_cases):
    """The fast way for shuffles, on the network as it is, against the usual one."""
    vocabulary, _ = everything
    setting = Setting(draws=0)
    for case in some_cases:
        known = sorted(influences(vocabulary, case, setting), key=lambda x: (x.source, x.target))
        nodes = {x.node for x in case.asked}
        cell = numbered(known, vocabulary.arrows(nodes), nodes | {x.node for x in case.inputs})
        fast = effects_at_centre(cell, cell.target, case, setting.dose, 60.0 * setting.hours)
        usual = effects_on(vocabulary, case, setting)
        for one, e in zip(case.asked, fast, strict=True):
            assert (usual[one.node] is None) == (e is None)
            assert e is None or e == pytest.approx(float(usual[one.node][0]), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("null", ["A", "B", "C"])
def test_the_first_is_the_data_and_a_seed_repeats(everything, some_cases, null):
    vocabulary, _ = everything
    one, other, third = (
        run_null(vocabulary, some_cases, Setting(), null, shuffles=12, seed=seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.shuffled, other.shuffled)
    assert one.data == third.data and not np.array_equal(one.shuffled, third.shuffled)
    setting = Setting(draws=0)
    right = [
        np.array([rightness(effects_on(vocabulary, case, setting)[x.node], x.effect, 1) for x in case.asked])
        for case in some_cases
    ]
    assert one.data == pytest.approx(float(balanced(some_cases, right)[0]), rel=1e-12)


def test_p_counts_shuffles_at_least_as_high():
    found = NullResult("A", 0.7, np.array([0.5, 0.7, 0.8, 0.4]))
    assert found.p == pytest.approx(3 / 5)


def test_undecided_is_a_coin():
    np.testing.assert_array_equal(rightness(None, 1, 3), [0.5, 0.5, 0.5])
    np.testing.assert_array_equal(rightness(np.array([0.06, -0.06, 0.01]), -1, 3), [0.0, 1.0, 0.5])
