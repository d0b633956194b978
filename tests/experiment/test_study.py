"""A study file: read as it stands, settings applied, and every mistake named with its place."""

from __future__ import annotations

import pytest

from exocosm.errors import InputError
from exocosm.experiment import load_study, studies

NAMES = ["gbm-hypoxia-macrophage", "gbm-tmz-transfer"]


def test_the_shipped_studies_are_listed_with_all_that_a_user_wants_to_know():
    listed = studies()
    assert [info.name for info in listed] == NAMES
    for info in listed:
        assert info.title and info.systems and info.run_time
        assert info.setup in ("tissue", "dish")


def test_a_shipped_study_is_read_in_internal_units():
    study = load_study("gbm-hypoxia-macrophage")
    assert (study.duration, study.record_every) == (2880.0, 240.0)
    assert study.scenario.populations[1].inner == 310.0
    assert study.arm("normoxia").treatments[0].value == "38 mmHg"
    drug = load_study("gbm-tmz-transfer").drug
    assert drug is not None
    assert drug.doses == pytest.approx((0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0))
    assert (drug.time, drug.viability) == (1440.0, "living-cells")


def test_settings_replace_values_and_are_recorded():
    settings = {
        "duration": "24 h",
        "cells.0.count": "5",
        "seed": "9",
        "titration.copies": "[10, 20]",
        "parameters.endosomal_escape": "1e-3",
        "parameters.copies_at_rest:hsa-miR-1246:macrophage": "50",
    }
    study = load_study("gbm-hypoxia-macrophage", settings)
    assert (study.duration, study.seed, study.scenario.populations[0].count) == (1440.0, 9, 5)
    assert study.titration is not None and study.titration.copies == (10.0, 20.0)
    assert study.parameters == {
        "endosomal_escape": 1e-3,
        "copies_at_rest:hsa-miR-1246:macrophage": 50,
    }
    assert study.record["duration"] == "24 h"
    assert load_study("gbm-hypoxia-macrophage").duration == 2880.0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"durration": "24 h"}, "Unknown setting 'durration'.*duration"),
        ({"cells.7.count": "5"}, r"no '7' there. Known: 0 to 1"),
        ({"cells.x.count": "5"}, r"no 'x' there"),
        ({"domain.size.x": "5"}, r"no 'size' there. Known: \['shape', 'spacing'\]"),
        ({"duration.hours": "5"}, "single value"),
        ({"cells.0.count": "-5"}, r"cells\[0\].count: -5"),
        ({"cells.0.count": "many"}, r"cells\[0\].count: 'many'"),
        ({"cells.0.number": "5"}, r"cells\[0\].*'number' was unexpected"),
        ({"replicates": "0"}, "replicates"),
        ({"replicates": "2.5"}, "replicates"),
        ({"seed": "-1"}, "seed"),
        ({"duration": "24"}, "line \\d+, duration: expected text .a quantity with its unit"),
        ({"cells.1.inner": "24"}, r"cells\[1\].inner: expected text .a quantity with its unit"),
        ({"duration": "0 h"}, "`duration` to be positive"),
        ({"duration": "-3 h"}, "`duration` to be positive"),
        ({"record_every": "0 h"}, "`record_every` to be positive"),
        ({"duration": "3 parsec"}, "parsec"),
        ({"duration": "[1"}, "Could not read the value of setting 'duration'"),
        ({"domain.spacing": "0 um"}, "`domain.spacing` to be positive"),
        ({"oxygen": "-5 mmHg"}, "`oxygen` not to be negative"),
        ({"oxygen": "oxygen_boundry"}, "oxygen_boundary"),
        ({"cells.1.inner": "-5 um"}, "not to be negative"),
        ({"cells.1.kind": "macrofage"}, "Unknown cell type 'macrofage'. Did you mean 'macrophage'"),
        ({"control": "contrl"}, "`control` to be one of the arms"),
        ({"setup": "plate"}, "setup"),
        ({"parameters.x": "fast"}, "parameters.x: 'fast' is not of type 'number'"),
        ({"titration.copies": "[10, 10]"}, "levels of `titration.copies` to differ"),
        ({"titration.copies": "[-1, 10]"}, "titration.copies"),
        ({"arms.1.treatments.0.type": "realease_inhibitor"}, "Did you mean 'release_inhibitor'"),
        ({"readouts.0.quantity": "mood"}, "`quantity` to be one of"),
    ],
)
def test_bad_settings_are_refused(settings, said):
    with pytest.raises(InputError, match=f"(?s){said}"):
        load_study("gbm-hypoxia-macrophage", settings)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"drug.doses": "[1 uM, 2 uM, 3 uM, 4 uM, 5 uM]"}, "to start at 0"),
        ({"drug.doses": "[0 uM, -2 uM, 3 uM, 4 uM, 5 uM]"}, "not to be negative"),
        ({"drug.doses": "[0 uM, 2 uM, 2 uM, 4 uM, 5 uM]"}, "to differ"),
        ({"drug.doses": "[0 uM, 2, 3 uM, 4 uM, 5 uM]"}, "drug.doses"),
        ({"drug.doses": "[0 uM, '2', 3 uM, 4 uM, 5 uM]"}, "missing unit"),
        ({"duration": "24 h"}, "`drug.time` plus `drug.assay_time`"),
        ({"drug.time": "-24 h", "drug.assay_time": "120 h"}, "`drug.time` not to be negative"),
        ({"setup": "tissue"}, "dish only"),
        ({"volume_per_cell": "0 nL"}, "positive `volume_per_cell`"),
        ({"readouts.0.quantity": "taken"}, "needs a read-out of quantity `count`"),
        ({"readouts.1.name": "living-cells"}, "read-out names to be unique"),
        ({"arms.1.name": "no-vesicles"}, "arm names to be unique"),
        ({"arms.1.name": "mimic-100"}, "may not be called .*'mimic-100'"),
        ({"drug.cell": "macrophage"}, "macrophage"),
    ],
)
def test_bad_settings_of_a_drug_study_are_refused(settings, said):
    with pytest.raises(InputError, match=said):
        load_study("gbm-tmz-transfer", settings)


@pytest.mark.parametrize(
    ("treatment", "said"),
    [
        ({"type": "release_inhibitor", "cells": ["macrophage"], "cutt": "x"}, r"unknown options \['cutt'\]"),
        ({"type": "release_inhibitor", "cells": ["macrophage"]}, "options missing"),
        ({"type": "release_inhibitor", "cells": "macrophage", "cut": "x"}, "`cells` to be a list of names"),
        ({"type": "mimic", "cargo": "x", "recipient": "y", "copies": "10"}, "`copies` to be a number"),
        ({"type": "add_vesicles", "recipient": "x", "per_recipient": "1", "cargo": "MIF"}, "list of names"),
        ({"type": "add_vesicles", "recipient": "x", "per_recipient": "1", "hypoxic_donors": "no"}, "true or"),
        ({"type": "clamp_field", "field": "oxygen", "value": 38}, "`value` to be text"),
        ({"cells": ["macrophage"]}, "'type' is a required property"),
    ],
)
def test_options_of_treatments_are_checked(load, tissue_record, treatment, said):
    record = tissue_record()
    record["arms"][1]["treatments"] = [treatment]
    with pytest.raises(InputError, match=said):
        load(record)


def test_an_unknown_study_is_named_with_the_closest_one(tmp_path):
    with pytest.raises(InputError, match="Did you mean 'gbm-tmz-transfer'"):
        load_study("gbm-tmz-transfr")
    with pytest.raises(InputError, match="nowhere.yaml"):
        load_study(tmp_path / "nowhere.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: x\ntitle: [unclosed\n", "study.yaml"),
        ("name: x\nname: y\n", "study.yaml:2.*name"),
        ("- a\n- b\n", "mapping of fields.*list"),
        ("", "mapping of fields"),
        ("name: x\n", "'title' is a required property"),
        ("name: ../x\n", "line 1, name"),
        ("title: x\nname: 5\n", "line 2, name: expected text.*found 5"),
        ("\x00", "study.yaml"),
    ],
)
def test_a_broken_file_is_named_with_line_and_field(tmp_path, text, said):
    path = tmp_path / "study.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"(?s){said}"):
        load_study(path)


def test_a_hostile_title_stays_data(load, tissue_record):
    record = tissue_record()
    record["title"] = "<script>alert('x')</script> {{ 7*7 }} !!python/object"
    assert load(record).title == record["title"]


def test_read_outs_of_absent_cells_are_refused(load, tissue_record):
    record = tissue_record()
    record["readouts"][5]["cell"] = "microglial cell"
    with pytest.raises(InputError, match="microglial cell"):
        load(record)
