import pytest

from exocosm.errors import InputError
from exocosm.knowledge import (
    PriorRow,
    RecordError,
    UnknownNameError,
    parameter_row,
    parameter_rows,
    prior_row,
    prior_rows,
)
from exocosm.knowledge import parameters as module
from exocosm.knowledge.problems import KnowledgeFileError


def test_rows_hold_numbers_or_none():
    row = parameter_row("ilv_per_mvb")
    assert (row.value, row.low, row.high, row.unit, row.sd_or_se) == (20.0, 10.0, 50.0, "dimensionless", None)
    assert row.confidence == "unverified"
    assert len({row.id for row in parameter_rows()}) == len(parameter_rows()) > 400


def test_quoted_cells_are_read_without_their_quotes():
    assert parameter_row("ev_half_life_msc_max").note == 'secondary page; "up to 6 h"'


def test_unknown_rows_come_with_suggestions():
    with pytest.raises(
        UnknownNameError, match="No parameter has the id 'ilv_per_mbv'. Did you mean 'ilv_per_mvb'"
    ):
        parameter_row("ilv_per_mbv")
    with pytest.raises(UnknownNameError, match="No prior has the id"):
        prior_row("no such prior")


def test_shipped_priors_are_sound():
    assert prior_rows()
    for row in prior_rows():
        assert prior_row(row.id) is row
        assert row.reason


PRIOR = {"id": "x", "parameter": "x", "unit": "1/h", "reason": "r", "used_for": "u"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"distribution": "uniform"}, "a uniform prior needs `low` and `high`"),
        ({"distribution": "uniform", "low": 2.0, "high": 3.0}, "expected low <= value <= high"),
        ({"distribution": "lognormal", "low": 0.0, "high": 3.0}, "needs `low` above 0"),
        ({"distribution": "logituniform", "low": 0.5, "high": 1.0}, "needs `high` below 1"),
        ({"distribution": "normal"}, "expected one of lognormal, loguniform"),
    ],
)
def test_priors_have_a_range_that_fits_their_distribution(fields, message):
    with pytest.raises(RecordError, match=message):
        PriorRow(value=1.0, **PRIOR, **fields)


def test_a_fixed_prior_needs_no_range():
    assert PriorRow(value=0.0, distribution="fixed", **PRIOR).low is None


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Point the readers at an empty folder, and leave nothing of it behind."""
    caches = (module.parameter_rows, module.prior_rows, module._parameters_by_id)
    for cached in caches:
        cached.cache_clear()
    monkeypatch.setattr(module, "DATA", tmp_path)
    yield tmp_path
    for cached in caches:
        cached.cache_clear()


def test_problems_of_a_priors_file_name_line_and_field(data):
    (data / "priors.yaml").write_text(
        "topic: priors\npriors:\n- {id: x, parameter: x, unit: 1/h, reason: r, used_for: u,\n"
        "   value: abc, distribution: fixed}\n"
    )
    with pytest.raises(
        KnowledgeFileError, match=r"priors.yaml:4: priors\[0\].value: expected a number, found 'abc'"
    ):
        prior_rows()


def test_numbers_of_a_priors_file_may_be_whole_or_in_powers_of_ten(data):
    (data / "priors.yaml").write_text(
        "- {id: x, parameter: x, unit: 1/h, reason: r, used_for: u, value: 1e-3, distribution: uniform,"
        " low: 0, high: 1}\n"
    )
    assert (prior_rows()[0].value, prior_rows()[0].low) == (0.001, 0.0)


def test_a_parameter_table_with_other_columns_or_words_is_refused(data):
    path = data / "parameters.tsv"
    path.write_text("id\tvalue\nx\t1\n")
    with pytest.raises(InputError, match="Expected the columns id, group"):
        parameter_rows()
    header = (
        "id group parameter symbol value low high unit sd_or_se spread_kind species system source doi_or_url"
    )
    columns = [*header.split(), "confidence", "note"]
    cells = {"id": "x", "parameter": "p", "unit": "1/h", "confidence": "measured", "value": "fast"}
    path.write_text(
        "\n".join("\t".join(row) for row in (columns, [cells.get(c, "") for c in columns])) + "\n"
    )
    with pytest.raises(InputError, match="parameters.tsv:2: expected numbers or nothing in value"):
        parameter_rows()
