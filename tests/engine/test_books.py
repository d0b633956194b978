"""Books of vesicles and cargo: they close for any model, and notice what goes missing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine import Steps, simulate
from exocosm.engine.books import close
from exocosm.engine.compiled import DIE, NOTHING, compile_model
from exocosm.engine.population import apply_events
from exocosm.model import Death, Fate, Match, Uptake

from .models import BACKENDS, groups, laid_out, random_model
from .small_models import cell, model, number

STEPS = {"dish": Steps(exchange=12.0, cell=12.0), "tissue": Steps(), "box": Steps(exchange=3.0, cell=6.0)}


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), domain=st.sampled_from(["dish", "tissue", "box"]))
def test_books_close_for_any_model_and_no_field_is_ever_negative(seed, domain):
    steps = STEPS[domain]
    trajectory = simulate(
        random_model(seed, domain),
        duration="72 min",
        seed=seed,
        steps=steps,
        record_every=f"{steps.exchange} min",
    )
    assert len(trajectory.books) > 0
    for account in trajectory.books:
        income = account["released"] + account["added"]
        # Fractions of less than one vesicle in 60 voxels are known to 1e-14 or so.
        assert abs(account["residual"]) * (income or 1.0) <= 1e-12 * income + 1e-13, account
        small = -1e-12 * income
        assert all(v >= small for key, v in account.items() if key not in ("name", "residual", "unsettled"))
        if domain != "dish":
            assert account["wall"] == 0.0
    for frame in trajectory.frames:
        for name, field in frame.fields.items():
            assert np.all(field >= 0.0), name
        for name, array in frame.cells.items():
            if name.startswith(("cargo:", "delivered:", "taken:")):
                assert np.all(array >= 0), name


@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1), domain=st.sampled_from(["dish", "tissue"]))
def test_books_of_the_reference_close_too(seed, domain):
    trajectory = simulate(random_model(seed, domain), duration="24 min", seed=seed, device="reference")
    assert max(abs(account["residual"]) for account in trajectory.books) < 1e-10


def busy():
    """A donor and a recipient in each of six voxels after one step."""
    donor = cell("donor", sends={"a": 2.0}, holds={"a": 1e4}, rate=30.0)
    compiled = compile_model(model([donor, cell("taker", rate=0.0)], [], ["a"], shape=(1, 2, 3)))
    state = laid_out(compiled, np.arange(12) % 2, np.arange(12) // 2)
    BACKENDS[1].vesicles.release(compiled, state, 5.0, 1)
    BACKENDS[1].vesicles.take_up(compiled, state, *groups(state), 5.0, 1)
    BACKENDS[1].vesicles.settle(compiled, state, 5.0, 1)
    return compiled, state


def test_an_account_says_where_everything_is():
    compiled, state = busy()
    vesicles, copies = close(compiled, state)
    assert (vesicles.name, copies.name) == ("sEV", "sEV/a")
    assert vesicles.internalised == state.cells["taken"].sum() > 0
    assert vesicles.free == state.fields["vesicles"].sum() > 0
    # What left the donors is what the books call released.
    donors = state.cells["kind"] == 0
    given_away = 1e4 * donors.sum() - (state.cells["copies"] - state.cells["delivered"])[donors].sum()
    assert copies.released == pytest.approx(given_away, rel=1e-9)
    assert abs(copies.residual) < 1e-14


@pytest.mark.parametrize(
    "place", ["fields.vesicles", "fields.cargo", "cells.endosome", "cells.endosome_copies"]
)
def test_books_notice_what_goes_missing(place):
    compiled, state = busy()
    group, name = place.split(".")
    income = max(account.released for account in close(compiled, state))
    assert max(abs(account.residual) for account in close(compiled, state)) < 1e-12
    missing = 1e-6 if group == "fields" else -1
    getattr(state, group)[name].reshape(-1)[0] -= missing
    worst = max(abs(account.residual) for account in close(compiled, state))
    assert worst > abs(missing) / income / 2


def test_what_is_in_and_on_dead_cells_is_booked_when_their_remains_go():
    """Half the cells hold vesicles and die; after the dead time their content stands under `removed`."""
    slow = Fate(escape=number("e", 0.0), exit=number("exit", 1e-9), internalise=number("in", 1e-9))
    taker = cell("taker", rate=0.0, fate=slow)
    dock = Uptake(
        route="dock", matches=(Match(vesicle="sEV"),), clearance=number("dock", 900.0), destination="surface"
    )
    remains = Death(duration=number("dead time", 10.0))
    taker = replace(taker, uptakes=(*taker.uptakes, dock), apoptosis=remains)
    compiled = compile_model(model([taker], [], ["a"], shape=(1, 2, 3)))
    state = laid_out(compiled, np.zeros(6), np.arange(6))
    state.fields["vesicles"][:], state.fields["cargo"][:] = 50.0, 80.0
    state.vesicle_books["added"][:], state.cargo_books["added"][:] = 300.0, 480.0
    BACKENDS[1].vesicles.take_up(compiled, state, *groups(state), 50.0, 1)
    held = [
        state.cells[name][:3].sum() for name in ("docked", "endosome", "docked_copies", "endosome_copies")
    ]
    assert min(held) > 0
    for events in (np.array([DIE] * 3 + [NOTHING] * 3), np.zeros(6, dtype=int)):
        apply_events(compiled, state, events, state.cells["kind"], 6.0, 1)
    assert state.n_cells == 3
    vesicles, copies = close(compiled, state)
    assert (vesicles.removed, copies.removed) == (held[0] + held[1], held[2] + held[3])
    assert max(abs(vesicles.residual), abs(copies.residual)) < 1e-14


def test_an_empty_account_has_no_residual():
    compiled = compile_model(model([cell("quiet", rate=0.0)], [], ["a"]))
    accounts = close(compiled, laid_out(compiled, [0], [0]))
    assert [account.residual for account in accounts] == [0.0, 0.0]
