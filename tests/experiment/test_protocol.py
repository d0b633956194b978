"""What is run, and where the tables show it."""

from __future__ import annotations

import math

from exocosm.experiment import Mimic
from exocosm.experiment.protocol import conditions, places


def test_arms_come_first_and_the_control_is_level_0_of_the_titration(tissue):
    listed = [(c.series, c.arm, c.level) for c in conditions(tissue)]
    assert [(s, a) for s, a, _ in listed[:3]] == [("arms", arm.name) for arm in tissue.arms]
    assert all(math.isnan(level) for _, _, level in listed[:3])
    assert listed[3:] == [("titration", "control", 10000.0)]
    shown = [(c.series, c.arm, c.level, i) for c, i in places(tissue)]
    assert shown[3:] == [("titration", "control", 0.0, 0), ("titration", "control", 10000.0, 3)]


def test_each_arm_and_level_of_a_drug_study_runs_at_every_dose(dish):
    listed = [(c.arm, c.level) for c in conditions(dish)]
    doses = [0.0, 10.0, 100.0, 1000.0, 10000.0]
    arms = ["no-vesicles", "all-cargo", "mimic-10000"]
    assert listed == [(arm, dose) for arm in arms for dose in doses]
    shown = {(c.arm, c.level): i for c, i in places(dish)}
    assert [shown["mimic-0", dose] for dose in doses] == [shown["no-vesicles", dose] for dose in doses]
    assert len(shown) == 20


def test_undosed_wells_get_no_drug_and_mimics_come_on_top_of_the_control(dish):
    undosed, dosed = conditions(dish)[:2]
    assert undosed.treatments == ()
    assert [t.concentration for t in dosed.treatments] == ["0.01 mmol/L"]
    mimic = conditions(dish)[-1].treatments[0]
    assert isinstance(mimic, Mimic)
    assert mimic.copies == 10000.0


def test_a_titration_without_a_level_0_is_shown_with_it_all_the_same(load, tissue_record):
    record = tissue_record()
    record["titration"]["copies"] = [10, 100]
    shown = [c.level for c, _ in places(load(record)) if c.series == "titration"]
    assert shown == [0.0, 10.0, 100.0]
