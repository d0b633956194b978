"""Everything at once: books, positivity, threads, restarts and back ends in models with all features on."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine import Checkpoints, resume, simulate
from exocosm.engine.backends import get_backend
from exocosm.engine.books import close
from exocosm.engine.compiled import compile_model
from exocosm.engine.driver import Run
from exocosm.engine.start import start
from exocosm.engine.steps import Steps

from .lively import lively_model, paired
from .models import arrays

STEPS = Steps(cell=6.0, exchange=2.0, mechanics=1.0)
seeds = st.integers(0, 2**32 - 1)


def begun(seed: int, domain: str, backend=None) -> Run:
    compiled = compile_model(lively_model(seed, domain))
    run = Run(
        compiled=compiled,
        state=start(compiled, seed),
        backend=backend or get_backend("cpu"),
        steps=STEPS,
        seed=seed,
    )
    run.settle()
    return run


@pytest.mark.parametrize("domain", ["tissue", "box"])
@settings(max_examples=10)
@given(seed=seeds)
def test_books_close_nothing_is_negative_and_cells_stay_inside(domain, seed):
    run = begun(seed, domain)
    box = np.array(run.compiled.model.domain.shape[::-1]) * run.compiled.model.domain.spacing.value
    for _ in range(6):
        run.advance()
        state = run.state
        assert max((abs(account.residual) for account in close(run.compiled, state)), default=0.0) < 1e-12
        for name in ("vesicles", "cargo", "matrix_vesicles", "matrix_cargo"):
            assert state.fields[name].min(initial=0.0) >= 0.0, name
        for name in ("copies", "volume", "damage", "radius", "endosome", "docked", "bodies"):
            assert state.cells[name].min(initial=0.0) >= 0.0, name
        assert (state.cells["position"] >= 0.0).all() and (state.cells["position"] <= box).all()
        assert len(set(state.cells["id"])) == state.n_cells
        assert {len(array) for array in state.cells.values()} == {state.n_cells}
        assert np.isin(state.attachments, state.cells["id"][state.cells["alive"]]).all()


@settings(max_examples=6)
@given(seed=seeds)
def test_bits_do_not_depend_on_the_number_of_threads(seed):
    before, found = numba.get_num_threads(), []
    try:
        for threads in range(1, min(3, numba.config.NUMBA_NUM_THREADS) + 1):
            numba.set_num_threads(threads)
            run = begun(seed, "box")
            for _ in range(4):
                run.advance()
            found.append({name: array.tobytes() for name, array in arrays(run.state)})
    finally:
        numba.set_num_threads(before)
    assert all(one == found[0] for one in found)


@settings(max_examples=6)
@given(seed=seeds, cut=st.integers(1, 5), data=st.data())
def test_a_run_cut_anywhere_goes_on_with_the_same_bits(seed, cut, data, tmp_path_factory):
    made, folder = lively_model(seed, "tissue"), tmp_path_factory.mktemp("cut")
    about = {"seed": seed, "steps": STEPS, "record_every": "6 min"}
    whole = simulate(made, duration="36 min", **about)

    class Cut(Exception):
        pass

    def stop(minutes: float) -> None:
        if minutes >= 6.0 * cut:
            raise Cut

    with pytest.raises(Cut):
        simulate(
            made,
            duration="36 min",
            progress=stop,
            checkpoint=Checkpoints(path=folder, every="6 min"),
            **about,
        )
    again = resume(folder)
    assert again.books == whole.books
    for one, other in zip(whole.frames, again.frames, strict=True):
        for group in ("cells", "fields"):
            for name, array in getattr(one, group).items():
                assert array.tobytes() == getattr(other, group)[name].tobytes(), name


@pytest.mark.parametrize("domain", ["tissue", "box"])
@settings(max_examples=20)
@given(seed=seeds)
def test_back_ends_agree_phase_by_phase(domain, seed):
    """Every function of the back end is called for both from the same state, through five cell steps."""
    run = begun(seed, domain, paired())
    for _ in range(5):
        run.advance()
