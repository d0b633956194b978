"""The page of a scorecard: all of the record is on it, nothing in it can act, it reads by itself."""

from __future__ import annotations

import copy
import json
import math
import re
from html.parser import HTMLParser

import pytest

from exocosm import findings, report
from exocosm.errors import InputError
from exocosm.report.scorecard_content import MARKS, cases, signed, verdicts

ATTACK = """</style><script>document.title = "owned"</script><img src=x onerror=y>' " & {{ 7*7 }}"""


def share(value, low=None, high=None, read_outs=4):
    return {"value": value, "low": low, "high": high, "read_outs": read_outs}


def score(pro=0.75, anti=0.5):
    return {
        "pro": share(pro, 0.5, 1.0),
        "anti": share(anti, 0.1, 0.9),
        "balanced": share((pro + anti) / 2, 0.4, 0.8),
    }


def row(identifier="a-case", **more):
    return {
        "id": identifier, "donor": "tumour cell", "cargo": "miR-21", "recipient": "macrophage",
        "inputs": [{"node": "PTEN", "sign": -1, "why": "direct target"}],
        "term": "AKT", "node": "PI3K/AKT signalling", "effect": 1, "class": "pro", "stand_in": False,
        "target_defines_node": False, "verdict": "reproduced", "why_not": "", "agrees": 0.93,
        "disagrees": 0.02, "median_effect": 0.3141, "weight": 0.5,
    } | more  # fmt: skip


def record(**more):
    return {
        "format": findings.FORMAT,
        "setting": {"hours": 48.0, "dose": 1.0, "draws": 200, "core": True, "background": 0},
        "score": score(),
        "beside": {"without own paper": score(0.7, 0.4), "after 24 h": score(0.6, 0.3)},
        "nulls": [
            {"null": "A", "what": "signs permuted", "data": 0.71, "p": 0.0005, "shuffles": 1999,
             "quantiles": [0.41, 0.5, 0.59]}
        ],
        "verdicts": {"reproduced": 1, "unexplained": 1},
        "out_of_scope": [{"id": "whole-one", "reason": "whole vesicles: no cargo is named"}],
        "read_outs": [
            row(),
            row(term="metastasis", node="invasion", effect=-1, stand_in=True, verdict="contradicted",
                agrees=0.01, disagrees=0.9, median_effect=-0.2),
            row("no-way", verdict="unexplained", inputs=[], why_not="no target is stated", weight=1.0),
            row("no-path", verdict="unexplained", weight=1.0, target_defines_node=True),
            row("unknown", verdict="not understood", node=None, effect=None, term="wibble")
            | {"class": None},
        ],
        "not_scored": [{"id": "a-case", "term": "tumour growth", "reason": "[U1] a whole tumour"}],
    } | more  # fmt: skip


class Parsed(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.links, self.words = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]
        self.links += [value for name, value in attrs if name in ("href", "src", "srcset", "action")]

    def handle_data(self, data):
        self.words.append(data)


def page_of(found, tmp_path):
    return report.write_scorecard(found, tmp_path / "card.html").read_text(encoding="utf-8")


def words_of(text):
    return " ".join(" ".join(Parsed(text).words).split())


def test_page_shows_score_baseline_nulls_and_what_stands_beside(tmp_path):
    words = words_of(page_of(record(), tmp_path))
    for shown in (
        "pro-tumour 0.750 0.500 to 1.000 4 1.000",
        "anti-tumour 0.500 0.100 to 0.900 4 0.000",
        "balanced 0.625 0.400 to 0.800 4 0.500",
        "without own paper 0.700",
        "A signs permuted 0.710 0.410 0.500 0.590 0.0005 1999",
        "4 cases with 5 read-outs were scored; 1 case is out of scope",
    ):
        assert shown in words


def test_every_row_opens_to_what_lies_behind_it(tmp_path):
    text = page_of(record(), tmp_path)
    assert text.count("<details") == 5 + 1  # and the cases out of scope
    words = words_of(text)
    for shown in (
        "PTEN is made less of: direct target",
        "tumour growth : [U1] a whole tumour",
        "Nothing of the recipient is changed: no target is stated.",
        "No directed path that the model may use leads from the inputs to PI3K/AKT signalling.",
        "Nobody knows this term",
        "“metastasis” is read from invasion. Reported, so read: invasion ↓ falls.",
        "93 % (2 %)",
        "+0.314",
        "−0.200",
        "stand-in",
        "whole-one whole vesicles: no cargo is named",
    ):
        assert shown in words


def test_rows_are_grouped_by_case_in_the_order_of_the_record():
    assert [(case.id, len(case.read_outs)) for case in cases(record())] == [
        ("a-case", 2), ("no-way", 1), ("no-path", 1), ("unknown", 1)
    ]  # fmt: skip
    assert cases(record())[0].verdicts == ["reproduced", "contradicted"]


def test_verdicts_are_counted_by_class():
    counted = dict(verdicts(record()))
    assert counted["unexplained"] == {"pro": 2, "anti": 0, "neither": 0, "all": 2}
    assert counted["not understood"] == {"pro": 0, "anti": 0, "neither": 0, "all": 1}
    assert sum(numbers["all"] for numbers in counted.values()) == 5


def test_every_verdict_of_a_read_out_has_its_own_sign_and_its_filter(tmp_path):
    assert set(MARKS) == set(findings.VERDICTS) - {"out of scope"}
    assert len({mark.sign for mark in MARKS.values()}) == len(MARKS)
    text = page_of(record(read_outs=[row(f"c{i}", verdict=name) for i, name in enumerate(MARKS)]), tmp_path)
    for name in MARKS:
        slug = name.replace(" ", "-")
        assert f'id="show-{slug}"' in text and f'for="show-{slug}"' in text
        assert f"#show-{slug}:checked ~ .cases :is(.case:not(.with-{slug}), .row:not(.is-{slug}))" in text


def test_page_needs_no_network_and_no_script(tmp_path):
    parsed = Parsed(page_of(record(), tmp_path))
    assert "script" not in parsed.tags and "link" not in parsed.tags and "form" not in parsed.tags
    assert not [name for name in parsed.attributes if name.startswith("on")]
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in parsed.links)


def test_policy_admits_nothing_but_style_and_pictures_of_the_page(tmp_path):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page_of(record(), tmp_path))[1]
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_everything_from_the_record_is_escaped(tmp_path):
    bad = row(
        ATTACK, donor=ATTACK, cargo=ATTACK, recipient=ATTACK, term=ATTACK, node=ATTACK, why_not=ATTACK,
        verdict="unexplained", inputs=[{"node": ATTACK, "sign": 1, "why": ATTACK}],
    ) | {"class": ATTACK}  # fmt: skip
    text = page_of(
        record(
            read_outs=[bad],
            beside={ATTACK: score()},
            nulls=[dict(record()["nulls"][0], null=ATTACK, what=ATTACK)],
            out_of_scope=[{"id": ATTACK, "reason": ATTACK}],
            not_scored=[{"id": ATTACK, "term": ATTACK, "reason": ATTACK}],
            about={ATTACK: ATTACK},
        ),
        tmp_path,
    )
    parsed = Parsed(text)
    assert "script" not in parsed.tags
    assert parsed.tags.count("img") == 1
    assert not [name for name in parsed.attributes if name.startswith("on")]
    assert "{{ 7*7 }}" in text
    assert text.count("</style>") == 1


def test_same_record_gives_the_same_bytes(tmp_path):
    assert page_of(record(), tmp_path) == page_of(record(), tmp_path)


@pytest.mark.parametrize("missing", [None, math.nan])
def test_classes_without_read_outs_are_shown_as_not_known(missing, tmp_path):
    empty = {name: share(missing, missing, missing, 0) for name in ("pro", "anti", "balanced")}
    null = {"null": "A", "what": "w", "data": missing, "p": 0.5, "shuffles": 1, "quantiles": [missing] * 3}
    words = words_of(page_of(record(score=empty, beside={"x": empty}, nulls=[null], read_outs=[]), tmp_path))
    assert "pro-tumour – – 0 1.000" in words
    assert "No case could be scored." in words
    assert "A w – – – – – 1" in words
    assert "nan" not in words.lower()


def test_what_was_not_computed_is_said(tmp_path):
    words = words_of(page_of(record(beside={}, nulls=[]), tmp_path))
    assert "Leave-outs and sensitivity were not computed." in words
    assert "Nulls were not computed." in words


def test_record_may_come_through_json(tmp_path):
    direct = page_of(record(), tmp_path)
    assert page_of(json.loads(json.dumps(record())), tmp_path) == direct


def test_page_does_not_change_the_record(tmp_path):
    found = record()
    before = copy.deepcopy(found)
    page_of(found, tmp_path)
    assert found == before


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({}, "exocosm-scorecard-1"),
        ({"format": "other"}, "found 'other'"),
        ({"format": findings.FORMAT}, "read_outs"),
        (record(read_outs=[row(verdict="splendid")]), "'splendid'"),
    ],
)
def test_what_is_no_scorecard_is_refused_and_nothing_is_written(broken, said, tmp_path):
    with pytest.raises(InputError, match=said):
        page_of(broken, tmp_path)
    assert not list(tmp_path.iterdir())


def test_effects_carry_their_sign():
    assert [signed(value) for value in (0.12345, -0.5, 0.0, -0.0001, 0.0004)] == [
        "+0.123", "−0.500", "0.000", "0.000", "0.000"
    ]  # fmt: skip
