"""The page: whole, self-contained, escaped, and without holes where something is missing."""

from __future__ import annotations

import base64
import json
import re
import shutil
import socket
from html.parser import HTMLParser

import pandas as pd
import pytest
import yaml

from exocosm import report
from exocosm.errors import InputError
from exocosm.report.evidence import Records
from exocosm.report.links import link, pubmed

ATTACK = """<script>alert("x")</script>' onload="y" $\\frac{ & {{ 7*7 }}"""
VOID = {"meta", "img", "source", "br", "link"}


class Page(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.links, self.ids, self.events, self.alts = [], [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        values = dict(attrs)
        self.events += [name for name in values if name.startswith("on")]
        self.links += [values[name] for name in ("href", "src", "srcset") if values.get(name)]
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "img":
            self.alts.append(values.get("alt", ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def written(folder):
    text = report.write(folder).read_text(encoding="utf-8")
    return text, Page(text)


def edit(folder, name, change):
    path = folder / name
    if name.endswith(".yaml"):
        record = yaml.safe_load(path.read_text())
        change(record)
        path.write_text(yaml.safe_dump(record))
    else:
        record = json.loads(path.read_text())
        change(record)
        path.write_text(json.dumps(record))


def test_tissue_page_has_every_section_and_is_self_contained(tissue_run, monkeypatch):
    monkeypatch.setattr(socket, "socket", lambda *a, **k: pytest.fail("the report must not use the network"))
    text, page = written(tissue_run)
    headings = re.findall(r'<h2 id="(\w+)">', text)
    assert headings == [
        "answer",
        "setup",
        "tissue",
        "courses",
        "effects",
        "dose",
        "network",
        "evidence",
        "origin",
    ]
    assert [part[1:] for part in page.links if part.startswith("#")] == headings
    assert not page.open and "script" not in page.tags
    assert len(page.ids) == len(set(page.ids))
    assert all(part.startswith(("data:image/png;base64,", "https://", "#")) for part in page.links)
    assert len(text) < 8_000_000
    assert page.alts and all(len(alt) > 30 for alt in page.alts)
    assert "default-src 'none'" in text
    for words in ("titration: cytosolic copies", "exocosm run study.yaml --seed 7", "out of reach"):
        assert words.lower() in text.lower()


def test_figures_lie_beside_the_page_and_inside_it(tissue_run):
    text, _ = written(tissue_run)
    for name in (
        "tissue_over_time",
        "tissue_by_arm",
        "time_courses",
        "effects",
        "dose",
        "titration",
        "network_macrophage",
    ):
        data = (tissue_run / "figures" / f"{name}.png").read_bytes()
        assert data.startswith(b"\x89PNG")
        assert base64.b64encode(data).decode() in text


def test_dish_page_shows_the_dose_response_and_no_tissue(dish_run):
    text, page = written(dish_run)
    assert re.findall(r'<h2 id="(\w+)">', text) == [
        "answer",
        "setup",
        "drug",
        "dose",
        "network",
        "evidence",
        "origin",
    ]
    assert "temozolomide" in text and "IC50 ratio" in text
    assert (dish_run / "figures" / "ic50_by_copies.png").is_file()
    assert not page.open


def test_the_same_run_gives_the_same_page(dish_run):
    assert report.write(dish_run).read_bytes() == report.write(dish_run).read_bytes()


def test_evidence_shows_quote_reference_correction_and_what_was_read(tissue_run):
    text, page = written(tissue_run)
    assert "Vesicle miR-1246 from hypoxic cells drives macrophages towards the M2 state" in text
    assert (
        "printed as no. 80" in text and "targets TERF2IP" in text and "the cited title names TERF2IP" in text
    )
    assert "https://pubmed.ncbi.nlm.nih.gov/1234567/" in page.links
    assert "https://doi.org/10.1234/abc(5)%3C6%3E" in page.links
    for words in (
        "full text read",
        "abstract only",
        "title only",
        "database row",
        "from memory, not checked",
    ):
        assert words in text
    assert "no recorded edge leads to it" in text
    assert "marker in the definition of M2 polarisation" in text


def test_what_users_write_is_escaped(tissue_run):
    def study(record):
        record.update(title=ATTACK, question=ATTACK, summary=ATTACK, systems=[ATTACK], duration=ATTACK)
        for arm in record["arms"]:
            arm.update(
                label=ATTACK + arm["name"],
                description=ATTACK,
                treatments=[ATTACK, {"kind": ATTACK, ATTACK: ATTACK}],
            )
        for readout in record["readouts"]:
            readout.update(label=ATTACK + readout["name"], node=ATTACK)
        record["titration"]["note"] = ATTACK

    def statements(record):
        for statement in record["statements"]:
            statement.update(note=ATTACK, relation=ATTACK)
            statement["correction"] = dict.fromkeys(("printed", "corrected", "reason", "source"), ATTACK)
            for item in statement["evidence"]:
                item.update(
                    quote=ATTACK,
                    place=ATTACK,
                    printed_reference=ATTACK,
                    where=ATTACK,
                    seen=ATTACK,
                    level=[ATTACK],
                )
        for reference in record["references"]:
            reference.update(citation=ATTACK, doi=f"javascript:{ATTACK}", pmid=ATTACK)
        for document in record["documents"]:
            document.update(title=ATTACK, doi=ATTACK)

    def model(record):
        for kind in record["cell_kinds"]:
            kind["name"] = ATTACK + kind["name"]
            kind["network"].setdefault("omissions", []).append({"subject": ATTACK, "reason": ATTACK})
            for node in kind["network"]["nodes"]:
                node["name"] = ATTACK + node["name"]
            for edge in kind["network"]["edges"]:
                edge.update(source=ATTACK + edge["source"], target=ATTACK + edge["target"])
            for item in kind["network"]["links"]:
                item.update(cargo=ATTACK, target=ATTACK + item["target"], kind="drive")
        record["placements"] = [{"kind": ATTACK, "count": 3}]

    edit(tissue_run, "study.yaml", study)
    edit(tissue_run, "statements.json", statements)
    edit(tissue_run, "model.json", model)
    edit(tissue_run, "status.json", lambda r: r.update(state="interrupted", message=ATTACK))
    edit(tissue_run, "provenance.json", lambda r: r.update({ATTACK: ATTACK, "command": ATTACK}))
    text_columns = {
        "effects": ["cell", "unit", "test", "note"],
        "readouts": ["cell", "unit"],
        "dose": ["cargo", "donor", "recipient", "target", "setting", "verdict"],
        "parameters": ["name", "unit", "prior", "confidence", "source", "reference", "quoted", "note"],
        "books": ["vesicle"],
    }
    for name, columns in text_columns.items():
        path = tissue_run / "tables" / f"{name}.parquet"
        pd.read_parquet(path).assign(**dict.fromkeys(columns, ATTACK)).to_parquet(path)
    text, page = written(tissue_run)
    assert "<script" not in text and "script" not in page.tags
    assert not page.events
    assert not page.open
    assert "&lt;script&gt;" in text
    assert "49" not in re.findall(r"\{\{ 7\*7 \}\}|\b49\b", text.split("<h1>")[1].split("</h1>")[0])
    assert not [
        part for part in page.links if not part.startswith(("data:image/png;base64,", "https://", "#"))
    ]
    assert "&lt;script&gt;" not in report.summarise(tissue_run)  # the terminal gets the name as it stands


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.1038/s41565-020-0636-2", "https://doi.org/10.1038/s41565-020-0636-2"),
        ("doi: 10.1/x", None),
        ("doi:10.1234/x", "https://doi.org/10.1234/x"),
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ('https://example.org/" onclick="x', None),
        ("https://", None),
        ("http://[", None),
        ("file:///etc/passwd", None),
        ("plain words", None),
        (None, None),
        (5, None),
    ],
)
def test_only_web_addresses_and_dois_become_links(text, address):
    assert link(text) == address


def test_pubmed_numbers_are_numbers():
    assert pubmed(" 123 ") == "https://pubmed.ncbi.nlm.nih.gov/123/"
    assert pubmed("12/../x") is None and pubmed(None) is None


def test_a_doi_among_words_is_linked_in_parameters():
    source = Records({}).source("Someone 2020, see https://example.org/a; table 1")
    assert source.url == "https://example.org/a"


@pytest.mark.parametrize(
    ("gone", "section"),
    [
        (["frames"], "tissue"),
        (["tables/effects.csv", "tables/effects.parquet"], "effects"),
        (["tables/dose.csv", "tables/dose.parquet"], None),
        (["model.json"], "network"),
        (["statements.json"], "evidence"),
        (["provenance.json", "status.json"], None),
        (["tables"], "courses"),
    ],
)
def test_a_missing_part_is_left_out_without_a_hole(tissue_run, gone, section):
    for name in gone:
        path = tissue_run / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    text, page = written(tissue_run)
    headings = re.findall(r'<h2 id="(\w+)">', text)
    assert section not in headings
    assert [part[1:] for part in page.links if part.startswith("#")] == headings
    assert not page.open
    assert not re.search(r">\s*(None|nan|NaN|\[\]|\{\})\s*<", text)
    assert report.summarise(tissue_run)


def test_csv_tables_serve_when_parquet_is_missing(dish_run):
    before = report.write(dish_run).read_text()
    for path in (dish_run / "tables").glob("*.parquet"):
        path.unlink()
    after = report.write(dish_run).read_text()
    assert re.findall(r"<h2.*?</h2>", after) == re.findall(r"<h2.*?</h2>", before)
    assert re.findall(r"<strong>.*?</li>", after, re.S) == re.findall(r"<strong>.*?</li>", before, re.S)


def test_an_interrupted_run_says_so_at_the_top(tissue_run):
    edit(tissue_run, "status.json", lambda r: r.update(state="interrupted", runs_done=12, runs_total=78))
    text, _ = written(tissue_run)
    assert re.search(r'class="banner"[^>]*>This run was interrupted: 12 of 78 runs are done\.', text)
    assert "12 of 78 runs are done" in report.summarise(tissue_run)


def test_frames_cut_off_while_writing_do_not_stop_the_report(tissue_run):
    shutil.rmtree(tissue_run / "frames" / "gw4869.zarr" / "cells")
    (tissue_run / "frames" / "normoxia.zarr" / "zarr.json").unlink()
    text, _ = written(tissue_run)
    assert 'id="tissue"' in text


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match="without a study.yaml"):
        report.write(tmp_path)
    with pytest.raises(InputError, match="without a study.yaml"):
        report.summarise(tmp_path)


def test_a_broken_file_is_named(tissue_run):
    (tissue_run / "model.json").write_text("{")
    with pytest.raises(InputError, match=r"model\.json"):
        report.write(tissue_run)


def test_narrow_pictures_go_first_when_the_page_gets_too_large(tissue_run):
    from exocosm.report import pictures
    from exocosm.report.folder import RunFolder

    drawn = pictures.draw(RunFolder.read(tissue_run))
    whole = sum(p.size for p in drawn)
    fitted = pictures.fitting(list(drawn), whole - 1)
    assert len(fitted) == len(drawn) and all(p.narrow is None for p in fitted)
    assert sum(p.size for p in pictures.fitting(list(drawn), 200_000)) <= 200_000


def test_importing_the_report_chooses_no_backend():
    import subprocess
    import sys

    code = (
        "import sys, exocosm.report; assert 'matplotlib' not in sys.modules and 'pandas' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    code = "import sys, exocosm.plot; assert 'matplotlib.pyplot' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_the_engine_had_to_say_stands_at_the_top(tissue_run):
    row = {"series": "arms", "arm": "control", "level": float("nan"), "replicate": 0, "cause": "no room"}
    table = pd.DataFrame([row | {"remark": "From 3 h on <b>full</b>."}])
    table.to_csv(tissue_run / "tables" / "remarks.csv", index=False)
    text, _ = written(tissue_run)
    assert re.search(r"1 of \d+ runs, “control” the first: From 3 h on &lt;b&gt;full&lt;/b&gt;\.", text)
    assert "the first: From 3 h on" in report.summarise(tissue_run)
