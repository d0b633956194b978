import csv
import importlib.resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm.errors import InputError
from exocosm.units import INTERNAL, convert, minutes, parse, quantity


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("48 h", 2880.0),
        ("48h", 2880.0),
        ("2 days", 2880.0),
        ("30 s", 0.5),
        (" 1.5e1 min ", 15.0),
        ("1 week", 10080.0),
    ],
)
def test_durations_become_minutes(text, expected):
    assert minutes(text) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("bare", [48, 48.0, "48", " 1e3 "])
def test_a_bare_number_is_refused_as_missing_its_unit(bare):
    with pytest.raises(InputError, match="missing unit") as caught:
        minutes(bare)
    assert "h" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h",
        "48 hh",
        "48 parsecs",
        "48 mmHg",
        "4 8 h",
        "1,5 h",
        "48 h; h",
        "1e999 h",
        None,
        True,
        [1, "h"],
        "nan h",
    ],
)
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(InputError):
        minutes(text)


@pytest.mark.parametrize(
    ("text", "to", "expected"),
    [
        ("100 umol/L", "mmol/L", 0.1),
        ("1 uM", INTERNAL["concentration"], 1e-3),
        ("5 kPa", INTERNAL["partial pressure"], 37.5030919),  # 101.325 kPa = 760 mmHg, within 1e-6
        ("1e9 vesicles/mL", INTERNAL["vesicle density"], 1e-3),  # 1 mL = 1e12 um3
        ("0.25 copies/cell", INTERNAL["amount in a cell"], 0.25),
        ("20 percent", "1", 0.2),
        ("2000 mGy", INTERNAL["radiation dose"], 2.0),
        ("3.6 um**2/h", "um**2/min", 0.06),
    ],
)
def test_quantities_are_converted(text, to, expected):
    assert quantity(text, to=to) == pytest.approx(expected, rel=1e-6)


def test_another_dimension_is_refused_by_name():
    with pytest.raises(InputError, match="length"):
        quantity("5 um", to="min")


def test_arrays_are_converted_element_by_element():
    np.testing.assert_allclose(
        convert(np.array([1.0, 2.0]), "um**2/s", "um**2/min"), [60.0, 120.0], rtol=1e-12
    )


@given(st.floats(1e-6, 1e6))
def test_there_and_back_gives_the_same_number(value):
    assert convert(convert(value, "um**3/min", "mL/h"), "mL/h", "um**3/min") == pytest.approx(
        value, rel=1e-12
    )


def table_units() -> list[str]:
    table = importlib.resources.files("exocosm") / "knowledge" / "data" / "parameters.tsv"
    with table.open(encoding="utf-8") as file:
        return sorted({row["unit"] for row in csv.DictReader(file, delimiter="\t")})


def test_every_unit_of_the_parameter_table_is_known():
    units = table_units()
    assert len(units) > 50
    for unit in units:
        parse(unit)


@pytest.mark.parametrize("unit", INTERNAL.values())
def test_internal_units_convert_to_themselves(unit):
    assert convert(3.0, unit, unit) == 3.0


@pytest.mark.parametrize("unit", ["um**", "1/", "dollars", "__import__('os')", "um um um )"])
def test_what_is_no_unit_is_refused(unit):
    with pytest.raises(InputError, match="Expected a unit"):
        parse(unit)
