"""The sentences say what the tables say, and never more."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm import report
from exocosm.report import sentences
from exocosm.report.folder import RunFolder

CHANGE_WORDS = re.compile(
    r"\b(higher|lower|more drug|less drug|raised|reduced|increased|decreased)\b", re.IGNORECASE
)


def rewrite(folder, name, change):
    """Change a table of a run folder in both of its formats."""
    table = change(pd.read_parquet(folder / "tables" / f"{name}.parquet"))
    table.to_parquet(folder / "tables" / f"{name}.parquet", index=False)
    table.to_csv(folder / "tables" / f"{name}.csv", index=False)
    return table


def row(**values):
    start = {"low": 1.0, "high": 2.0, "p_adjusted": 0.01, "difference": 1.5, "control_mean": 1.0}
    return pd.DataFrame([start | values]).itertuples().__next__()


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({}, "higher"),
        ({"low": -2.0, "high": -1.0}, "lower"),
        ({"low": -0.1}, "no clear change"),
        ({"low": 0.0}, "no clear change"),
        ({"low": -1.0, "high": 0.0}, "no clear change"),
        ({"low": 0.0, "high": 0.0}, "identical"),
        ({"p_adjusted": 0.05}, "not after correction"),
        ({"p_adjusted": np.nan}, "higher"),
        ({"note": "too small to see: less than 0.05 in log-odds"}, "too small to see"),
        ({"low": -1.0, "note": "too small to see: less than 0.05 in log-odds"}, "no clear change"),
        ({"low": np.nan}, "not tested"),
        ({"high": np.inf}, "not tested"),
    ],
)
def test_the_interval_decides_and_the_adjusted_p_value_can_only_take_back(values, word):
    assert sentences.outcome(row(**values)) == word


@given(st.floats(-1e6, 0), st.floats(0, 1e6), st.floats(0, 1))
def test_an_interval_with_zero_is_never_a_change(low, high, p):
    assert sentences.outcome(row(low=low, high=high, p_adjusted=p)) in ("no clear change", "identical")


def test_main_finding_repeats_the_numbers_of_its_rows(tissue_run):
    folder = RunFolder.read(tissue_run)
    effects = folder.table("effects")
    main = effects[(effects["readout"] == "m2-share")].set_index("arm")
    (finding,) = sentences.main_finding(folder)
    blocked = next(item for item in finding.items if "GW4869 (release blocked)" in item)
    assert blocked.startswith("Lower with")
    numbers = [float(n.replace("−", "-")) for n in re.findall(r"−?\d+\.\d+", blocked)[:3]]
    assert numbers == pytest.approx(main.loc["gw4869", ["difference", "low", "high"]].tolist(), rel=6e-3)
    assert "3 of 4 arms differed clearly" in finding.text
    assert any(
        item.startswith("No clear change with “GW4869 + vesicles added back”") for item in finding.items
    )


def test_no_sentence_calls_an_interval_with_zero_a_change(tissue_run):
    rewrite(tissue_run, "effects", lambda t: t.assign(low=-t["difference"].abs(), high=t["difference"].abs()))
    folder = RunFolder.read(tissue_run)
    found = [*sentences.main_finding(folder), *sentences.arm_findings(folder)]
    assert len(found) == 5
    said = " ".join(f"{f.text} {' '.join(f.items)}" for f in found) + " ".join(sentences.in_short(folder)[:1])
    assert not CHANGE_WORDS.search(said)
    assert all(f.kind == "none" for f in found)
    page = report.write(tissue_run).read_text()
    assert "0 of 4 arms differed clearly" in page
    assert not re.search(r'class="mark (up|down)">(higher|lower)<', page)


def test_a_difference_lost_to_correction_is_said_to_be_lost(tissue_run):
    rewrite(tissue_run, "effects", lambda t: t.assign(p_adjusted=0.2))
    (finding,) = sentences.main_finding(RunFolder.read(tissue_run))
    assert "0 of 4 arms differed clearly" in finding.text
    assert sum("adjusted p not below 0.05" in item for item in finding.items) == 3


def test_a_sure_but_small_change_is_called_small(tissue_run):
    small = {"difference": 0.004, "low": 0.003, "high": 0.005, "p_adjusted": 0.001, "control_mean": 0.448}
    rewrite(tissue_run, "effects", lambda t: t.assign(**small))
    (finding,) = sentences.main_finding(RunFolder.read(tissue_run))
    assert all("small: under 5 % of the control" in item for item in finding.items)


def test_one_replicate_gives_no_interval_and_no_claim(tissue_run):
    nothing = {
        "n": 1,
        "low": np.nan,
        "high": np.nan,
        "p_value": np.nan,
        "p_adjusted": np.nan,
        "effect_size": np.nan,
    }
    rewrite(tissue_run, "effects", lambda t: t.assign(**nothing))
    rewrite(tissue_run, "readouts", lambda t: t[t["replicate"] == 0])
    folder = RunFolder.read(tissue_run)
    (finding,) = sentences.main_finding(folder)
    assert all(item.startswith("No interval can be given for") for item in finding.items)
    (titration,) = sentences.titration_findings(folder)
    assert all("no interval" in item for item in titration.items)
    assert report.write(tissue_run).is_file()


def test_titration_repeats_the_effects_table_where_that_has_it(tissue_run):
    def added(table):
        row = table.iloc[0].to_dict() | {"series": "titration", "arm": "10000 copies", "control": "0 copies"}
        row |= {"readout": "m2-share", "cell": "macrophage", "difference": 0.1234, "low": -0.5, "high": 0.6}
        return pd.concat([table, pd.DataFrame([row])], ignore_index=True)

    rewrite(tissue_run, "effects", added)
    (finding,) = sentences.titration_findings(RunFolder.read(tissue_run))
    assert finding.items[0].startswith("M2-polarised macrophages: no clear change (")
    assert "difference 0.123, 95 % interval −0.5 to 0.6" in finding.items[0]


def test_the_main_readout_is_the_end_of_the_chain_the_statements_tell(tissue_run):
    folder = RunFolder.read(tissue_run)
    assert sentences.readout_order(folder) == [
        "m2-share",
        "stat3",
        "nf-kb",
        "terf2ip",
        "copies",
        "tumour-cells",
    ]


def test_many_doses_are_counted_in_short(tissue_run):
    rewrite(tissue_run, "dose", lambda t: pd.concat([t, t.iloc[:1].assign(setting="third", ratio=1e-4)]))
    line = sentences.in_short(RunFolder.read(tissue_run))[-1]
    assert line.startswith("Dose, 1 axis in 3 settings: out of reach in 2, implausible in this set-up in 1.")
    assert "1e5 vesicles per cell added (delivered/needed 0.21" in line


def test_dose_sentence_states_verdict_and_that_the_interval_spans_two(tissue_run):
    first, second = sentences.dose_findings(RunFolder.read(tissue_run))
    assert first.start == "Dose, tissue, control: out of reach"
    assert "Delivered/needed: 0.0041" in first.text
    assert "The interval runs from “out of reach” to “implausible in this set-up”" in first.text
    assert "from “implausible in this set-up” to “plausible”" in second.text


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [
        (1.0, "plausible"),
        (0.99, "implausible in this set-up"),
        (0.01, "implausible in this set-up"),
        (0.0099, "out of reach"),
        (0.0, "out of reach"),
    ],
)
def test_verdict_thresholds(ratio, verdict):
    assert sentences.verdict_of(ratio) == verdict


def test_shift_of_the_ic50(dish_run):
    folder = RunFolder.read(dish_run)
    (finding,) = sentences.shift_findings(folder)
    ratio = folder.table("ic50_shift")["ratio"].iloc[0]
    resistant, sensitive = finding.items
    assert finding.text == "1 of 2 arms shifted it clearly."
    assert "more drug needed than with “Sensitive cells”" in resistant
    assert f"ratio {ratio:.2f}" in resistant
    assert "no clear shift against" in sensitive
    assert not CHANGE_WORDS.search(sensitive)


@pytest.mark.parametrize(
    ("low", "high", "p", "words"),
    [
        (0.9, 1.4, 0.001, "no clear shift"),
        (1.0, 1.0, 1.0, "no shift that this assay could show"),
        (1.1, 1.4, 0.2, "adjusted p not below 0.05"),
        (np.nan, np.nan, np.nan, "no interval for a shift"),
        (0.5, 0.7, 0.01, "less drug needed than with"),
    ],
)
def test_words_for_a_shift_follow_its_interval(dish_run, low, high, p, words):
    rewrite(dish_run, "ic50_shift", lambda t: t.assign(low=low, high=high, p_adjusted=p))
    (finding,) = sentences.shift_findings(RunFolder.read(dish_run))
    assert all(words in item for item in finding.items)
    assert (finding.kind == "change") == ("needed" in words)


def test_arms_of_copies_given_directly_are_a_titration_not_arms(dish_run):
    """A drug study runs each level of its titration as an arm `mimic-COPIES` at every dose."""

    def renamed(table):
        mimic = table["level"].notna() & (table.get("series", "titration") == "titration")
        names = "mimic-" + table["level"].map("{:g}".format)
        return table.assign(arm=table["arm"].where(~mimic, names))

    def as_written(table):
        undosed = renamed(table)
        is_mimic = undosed["series"] == "titration"
        return undosed.assign(series="dose_response", level=undosed["level"].where(~is_mimic, 0.0))

    rewrite(dish_run, "readouts", as_written)
    rewrite(dish_run, "ic50", lambda t: renamed(t).assign(level=np.nan))
    rewrite(
        dish_run,
        "ic50_shift",
        lambda t: pd.concat([t, t.iloc[:1].assign(arm="mimic-10000", ratio=2.2, low=2.0, high=2.4)]),
    )
    folder = RunFolder.read(dish_run)
    assert sorted(folder.series("titration")["level"].unique()) == [0, 100, 1000, 10000]
    assert set(folder.series("dose_response")["arm"]) == set(folder.arms)
    assert set(folder.series("arms")["arm"]) == set(folder.arms)  # the wells without drug
    (shifts,) = sentences.shift_findings(folder)
    assert len(shifts.items) == 2
    (titration,) = sentences.titration_findings(folder)
    assert "IC50 of temozolomide: more drug needed (ratio 2.2" in titration.items[0]
    assert "mimic-" not in report.write(dish_run).read_text()


def test_titration_is_labelled_as_no_physiological_dose(tissue_run):
    (finding,) = sentences.titration_findings(RunFolder.read(tissue_run))
    assert "not a physiological dose" in finding.text
    assert "given directly as a transfected mimic" in finding.text
    assert any(item.startswith("NF-kB activity (macrophage): no clear change") for item in finding.items)
    assert finding.items[0].startswith("M2-polarised macrophages: higher")


def test_summary_is_short_plain_text(tissue_run, dish_run):
    for folder in (tissue_run, dish_run):
        text = report.summarise(folder)
        assert 5 <= len(text.splitlines()) <= 15
        assert max(map(len, text.splitlines())) <= 100
        assert "out of reach" in text and "<" not in text.replace("< 0.001", "")
    assert "no clear shift" in report.summarise(dish_run)
