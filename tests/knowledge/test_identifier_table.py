"""The tool that makes the table of identifiers, on a few rows in the form of each source."""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
from pathlib import Path

import pytest

from exocosm.errors import InputError
from exocosm.knowledge import AmbiguousNameError, UnknownNameError
from exocosm.knowledge.grounding import ground
from exocosm.knowledge.grounding.identifier_table import IdentifierTable

TOOL = Path(__file__).resolve().parents[2] / "tools" / "identifier_table.py"

HGNC = [
    "HGNC ID", "Approved symbol", "Approved name", "Status", "Alias symbols",
    "NCBI Gene ID(supplied by NCBI)", "UniProt ID(supplied by UniProt)", "Previous symbols", "Locus type",
]  # fmt: skip
TERMS = ["id", "label", "synonyms", "deprecated"]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("identifier_table_tool", TOOL)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def tsv(*rows):
    return "".join("\t".join(row) + "\n" for row in rows)


def hgnc(number, symbol, name, *, status="Approved", **more):
    rest = [more.get(field, "") for field in ("aliases", "entrez", "protein", "previous", "locus")]
    return [f"HGNC:{number}", symbol, name, status, *rest]


CONTENT = {
    "hgnc": tsv(
        HGNC,
        hgnc(1, "ONE", "first gene", aliases="UNO, shared", entrez="11", protein="P00001", previous="EINS"),
        hgnc(2, "TWO", "second gene", aliases="shared, ONE", entrez="12", locus="RNA, long non-coding"),
        hgnc(3, "GONE", "symbol withdrawn, see [HGNC:2](/x/HGNC:2)", status="Symbol Withdrawn"),
        hgnc(4, "LOST", "entry withdrawn", status="Entry Withdrawn", aliases="nobody"),
    ),
    "ncbi_gene": tsv(["entrez", "symbol", "aliases"], ["11", "ONE", "uno|Primo"], ["99", "NOHGNC", "zzz"]),
    "mirbase": tsv(
        ["accession", "name", "first_version", "last_version", "name_in_v22"],
        ["MIMAT0000001", "hsa-miR-5", "v6", "v9_2", "hsa-miR-5a-3p"],
        ["MIMAT0000001", "hsa-miR-5", "v11", "v17", "hsa-miR-5a-3p"],
        ["MIMAT0000001", "hsa-miR-5a-3p", "v18", "v22", "hsa-miR-5a-3p"],
        ["MIMAT0000002", "hsa-miR-5b-3p", "v18", "v22", "hsa-miR-5b-3p"],
        ["MIMAT0000003", "hsa-miR-6", "v7_1", "v17", "hsa-miR-6-5p"],
        ["MIMAT0000003", "hsa-miR-6-5p", "v18", "v22", "hsa-miR-6-5p"],
        ["MIMAT0000004", "hsa-miR-7a", "v8", "v9", ""],
        ["MIMAT0000004", "hsa-miR-7", "v10", "v12", ""],
        ["MI0000001", "hsa-mir-5-1", "v6", "v17", "hsa-mir-5a"],
        ["MI0000001", "hsa-mir-5a", "v18", "v22", "hsa-mir-5a"],
        ["MI0000002", "hsa-mir-5-2", "v6", "v17", "hsa-mir-5b"],
        ["MI0000002", "hsa-mir-5b", "v18", "v22", "hsa-mir-5b"],
        ["MI0000003", "hsa-mir-6", "v7_1", "v22", "hsa-mir-6"],
    ),
    "famplex": "Fam\nCom\n",
    "famplex_relations": "HGNC,ONE,isa,FPLX,Fam\nHGNC,TWO,partof,FPLX,Com\n",
    "famplex_names": "the family,FPLX,Fam,,\nfirst protein,UP,P00001,,\nwater,CHEBI,CHEBI:5,PUBCHEM,1\n",
    "cl": tsv(
        TERMS, ["CL:0000001", "big cell", f"large cell|{'x' * 81}", "0"], ["CL:0000002", "old", "", "1"]
    ),
    "uberon": tsv(TERMS, ["UBERON:0000001", "small organ", "", "0"]),
    "mondo": tsv(TERMS, ["MONDO:0000001", "bad tumour", "", "0"]),
    "go": json.dumps(
        [
            {"id": "GO:0000001", "name": "doing", "namespace": "biological_process", "synonyms": ["deed"],
             "alt_ids": ["GO:0000009"]},
            {"id": "GO:0000002", "name": "able", "namespace": "molecular_function", "synonyms": ["UNO"]},
            {"id": "GO:0000003", "name": "obsolete part", "namespace": "cellular_component"},
        ]
    ),
    "go_synonyms": tsv(["go_id", "synonyms"], ["GO:0000001", "GO:0000009|action"]),
    "chebi": tsv(
        TERMS,
        ["CHEBI:5", "oxidane", "", "0"],
        ["CHEBI:6", "(2S)-something-systematic", "", "0"],
        ["CHEBI:7", "plainword", "", "0"],
        ["CHEBI:8", "", "", "1"],
    ),
    "chebi_relations": json.dumps(
        [{"id": "CHEBI:5", "name": "water", "relations": {"has_role": ["CHEBI:9"]}, "alt_ids": ["CHEBI:55"]},
         {"id": "CHEBI:6", "name": "(2S)-something-systematic"}, {"id": "CHEBI:7", "name": "plainword"}]
    ),
    "chebi_cas": tsv(["CAS", "CHEBI"]),
    "chebi_mesh": "",
    "chebi_ncit": "",
}  # fmt: skip
ADDITIONS = [["name", "kind", "id", "label", "type"], ["mouse", "synonym", "NCBITaxon:10090", "Mus", "taxon"]]


@pytest.fixture(scope="module")
def raw(tool, tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    for short, text in CONTENT.items():
        path = folder / tool.FILES[short]
        path.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return folder


@pytest.fixture
def additions(tool, tmp_path, monkeypatch):
    def write(*rows):
        path = tmp_path / "additions.tsv"
        path.write_text(tsv(*ADDITIONS, *rows))
        monkeypatch.setattr(tool, "ADDITIONS", path)

    write(["bug", "abbreviation", "CHEBI:5", "oxidane", "chemical"])
    return write


@pytest.fixture
def table(tool, raw, additions, tmp_path, capsys):
    tool.main([str(raw), "--out", str(tmp_path / "table.parquet")])
    assert "names" in capsys.readouterr().out
    return IdentifierTable(tmp_path / "table.parquet")


@pytest.mark.parametrize(
    ("name", "identifier", "how"),
    [
        ("TWO", "hgnc:2", "symbol"),
        ("second gene", "hgnc:2", "approved name"),
        ("EINS", "hgnc:1", "previous symbol"),
        ("Primo", "hgnc:1", "NCBI Gene alias"),
        ("UNO", "hgnc:1", "alias"),  # a function called so after the molecule does not count
        ("GONE", "hgnc:2", "withdrawn symbol"),
        ("HGNC:3", "hgnc:2", "merged identifier"),
        ("first protein", "hgnc:1", "FamPlex synonym"),
        ("Fam", "famplex:Fam", "family name"),
        ("the family", "famplex:Fam", "FamPlex synonym"),
        ("large cell", "CL:0000001", "synonym"),
        ("bad tumor", "MONDO:0000001", "name"),
        ("deed", "GO:0000001", "synonym"),
        ("action", "GO:0000001", "loose synonym"),
        ("GO:0000009", "GO:0000001", "merged identifier"),
        ("water", "CHEBI:5", "synonym"),
        ("plainword", "CHEBI:7", "name"),
        ("bug", "CHEBI:5", "abbreviation"),
        ("mouse", "NCBITaxon:10090", "synonym"),
        ("miR-6", "mirbase:MIMAT0000003", "renamed in miRBase"),
    ],
)
def test_names_of_every_source_are_found(table, name, identifier, how):
    found = ground(name, table=table)
    assert (found.id, found.how) == (identifier, how)


@pytest.mark.parametrize(
    "name", ["nobody", "zzz", "old", "obsolete part", "(2S)-something-systematic", "x" * 81]
)
def test_what_is_withdrawn_obsolete_or_of_no_use_is_left_out(table, name):
    with pytest.raises(UnknownNameError):
        ground(name, table=table)


def test_a_symbol_beats_the_alias_of_another_gene(table):
    found = ground("ONE", table=table)
    assert found.id == "hgnc:1"
    assert [row.id for row in found.also] == ["hgnc:2"]


def test_a_shared_alias_stays_ambiguous(table):
    with pytest.raises(AmbiguousNameError, match=r"ONE \(hgnc:1, .*TWO \(hgnc:2"):
        ground("shared", table=table)


def test_types_come_from_the_sources(table):
    names = ("ONE", "TWO", "Fam", "Com", "doing", "able")
    types = ["gene", "lncRNA", "family", "complex", "process", "function"]
    assert [ground(name, table=table).type for name in names] == types


def test_a_name_whose_locus_was_split_may_mean_each_part(table):
    with pytest.raises(AmbiguousNameError) as error:
        ground("miR-5", table=table)
    assert {row.id for row in error.value.meanings} == {"mirbase:MIMAT0000001", "mirbase:MIMAT0000002"}
    (old,) = [row for row in error.value.meanings if row.kind == "old miRBase name"]
    assert old.detail == "6–9.2, 11–17"


def test_a_dropped_mirna_is_retired_under_all_its_names(table):
    for name, versions in (("hsa-miR-7", "10–12"), ("hsa-miR-7a", "8–9")):
        found = ground(name, table=table)
        assert (found.id, found.label) == ("mirbase:MIMAT0000004", "hsa-miR-7")
        assert (found.retired, found.versions) == (True, versions)


def test_the_same_sources_give_the_same_bytes(tool, raw, additions, tmp_path):
    for name in ("a", "b"):
        tool.main([str(raw), "--out", str(tmp_path / name)])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_an_addition_must_agree_with_the_database(tool, raw, additions):
    additions(["bug", "abbreviation", "CHEBI:5", "beetle", "chemical"])
    with pytest.raises(InputError, match="CHEBI:5 is 'oxidane', not 'beetle'"):
        tool.all_rows(tool.Raw(raw))


def test_a_missing_file_is_named(tool, tmp_path):
    with pytest.raises(InputError, match=r"hgnc_entries\.tsv"):
        tool.Raw(tmp_path)
