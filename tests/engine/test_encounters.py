"""Whole runs in which cells sense, attack, eat, fuse with and hold on to each other."""

import copy
from dataclasses import replace

import numba
import numpy as np
import pytest

from exocosm.engine import Steps, simulate
from exocosm.engine.backends import get_backend
from exocosm.engine.compiled import compile_model
from exocosm.engine.driver import Run
from exocosm.engine.start import start
from exocosm.errors import InputError
from exocosm.model import CustomDatum, DrugKill, Placement, standard_apoptosis, standard_volume

from .models import arrays, assert_same
from .small_models import cell, dividing, drug_field, model, number, oxygen, ramp
from .test_behaviours import rule


def immune_tissue(count: int = 40):
    """Tumour cells that grow; killers that attack them; eaters of the dead; some fuse, all cling."""
    clinging = {"cell attachment rate": 0.05, "cell detachment rate": 0.02}
    tumour = cell(
        "tumour",
        holds={"a": 100.0},
        sends={"a": 0.1},
        does=clinging | {"immunogenicity to killer": 2.0, "apoptosis": 0.02, "fuse to tumour": 1e-4},
        volume=standard_volume(),
        apoptosis=standard_apoptosis(),
        **dividing(0.002) | {"modulations": (ramp("apoptosis", 0.0, 1.0, "damage", clipped=False),)},
        rules=(rule("pressure", "decreases", "cycle entry", 0.0, 1.0, 4.0),),
        custom=(CustomDatum(name="tag", value=number("tag", 2.0), conserved=True),),
    )
    killer = cell("killer", does={"attack tumour": 0.05, "attack duration": 20.0, "attack damage rate": 0.1})
    eater = cell(
        "eater",
        does={"phagocytose apoptotic cell": 0.05},
        rules=(rule("contact with dead cell", "increases", "migration bias", 1.0, 1.0, 4.0),),
        volume=standard_volume(),
    )
    placements = [
        Placement(kind=name, pattern="disc", count=n)
        for name, n in (("tumour", count), ("killer", count // 2), ("eater", count // 4))
    ]
    held = (oxygen(clamped=True, boundary=None),)
    return model([tumour, killer, eater], placements, ["a"], shape=(1, 16, 16), fields=held)


def running(made, device: str = "cpu", seed: int = 5) -> Run:
    compiled = compile_model(made)
    run = Run(
        compiled=compiled, state=start(compiled, seed), backend=get_backend(device), steps=Steps(), seed=seed
    )
    run.settle()
    return run


def test_back_ends_see_the_same_events():
    made = immune_tissue(12)
    made = replace(made, domain=replace(made.domain, shape=(1, 8, 8)))
    runs = [running(made, device) for device in ("reference", "cpu")]
    for _ in range(8):
        for run in runs:
            run.advance()
        assert_same(runs[0].state, runs[1].state, rtol=1e-9)
        np.testing.assert_array_equal(runs[0].state.attachments, runs[1].state.attachments)
    assert len(runs[0].state.attachments)


def test_a_run_kills_eats_and_keeps_its_books():
    trajectory = simulate(immune_tissue(), duration="10 h", seed=2, record_every="1 h")
    frames = [trajectory.frame(i).cells for i in range(len(trajectory.frames))]
    n_killed = sum((~frame["alive"]).any() for frame in frames)
    assert n_killed > 2
    last, first = frames[-1], frames[0]
    gone = np.setdiff1d(first["id"], last["id"])
    assert len(gone)
    tumour = trajectory.kinds.index("tumour")
    assert set(first["kind"][np.isin(first["id"], gone)]) == {tumour}
    assert last["damage"][last["kind"] != tumour].max() == 0.0
    eater = trajectory.kinds.index("eater")
    assert last["radius"][last["kind"] == eater].max() > 8.5  # one has eaten and not yet digested
    assert max(abs(account["residual"]) for account in trajectory.books) < 1e-11


def test_same_bits_on_any_number_of_threads_and_after_a_restart():
    before, finals = numba.get_num_threads(), []
    try:
        for threads in (1, min(2, before), min(3, before)):
            numba.set_num_threads(threads)
            run = running(immune_tissue())
            for _ in range(10):
                run.advance()
            halfway = copy.deepcopy(run.state)
            for _ in range(10):
                run.advance()
            finals.append(run.state)
    finally:
        numba.set_num_threads(before)
    again = replace_state(running(immune_tissue()), halfway)
    for _ in range(10):
        again.advance()
    for final in (*finals[1:], again.state):
        for (name, a), (_, b) in zip(arrays(finals[0]), arrays(final), strict=True):
            assert a.tobytes() == b.tobytes(), name
        assert finals[0].attachments.tobytes() == final.attachments.tobytes()
        assert finals[0].gone_copies.tobytes() == final.gone_copies.tobytes()


def replace_state(run: Run, state) -> Run:
    run.state = state
    return run


def test_drug_reaches_those_who_stay_when_others_are_eaten():
    """Lesions gathered over a cell step belong to their cells though some are removed within it."""

    eater = cell("eater", does={"phagocytose target": 0.5})
    target = cell("target")
    made = model(
        [eater, target],
        [Placement(kind=k, pattern="disc", count=12) for k in ("eater", "target")],
        fields=(oxygen(), drug_field()),
    )
    run = running(made)
    run.state.fields["solute"][1] = 1.0
    run.advance()
    assert 12 <= run.state.n_cells < 24
    assert not run.state.cells["lesions"].any()  # no kind makes lesions of it
    killed = replace(made.cell_kinds[0], drug_kill=drug_kill())
    run = running(replace(made, cell_kinds=(killed, target)))
    run.state.fields["solute"][1] = 1.0
    run.advance()
    assert run.state.n_cells < 24
    lesions = run.state.cells["lesions"]
    eaters = run.state.cells["kind"] == 0
    assert lesions[eaters] == pytest.approx(1.0 - np.exp(-0.06))
    assert not lesions[~eaters].any()


def drug_kill():

    return DrugKill(drug="drug", half_kill=number("half", 1e9), hill=number("hill", 2.0))


def test_a_model_without_contacts_pays_nothing_for_them(monkeypatch):
    run = running(model([cell("quiet")], [Placement(kind="quiet", pattern="disc", count=5)]))
    monkeypatch.setattr("exocosm.engine.driver.interact", None)
    monkeypatch.setattr("exocosm.engine.driver.surroundings", None)
    run.advance()


def test_a_dish_with_contacts_is_refused_before_it_runs():
    made = model(
        [cell("a", does={"attack a": 1.0})], [Placement(kind="a", pattern="dish", count=3)],
        shape=(1, 1, 1), dish=True,
    )  # fmt: skip
    with pytest.raises(InputError, match="cells have no places"):
        simulate(made, duration="12 min")


def test_saturations_out_of_range_are_refused():
    with pytest.raises(InputError, match="rule of 'oxygen' on 'migration bias'.*between 0 and 1"):
        model([cell("a", rules=(rule("oxygen", "increases", "migration bias", 1.5, 1.0, 1.0),))], [])


def test_a_model_without_vesicles_cargo_and_fields_runs():
    quiet = replace(cell("quiet", rate=0.0, takes=0.0), behaviours=())
    made = model([quiet], [Placement(kind="quiet", pattern="disc", count=5)], fields=())
    trajectory = simulate(replace(made, vesicle_kinds=()), duration="12 min", record_every="12 min")
    assert len(trajectory.frame(-1).cells["id"]) == 5
    assert trajectory.books == ()
