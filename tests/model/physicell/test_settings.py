"""Settings become models; what is not in a model is said; hostile files are refused in bounded time."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from exocosm.errors import InputError
from exocosm.model import Model, behaviours_of
from exocosm.model.physicell import read_settings

DATA = os.environ.get("EXOCOSM_PHYSICELL")


@pytest.fixture
def read(small, tmp_path):
    """Read the small project with some of it changed."""

    def read(**changes):
        return read_settings(small.project(tmp_path, **changes))

    return read


def held(model: Model, kind: str, behaviour: str) -> float:
    given = model.cell_kind(kind).behaviour(behaviour)
    return behaviours_of(model)[behaviour].default if given is None else given.value


def subjects(notes, kind: str) -> list[str]:
    return [note.subject for note in notes if note.kind == kind]


def test_domain_and_fields(model):
    assert model.name == "small_project"
    assert model.domain.shape == (1, 6, 10)
    assert model.domain.spacing.value == 20.0
    oxygen, debris = model.fields
    assert (oxygen.unit, oxygen.diffusion.value, oxygen.loss.value, oxygen.initial.value) == (
        "mmHg",
        1e5,
        0.1,
        38,
    )
    assert oxygen.boundaries.x_low.value is not None and oxygen.boundaries.x_low.value.value == 38.0
    assert debris.boundaries.x_low.kind == "no flux" and debris.unit == "1"
    assert (oxygen.scheme, debris.scheme) == ("adi", "lod")


def test_a_cycle_with_durations_and_deaths(model):
    cycle = model.cell_kind("tumour").cycle
    assert [phase.fixed for phase in cycle.phases] == [False, True, True, True]
    assert [1.0 / phase.rate.value for phase in cycle.phases] == pytest.approx([300, 480, 240, 60])
    assert [phase.divides for phase in cycle.phases] == [False, False, False, True]
    tumour = model.cell_kind("tumour")
    assert tumour.apoptosis.duration.value == pytest.approx(516)
    assert tumour.necrosis.duration.value == pytest.approx(86400)
    assert held(model, "tumour", "apoptosis") == 5.31667e-05
    assert tumour.volume.total.value == 2000.0
    assert tumour.volume.fluid_fraction.value == 0.75  # the default
    assert tumour.volume.total.source.startswith("PhysiCell_settings.xml, line ")


def test_a_definition_inherits_and_changes(model):
    assert held(model, "killer", "oxygen uptake") == 10.0
    assert held(model, "killer", "adhesive affinity to killer") == 0.25
    assert (held(model, "tumour", "migration speed"), held(model, "killer", "migration speed")) == (0.0, 2.0)
    assert held(model, "killer", "chemotactic response to debris") == -1.0
    assert held(model, "killer", "phagocytose other dead cell") == 0.125
    assert (held(model, "killer", "attack tumour"), held(model, "tumour", "attack tumour")) == (0.5, 0.0)
    assert (held(model, "killer", "attack damage rate"), held(model, "killer", "damage rate")) == (3.0, 0.0)
    assert [datum.name for datum in model.cell_kind("killer").custom] == ["onco"]
    assert model.cell_kind("tumour").custom[0].conserved


def test_rules_and_cells_come_along(model):
    assert [len(kind.rules) for kind in model.cell_kinds] == [1, 1]
    assert [(p.kind, p.count) for p in model.placements] == [("tumour", 2), ("killer", 1)]


def test_the_model_is_saved_and_read_back(model, tmp_path):
    model.save(tmp_path / "model.json")
    assert Model.load(tmp_path / "model.json") == model


def test_nothing_is_dropped_in_silence(read):
    _, notes = read(
        more='<intracellular type="maboss"><bnd_filename>a</bnd_filename></intracellular><dance>1</dance>',
        end="<user_parameters><tumor_radius>250</tumor_radius></user_parameters><surprise><x/></surprise>",
        debris_faces='<boundary_value ID="xmin" enabled="true">4</boundary_value>',
    )
    assert "intracellular model (maboss) of tumour" in subjects(notes, "not supported")
    assert "user parameter tumor_radius = 250" in subjects(notes, "not supported")
    assert "boundary of debris" in subjects(notes, "differs")
    strange = subjects(notes, "not understood")
    assert "surprise" in strange and "cell_definitions/cell_definition/phenotype/dance" in strange
    assert all(note.place.startswith(("PhysiCell_settings.xml", "cell")) for note in notes)


def test_faces_held_alike_hold_the_field(read):
    faces = "".join(
        f'<boundary_value ID="{f}" enabled="true">4</boundary_value>'
        for f in ("xmin", "xmax", "ymin", "ymax")
    )
    model, _ = read(debris_faces=faces)
    faces = model.field("debris").boundaries
    assert [face.value.value for face in (faces.x_low, faces.x_high, faces.y_low, faces.y_high)] == [4.0] * 4
    assert model.field("debris").scheme == "adi"


def test_faces_held_apart_are_held_apart(read):
    one = '<boundary_value ID="ymax" enabled="true">7</boundary_value>'
    faces = read(debris_faces=one)[0].field("debris").boundaries
    assert (faces.y_high.kind, faces.y_high.value.value) == ("fixed", 7.0)
    assert {faces.x_low.kind, faces.x_high.kind, faces.y_low.kind} == {"no flux"}


def test_values_that_rules_replace_at_once_are_left_out(read):
    model, notes = read(rules="tumour,oxygen,decreases,apoptosis,0,5,4,0\n")
    starts = [start.of for start in model.placements[0].starts]
    assert "apoptosis" not in starts and "custom:onco" in starts
    assert "apoptosis of single cells of tumour" in subjects(notes, "differs")


def test_rules_on_the_speed_of_cells_that_are_not_motile_are_noted(read):
    _, notes = read(rules="tumour,oxygen,decreases,migration speed,0,5,4,0\n")
    assert "migration speed of tumour" in subjects(notes, "differs")


def test_number_of_cells_scatters_them(read):
    end = "<user_parameters><number_of_cells>3</number_of_cells></user_parameters>"
    model, notes = read(end=end)
    assert [(p.kind, p.pattern, p.count) for p in model.placements[:2]] == [
        ("tumour", "scattered", 3),
        ("killer", "scattered", 3),
    ]
    assert "number_of_cells" in subjects(notes, "assumed")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<dx>20</dx>", "<dx>10</dx>", "voxels with one edge"),
        ("<dx>20</dx>", "<dx>twenty</dx>", r"line \d+: expected a number, found 'twenty' in <domain/dx>"),
        ('name="debris"', 'name="volume"', "signal 'volume' is built in already"),
        ('name="killer" ID="7"', 'name="tumour" ID="7"', "'tumour' is given twice"),
        ('ID="7"', 'ID="3"', "an ID of its own"),
        ('parent_type="tumour"', 'parent_type="nobody"', "parent_type 'nobody'"),
        ('code="6"', 'code="4"', "no cycle model with code '4'"),
        ("5.31667e-05", "-1", "expected 'apoptosis' of 'tumour' between 0 and inf"),
        ('<speed units="micron/min">2<', "<speed>nan<", "expected a finite number, found 'nan' in <speed>"),
        ("<time_units>min<", "<time_units>hour<", "<time_units> to be 'min'"),
        ("cells.csv", "other.csv", "found no file 'other.csv'"),
        ("./config</folder><filename>cells", "../../etc</folder><filename>passwd", "found no file"),
        ("PhysiCell_settings", "sbml", "found <sbml>"),
        ("</domain>", "</dom>", "well-formed XML"),
        ("<cell_definition ", "<cell_definitio ", "well-formed|there are no cells"),
    ],
)
def test_what_is_wrong_is_named(old, new, said, small, tmp_path):
    path = small.project(tmp_path)
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(InputError, match=said):
        read_settings(path)


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]><x>&l11;</x>', "document type"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "document type"),
        ("<x>" * 100_000, "64 levels"),
        ("<x>" + "<y/>" * 600_000 + "</x>", "500000 elements"),
        ("<x a='" + "b" * 1_000_000, "well-formed"),
        ('<?xml version="1.0" encoding="klingon"?><x/>', "well-formed|Could not read"),
        ("", "well-formed"),
    ],
)
def test_hostile_xml_is_refused_soon(content, said, tmp_path):
    path = tmp_path / "PhysiCell_settings.xml"
    path.write_text(content)
    start = time.monotonic()
    with pytest.raises(InputError, match=said):
        read_settings(path)
    assert time.monotonic() - start < 20


def test_a_file_too_large_is_not_even_read(tmp_path):
    path = tmp_path / "PhysiCell_settings.xml"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    with pytest.raises(InputError, match="at most 32 MiB, found 100 MiB"):
        read_settings(path)


@pytest.mark.skipif(not DATA, reason="EXOCOSM_PHYSICELL names no folder with sample projects of PhysiCell")
def test_every_sample_project_is_read_or_refused_in_a_line():
    found = sorted(Path(DATA or "").rglob("*.xml"))
    assert found
    for path in found:
        try:
            model, notes = read_settings(path)
        except InputError as error:
            assert str(error)
            continue
        assert model.cell_kinds
        assert not [note for note in notes if note.kind == "not understood"], path
