"""Signalling: rest, closed forms of what cargo does, steady states, agreement of back ends."""

import math

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from exocosm.engine.compiled import compile_model
from exocosm.engine.compiled_network import substeps, with_complexes
from exocosm.engine.laws.exponential import LIMIT, exponential
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


@given(seed=seeds, size=st.integers(1, 8), dt=st.floats(1e-3, 200.0))
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
    links = [link("drive", "mir", "A", 50.0), link("drive", "lnc", "B", 50.0)]  # or A and B were constants
    edges = [edge("A", "C", 1, 3.0), edge("B", "C", -1, 4.0)]
    net = compiled_network(network(nodes, edges, links, gain=1.7))
    start = [0.9, 0.6, 0.4]
    moved = after(device.signalling, net, [0, 0, 0], [0, 0, 0], dt=1e-9, start=start)
    # τ dx/dt at the start; 1e-9/1 of a step keeps 1e-7 of relative rounding.
    aim = sigmoid(logit(0.4) + 1.7 * (0.6 * (0.9 - 0.2) - 0.8 * (0.6 - 0.5)))
    assert (moved[2] - 0.4) / 1e-9 == pytest.approx(aim - 0.4, rel=1e-6)


@pytest.mark.parametrize("resting", [0.0, 1.0, 0.9995])
def test_resting_activities_that_cannot_be_held_are_refused(resting):
    with pytest.raises(InputError, match="resting activities of `any`"):
        compiled_network(network([node("A", resting)]))


def test_the_exponential_is_right_over_its_whole_range():
    """Against the C library, whose own error is below an ulp (1.1e-16): dense near 0, and both ends."""
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.uniform(-LIMIT, LIMIT, 20_000), rng.normal(0.0, 3.0, 20_000), [0.0, -0.0]])
    x = np.append(x, [LIMIT, -LIMIT, 5e-324, 1e-300])
    ours = np.array([exponential(value) for value in x.tolist()])
    exact = np.array([math.exp(value) for value in x.tolist()])
    np.testing.assert_allclose(ours, exact, rtol=5e-16, atol=0)
    assert exponential(0.0) == 1.0
    assert exponential(1e9) == exponential(LIMIT) and exponential(-math.inf) == exponential(-LIMIT) > 0.0
    assert math.isnan(exponential(math.nan))


def test_the_compiled_exponential_gives_the_same_bits():
    @numba.njit(error_model="numpy")
    def fill(x, out):
        for i in range(x.shape[0]):
            out[i] = exponential(x[i])

    x = np.random.default_rng(4).uniform(-720.0, 720.0, 4001)
    x[:4] = 0.0, math.inf, -math.inf, math.nan
    out = np.empty_like(x)
    fill(x, out)
    np.testing.assert_array_equal(out, [exponential(value) for value in x.tolist()])


def many_cells(n=203, size=12, seed=5):
    """More cells than a block holds, none of a whole number of blocks, far from rest."""
    rng = np.random.default_rng(seed)
    net = compiled_network(random_network(rng, CARGOES, size))
    activity = np.tile(net.resting, (n, 1))
    activity[:, net.moving] = rng.uniform(0.01, 0.99, (n, len(net.moving)))
    return net, activity, 10.0 ** rng.uniform(-1, 4, (n, 3)), 10.0 ** rng.uniform(-1, 4, 3)


def test_threads_and_neighbours_change_no_bit(monkeypatch):
    """Alone, in any order, on one thread or several: a cell does not see with whom it shares a block."""
    signalling = BACKENDS[1].signalling
    monkeypatch.setattr(signalling, "MANY_CELLS", 1)
    net, start, copies, rest = many_cells()
    results = []
    for threads in range(1, min(3, numba.config.NUMBA_NUM_THREADS) + 1):
        before = numba.get_num_threads()
        numba.set_num_threads(threads)
        activity = start.copy()
        signalling.signal(net, np.arange(len(start)), activity, copies, rest, 700.0)
        numba.set_num_threads(before)
        results.append(activity)
    shuffled, alone = start.copy(), start.copy()
    order = np.random.default_rng(6).permutation(len(start))
    signalling.signal(net, order, shuffled, copies, rest, 700.0)
    for one in range(len(start)):
        signalling.signal(net, np.array([one]), alone, copies, rest, 700.0)
    for other in (*results[1:], shuffled, alone):
        assert np.array_equal(other, results[0])
    assert not np.array_equal(start, results[0])


@given(seed=seeds, per_cell=st.booleans())
def test_back_ends_agree_on_masks_and_complexes(seed, per_cell):
    rng = np.random.default_rng(seed)
    net, activity, copies, rest = many_cells(3, 6, seed)
    net = with_complexes(net, {"N0": ("N1", "N2"), "N3": ("N0",)})
    shape = (3, len(net.names)) if per_cell else (len(net.names),)
    held, added = rng.random(shape) < 0.3, rng.normal(0.0, 2.0, shape)
    results = []
    for backend in BACKENDS:
        x = activity.copy()
        backend.signalling.signal(net, np.arange(3), x, copies, rest, 30.0, held=held, added=added)
        backend.signalling.signal(net, np.array([1]), x, copies, rest, 30.0, held=held)
        assert np.all(x[np.broadcast_to(held, x.shape)] == 0.0)
        results.append(x)
    np.testing.assert_allclose(results[1], results[0], rtol=0, atol=1e-12)


def settled(module, net, **masks):
    activity = net.resting[None, :].copy()
    none = np.zeros((1, 3))
    module.signal(net, np.array([0]), activity, none, none[0], 6e4, **masks)
    return activity[0]


def test_a_node_knocked_out_and_one_over_expressed_follow_their_closed_forms(device):
    """A held at 0 takes g b_A from B; +u on A alone gives sigmoid(logit b + u), also in a node at rest."""
    net = compiled_network(network([node("A", 0.3), node("B", 0.6)], [edge("A", "B")], gain=1.5))
    out = settled(device.signalling, net, held=np.array([True, False]))
    assert out == pytest.approx([0.0, sigmoid(logit(0.6) - 1.5 * 0.3)], abs=1e-12)
    up = settled(device.signalling, net, added=np.array([1.1, 0.0]))
    a = sigmoid(logit(0.3) + 1.1)
    assert up == pytest.approx([a, sigmoid(logit(0.6) + 1.5 * (a - 0.3))], abs=1e-12)


@given(x=st.floats(0.01, 0.99), y=st.floats(0.01, 0.99), u=st.floats(-3, 3))
def test_a_complex_follows_its_scarcest_member(x, y, u):
    """x/b of the complex is the smallest x/b, capped; a drive acts on its logit."""
    net = compiled_network(network([node("A", 0.3), node("B", 0.5), node("AB", 0.4)]))
    net = with_complexes(net, {"AB": ("A", "B")})
    push = np.array([logit(x) - logit(0.3), logit(y) - logit(0.5), u])
    level = min(ACTIVITY_MAX, 0.4 * min(x / 0.3, y / 0.5))
    for backend in BACKENDS:
        found = settled(backend.signalling, net, added=push)
        assert found[2] == pytest.approx(min(ACTIVITY_MAX, sigmoid(logit(level) + u)), abs=1e-9)
        gone = settled(backend.signalling, net, held=np.array([True, False, False]), added=push)
        assert gone[2] == pytest.approx(0.0, abs=1e-12)


@given(copies=st.tuples(amounts, amounts), sign=st.sampled_from([-1, 1]))
def test_more_activating_cargo_never_means_less_activity(copies, sign):
    """In a chain without feedback the answer is monotone in the dose, with the product of the signs."""
    nodes = [node("A", 0.2, 30.0), node("B", 0.6, 80.0)]
    net = compiled_network(network(nodes, [edge("A", "B", sign)], [link("drive", "mir", "A", 50.0, 1)]))
    for backend in BACKENDS:
        low, high = (after(backend.signalling, net, [c, 0, 0], [20, 0, 0], 60.0, 3) for c in sorted(copies))
        assert low[0] <= high[0] + 1e-15
        assert sign * low[1] <= sign * high[1] + 1e-15


def test_long_steps_are_split_at_the_shortest_response_time(device):
    net = compiled_network(network([node("A", 0.3, 40.0), node("B", 0.5, 9.0)], [edge("B", "A")]))
    assert [substeps(net, dt) for dt in (1.0, 40.0, 41.0, 120.0, 1e9)] == [1, 1, 2, 3, 1000]
    pair = [edge("A", "B", 1), edge("B", "A", -1)]
    loop = compiled_network(network([node("A", 0.3, 40.0), node("B", 0.5, 9.0)], pair))
    start = [0.8, 0.1]
    none = [0, 0, 0]
    assert substeps(loop, 36.0) == 4
    once = after(device.signalling, loop, none, none, 36.0, start=start)
    assert once == pytest.approx(after(device.signalling, loop, none, none, 9.0, 4, start), abs=1e-14)


def test_shorter_steps_come_to_the_solution_at_first_order(device):
    """The aim is held fixed during a step, so halving the step halves the error."""
    pair = [edge("A", "B", 1), edge("B", "A", -1)]
    net = compiled_network(network([node("A", 0.3, 40.0), node("B", 0.5, 50.0)], pair))
    start, none = [0.8, 0.1], [0, 0, 0]
    counts = np.array([4, 8, 16, 32])
    fine = after(device.signalling, net, none, none, 60.0 / 4096, 4096, start)
    error = [
        np.abs(after(device.signalling, net, none, none, 60.0 / n, n, start) - fine).max() for n in counts
    ]
    assert -np.polyfit(np.log(counts), np.log(error), 1)[0] == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"held": np.zeros(3, dtype=bool)}, "`held` to have the shape"),
        ({"held": np.zeros(1)}, "True and False"),
        ({"added": np.array([np.nan])}, "finite"),
    ],
)
def test_masks_that_do_not_fit_are_refused(device, bad, message):
    net = compiled_network(network([node("A")]))
    with pytest.raises(InputError, match=message):
        settled(device.signalling, net, **bad)


@pytest.mark.parametrize("complexes", [{"A": ()}, {"A": ("A", "B")}, {"A": ("C",)}, {"C": ("A",)}])
def test_complexes_that_cannot_be_are_refused(complexes):
    with pytest.raises(InputError):
        with_complexes(compiled_network(network([node("A"), node("B")])), complexes)
