"""Springs between cells: chances, limits, what ends them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from exocosm.engine.attachments import indices, release, renew, springs
from exocosm.engine.compiled import DIE, DIVIDE, NOTHING, compile_model
from exocosm.engine.population import apply_events
from exocosm.engine.swallow import swallow

from .models import BACKENDS, laid_out, twins
from .small_models import cell, model
from .test_interactions import listed, paired

SEED = 4
N = 3000


def clinging(n: int, other: dict[str, float] | None = None, **does: float):
    """Cells of two kinds, the first n of the one and the next n of the other, in no order of ids."""
    kinds = [cell("one", does=does), cell("two", does=does if other is None else other)]
    compiled = compile_model(model(kinds, []))
    state = laid_out(compiled, np.repeat([0, 1], n), np.zeros(2 * n))
    state.cells["id"] = np.random.default_rng(2).permutation(2 * n)
    state.step = 9
    return compiled, state


def named(attach: float = 0.0, detach: float = 0.0, **more: float) -> dict[str, float]:
    found = {"cell attachment rate": attach, "cell detachment rate": detach}
    return found | {name.replace("_", " "): value for name, value in more.items()}


def assert_share(count, probability: float) -> None:
    assert stats.binomtest(int(count), N, probability).pvalue > 1e-3


def test_either_cell_takes_hold_at_its_rate_times_its_affinity(device):
    compiled, state = clinging(
        N,
        named(0.01, adhesive_affinity_to_one=0.0),
        **named(0.1, adhesive_affinity_to_two=3.0),
    )
    renew(compiled, state, device, paired(N), 1.0, SEED)
    assert_share(len(state.attachments), 1.0 - math.exp(-0.1 * 3.0))
    assert np.all(state.attachments[:, 0] < state.attachments[:, 1])
    assert state.attachments.tolist() == sorted(state.attachments.tolist())
    pairs = indices(state)
    assert np.all(np.abs(pairs[:, 1] - pairs[:, 0]) == N)
    np.testing.assert_array_equal(state.cells["id"][pairs], state.attachments)


def test_either_cell_lets_go_at_its_rate(device):
    compiled, state = clinging(N, named(0.0, 0.02), **named(0.0, 0.1))
    ids = state.cells["id"]
    state.attachments = np.array(
        sorted(sorted(p) for p in zip(ids[:N].tolist(), ids[N:].tolist(), strict=True))
    )
    renew(compiled, state, device, paired(N), 2.0, SEED)
    assert_share(len(state.attachments), math.exp(-(0.1 + 0.02) * 2.0))


def test_attachments_balance():
    """Two-state chain of a pair: attached with a/(a + d) (1 - exp(-(a + d) t)), a and d of both cells."""
    compiled, state = clinging(N, **named(0.03, 0.05))
    a, d, t = 0.06, 0.10, 12
    touching = paired(N)
    for _ in range(10 * t):
        state.step += 1
        renew(compiled, state, BACKENDS[1], touching, 0.1, SEED)
    assert_share(len(state.attachments), a / (a + d) * -math.expm1(-(a + d) * t))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 12), most=st.floats(0.0, 5.0))
def test_nobody_holds_more_than_it_can(seed, n, most):
    """Everyone touches everyone and would hold on to all; both back ends settle on the same pairs."""
    kind = cell("one", does=named(9.0, 0.2, maximum_number_of_cell_attachments=most))
    compiled = compile_model(model([kind], []))
    state = laid_out(compiled, np.zeros(n), np.zeros(n))
    everyone = listed([[j for j in range(n) if j != i] for i in range(n)])
    pair = twins(state)
    for _ in range(3):
        for backend, mine in zip(BACKENDS, pair, strict=True):
            mine.step += 1
            renew(compiled, mine, backend, everyone, 1.0, seed)
        np.testing.assert_array_equal(pair[0].attachments, pair[1].attachments)
        held = np.bincount(pair[0].attachments.ravel(), minlength=n)
        assert held.max() <= math.floor(most)
        assert len({tuple(row) for row in pair[0].attachments}) == len(pair[0].attachments)
        free = np.flatnonzero(held < math.floor(most))  # those left with room hold each other already
        assert {(int(i), int(j)) for i in free for j in free if i < j} <= {
            tuple(row) for row in pair[0].attachments.tolist()
        }


def test_springs_have_the_mean_stiffness_of_their_cells():
    elastic = "cell-cell adhesion elastic constant"
    compiled, state = clinging(2, {elastic: 0.09}, **{elastic: 0.01})
    ids = state.cells["id"]
    state.attachments = np.array(sorted(sorted(p) for p in [(ids[0], ids[1]), (ids[1], ids[2])]))
    pairs, stiffness = springs(compiled, state)
    found = {frozenset(pair.tolist()): k for pair, k in zip(pairs, stiffness, strict=True)}
    assert found[frozenset({0, 1})] == pytest.approx(0.01)
    assert found[frozenset({1, 2})] == pytest.approx(0.03)


@pytest.mark.parametrize("event", [DIE, DIVIDE])
def test_death_and_division_end_attachments(event):
    compiled, state = clinging(2, **named())
    state.cells["id"] = np.arange(4)
    state.attachments = np.array([[0, 1], [0, 2], [2, 3]])
    events = np.array([NOTHING, event, NOTHING, NOTHING])
    apply_events(compiled, state, events, state.cells["kind"], 6.0, SEED)
    assert state.attachments.tolist() == [[0, 2], [2, 3]]


def test_who_is_eaten_holds_nobody():
    compiled, state = clinging(2, **named())
    state.cells["id"] = np.arange(4)
    state.attachments = np.array([[0, 1], [0, 2], [2, 3]])
    when = np.array([0.1, np.inf, np.inf, np.inf])
    swallow(compiled, state, when, np.array([2, -1, -1, -1]), np.zeros(4, dtype=bool))
    assert state.attachments.tolist() == [[0, 1]]
    assert indices(state).tolist() == [[0, 1]]
    release(state, np.array([0]))
    assert indices(state).shape == (0, 2)


def test_the_dead_attach_to_nobody(device):
    compiled, state = clinging(5, **named(1e3))
    state.cells["alive"][:5] = False
    renew(compiled, state, device, paired(5), 9.0, SEED)
    assert len(state.attachments) == 0
