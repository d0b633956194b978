"""The dose needed: formulas by hand, and the engine's own laws moving the target by 20 %."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from exocosm.engine import simulate
from exocosm.experiment import Mimic
from exocosm.experiment.dose import copies_needed, links_of_axis, need, summary, verdict
from exocosm.experiment.dose_table import dose_table

RECIPIENT = "temozolomide-sensitive glioblastoma cell"
AXES = {
    "repression": ("tmz-mir-1238-cav1-egfr", "hsa-miR-1238-3p", "CAV1"),
    "drive": ("tmz-mif-timp3-pi3k-akt", "MIF", "TIMP3"),
    "sponge": ("tmz-sbf2-as1-mir-151a-3p-xrcc4", "SBF2-AS1", "XRCC4"),
}


def value(model, name):
    return model.parameters()[name][0].value


@pytest.mark.parametrize("draw", range(3))
def test_copies_needed_by_hand(dish_model, draw):
    model = dish_model.drawn(7, draw)
    kind = model.cell_kind(RECIPIENT)

    k, rest = value(model, "half_effect:hsa-miR-1238-3p>CAV1"), f"copies_at_rest:hsa-miR-1238-3p:{RECIPIENT}"
    by_hand = (k + value(model, rest)) / 0.8 - k - value(model, rest)
    assert copies_needed(kind, *AXES["repression"][:2]) == pytest.approx(by_hand)

    k, c0 = value(model, "half_effect:MIF>TIMP3"), value(model, f"copies_at_rest:MIF:{RECIPIENT}")
    b = value(model, "resting:TIMP3")
    step = math.log(b / (1 - b)) - math.log(0.8 * b / (1 - 0.8 * b))
    assert copies_needed(kind, *AXES["drive"][:2]) == pytest.approx((k + c0) * math.exp(step) - k - c0)


def unlinked(model, keep):
    """The recipient without edges and other links, answering at once: its target shows the law alone."""
    kind = model.cell_kind(RECIPIENT)
    links = links_of_axis(kind, keep)
    nodes = tuple(replace(n, tau=n.tau.at(0.5)) for n in kind.network.nodes)
    kind = replace(
        kind,
        network=replace(kind.network, edges=(), links=links, nodes=nodes),
        responses=(),
        cycle=None,
        modulations=(),
        behaviours=(),
    )
    kinds = tuple(kind if k.name == kind.name else k for k in model.cell_kinds)
    return replace(model, cell_kinds=kinds, events=())


@pytest.mark.parametrize("name", list(AXES))
@pytest.mark.parametrize("draw", range(4))
def test_copies_needed_move_the_direct_target_by_a_fifth_in_the_engine(dish_model, name, draw):
    axis, cargo, target = AXES[name]
    model = unlinked(dish_model.drawn(7, draw), axis)
    copies = copies_needed(model.cell_kind(RECIPIENT), axis, cargo)
    in_reach = math.isfinite(copies)
    treated = Mimic(cargo=cargo, recipient=RECIPIENT, copies=copies if in_reach else 1e9).apply(model)
    ratios = []
    for each in (treated, model):
        trajectory = simulate(each, duration="24 min", seed=1, device="reference")
        ratios.append(trajectory.activity(trajectory.frame(-1), RECIPIENT, target)[0])
    change = abs(ratios[0] / ratios[1] - 1.0)
    assert change == pytest.approx(0.2, abs=1e-6) if in_reach else change < 0.2


def test_a_sponge_cannot_raise_what_the_mirna_hardly_lowers(dish_model):
    name = f"copies_at_rest:hsa-miR-151a-3p:{RECIPIENT}"
    weak = dish_model.replaced(**{name: 1.0})
    assert copies_needed(weak.cell_kind(RECIPIENT), *AXES["sponge"][:2]) == math.inf
    strong = dish_model.replaced(**{name: 5000.0})
    assert 0 < copies_needed(strong.cell_kind(RECIPIENT), *AXES["sponge"][:2]) < math.inf


def test_vesicles_needed_are_copies_over_what_one_vesicle_brings(dish_model):
    """N = C*/(q f_esc r), f_in = 1 - exp(-k T) with k = clearance of 30 cells over their medium."""
    axis, cargo, _ = AXES["repression"]
    time = 36 * 60.0
    found = need(dish_model, RECIPIENT, axis, cargo, time)
    decay = value(dish_model, f"loss:{cargo}") * time
    retained = (1 - math.exp(-decay)) / decay
    per_vesicle = value(dish_model, f"copies_per_vesicle:{cargo}") * value(dish_model, "endosomal_escape")
    assert found.vesicles == pytest.approx(found.copies / (per_vesicle * retained))
    k = value(dish_model, "uptake_clearance") * 30 / (30 * 5e6)
    assert found.uptake_share == pytest.approx(1 - math.exp(-k * time))


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(1.0, "plausible"), (0.9999, "implausible in this set-up"), (0.01, "implausible in this set-up"),
     (0.00999, "out of reach"), (0.0, "out of reach"), (math.nan, "unknown")],
)  # fmt: skip
def test_verdicts_change_at_1_and_at_a_hundredth(ratio, said):
    assert verdict(ratio) == said


def test_a_summary_takes_infinity_for_more_than_any_number_and_leaves_nan_out():
    assert summary(np.array([1.0, 2.0, 3.0])) == pytest.approx((2.0, 1.1, 2.9))
    assert summary(np.array([1.0, np.inf, np.inf]))[0] == math.inf
    assert summary(np.array([1.0, 2.0, np.nan, 3.0])) == summary(np.array([1.0, 2.0, 3.0]))
    assert all(math.isnan(v) for v in summary(np.array([np.nan])))


def hidden(rows):
    import pandas as pd

    return pd.DataFrame(rows, columns=["arm", "readout", "replicate", "value"])


def test_each_replicate_is_set_against_its_own_need(shipped, tissue, tissue_model):
    """A cut run may have finished the second replicate of an arm and not the first."""
    models = tuple(tissue_model.drawn(1, i) for i in range(3))
    axis, cargo = "gbm-mir-1246-macrophage-terf2ip", "hsa-miR-1246"
    table = dose_table(tissue, models, shipped, hidden([("control", f"dose:{cargo}:macrophage", 1, 0.25)]))
    (row,) = table.to_dict("records")
    its = need(models[1], "macrophage", axis, cargo, tissue.duration)
    loss = value(models[1], f"loss:{cargo}") * tissue.duration
    retained = (1 - math.exp(-loss)) / loss
    assert row["ratio"] == pytest.approx(0.25 * retained / its.copies)  # copies that are there against C*
    assert row["delivered"] == pytest.approx(row["ratio"] * its.vesicles)
    assert (row["copies"], row["setting"]) == (0.25, "tissue: Control")


def test_in_a_dish_the_dose_is_what_was_offered(shipped, dish, dish_model):
    models = (dish_model,)
    names = ("SBF2-AS1", "hsa-miR-25-3p", "hsa-miR-1238-3p", "MIF")
    rows = [("all-cargo", f"dose:{cargo}:{RECIPIENT}", 0, 7.0) for cargo in names]
    table = dose_table(dish, models, shipped, hidden(rows)).set_index("cargo")
    assert set(table.index) == set(names)
    found = need(dish_model, RECIPIENT, *AXES["drive"][:2], dish.duration)
    assert table.loc["MIF", "delivered"] == 1e5
    assert table.loc["MIF", "needed"] == pytest.approx(found.vesicles / found.uptake_share)


def test_half_the_escape_needs_twice_the_vesicles(dish_model):
    axis, cargo, _ = AXES["repression"]
    halved = dish_model.replaced(endosomal_escape=value(dish_model, "endosomal_escape") / 2)
    first, second = (need(m, RECIPIENT, axis, cargo, 1000.0).vesicles for m in (dish_model, halved))
    assert second == pytest.approx(2 * first)
