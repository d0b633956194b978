"""What changes what cells do: linear factors, rules, responses, and what is refused."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine import simulate
from exocosm.engine.compiled import compile_model
from exocosm.engine.compiled_cells import APOPTOTIC, NECROTIC
from exocosm.engine.signals import Surroundings, sense
from exocosm.errors import InputError, RunError
from exocosm.model import CustomDatum, Placement, Response, Rule, signals_of

from .models import BACKENDS, assert_same, laid_out, random_model, twins
from .small_models import cell, model, network, node, number, ramp


def rule(signal, direction, behaviour, saturation, half, power, *, dead=False) -> Rule:
    return Rule(
        signal=signal,
        direction=direction,
        behaviour=behaviour,
        saturation=number(f"{signal} {direction} {behaviour}", saturation),
        half_max=number(f"half {signal} {behaviour}", half),
        power=number(f"power {signal} {behaviour}", power),
        applies_to_dead=dead,
    )


def datum(name: str, value: float, **more) -> CustomDatum:
    return CustomDatum(name=name, value=number(f"custom {name}", value), **more)


def behaving(device, kind, signals: dict[str, list[float]]):
    """Values (n, m) of the behaviours that change, by name, for cells that sense the given signals."""
    compiled = compile_model(model([kind], []))
    columns = [signals[name] for name in compiled.behaviours.signals]
    n = len(columns[0]) if columns else 1
    state = laid_out(compiled, np.zeros(n), np.zeros(n))
    device.cells.behave(compiled, state, np.array(columns, dtype=float).T.reshape(n, len(columns)))
    names = [compiled.behaviours.names[b] for b in compiled.behaviours.changing]
    return {name: state.cells["behaviour"][:, i] for i, name in enumerate(names)}


def test_a_ramp_runs_from_none_to_all_and_a_proportional_factor_on(device):
    kind = cell(
        "any",
        does={"necrosis": 0.4, "migration speed": 2.0},
        modulations=(
            ramp("necrosis", 5.0, 2.5),
            ramp("migration speed", 0.0, 1.0, "custom:drive", clipped=False),
        ),
        custom=(datum("drive", 1.0),),
    )
    found = behaving(device, kind, {"oxygen": [9.0, 5.0, 3.0, 2.5, 0.0], "custom:drive": [-1, 0, 0.5, 1, 3]})
    assert found["necrosis"] == pytest.approx([0.0, 0.0, 0.4 * 0.8, 0.4, 0.4])
    assert found["migration speed"] == pytest.approx([0.0, 0.0, 1.0, 2.0, 6.0])


def test_one_rule_is_a_hill_curve_between_base_and_saturation(device):
    kind = cell(
        "any", does={"apoptosis": 0.1}, rules=(rule("oxygen", "increases", "apoptosis", 0.9, 8.0, 3.0),)
    )
    levels = np.array([0.0, 4.0, 8.0, 20.0, 1e9])
    hill = levels**3 / (8.0**3 + levels**3)
    found = behaving(device, kind, {"oxygen": levels})["apoptosis"]
    assert found == pytest.approx(0.1 + 0.8 * hill, rel=1e-12)


def test_rules_that_oppose_each_other_combine_as_published(device):
    """Up by two signals and down by one: (1 - D)[(1 - U) base + U highest] + D lowest."""
    kind = cell(
        "any",
        does={"migration speed": 1.0},
        custom=(datum("a", 0.0), datum("b", 0.0)),
        rules=(
            rule("oxygen", "increases", "migration speed", 5.0, 10.0, 2.0),
            rule("custom:a", "increases", "migration speed", 4.0, 1.0, 1.0),
            rule("custom:b", "decreases", "migration speed", 0.25, 2.0, 4.0),
        ),
    )
    found = behaving(device, kind, {"oxygen": [20.0], "custom:a": [3.0], "custom:b": [2.0]})
    up = (20.0 / 10.0) ** 2 + 3.0
    u, d = up / (1 + up), 0.5
    assert found["migration speed"] == pytest.approx([(1 - d) * ((1 - u) * 1.0 + u * 4.0) + d * 0.25])


def test_saturating_signals_reach_saturation_without_overflow(device):
    kind = cell(
        "any", does={"apoptosis": 0.1}, rules=(rule("oxygen", "increases", "apoptosis", 9e9, 1e-3, 100.0),)
    )
    assert behaving(device, kind, {"oxygen": [38.0, 0.0]})["apoptosis"] == pytest.approx([9e9, 0.1])


def test_signals_of_the_dead_count_only_where_the_rule_says_so(device):
    kind = cell(
        "any",
        rules=(
            rule("dead", "increases", "oxygen secretion", 2.0, 0.5, 10.0, dead=True),
            rule("dead", "increases", "oxygen export", 3.0, 0.5, 10.0),
        ),
    )
    compiled = compile_model(model([kind], []))
    state = laid_out(compiled, [0, 0], [0, 0])
    state.cells["alive"][1] = False
    device.cells.behave(compiled, state, sense(compiled, state, None))
    names = [compiled.behaviours.names[b] for b in compiled.behaviours.changing]
    secretion = state.cells["behaviour"][:, names.index("oxygen secretion")]
    assert secretion == pytest.approx([0.0, 2.0], abs=2.0 * 0.5**10)
    assert list(state.cells["behaviour"][:, names.index("oxygen export")]) == [0.0, 0.0]


@given(x=st.floats(1e-6, 1.0 - 1e-6), y=st.floats(1e-6, 1.0 - 1e-6))
def test_phenotypes_put_bounded_factors_on_behaviours(x, y):
    """ln factor = Σ sign ln F y/n over n phenotypes; y = (x - b)/(1 - b) above rest, (x - b)/b below."""
    net = network([node("P", 0.3, kind="phenotype"), node("Q", 0.6, kind="phenotype")])
    responses = (
        Response(phenotype="P", behaviour="apoptosis", sign=1, fold=number("F", 4.0)),
        Response(phenotype="Q", behaviour="apoptosis", sign=-1, fold=number("F2", 9.0)),
        Response(phenotype="Q", behaviour="migration speed", sign=1, fold=number("F3", 2.0)),
    )
    kind = cell("any", net=net, responses=responses, does={"apoptosis": 0.01, "migration speed": 3.0})
    compiled = compile_model(model([kind], []))
    p = (x - 0.3) / (0.7 if x > 0.3 else 0.3)
    q = (y - 0.6) / (0.4 if y > 0.6 else 0.6)
    for backend in BACKENDS:
        state = laid_out(compiled, [0, 0], [0, 0])
        state.cells["activity"][1, :2] = [x, y]
        backend.cells.behave(compiled, state, np.empty((2, 0)))
        apoptosis, speed = state.cells["behaviour"].T
        assert [apoptosis[0], speed[0]] == [0.01, 3.0]
        assert apoptosis[1] == pytest.approx(0.01 * 4.0 ** (0.5 * p) * 9.0 ** (-0.5 * q))
        assert speed[1] == pytest.approx(3.0 * 2.0**q)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_back_ends_behave_alike(seed):
    made = random_model(seed)
    rng = np.random.default_rng(seed)
    known = list(signals_of(made))
    rules = tuple(
        rule(
            str(rng.choice(known)),
            str(rng.choice(["increases", "decreases"])),
            str(rng.choice(["apoptosis", "necrosis", "migration speed", "cycle entry"])),
            rng.random(),
            10.0 ** rng.uniform(-2, 2),
            float(rng.integers(0, 9)),
            dead=bool(rng.random() < 0.5),
        )
        for _ in range(rng.integers(1, 6))
    )
    unique = {(r.signal, r.direction, r.behaviour): r for r in rules}
    kinds = (replace(made.cell_kinds[0], rules=tuple(unique.values())), *made.cell_kinds[1:])
    try:
        compiled = compile_model(replace(made, cell_kinds=kinds))
    except InputError:
        return  # two rules drew one name for two numbers
    n = 40
    state = laid_out(compiled, rng.integers(0, len(kinds), n), rng.integers(0, 35, n))
    state.cells["alive"] = rng.random(n) < 0.8
    signals = 10.0 ** rng.uniform(-3, 3, (n, len(compiled.behaviours.signals)))
    pair = twins(state)
    for backend, mine in zip(BACKENDS, pair, strict=True):
        backend.cells.behave(compiled, mine, signals)
    assert_same(*pair)


def test_every_signal_can_be_sensed():
    """One rule for each signal of a model with everything in it; each column is what was put there."""
    made = random_model(7)
    signals = list(signals_of(made))
    rules = tuple(rule(name, "increases", "migration speed", 1.0, 1.0, 1.0) for name in signals)
    rules = tuple(replace(r, saturation=number("most", 1.0)) for r in rules)
    compiled = compile_model(
        replace(made, cell_kinds=(replace(made.cell_kinds[0], rules=rules), *made.cell_kinds[1:]))
    )
    state = laid_out(compiled, [0, 0, 0], [0, 1, 2])
    cells = state.cells
    cells["radius"][:] = [1.0, 2.0, 3.0]
    cells["death"][:] = [0, APOPTOTIC, NECROTIC]
    cells["alive"][:] = [True, False, False]
    cells["attacking"][:] = [4, -1, -1]
    cells["copies"][:] = np.arange(cells["copies"].size).reshape(cells["copies"].shape)
    cells["taken"][:] = np.arange(cells["taken"].size).reshape(cells["taken"].shape)
    state.fields["vesicles"][:] = np.arange(state.fields["vesicles"].size).reshape(
        state.fields["vesicles"].shape
    )
    state.time = 30.0
    n_kinds = len(compiled.kinds)
    around = Surroundings(
        of_kind=np.arange(3 * n_kinds).reshape(3, n_kinds),
        living=np.array([1, 2, 3]),
        dead=np.array([0, 5, 0]),
        pressure=np.array([0.5, 1.0, 2.0]),
        size=np.array([1.0, 0.9, 0.5]),
        fraction=np.array([0.0, 0.2, 1.0]),
    )
    found = dict(zip(compiled.behaviours.signals, sense(compiled, state, around).T, strict=True))
    assert set(found) >= set(signals)
    assert found["volume"] == pytest.approx(4.0 / 3.0 * math.pi * np.array([1.0, 8.0, 27.0]))
    assert list(found["dead"]) == [0, 1, 1]
    assert list(found["apoptotic"]) == [0, 1, 0]
    assert list(found["necrotic"]) == [0, 0, 1]
    assert list(found["attacking"]) == [1, 0, 0]
    assert list(found["time"]) == [30.0] * 3
    assert list(found["pressure"]) == [0.5, 1.0, 2.0]
    assert list(found["compressed size"]) == [1.0, 0.9, 0.5]
    assert list(found["contact fraction"]) == [0.0, 0.2, 1.0]
    assert list(found["contact with dead cell"]) == [0, 5, 0]
    volume = made.domain.voxel_volume
    for v, name in enumerate(compiled.vesicles):
        assert list(found[f"{name} taken up"]) == list(cells["taken"][:, v])
        assert found[f"{name} vesicles"] == pytest.approx(
            state.fields["vesicles"][v].reshape(-1)[:3] / volume
        )
    for c, name in enumerate(compiled.cargoes):
        assert list(found[f"{name} copies"]) == list(cells["copies"][:, c])
    for k, name in enumerate(compiled.kinds):
        assert list(found[f"contact with {name}"]) == [k, n_kinds + k, 2 * n_kinds + k]


def test_the_gradient_of_a_plane_is_its_slope():
    kind = cell("any", rules=(rule("oxygen gradient", "increases", "apoptosis", 1.0, 1.0, 1.0),))
    compiled = compile_model(model([kind], [], shape=(4, 5, 6), spacing=10.0))
    state = laid_out(compiled, np.zeros(120), np.arange(120))
    z, y, x = np.meshgrid(np.arange(4.0), np.arange(5.0), np.arange(6.0), indexing="ij")
    state.fields["solute"][0] = 3.0 * x - 4.0 * y + 12.0 * z
    assert sense(compiled, state, None)[:, 0] == pytest.approx(np.full(120, 1.3))


# --- at the door


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"does": {"apoptosis": -1.0}}, "behaviour 'apoptosis' .* between 0 and inf, found -1"),
        ({"does": {"migration bias": 1.5}}, "between 0 and 1"),
        ({"does": {"migration sped": 1.0}}, "Did you mean 'migration speed'"),
        ({"rules": (rule("oxigen", "increases", "apoptosis", 1, 1, 1),)}, "Did you mean 'oxygen'"),
        ({"modulations": (ramp("sleep", 0.0, 1.0),)}, "No behaviour 'sleep' for cell kind `any`"),
    ],
)
def test_unknown_names_and_impossible_values_are_refused(more, said):
    with pytest.raises(InputError, match=said):
        model([cell("any", **more)], [])


def test_rules_and_ramps_without_a_scale_are_refused():
    with pytest.raises(InputError, match="half_max"):
        rule("oxygen", "increases", "apoptosis", 1.0, 0.0, 1.0)
    with pytest.raises(InputError, match="direction.*increases"):
        rule("oxygen", "raises", "apoptosis", 1.0, 1.0, 1.0)
    with pytest.raises(InputError, match="to differ"):
        ramp("apoptosis", 2.0, 2.0)


def test_a_rule_that_gives_no_number_is_named():
    """0 · ∞ of a saturation too large to hold: the message names behaviour and kind."""
    kind = cell(
        "odd",
        does={"apoptosis": 0.0},
        modulations=(ramp("migration speed", 0.0, 1e-300, clipped=False),),
        rules=(rule("oxygen", "increases", "migration speed", 1e308, 1.0, 1.0),),
    )
    kind = replace(kind, modulations=(*kind.modulations, *kind.modulations))
    made = model([replace(kind, behaviours=cell("odd", does={"migration speed": 1e200}).behaviours)],
                 [Placement(kind="odd", pattern="disc", count=1)])  # fmt: skip
    with (
        np.errstate(over="ignore", invalid="ignore"),
        pytest.raises(RunError, match="Behaviour 'migration speed' of cell kind 'odd' became .* rules"),
    ):
        simulate(made, duration="6 min")
