"""All phases of vesicles on random models and states: back ends alike, threads too, nothing lost."""

import copy
import math

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine.compiled import compile_model
from exocosm.engine.inheritance import inherited

from .models import BACKENDS, arrays, assert_same, groups, laid_out, random_model, twins

seeds = st.integers(0, 2**32 - 1)
domains = st.sampled_from(["dish", "tissue", "box"])


def random_state(seed: int, domain: str, n: int = 25):
    """A state in the middle of things: vesicles everywhere, cells far from rest and full, some dead."""
    compiled = compile_model(random_model(seed, domain))
    rng = np.random.default_rng(seed + 1)
    n_voxels = math.prod(compiled.model.domain.shape)
    state = laid_out(compiled, rng.integers(0, len(compiled.kinds), n), rng.integers(0, n_voxels, n), seed)
    cells = state.cells
    state.step = int(rng.integers(0, 10**6))
    cells["alive"] = rng.random(n) < 0.9
    cells["hypoxia"] = rng.random(n)
    cells["modulators"] = rng.random(cells["modulators"].shape)
    cells["copies"] *= 10.0 ** rng.uniform(-2, 1, cells["copies"].shape)
    for name in ("bodies", "docked", "endosome"):
        cells[name][:] = rng.integers(0, 30, cells[name].shape) * (rng.random(cells[name].shape) < 0.7)
    for name in ("docked", "endosome"):
        copies = cells[f"{name}_copies"]
        copies[:] = rng.integers(0, 100, copies.shape) * (cells[name] > 0)[:, :, None]
    for name in ("vesicles", "cargo", "matrix_vesicles", "matrix_cargo"):
        shape = state.fields[name].shape
        state.fields[name][:] = 10.0 ** rng.uniform(-3, 4, shape) * (rng.random(shape) < 0.8)
    return compiled, state


def one_step(backend, compiled, state, dt, seed):
    """All phases of vesicles, and the death of every seventh cell."""
    state.step += 1
    vesicles = backend.vesicles
    vesicles.release(compiled, state, dt, seed)
    vesicles.bind(compiled, state, dt)
    vesicles.take_up(compiled, state, *groups(state), dt, seed)
    vesicles.settle(compiled, state, dt, seed)
    vesicles.release_at_death(compiled, state, np.flatnonzero(state.cells["alive"])[::7], seed)


@settings(max_examples=25)
@given(seed=seeds, domain=domains, dt=st.floats(0.01, 60.0))
def test_back_ends_draw_alike_from_the_same_state(seed, domain, dt):
    compiled, state = random_state(seed, domain)
    pair = twins(state)
    for backend, mine in zip(BACKENDS, pair, strict=True):
        for _ in range(2):
            one_step(backend, compiled, mine, dt, seed)
    assert_same(*pair)


@pytest.mark.parametrize("seed", [3, 8, 21])
def test_the_number_of_threads_changes_no_bit(seed):
    """5,000 cells, more than the kernels take for one thread."""
    compiled, state = random_state(seed, "box", n=5000)
    outcomes = []
    before = numba.get_num_threads()
    for threads in (1, 2, 3):
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
        mine = copy.deepcopy(state)
        try:
            for _ in range(3):
                one_step(BACKENDS[1], compiled, mine, 2.0, seed)
        finally:
            numba.set_num_threads(before)
        outcomes.append({name: array.tobytes() for name, array in arrays(mine)})
    assert outcomes[0] == outcomes[1] == outcomes[2]


def outside(state, kind: str):
    """Vesicles (or cargo) outside cells, in all, by class."""
    space = (-3, -2, -1)
    fields = state.fields
    free = fields[kind].sum(axis=space)
    return free + (fields[f"matrix_{kind}"].sum(axis=space) if fields[f"matrix_{kind}"].size else 0.0)


def inside(state, copies: str = ""):
    docked, endosome = (state.cells[f"{place}{copies}"].sum(axis=0) for place in ("docked", "endosome"))
    return endosome + docked if docked.size else endosome  # no room for what never docks


# Not amounts: ids of others, places and directions, and what a user may choose at will.
UNSIGNED = {f"cells.{name}" for name in ("parent", "attacking", "position", "direction", "custom", "own")}


@settings(max_examples=25)
@given(seed=seeds, domain=domains, dt=st.floats(0.01, 1e4), device=st.sampled_from([0, 1]))
def test_nothing_is_lost_and_nothing_is_negative(seed, domain, dt, device):
    """From any state: what is outside and inside changes by what the books say, class by class and cargo."""
    compiled, state = random_state(seed, domain)
    now = copy.deepcopy(state)
    for _ in range(2):
        one_step(BACKENDS[device], compiled, now, dt, seed)
    for books, kind, copies in ((now.vesicle_books, "vesicles", ""), (now.cargo_books, "cargo", "_copies")):
        came = books["released"] + books["recycled"] + books["detached"]
        went = books["taken"] + books["unsettled"] + books["decayed"]
        scale = outside(state, kind) + came + 1.0
        change = outside(now, kind) - outside(state, kind) - (came - went)
        assert np.all(np.abs(change) <= 1e-12 * scale), kind
        kept = books["taken"] - books["recycled"] - books["detached"] - books["cytosolic"] - books["degraded"]
        np.testing.assert_array_equal(inside(now, copies) - inside(state, copies), kept)
        for name in ("released", "taken", "recycled", "detached", "cytosolic", "degraded"):
            assert np.all(books[name] >= 0.0)
            assert np.all(books[name] == np.round(books[name])), name
    for name, array in arrays(now):
        if not name.endswith(("unsettled", "decayed")) and name not in UNSIGNED:
            assert np.all(array >= 0), name
    # A donor gives what was loaded and gets what was delivered, and nothing else.
    given = (state.cells["copies"] + now.cells["delivered"] - now.cells["copies"]).sum(axis=0)
    loaded = now.cargo_books["released"].sum(axis=0)
    np.testing.assert_allclose(given, loaded, rtol=1e-9, atol=1e-6)
    # No copies without the vesicles they are in.
    for name in ("docked", "endosome"):
        if now.cells[name].size:
            assert not now.cells[f"{name}_copies"][now.cells[name] == 0].any()


@settings(max_examples=10)
@given(seed=seeds)
def test_daughters_share_what_the_mother_holds(seed):
    _, state = random_state(seed, "dish")
    mothers = np.flatnonzero(state.cells["alive"])
    shares = inherited(state.cells, mothers, state.step, seed)
    for name, share in shares.items():
        assert np.all((share >= 0) & (share <= state.cells[name][mothers]))
    for name in ("docked", "endosome"):
        assert not shares[f"{name}_copies"][shares[name] == 0].any()
        rest = state.cells[name][mothers] - shares[name]
        left = state.cells[f"{name}_copies"][mothers] - shares[f"{name}_copies"]
        assert not left[rest == 0].any()
