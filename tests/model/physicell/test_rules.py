"""Rules in PhysiCell's CSV: read, refused by line, written so that they read back equal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exocosm.errors import InputError
from exocosm.model import Modulation, chosen
from exocosm.model.physicell import losses_of, read_rules, with_rules, write_rules


def rules_in(text: str, model, tmp_path, encoding: str = "utf-8"):
    path = tmp_path / "rules.csv"
    path.write_bytes(text.encode(encoding))
    return read_rules(path, model)


def test_a_line_becomes_a_rule_that_names_its_line(model, tmp_path):
    found, notes = rules_in("// first\n\nkiller,damage,increases,apoptosis,0.1,5,8,1\n", model, tmp_path)
    (rule,) = found["killer"]
    assert (rule.signal, rule.direction, rule.behaviour) == ("damage", "increases", "apoptosis")
    assert (rule.saturation.value, rule.half_max.value, rule.power.value) == (0.1, 5.0, 8.0)
    assert rule.applies_to_dead
    assert rule.saturation.source == "rules.csv, line 3"
    assert rule.saturation.unit == "1/min"
    assert notes == ()


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffkiller,oxygen,decreases,necrosis,0,3.75,8,0\r\n",
        "  killer , oxygen,decreases, necrosis ,0,3.75, 8,0   \n// the end",
        '"killer","oxygen","decreases","necrosis","0","3.75","8","0"\n',
        "killer\toxygen\tdecreases\tnecrosis\t0\t3.75\t8\tfalse\n",
        "killer,oxygen,decreases,necrosis,0.0,0,3.75,8,0\n",  # version 1: with the base value
    ],
)
def test_layouts_that_mean_the_same(text, model, tmp_path):
    found, _ = rules_in(text, model, tmp_path)
    (rule,) = found["killer"]
    numbers = (rule.saturation.value, rule.half_max.value, rule.power.value)
    assert (rule.signal, rule.behaviour, *numbers) == ("oxygen", "necrosis", 0.0, 3.75, 8.0)


@pytest.mark.parametrize(
    ("column", "synonym", "plain"),
    [
        (1, "oxygen concentration", "oxygen"),
        (1, "gradient of debris", "debris gradient"),
        (1, "grad(debris)", "debris gradient"),
        (1, "contact with live cells", "contact with live cell"),
        (1, "is dead", "dead"),
        (1, "global time", "time"),
        (1, "custom: onco", "custom:onco"),
        (1, "custom 0", "custom:onco"),
        (1, "contact with cell type 1", "contact with killer"),
        (3, "exit from cycle phase 0", "cycle entry"),
        (3, "chemotactic sensitivity to oxygen", "chemotactic response to oxygen"),
        (3, "oxygen secretion saturation density", "oxygen secretion target"),
        (3, "transition to killer", "transform to killer"),
        (3, "attack cell type 0", "attack tumour"),
        (3, "phagocytosis of killer", "phagocytose killer"),
        (3, "is movable", "is_movable"),
    ],
)
def test_synonyms(column, synonym, plain, model, tmp_path):
    fields = ["tumour", "oxygen", "increases", "apoptosis", "1", "5", "4", "0"]
    fields[column] = synonym
    found, _ = rules_in(",".join(fields), model, tmp_path)
    (rule,) = found["tumour"]
    assert (rule.signal if column == 1 else rule.behaviour) == plain


def test_eating_any_dead_cell_becomes_three_rules(model, tmp_path):
    found, notes = rules_in("killer,volume,decreases,phagocytose dead cell,0,6000,4,0", model, tmp_path)
    assert [rule.behaviour.split()[1] for rule in found["killer"]] == ["apoptotic", "necrotic", "other"]
    assert [note.kind for note in notes] == ["differs"]


def test_all_that_is_wrong_is_said_at_once_with_line_and_column(model, tmp_path):
    text = (
        "tumor,oxygen,increases,apoptosis,1,5,4,0\n"
        "tumour,oxigen,raises,apoptosis,1,nan,4,0\n"
        "tumour,oxygen,increases,apoptos,inf,-5,-4,maybe\n"
        "tumour,oxygen,increases\n"
        "tumour,oxygen,increases,migration bias,2,5,4,0\n"
        "tumour,oxygen,increases,apoptosis,1,5,4,0\n"
        "tumour,oxygen,increases,apoptosis,1,6,4,0\n"
        'tumour,"oxygen,increases,apoptosis,1,6,4,0\n'
    )
    with pytest.raises(InputError) as caught:
        rules_in(text, model, tmp_path)
    said = str(caught.value)
    for expected in (
        "rules.csv, line 1, column 1 (cell type): no cell type 'tumor' in this model. Did you mean 'tumour'?",
        "line 2, column 2 (signal): no signal 'oxigen' in this model. Did you mean 'oxygen'?",
        "line 2, column 3 (direction)",
        "line 2, column 6 (half-max): expected a finite number, found 'nan'",
        "line 3, column 4 (behaviour): no behaviour 'apoptos' in this model. Did you mean 'apoptosis'?",
        "line 3, column 5 (saturation value): expected a finite number, found 'inf'",
        "line 3, column 6 (half-max): expected a number above 0",
        "line 3, column 7 (Hill power)",
        "line 3, column 8 (applies to dead): expected 0 or 1, found 'maybe'",
        "line 4: expected 8 columns",
        "line 5, column 5 (saturation value): expected 'migration bias' between 0 and 1, found 2.0",
        "line 7: this rule is given twice, first on line 6",
        "line 8: expected fields parted by commas",
    ):
        assert expected in said


def test_the_oldest_layout_and_a_wrong_base_are_refused(model, tmp_path):
    with pytest.raises(InputError, match="oldest layout"):
        rules_in("killer,apoptosis,0,0,1,oxygen,increases,5,4,0", model, tmp_path)
    with pytest.raises(
        InputError, match=r"column 5 \(base value\).*from 0.25, cells of kind 'killer' from 0.0"
    ):
        rules_in("killer,oxygen,decreases,necrosis,0.25,0,3.75,8,0", model, tmp_path)


def test_what_physicell_has_and_a_model_has_not_is_noted(model, tmp_path):
    text = "killer,contact with BM,increases,apoptosis,1,5,4,0\nkiller,damage,increases,apoptosis,1,5,4,0\n"
    found, notes = rules_in(text, model, tmp_path)
    assert len(found["killer"]) == 1
    assert [(note.kind, note.place) for note in notes] == [("not supported", "rules.csv, line 1")]


def test_differing_saturations_of_one_behaviour_are_noted(model, tmp_path):
    text = "killer,damage,increases,apoptosis,1,5,4,0\nkiller,time,increases,apoptosis,2,5,4,0\n"
    _, notes = rules_in(text, model, tmp_path)
    assert "the last, 2, holds" in notes[0].reason


def test_vesicles_stand_in_the_same_file_and_are_losses_for_physicell(with_vesicles, tmp_path):
    text = (
        "tumour,sEV vesicles,increases,migration speed,1,0.5,4,0\n"
        "killer,oxygen,decreases,sEV release,0,5.0,4,0\n"
        "killer,damage,increases,apoptosis,1,5.0,4,0\n"
    )
    found, _ = rules_in(text, with_vesicles, tmp_path)
    ruled = with_rules(with_vesicles, found)
    losses = write_rules(ruled, tmp_path / "out.csv")
    assert len(losses) == 2
    assert read_rules(tmp_path / "out.csv", ruled)[0].keys() == found.keys()
    with pytest.raises(InputError, match="cannot hold all"):
        write_rules(ruled, tmp_path / "strict.csv", strict=True)
    assert not (tmp_path / "strict.csv").exists()


def test_a_modulation_is_a_loss(model):
    numbers = {
        name: chosen(name, value, "mmHg", why="test") for name, value in (("zero", 5.0), ("one", 38.0))
    }
    factor = Modulation(behaviour="cycle entry", signal="oxygen", **numbers)
    changed = replace(model, cell_kinds=tuple(replace(k, modulations=(factor,)) for k in model.cell_kinds))
    assert [loss.subject for loss in losses_of(changed)] == [
        f"modulation of {kind}: cycle entry by oxygen" for kind in ("tumour", "killer")
    ]


@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from(["tumour", "killer"]),
            st.sampled_from(["oxygen", "damage", "pressure", "custom:onco", "contact with killer"]),
            st.sampled_from(["increases", "decreases"]),
            st.sampled_from(["apoptosis", "custom:onco", "chemotactic response to debris", "attack killer"]),
            st.floats(0, 1e300),
            st.floats(1e-300, 1e300),
            st.floats(0, 1e3),
            st.booleans(),
        ),
        unique_by=lambda line: line[:4],
        max_size=8,
    )
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_rules_written_read_back_equal(lines, model, tmp_path):
    text = "".join(
        f"{','.join(map(str, line[:4]))},{line[4]!r},{line[5]!r},{line[6]!r},{int(line[7])}\n"
        for line in lines
    )
    first, _ = rules_in(text, model, tmp_path)
    ruled = with_rules(model, first)
    write_rules(ruled, tmp_path / "out.csv")
    second, _ = read_rules(tmp_path / "out.csv", model)

    def plain(rules):
        return {
            kind: [(r.signal, r.direction, r.behaviour, r.saturation.value, r.half_max.value, r.power.value,
                    r.applies_to_dead) for r in group]
            for kind, group in rules.items()
        }  # fmt: skip

    assert plain(second) == plain(first)
    assert sum(map(len, first.values())) == len(lines)
