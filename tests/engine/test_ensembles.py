"""Networks in many versions: against the equations, against cells, and at rest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from exocosm.engine import Ensemble, respond
from exocosm.engine.backends import get_backend
from exocosm.engine.compiled_network import compile_network
from exocosm.errors import InputError

from .small_models import cell, edge, link, network, node


def random_ensemble(seed: int, nodes: int = 7, versions: int = 5, strongest: float = 1.5) -> Ensemble:
    """A few edges per node, one complex."""
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 4, nodes)
    first = np.append(0, np.cumsum(counts))
    edges = int(first[-1])
    return Ensemble(
        first=first,
        source=rng.integers(0, nodes, edges),
        strength=rng.normal(0.0, strongest, (edges, versions)),
        resting=rng.uniform(0.05, 0.9, (nodes, versions)),
        tau=rng.uniform(60.0, 900.0, (nodes, versions)),
        complex_node=np.array([0]),
        complex_first=np.array([0, 2]),
        complex_member=np.array([1, 2]),
    )


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), versions=st.sampled_from([1, 3, 64, 70, 130]))
def test_back_ends_agree(seed, versions):
    made, rng = random_ensemble(seed, versions=versions), np.random.default_rng(seed)
    shape = (made.n_nodes, made.n_versions)
    acting = {
        "production": rng.uniform(0.2, 1.5, shape),
        "drive": rng.normal(0.0, 1.0, shape),
        "held": rng.random(made.n_nodes) < 0.2,
        "activity": rng.uniform(0.0, 1.0, shape),
    }
    one, other = (respond(made, 300.0, device=device, **acting) for device in ("reference", "cpu"))
    np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-13)


def test_nothing_moves_at_rest():
    made = random_ensemble(3, versions=70)
    np.testing.assert_allclose(respond(made, 2880.0), made.resting, rtol=1e-12)


def test_a_step_goes_to_the_solution_of_the_equations():
    """τ dx/dt = ρ sigmoid(logit b + Σ strength (x - b) + u) - x, against an adaptive solver; first order."""
    made = random_ensemble(11, versions=1)
    made = Ensemble(made.first, made.source, made.strength, made.resting, made.tau)  # without the complex
    b, tau = made.resting[:, 0], made.tau[:, 0]
    weights = np.zeros((made.n_nodes, made.n_nodes))
    for i in range(made.n_nodes):
        for e in range(made.first[i], made.first[i + 1]):
            weights[i, made.source[e]] += made.strength[e, 0]
    drive, production = np.zeros_like(made.resting), np.ones_like(made.resting)
    drive[3], production[5] = np.log(2.0), 0.5

    def slope(_, x):
        inputs = np.log(b / (1 - b)) + weights @ (x - b) + drive[:, 0]
        return (production[:, 0] / (1.0 + np.exp(-inputs)) - x) / tau

    exact = solve_ivp(slope, (0.0, 600.0), b, rtol=1e-10, atol=1e-12).y[:, -1]
    errors = [
        np.abs(respond(made, 600.0, production=production, drive=drive, step=step)[:, 0] - exact).max()
        for step in (20.0, 10.0, 5.0)
    ]
    assert errors[-1] < 1e-3
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.15)
    assert errors[1] / errors[2] == pytest.approx(2.0, rel=0.15)


def test_a_version_is_a_cell():
    """The same network in the cell kernel: half of the production, and a drive of ln 2, by one K of cargo."""
    net = network(
        [node("A", 0.3), node("B", 0.4), node("C", 0.2)],
        [edge("A", "B"), edge("B", "C", -1), edge("C", "A", 1, 0.5)],
        [link("repression", "x", "A", 1.0), link("drive", "y", "B", 1.0, 1)],
    )
    compiled = compile_network(cell("any", net=net), ("x", "y"))
    activity = compiled.resting[None].copy()
    signal = get_backend("cpu").signalling.signal
    for _ in range(10):
        signal(compiled, np.arange(1), activity, np.ones((1, 2)), np.zeros(2), 60.0)
    made = Ensemble(
        compiled.first, compiled.source, compiled.strength[:, None], compiled.resting[:, None],
        compiled.tau[:, None],
    )  # fmt: skip
    production, drive = np.ones((3, 1)), np.zeros((3, 1))
    production[0], drive[1] = 0.5, np.log(2.0)
    found = respond(made, 600.0, production=production, drive=drive, step=60.0)
    np.testing.assert_allclose(found[:, 0], activity[0], rtol=1e-12)


def test_a_complex_falls_with_its_scarcest_member_and_never_rises_without_all():
    made = Ensemble(
        np.zeros(4, np.int64), np.zeros(0, np.int64), np.zeros((0, 1)), np.full((3, 1), 0.3),
        np.full((3, 1), 60.0), np.array([0]), np.array([0, 2]), np.array([1, 2]),
    )  # fmt: skip
    production, drive = np.ones((3, 1)), np.zeros((3, 1))
    production[1] = 0.5
    assert respond(made, 6000.0, production=production)[0, 0] == pytest.approx(0.15, rel=1e-6)
    drive[1] = 1.0
    assert respond(made, 6000.0, drive=drive)[0, 0] == pytest.approx(0.3, rel=1e-9)
    drive[2] = 1.0
    assert respond(made, 6000.0, drive=drive)[0, 0] > 0.4


def test_arrays_of_another_shape_are_named():
    made = random_ensemble(1)
    with pytest.raises(InputError, match=r"`drive` to have shape \(7, 5\), found \(7, 4\)"):
        respond(made, 60.0, drive=np.zeros((7, 4)))
    with pytest.raises(InputError, match=r"`held` to have shape \(7,\), found \(6,\)"):
        respond(made, 60.0, held=np.zeros(6, dtype=bool))
    with pytest.raises(InputError, match="`minutes`"):
        respond(made, -1.0)
    with pytest.raises(InputError, match=r"`tau` above 0 min, found 0"):
        Ensemble(made.first, made.source, made.strength, made.resting, 0.0 * made.tau)
    with pytest.raises(InputError, match=r"`strength` to have shape"):
        Ensemble(made.first, made.source, made.strength[1:], made.resting, made.tau)
