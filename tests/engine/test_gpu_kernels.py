"""The kernels for a card, on tiny systems: on a card, or thread by thread under Numba's simulator.

Without either they are skipped here; `test_gpu.py` runs this file under the simulator in a process of its
own. One simulated thread costs up to a millisecond, so every launch has some hundred threads at most.
"""

import copy
import math
from dataclasses import replace

import numpy as np
import pytest

from exocosm.engine import simulate
from exocosm.engine.backends import device_problem, get_backend, module_of
from exocosm.engine.compiled import compile_model
from exocosm.engine.compiled_network import with_complexes
from exocosm.engine.laws import exchange, phenotype, signalling, transport, uptake
from exocosm.engine.laws.exponential import exponential
from exocosm.engine.lod import LodProblem
from exocosm.engine.solutes import Solutes
from exocosm.errors import InputError
from exocosm.model import FixedStep

from .models import laid_out, random_network
from .small_models import cell, link, model, network, node, number, talking_tissue
from .test_solutes import SHAPE, all_sorts, compiled_with, exchanged, field

pytestmark = pytest.mark.skipif(device_problem("gpu") is not None, reason="no card and no simulator")

CARGOES = ("mir", "lnc", "circ")
CLOSED, HELD, OPEN = range(3)
EXACT = {"rtol": 1e-12, "atol": 1e-12}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of sizes that fit the tiny systems, so that few threads are idle and several blocks run."""
    blocks(monkeypatch, 16, 4)


def blocks(monkeypatch, threads: int, tile: int) -> None:
    from exocosm.engine.backends.gpu import card

    monkeypatch.setattr(card, "THREADS", threads)
    monkeypatch.setattr(card, "TILE", tile)


def pair(name: str):
    return module_of("reference", name), module_of("gpu", name)


# Locally one-dimensional steps


def lod_problem(shape, dtype="f64") -> LodProblem:
    held = tuple(7.0 if shape[f // 2] > 1 and f in (1, 2, 4, 5) else None for f in range(6))
    return LodProblem(
        shape=shape, spacing=20.0, dt=0.01, diffusion=(1e5, 1e3), decay=(0.1, 5.0), held=(held, (None,) * 6),
        dtype=dtype,
    )  # fmt: skip


def after_lod(module, shape, dtype="f64", steps=2):
    rng = np.random.default_rng(1)
    kind = {"f64": np.float64, "f32": np.float32}[dtype]
    u, source, sink = (rng.random((2, *shape)) for _ in range(3))
    u = u.astype(kind)
    plan = module.plan(lod_problem(shape, dtype))
    module.advance(u, plan, steps, exchange=module.exchange(plan, source, sink))
    module.advance(u, plan, 1, taken=steps)
    return u


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 1, 9), (1, 6, 1), (1, 5, 7), (3, 4, 6)])
def test_lod_steps_agree(shape):
    one, other = (after_lod(module, shape) for module in pair("lod"))
    np.testing.assert_allclose(other, one, **EXACT)


def test_lod_steps_in_single_precision():
    one, other = (after_lod(module, (2, 3, 5), "f32") for module in pair("lod"))
    assert other.dtype == np.float32
    np.testing.assert_allclose(other, one, rtol=2e-6)  # some twenty roundings of 6e-8


def test_a_cosine_falls_at_the_rate_of_the_scheme():
    """Without the reference: 1/(1 + 2 α (1 - cos(π k/n))) in each step."""
    n, waves, alpha = 9, 2, 1e5 * 0.01 / 400.0
    u = np.cos(np.pi * waves * (np.arange(n) + 0.5) / n).reshape(1, 1, 1, n)
    expected = u / (1.0 + 2.0 * alpha * (1.0 - math.cos(math.pi * waves / n))) ** 3
    lod = module_of("gpu", "lod")
    made = LodProblem(shape=(1, 1, n), spacing=20.0, dt=0.01, diffusion=(1e5,), decay=(0.0,))
    lod.advance(u, lod.plan(made), 3)
    np.testing.assert_allclose(u, expected, rtol=0, atol=1e-14)


def test_fields_that_do_not_fit_are_refused():
    lod = module_of("gpu", "lod")
    plan = lod.plan(lod_problem((1, 2, 3)))
    with pytest.raises(InputError, match="`u`"):
        lod.advance(np.ones((1, 2, 3)), plan)
    with pytest.raises(InputError, match="contiguous"):
        lod.advance(np.ones((2, 1, 2, 6))[..., ::2], plan)
    with pytest.raises(InputError, match="f64"):
        lod.advance(np.ones((2, 1, 2, 3), np.float32), plan)
    with pytest.raises(InputError, match="`steps`"):
        lod.advance(np.ones((2, 1, 2, 3)), plan, -1)


# Delta-form steps and steady states


def operator(shape, hindered):
    rng = np.random.default_rng(3)
    share = rng.uniform(0.05, 1.0, shape) if hindered else None
    sink = rng.uniform(0.5, 10.0, shape) * (rng.random(shape) < 0.7)
    source = rng.random(shape) * (rng.random(shape) < 0.3)
    weights = np.array([2.0, 0.0, 0.0, 2.0, 2.0, 2.0])
    return share, sink, source, weights, rng.uniform(0.0, 40.0, 6)


@pytest.mark.parametrize("hindered", [False, True])
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 4, 1), (1, 3, 5), (3, 2, 5)])
def test_delta_form_steps_agree(shape, hindered):
    share, *rest = operator(shape, hindered)
    sink, source, weights, values = rest
    what = (20.0, share, 0.1, sink, source, weights, values)
    results = []
    for module in pair("adi"):
        u = np.linspace(0.0, 40.0, math.prod(shape)).reshape(shape)
        module.advance(u, *what, 0.1, 2)
        module.advance(u, *what, 0.1, 0)
        results.append((u, module.slope(u, *what)))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12 * np.abs(one).max())


@pytest.mark.parametrize(("shape", "hindered"), [((1, 2, 4), True), ((2, 2, 3), False)])
def test_steady_states_agree_with_the_direct_solution(shape, hindered):
    share, sink, source, weights, values = operator(shape, hindered)
    sink += 5.0
    reference, gpu = pair("steady")
    results = []
    for module in (reference, gpu):
        u = np.full(shape, 20.0)
        iterations, residual = module.steady(u, 20.0, share, sink, source, weights, values, 1e-13, 100)
        assert residual <= 1e-12
        results.append(u)
    assert 0 < iterations < 100
    # |error| <= residual · (sink + D/dx²)/sink, at most 7 times 1e-13.
    np.testing.assert_allclose(results[1], results[0], rtol=0, atol=1e-12)
    u = results[1].copy()
    assert gpu.steady(u, 20.0, share, sink, source, weights, values, 1e-6, 100)[0] == 0
    assert np.array_equal(u, results[1])


def test_steady_states_known_at_once():
    steady, shape = module_of("gpu", "steady").steady, (1, 2, 3)
    none, no_faces = np.zeros(shape), np.zeros(6)
    u = np.ones(shape)
    assert steady(u, 20.0, None, none, none, no_faces, no_faces, 1e-6, 10) == (0, 0.0)
    assert steady(u, 20.0, None, none, none + 1.0, no_faces, no_faces, 1e-6, 10) == (0, math.inf)
    assert np.all(u == 1.0)
    assert steady(u, 20.0, None, none + 1.0, none, no_faces, no_faces, 1e-6, 10) == (0, 0.0)
    assert np.all(u == 0.0)


def test_more_values_than_a_thread_adds_are_summed_and_compared():
    """Three stages: 1,100 values, 64, 32. Sums of whole numbers are exact in any order."""
    from exocosm.engine.backends.gpu import card, sums

    values = np.arange(2200.0).reshape(2, 1100)
    out = card.to_card(np.full(3, 0.5))
    sums.add_up(card.to_card(values), out, 1)
    assert list(out.copy_to_host()) == [0.5, *(values.sum(axis=1) + 0.5)]
    sums.find_largest(card.to_card(values), out)
    assert list(out.copy_to_host())[:2] == [1099.0, 2199.0]


# Transport


def moved(module, shape, faces, velocity, hindered, steps=2):
    rng = np.random.default_rng(5)
    amount = np.zeros((2, *shape))
    amount.reshape(2, -1)[:, rng.integers(0, math.prod(shape), 3)] = 10.0 ** rng.uniform(-3, 6, (2, 3))
    share = rng.random(shape) * (rng.random(shape) < 0.8) if hindered else None
    plan = module.plan(shape, 20.0, 2.0, 200.0, faces, share, velocity)
    start = amount.sum(axis=(1, 2, 3))
    books = np.zeros(2), np.zeros((2, 6)), np.zeros((2, 6))
    for _ in range(steps):
        module.move(amount, plan, np.full((2, 6), 30.0), np.array([1.0, 0.7]), *books)
    return start, amount, books


@pytest.mark.parametrize(
    ("faces", "velocity", "hindered"),
    [
        ((CLOSED,) * 6, (0.0, 0.0, 0.0), False),
        ((OPEN, CLOSED) * 3, (3.0, -2.0, 5.0), False),
        ((HELD, OPEN, CLOSED, HELD, OPEN, HELD), (0.0, 0.0, 0.0), True),
    ],
)
@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 1, 7), (2, 3, 5)])
def test_transport_agrees_never_goes_below_0_and_loses_nothing(shape, faces, velocity, hindered):
    reference, gpu = pair("transport")
    _, expected, expected_books = moved(reference, shape, faces, velocity, hindered)
    start, amount, books = moved(gpu, shape, faces, velocity, hindered)
    assert np.all(amount >= 0.0)
    decayed, left, entered = books
    spent = amount.sum(axis=(1, 2, 3)) + decayed + left.sum(axis=1)
    np.testing.assert_allclose(spent, start + entered.sum(axis=1), rtol=1e-12)
    for other, one in zip((amount, *books), (expected, *expected_books), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12 * expected.max())


def test_hindrance_agrees():
    fibres = np.random.default_rng(0).random((2, 3, 4))
    one, other = (module.hindered(fibres, 0.04, 0.02) for module in pair("transport"))
    np.testing.assert_allclose(other, one, rtol=1e-14)


# Signalling


def a_network():
    links = [
        link("repression", "mir", "N0", 20.0),
        link("sponge", "lnc", "mir", 10.0),
        link("drive", "circ", "N1", 50.0, 1),
    ]
    made = random_network(np.random.default_rng(8), CARGOES, 5)
    net = network(made.nodes, made.edges, links)
    return compile_model(model([cell("any", net=net)], [], CARGOES)).networks[0]


def signalled(module, net, dt=700.0, rows=4, **masks):
    rng = np.random.default_rng(6)
    activity = np.full((rows, len(net.names) + 1), -7.0)
    activity[:, :-1] = net.resting
    activity[:, net.moving] = rng.uniform(0.01, 0.99, (rows, len(net.moving)))
    copies = rng.integers(0, 200, (rows, 3))
    copies[1] = 0
    module.signal(net, np.array([3, 0, 1]), activity, copies, np.array([50.0, 5.0, 20.0]), dt, **masks)
    return activity


def test_signalling_agrees():
    net = a_network()
    one, other = (signalled(module, net) for module in pair("signalling"))
    np.testing.assert_allclose(other, one, rtol=0, atol=1e-12)
    assert np.all(other[:, -1] == -7.0)


@pytest.mark.parametrize("per_cell", [False, True])
def test_signalling_agrees_with_masks_and_complexes(per_cell):
    net = with_complexes(a_network(), {"N0": ("N1", "N2"), "N3": ("N0",)})
    rng = np.random.default_rng(9)
    shape = (4, 6) if per_cell else (6,)
    masks = {"held": rng.random(shape) < 0.3, "added": rng.normal(0.0, 2.0, shape)}
    one, other = (signalled(module, net, 60.0, **masks) for module in pair("signalling"))
    np.testing.assert_allclose(other, one, rtol=0, atol=1e-12)


def test_rest_is_a_fixed_point():
    net, signal = a_network(), module_of("gpu", "signalling").signal
    activity, rest = net.resting[None].copy(), np.array([100.0, 30.0, 7.0])
    signal(net, np.array([0]), activity, rest[None], rest, 6.0)
    np.testing.assert_allclose(activity[0], net.resting, rtol=0, atol=1e-15)


def test_a_driven_node_follows_its_closed_form():
    """One part of a step: x + (sigmoid(logit b + ln((1 + C/K)/(1 + C0/K))) - x)(1 - exp(-dt/τ))."""
    made = network([node("A", 0.3, 40.0)], links=[link("drive", "lnc", "A", 50.0, 1)])
    net = compile_model(model([cell("any", net=made)], [], CARGOES)).networks[0]
    activity = np.array([[0.3]])
    signal = module_of("gpu", "signalling").signal
    signal(net, np.array([0]), activity, np.array([[0.0, 400.0, 0.0]]), np.array([0.0, 20.0, 0.0]), 6.0)
    aim = 1.0 / (1.0 + math.exp(-(math.log(0.3 / 0.7) + math.log(9.0 / 1.4))))
    assert activity[0, 0] == pytest.approx(0.3 + (aim - 0.3) * -math.expm1(-6.0 / 40.0), rel=1e-13)


def test_masks_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="`held`"):
        signalled(module_of("gpu", "signalling"), a_network(), held=np.zeros(3, dtype=bool))


# The laws, bits, the card's own arrays, whole runs

LAWS = [
    (exchange.kept_share, (3.0, 0.1)),
    (exchange.added, (2.0, 0.7, 0.1)),
    (exponential, (-3.7,)),
    (phenotype.event_probability, (0.01, 6.0)),
    (phenotype.kill_probability, (3.0, 2.0, 2.5, 1.1)),
    (signalling.bound, (3.0, 20.0, 7.0)),
    (signalling.repression, (3.0, 20.0, 7.0)),
    (signalling.drive, (3.0, 20.0, 7.0)),
    (signalling.aimed_activity, (1.2, 0.4, -1.0)),
    (signalling.complex_level, (0.4, 1.9)),
    (signalling.aimed_complex, (1.2, 0.4, -1.0)),
    (signalling.relaxed, (0.4, 0.9, 0.2)),
    (transport.ogston_share, (0.09, 0.04, 0.02)),
    (transport.harmonic_mean, (2.0, 3.0)),
    (transport.jump_rate, (2.0, -3.0, 20.0, 20.0)),
    (uptake.capture_probability, (50.0, 8000.0, 1.0)),
    (uptake.route_clearance, (300.0, 0.5, 2.0, 7.0)),
]


@pytest.mark.parametrize(("law", "arguments"), LAWS, ids=[law.__name__ for law, _ in LAWS])
def test_a_law_is_the_same_on_both_sides(law, arguments):
    """One scalar function serves plain Python, njit and the card."""
    import numba
    from numba import cuda

    on_card = cuda.jit(device=True)(law)

    def card_kernel(numbers, out):
        out[0] = on_card(*numbers)

    out = cuda.to_device(np.zeros(1))
    cuda.jit(card_kernel)[1, 1](tuple(arguments), out)
    assert out.copy_to_host()[0] == pytest.approx(law(*arguments), rel=1e-14)
    compiled = numba.njit(law)
    assert compiled(*arguments) == pytest.approx(law(*arguments), rel=1e-14)


def test_bits_do_not_depend_on_the_size_of_blocks(monkeypatch):
    share, sink, source, weights, values = operator((2, 3, 4), True)
    gpu, found = get_backend("gpu"), []
    for threads, tile in ((8, 3), (32, 7)):
        blocks(monkeypatch, threads, tile)
        u, v = np.ones((2, 3, 4)), np.ones((2, 3, 4))
        gpu.adi.advance(u, 20.0, share, 0.1, sink, source, weights, values, 0.1, 1)
        gpu.steady.steady(v, 20.0, share, sink + 5.0, source, weights, values, 1e-3, 4)
        bits = [u, v, after_lod(gpu.lod, (2, 3, 5), steps=1), signalled(gpu.signalling, a_network(), 60.0)]
        for faces, hindered in (((OPEN,) * 6, False), ((HELD, OPEN) * 3, True)):
            _, amount, books = moved(gpu.transport, (2, 3, 4), faces, (0.0,) * 3, hindered, 1)
            bits += [amount, *books]
        found.append(b"".join(part.tobytes() for part in bits))
    assert found[0] == found[1]


def test_what_lies_on_the_card_stays_there():
    from exocosm.engine.backends.gpu import card

    gpu, shape = get_backend("gpu"), (1, 2, 3)
    made, start = lod_problem(shape), np.random.default_rng(2).random((2, *shape))
    here, there = start.copy(), card.to_card(start)
    plan = gpu.lod.plan(made)
    gpu.lod.advance(here, plan, 1)
    gpu.lod.advance(there, plan, 1)
    assert np.array_equal(there.copy_to_host(), here)
    here, there = start.copy(), card.to_card(start)
    plan = gpu.transport.plan(shape, 20.0, 1.0, 200.0, (CLOSED,) * 6)
    for amount in (here, there):
        books = np.zeros(2), np.zeros((2, 6)), np.zeros((2, 6))
        gpu.transport.move(amount, plan, np.zeros((2, 6)), np.full(2, 0.9), *books)
    assert np.array_equal(there.copy_to_host(), here)
    strided = np.zeros((2, 1, 2, 6))[..., ::2]
    card.bring_back(there, strided)
    assert np.array_equal(strided, here)


def test_fields_of_a_run_agree_whatever_their_scheme():
    """Steady, delta form, conservative exact and implicit, split; hindrance, flow and exchange with cells."""
    half = FixedStep(length=number("dt3", 0.5, "min"))
    sorts = [replace(one, step=half) if one.scheme == "adi" else one for one in all_sorts()]
    compiled = compiled_with((*sorts, field("signal", scheme="lod", step=half)), SHAPE)
    rng = np.random.default_rng(1)
    state = laid_out(compiled, np.zeros(8, int), rng.integers(0, math.prod(SHAPE), 8))
    given = {name: rng.random((8, 7)) for name in ("uptake", "secretion", "target")}
    cells = exchanged(compiled, 8, **given, export=rng.random((8, 7)) * 1e3)
    results = []
    for name in ("reference", "gpu"):
        mine = copy.deepcopy(state)
        mine.step = 1
        solutes = Solutes(compiled, get_backend(name), 1e-3)
        results.append((solutes.follow(mine, 1.0, cells), mine.fields["solute"], mine.solute_books))
        solutes.settle(mine, cells)
    (drug, fields, books), (other_drug, other_fields, other_books) = results
    np.testing.assert_allclose(other_drug, drug, rtol=1e-11)
    np.testing.assert_allclose(other_fields[1:], fields[1:], rtol=1e-11, atol=1e-11)
    for name, lines in books.items():
        np.testing.assert_allclose(other_books[name], lines, rtol=1e-10, atol=1e-9, err_msg=name)
    # A residual of 1e-3 mmHg; errors of smooth patterns are some ten times that.
    np.testing.assert_allclose(other_fields[0], fields[0], rtol=0, atol=0.03)


def test_a_run_is_that_of_the_processor():
    made = talking_tissue((1, 2, 3), 4)
    one, other = (simulate(made, duration="6 min", seed=3, device=name) for name in ("cpu", "gpu"))
    assert other.attributes["device"] == "gpu"
    for before, now in zip(one.frames, other.frames, strict=True):
        assert set(now.fields) == set(before.fields) and set(now.cells) == set(before.cells)
        for name, values in (before.fields | before.cells).items():
            there = (now.fields | now.cells)[name]
            np.testing.assert_allclose(there, values, rtol=1e-9, atol=1e-9, err_msg=name)
