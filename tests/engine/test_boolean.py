"""Stochastic Boolean networks: exact probabilities, cut durations, threads, agreement of back ends."""

import itertools

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.stats import binomtest, kstest

import exocosm.engine.boolean as boolean
from exocosm.engine.backends.cpu import boolean as cpu
from exocosm.engine.boolean import advance, compile_boolean
from exocosm.errors import InputError, RunError

seeds = st.integers(0, 2**32 - 1)
DEVICES = ("reference", "cpu")


class Cells:
    """The state of some cells, all nodes off unless told."""

    def __init__(self, net, n, states=None, first_id=0):
        self.net, self.ids = net, np.arange(first_id, first_id + n)
        self.bits = net.pack(np.zeros((n, len(net.names)), dtype=bool) if states is None else states)
        self.clock, self.counter = np.zeros((n, 2)), np.zeros(n, dtype=np.int64)

    def advance(self, *durations, seed=11, inputs=None, device="cpu"):
        for duration in durations:
            advance(
                self.net, self.bits, self.clock, self.counter, self.ids, duration, seed, inputs, device=device
            )
        return self

    @property
    def states(self):
        return self.net.unpack(self.bits)

    def same_as(self, other):
        return (
            np.array_equal(self.bits, other.bits)
            and np.array_equal(self.counter, other.counter)
            and np.array_equal(self.clock, other.clock)
        )


def random_rates(rng, n, widest):
    """Rates of random nodes: logic of up to `widest` others, parameters, arithmetic, a choice."""
    names = [f"N{i}" for i in range(n)]
    rates = {}
    for name in names:
        others = rng.choice(names, size=rng.integers(1, min(widest, n) + 1), replace=False)
        terms = [f"{'!' if rng.random() < 0.4 else ''}{other}" for other in others]
        logic = terms[0]
        for term in terms[1:]:
            logic = f"({logic}) {rng.choice(['&', '|', '^'])} {term}"
        count = " + ".join(terms)
        rates[name] = {
            "logic": logic,
            "rate_up": f"@logic ? $u + 0.1 * ({count}) : $leak",
            "rate_down": rng.choice(["@logic ? 0 : $d", f"({count}) > 1 ? $d / (1 + {others[0]}) : $leak"]),
        }
    return names, rates, {"u": 0.7, "d": 1.3, "leak": 0.05}


def random_cells(seed, n_cells, n_nodes, widest=4):
    rng = np.random.default_rng(seed)
    net = compile_boolean(*random_rates(rng, n_nodes, widest))
    return net, rng.random((n_cells, n_nodes)) < 0.5


@given(seed=seeds, n=st.integers(1, 70))
def test_bits_keep_the_states(seed, n):
    net = compile_boolean([f"N{i}" for i in range(n)], {})
    states = np.random.default_rng(seed).random((5, n)) < 0.5
    assert np.array_equal(net.unpack(net.pack(states)), states)
    assert net.pack(states).shape == (5, net.words) == (5, (n + 63) // 64)
    assert net.pack(states)[0, 0] & np.uint64(1) == states[0, 0]


@pytest.mark.parametrize("device", DEVICES)
def test_a_single_node_follows_the_closed_form(device):
    """P(on) = u/(u + d) (1 - exp(-(u + d) t)) from off."""
    n = 400 if device == "reference" else 40_000
    net = compile_boolean(["A"], {"A": {"rate_up": "$u", "rate_down": "$d"}}, {"u": 0.7, "d": 1.9})
    cells = Cells(net, n).advance(0.4, device=device)
    p = 0.7 / 2.6 * (1.0 - np.exp(-2.6 * 0.4))
    assert binomtest(int(cells.states.sum()), n, p).pvalue > 1e-3


def test_waiting_times_are_exponential():
    net = compile_boolean(["A"], {"A": {"rate_up": "0.8"}})
    cells = Cells(net, 5000).advance(1e6)
    assert np.all(cells.counter == 1)
    assert kstest(cells.clock[:, 1], "expon", args=(0.0, 1 / 0.8)).pvalue > 1e-3


# Three nodes with feedback, twice: as text and as Python.
TOGGLE = {
    "A": {"logic": "!B | C", "rate_up": "@logic ? $u : 0", "rate_down": "@logic ? 0 : 2 * $u"},
    "B": {"rate_up": "A ? 1.5 : 0.2", "rate_down": "(A + C) / 2 + 0.1"},
    "C": {"logic": "A & B"},
}


def toggle_rate(node, state):
    a, b, c = state
    return {
        0: (0.6 if not b or c else 0.0, 0.0 if not b or c else 1.2),
        1: (1.5 if a else 0.2, (a + c) / 2 + 0.1),
        2: (1.0 if a and b else 0.0, 0.0 if a and b else 1.0),
    }[node][state[node]]


@pytest.mark.parametrize("start", [(0, 0, 0), (1, 0, 1), (1, 1, 1)])
@pytest.mark.parametrize("time", [0.3, 2.0])
@pytest.mark.parametrize("table", [True, False])
def test_probabilities_solve_the_master_equation(start, time, table, monkeypatch):
    """All eight states against exp(Q t), with the rates from a table and worked out on a stack."""
    monkeypatch.setattr(boolean, "WIDEST_TABLE", 8 if table else -1)
    net = compile_boolean(list(TOGGLE), TOGGLE, {"u": 0.6})
    n = 40_000
    cells = Cells(net, n, np.tile(np.array(start, dtype=bool), (n, 1))).advance(time, seed=3)
    states = list(itertools.product((0, 1), repeat=3))
    generator = np.zeros((8, 8))
    for i, state in enumerate(states):
        for node in range(3):
            flipped = tuple(1 - s if k == node else s for k, s in enumerate(state))
            generator[i, states.index(flipped)] = toggle_rate(node, state)
    generator -= np.diag(generator.sum(axis=1))
    exact = expm(generator * time)[states.index(start)]
    found = cells.states.astype(int) @ [4, 2, 1]
    for i, p in enumerate(exact):
        assert binomtest(int((found == i).sum()), n, min(p, 1.0)).pvalue > 1e-3


@given(seed=seeds, nodes=st.integers(1, 40), widest=st.sampled_from([3, 12]))
def test_back_ends_agree_event_by_event(seed, nodes, widest):
    net, states = random_cells(seed, 3, nodes, widest)
    one, two = (Cells(net, 3, states, first_id=seed).advance(0.5, 0.7, device=d) for d in DEVICES)
    assert np.array_equal(one.bits, two.bits)
    assert np.array_equal(one.counter, two.counter)
    np.testing.assert_allclose(one.clock, two.clock, rtol=1e-12, atol=1e-12)


def test_tables_and_programs_give_the_same_events(monkeypatch):
    results = []
    for widest in (8, -1):
        monkeypatch.setattr(boolean, "WIDEST_TABLE", widest)
        net, states = random_cells(5, 200, 70)
        assert (net.table_first >= 0).all() == (widest == 8)
        results.append(Cells(net, 200, states).advance(3.0))
    assert results[0].same_as(results[1])
    assert results[0].counter.min() > 20


@pytest.mark.parametrize("device", DEVICES)
def test_a_duration_may_be_cut_anywhere(device):
    """Multiples of 1/64 add up exactly, so not a bit differs; other cuts only round the last digit."""
    n = 100 if device == "cpu" else 4
    net, states = random_cells(8, n, 20)
    whole = Cells(net, n, states).advance(4.0, device=device)
    cuts = [1 / 64, 0.25, 0.0, 0.5, 1.0, 1.25, 63 / 64]
    assert Cells(net, n, states).advance(*cuts, device=device).same_as(whole)
    tenths = Cells(net, n, states).advance(*[0.1] * 40, device=device)
    assert np.array_equal(tenths.bits, whole.bits) and np.array_equal(tenths.counter, whole.counter)
    np.testing.assert_allclose(tenths.clock, whole.clock, rtol=1e-13)
    assert whole.counter.min() > 0


def test_threads_and_neighbours_change_no_bit():
    net, states = random_cells(9, 301, 90)
    results = []
    for threads in range(1, min(3, numba.config.NUMBA_NUM_THREADS) + 1):
        before = numba.get_num_threads()
        numba.set_num_threads(threads)
        results.append(Cells(net, 301, states).advance(2.0))
        numba.set_num_threads(before)
    assert cpu.MANY_CELLS < 301
    assert all(other.same_as(results[0]) for other in results[1:])
    alone = Cells(net, 1, states[[250]], first_id=250).advance(2.0)
    assert np.array_equal(alone.bits[0], results[0].bits[250])
    assert alone.counter[0] == results[0].counter[250]


@given(seed=seeds)
def test_a_state_that_the_logic_holds_is_never_left(seed):
    """Fixed points found by trying all states: nothing happens there, and everywhere else something does."""
    rng = np.random.default_rng(seed)
    names = ["A", "B", "C", "D"]
    logic = {n: f"({rng.choice(names)} {rng.choice(['&', '|'])} !{rng.choice(names)})" for n in names}
    net = compile_boolean(names, {n: {"logic": text} for n, text in logic.items()})
    states = np.array(list(itertools.product((False, True), repeat=4)))
    # Python's own words for the same logic, on 0 and 1.
    aims = [
        [eval(logic[n].replace("!", "1 - "), {}, dict(zip(names, map(int, s), strict=True))) for n in names]
        for s in states
    ]
    fixed = (np.array(aims) == states).all(axis=1)
    cells = Cells(net, 16, states).advance(1e9 if fixed.all() else 30.0)
    assert np.array_equal(cells.states[fixed], states[fixed])
    assert np.array_equal(cells.counter == 0, fixed)


@pytest.mark.parametrize("device", DEVICES)
def test_an_input_switches_a_rate_for_as_long_as_it_is_on(device):
    """On for 0.25, off for 1.5, on for 0.25: P = 1 - exp(-2 * 0.5), however the calls are cut."""
    n = 300 if device == "reference" else 30_000
    net = compile_boolean(["I", "A"], {"A": {"rate_up": "I ? 2 : 0"}}, inputs=["I"])
    on, off = np.ones((n, 1), dtype=bool), np.zeros((n, 1), dtype=bool)
    cells = Cells(net, n)
    for inputs, durations in ((on, (0.25,)), (off, (0.5, 1.0)), (on, (0.125, 0.125))):
        cells.advance(*durations, inputs=inputs, device=device)
    hits = int(cells.states[:, 1].sum())
    assert binomtest(hits, n, 1.0 - np.exp(-1.0)).pvalue > 1e-3
    assert cells.states[:, 0].all()
    # Three changes of the input, and A where it turned on.
    assert np.array_equal(cells.counter, 3 + cells.states[:, 1])


def test_other_cells_and_seeds_draw_otherwise():
    net, states = random_cells(2, 1, 30)
    same = np.repeat(states, 50, axis=0)
    cells = Cells(net, 50, same).advance(3.0)
    assert len({bits.tobytes() for bits in cells.bits}) > 40
    assert not np.array_equal(Cells(net, 50, same).advance(3.0, seed=12).bits, cells.bits)


def test_nodes_without_rates_stay_and_defaults_follow_the_logic():
    net = compile_boolean(["A", "B"], {"B": {"logic": "A", "description": '"follows; A & !!"'}})
    states = np.array([[True, False], [False, True], [False, False]])
    cells = Cells(net, 3, states).advance(1e3)
    assert cells.states.tolist() == [[True, True], [False, False], [False, False]]


@pytest.mark.parametrize("device", DEVICES)
def test_a_rate_below_zero_is_refused_before_or_found_during_the_run(device):
    with pytest.raises(InputError, match="rates of node `A` to be finite and 0 or above"):
        compile_boolean(["A", "B"], {"A": {"rate_up": "1 - 2 * B"}})
    names = [f"N{i}" for i in range(12)]
    wide = " + ".join(names)
    rate = f"1 / (3 - ({wide}))"  # finite with two nodes on, and not with the third
    net = compile_boolean(names, {"N0": {"rate_up": rate, "rate_down": rate}, "N3": {"rate_up": "1"}})
    states = np.zeros((1, 12), dtype=bool)
    states[0, 4:6] = True
    with pytest.raises(RunError, match="node `N0`"):
        Cells(net, 1, states).advance(1e3, device=device)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"nodes": ["A", "A"]}, "each once"),
        ({"nodes": []}, "Expected names"),
        ({"rates": {"Q": {}}}, "Expected `node` to be one of"),
        ({"rates": {"A": {"logic": "B & Q"}}}, "Node `A`: .*'Q'"),
        ({"rates": {"A": {"rate_up": "$x"}}}, r"Node `A`: No value for `\$x`"),
        ({"inputs": ["Q"]}, "Expected `node`"),
        ({"parameters": {"x": float("inf")}, "rates": {"A": {"rate_up": "$x"}}}, "finite"),
    ],
)
def test_networks_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        compile_boolean(**{"nodes": ["A", "B"], "rates": {}} | arguments)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bits": np.zeros((2, 1), dtype=np.int64)}, "`bits`"),
        ({"clock": np.zeros(2)}, "`clock`"),
        ({"counter": np.zeros(3, dtype=np.int64)}, "`counter`"),
        ({"inputs": np.zeros((2, 1))}, "`inputs`"),
        ({"duration": -1.0}, "`duration`"),
        ({"seed": -1}, "`seed`"),
        ({"device": "abacus"}, "`device`"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(change, message):
    net = compile_boolean(["A", "B"], {}, inputs=["A"])
    cells = Cells(net, 2)
    good = {
        "bits": cells.bits, "clock": cells.clock, "counter": cells.counter, "ids": cells.ids,
        "duration": 1.0, "seed": 1,
    }  # fmt: skip
    with pytest.raises(InputError, match=message):
        advance(net, **good | change)
