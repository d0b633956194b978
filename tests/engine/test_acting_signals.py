"""Cargo that acts from the surface, and signals that act on release."""

import math
from dataclasses import replace

import numpy as np
import pytest

from exocosm.engine.backends import get_backend
from exocosm.engine.compiled import compile_model
from exocosm.engine.driver import Run
from exocosm.engine.start import start
from exocosm.engine.steps import Steps
from exocosm.errors import InputError
from exocosm.model import MODULATORS, Fate, Match, Placement, ReleaseModulation, Uptake

from .small_models import cargo, cell, link, model, network, node, number, ramp


def run_of(made, device="cpu") -> Run:
    compiled = compile_model(made)
    run = Run(
        compiled=compiled,
        state=start(compiled, 1),
        backend=get_backend(device),
        steps=Steps(cell=6.0, exchange=6.0),
        seed=1,
    )
    run.settle()
    return run


def docking(surface: bool = True):
    """A cell that docks vesicles and holds on to them; their cargo drives node A from outside."""
    net = network([node("A", 0.3, tau=1.0)], links=[link("surface", "ligand", "A", 40.0, sign=1)])
    dock = Uptake(
        route="dock", matches=(Match(vesicle="sEV"),), clearance=number("dock", 900.0), destination="surface"
    )
    held = Fate(escape=number("e", 0.0), detach=number("off", 1e-12), internalise=number("in", 1e-12))
    kind = replace(cell("taker", rate=0.0, takes=0.0, net=net, fate=held), uptakes=(dock,))
    ligand = replace(cargo("ligand"), surface=surface)
    return model([kind], [Placement(kind="taker", pattern="disc", count=3)], [ligand], shape=(1, 2, 2))


@pytest.mark.parametrize("device", ["reference", "cpu"])
def test_bound_copies_drive_their_node_from_outside(device):
    """After many times τ: x = sigmoid(logit b + ln(1 + B/K)), B the copies on docked vesicles."""
    run = run_of(docking(), device)
    run.state.fields["vesicles"][:], run.state.fields["cargo"][:] = 60.0, 120.0
    for _ in range(6):
        run.advance()
    bound = run.state.cells["bound"][:, 0]
    assert bound.min() > 10.0 and not run.state.cells["delivered"].any()
    run.backend.signalling.signal(
        run.compiled.networks[0], np.arange(3), run.state.cells["activity"],
        np.concatenate([run.state.cells["copies"], run.state.cells["bound"]], axis=1), np.zeros(2), 1e3,
    )  # fmt: skip
    expected = 1.0 / (1.0 + np.exp(-(math.log(0.3 / 0.7) + np.log(1.0 + bound / 40.0))))
    np.testing.assert_allclose(run.state.cells["activity"][:, 0], expected, rtol=1e-9)


def test_without_docked_vesicles_the_cell_rests():
    run = run_of(docking())
    for _ in range(3):
        run.advance()
    np.testing.assert_allclose(run.state.cells["activity"][:, 0], 0.3, rtol=1e-12)


def test_a_surface_link_of_a_cargo_that_is_inside_is_refused():
    with pytest.raises(InputError, match="`ligand` acts on 'A' from the surface .* is no surface cargo"):
        docking(surface=False)


@pytest.mark.parametrize("name", [name for name in MODULATORS if name != "hypoxia"])
def test_a_field_can_set_any_signal_that_acts_on_release(name):
    """Base 1, times a ramp on oxygen: half of it at 20 mmHg between 40 and 0; the fold acts on release."""
    kind = cell(
        "donor", sends={"a": 0.0}, holds={"a": 1.0}, does={f"{name} signal": 1.0},
        modulations=(ramp(f"{name} signal", 40.0, 0.0),),
    )  # fmt: skip
    change = ReleaseModulation(modulator=name, fold=number("fold", 9.0))
    kind = replace(kind, releases=tuple(replace(r, modulations=(change,)) for r in kind.releases))
    made = model([kind], [Placement(kind="donor", pattern="disc", count=2)], ["a"], shape=(1, 3, 3))
    made = replace(
        made, fields=tuple(replace(f, clamped=True, initial=number("o2", 20.0)) for f in made.fields)
    )
    run = run_of(made)
    assert run.compiled.modulators == ("hypoxia", name)
    np.testing.assert_allclose(run.state.cells["modulators"][:, 1], 0.5, rtol=1e-12)
