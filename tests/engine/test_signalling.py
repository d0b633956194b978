"""Signalling: rest, closed forms of what cargo does, steady states, agreement of back ends."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from exocosm.engine.compiled import compile_model
from exocosm.engine.laws.signalling import ACTIVITY_MAX
from exocosm.errors import InputError

from .models import BACKENDS, random_network
from .small_models import cell, edge, link, model, network, node

CARGOES = ("mir", "lnc", "circ")
seeds = st.integers(0, 2**32 - 1)
amounts = st.floats(1e-3, 1e6)


def compiled_network(net):
    kind = cell("any", net=net)
    return compile_model(model([kind], [], CARGOES)).networks[0]


def sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def logit(x: float) -> float:
    return math.log(x / (1.0 - x))


def after(module, net, copies, rest, dt, steps=1, start=None):
    """Activity of one cell after some steps, from rest unless told."""
    activity = np.array([net.resting if start is None else start], dtype=float)
    for _ in range(steps):
        module.signal(net, np.array([0]), activity, np.array([copies], float), np.array(rest, float), dt)
    return activity[0]


@given(seed=seeds, size=st.integers(1, 8))
def test_rest_is_a_fixed_point_with_endogenous_cargo_present(seed, size):
    rng = np.random.default_rng(seed)
    net = compiled_network(random_network(rng, CARGOES, size))
    rest = 10.0 ** rng.uniform(0, 4, 3)
    for backend in BACKENDS:
        activity = after(backend.signalling, net, rest, rest, dt=6.0, steps=20)
        np.testing.assert_allclose(activity, net.resting, rtol=0, atol=1e-12)


@given(seed=seeds, size=st.integers(1, 8), dt=st.floats(1e-3, 1e4))
def test_back_ends_agree_and_activity_stays_a_share(seed, size, dt):
    """Any state, however far from rest; columns of larger networks and other cells stay as they are."""
    rng = np.random.default_rng(seed)
    net = compiled_network(random_network(rng, CARGOES, size))
    copies, rest = 10.0 ** rng.uniform(-3, 6, (4, 3)), 10.0 ** rng.uniform(-3, 6, 3)
    copies[0, rng.integers(3)] = 0.0
    start = np.full((4, len(net.names) + 2), -7.0)
    # Nodes that nothing acts on rest for ever in a run, so they do here.
    start[:, : len(net.names)] = net.resting
    start[:, net.moving] = rng.uniform(1e-6, 1.0 - 1e-6, (4, len(net.moving)))
    results = []
    for backend in BACKENDS:
        activity = start.copy()
        for _ in range(3):
            backend.signalling.signal(net, np.array([0, 2, 3]), activity, copies, rest, dt)
            assert np.all((activity[[0, 2, 3], : len(net.names)] > 0.0) & (activity[[0, 2, 3], :-2] < 1.0))
        assert np.array_equal(activity[1], start[1])
        assert np.all(activity[:, -2:] == -7.0)
        results.append(activity)
    np.testing.assert_allclose(results[1], results[0], rtol=0, atol=1e-12)


@given(total=amounts, sites=amounts, half=amounts)
def test_one_sponge_leaves_the_root_of_a_quadratic(total, sites, half):
    """M_T = M + B M/(K + M), so M² + (K + B - M_T) M - K M_T = 0; the root without cancellation."""
    net = compiled_network(network([node("A")], links=[link("sponge", "lnc", "mir", half)]))
    p = half + sites - total
    root = math.sqrt(p * p + 4.0 * half * total)
    expected = 2.0 * half * total / (p + root) if p > 0 else 0.5 * (root - p)
    for backend in BACKENDS:
        free = backend.signalling.free_copies(net, np.array([total, sites, 3.0]))
        assert free[0] == pytest.approx(expected, rel=1e-9, abs=1e-12 * total)
        assert list(free[1:]) == [sites, 3.0]


@given(total=amounts, sites=st.tuples(amounts, amounts), halves=st.tuples(amounts, amounts))
def test_two_sponges_share_one_mirna(total, sites, halves):
    """Solved in the logarithm here, so that no bracket of the implementation is repeated."""
    links = [link("sponge", name, "mir", half) for name, half in zip(("lnc", "circ"), halves, strict=True)]
    net = compiled_network(network([node("A")], links=links))

    def excess(log_free: float) -> float:
        m = math.exp(log_free)
        return m + sum(b / (1.0 + k / m) for b, k in zip(sites, halves, strict=True)) - total

    expected = math.exp(brentq(excess, math.log(total) - 60.0, math.log(total) + 1e-9, xtol=1e-13))
    for backend in BACKENDS:
        free = backend.signalling.free_copies(net, np.array([total, *sites]))
        assert free[0] == pytest.approx(expected, rel=1e-9, abs=1e-12 * total)


def test_nothing_to_bind_and_nothing_that_binds(device):
    net = compiled_network(network([node("A")], links=[link("sponge", "lnc", "mir", 10.0)]))
    free_copies = device.signalling.free_copies
    assert list(free_copies(net, np.array([0.0, 50.0, 1.0]))) == [0.0, 50.0, 1.0]
    assert free_copies(net, np.array([80.0, 0.0, 1.0])) == pytest.approx([80.0, 0.0, 1.0], rel=1e-12)


@given(copies=amounts, rest=amounts, half=amounts, resting=st.floats(0.02, 0.98))
def test_a_repressed_node_follows_the_closed_form(copies, rest, half, resting):
    """x → ρ b with ρ = (1 + M0/K)/(1 + M/K), below 1; on the way exp(-t/τ) of the distance is left."""
    net = compiled_network(network([node("A", resting, 50.0)], links=[link("repression", "mir", "A", half)]))
    aim = min(ACTIVITY_MAX, resting * (1.0 + rest / half) / (1.0 + copies / half))
    expected = aim + (resting - aim) * math.exp(-20.0 / 50.0)
    for backend in BACKENDS:
        once = after(backend.signalling, net, [copies, 0, 0], [rest, 0, 0], 20.0)
        thrice = after(backend.signalling, net, [copies, 0, 0], [rest, 0, 0], 20.0 / 3.0, steps=3)
        assert once[0] == pytest.approx(expected, rel=1e-12)
        assert thrice[0] == pytest.approx(expected, rel=1e-12)


def test_a_sponge_relieves_the_target_of_its_mirna(device):
    """100 of 100 copies free at rest but for few sites; with 1,000 sites of K = 10 only about 1 is left."""
    links = [link("repression", "mir", "A", 20.0), link("sponge", "lnc", "mir", 10.0)]
    net = compiled_network(network([node("A", 0.1, 10.0)], links=links))

    def free(total: float, sites: float) -> float:
        p = 10.0 + sites - total
        return 0.5 * (math.sqrt(p * p + 40.0 * total) - p)

    expected = 0.1 * (1.0 + free(100.0, 5.0) / 20.0) / (1.0 + free(100.0, 1000.0) / 20.0)
    activity = after(device.signalling, net, [100.0, 1000.0, 0.0], [100.0, 5.0, 0.0], dt=1e4)
    assert activity[0] == pytest.approx(expected, rel=1e-9)
    assert expected > 0.4


@pytest.mark.parametrize("sign", [-1, 1])
@given(copies=amounts, rest=amounts, half=amounts)
def test_a_driven_node_follows_the_closed_form(sign, copies, rest, half):
    net = compiled_network(network([node("A", 0.3)], links=[link("drive", "lnc", "A", half, sign)]))
    drive = sign * math.log((1.0 + copies / half) / (1.0 + rest / half))
    expected = min(ACTIVITY_MAX, sigmoid(logit(0.3) + drive))
    for backend in BACKENDS:
        activity = after(backend.signalling, net, [0, copies, 0], [0, rest, 0], dt=1e6)
        assert activity[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_chain_comes_to_the_solution_of_its_equations(device, sign):
    """x_A = sigmoid(logit b_A + u), x_B = sigmoid(logit b_B ± g (x_A - b_A)): with one in-edge w' = 1."""
    nodes = [node("A", 0.2, 30.0), node("B", 0.6, 80.0)]
    chain = network(nodes, [edge("A", "B", sign, 5.0)], [link("drive", "mir", "A", 50.0, 1)], gain=2.5)
    activity = after(device.signalling, compiled_network(chain), [400, 0, 0], [20, 0, 0], 6.0, steps=500)
    a = sigmoid(logit(0.2) + math.log(9.0 / 1.4))
    b = sigmoid(logit(0.6) + sign * 2.5 * (a - 0.2))
    assert activity == pytest.approx([a, b], rel=1e-12)


def test_weights_into_a_node_are_normalised(device):
    """Weights 3 and 4 act as 0.6 and 0.8: w' = w/sqrt(Σ w²)."""
    nodes = [node("A", 0.2), node("B", 0.5), node("C", 0.4, 1.0)]
    net = compiled_network(network(nodes, [edge("A", "C", 1, 3.0), edge("B", "C", -1, 4.0)], gain=1.7))
    start = [0.9, 0.6, 0.4]
    moved = after(device.signalling, net, [0, 0, 0], [0, 0, 0], dt=1e-9, start=start)
    # τ dx/dt at the start; 1e-9/1 of a step keeps 1e-7 of relative rounding.
    aim = sigmoid(logit(0.4) + 1.7 * (0.6 * (0.9 - 0.2) - 0.8 * (0.6 - 0.5)))
    assert (moved[2] - 0.4) / 1e-9 == pytest.approx(aim - 0.4, rel=1e-6)


@pytest.mark.parametrize("resting", [0.0, 1.0, 0.9995])
def test_resting_activities_that_cannot_be_held_are_refused(resting):
    with pytest.raises(InputError, match="resting activities of `any`"):
        compiled_network(network([node("A", resting)]))
