"""Names that papers use, against identifiers looked up in the databases themselves."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from typing import get_args

import pytest

from exocosm.cli.kb import ground as kb_ground
from exocosm.errors import InputError
from exocosm.identifiers import Identifier
from exocosm.knowledge import AmbiguousNameError, EntityType, UnknownNameError, grounding
from exocosm.knowledge.grounding import ground, search, table_of
from exocosm.knowledge.grounding.folding import fold, respellings
from exocosm.knowledge.grounding.identifier_table import TYPES, shipped_table, types_asked


def meanings(name, **asked):
    with pytest.raises(AmbiguousNameError) as error:
        ground(name, **asked)
    assert all(row.id in str(error.value) for row in error.value.meanings)
    return {row.label: row.id for row in error.value.meanings}


def suggestions(name, **asked):
    with pytest.raises(UnknownNameError) as error:
        ground(name, **asked)
    return [row.label for row in error.value.suggestions]


@pytest.mark.parametrize(
    ("name", "identifier", "label", "how"),
    [
        ("CD274", "hgnc:17635", "CD274", "symbol"),
        ("PD-L1", "hgnc:17635", "CD274", "alias"),
        ("Cx43", "hgnc:4274", "GJA1", "alias"),
        ("CD73", "hgnc:8021", "NT5E", "alias"),
        ("p53", "hgnc:11998", "TP53", "alias"),
        ("tumor protein p53", "hgnc:11998", "TP53", "approved name"),
        ("PDCD1LG1", "hgnc:17635", "CD274", "previous symbol"),
        ("A1S9T", "hgnc:12469", "UBA1", "previous symbol"),
        ("HOTAIR", "hgnc:33510", "HOTAIR", "symbol"),
        ("E-cadherin", "hgnc:1748", "CDH1", "FamPlex synonym"),
        ("macrophage", "CL:0000235", "macrophage", "name"),
        ("Treg", "CL:0000815", "regulatory T cell", "synonym"),
        ("GBM", "MONDO:0018177", "glioblastoma", "synonym"),
        ("liver", "UBERON:0002107", "liver", "name"),
        ("exosome", "GO:0070062", "extracellular exosome", "synonym"),
        ("MVB", "GO:0005771", "multivesicular body", "synonym"),
        ("temozolomide", "CHEBI:72564", "temozolomide", "name"),
        ("TMZ", "CHEBI:72564", "temozolomide", "abbreviation"),
        ("H. pylori", "NCBITaxon:210", "Helicobacter pylori", "synonym"),
        ("Homo sapiens", "NCBITaxon:9606", "Homo sapiens", "name"),
        ("ERK1/2", "famplex:ERK", "ERK", "FamPlex synonym"),
    ],
)
def test_names_lead_to_their_entities(name, identifier, label, how):
    found = ground(name)
    assert (found.id, found.label, found.how) == (identifier, label, how)
    assert found.name == name


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("cd274", "hgnc:17635"),
        ("  STAT3 ", "hgnc:11364"),
        ("CD-63", "hgnc:1692"),
        ("IL‐6", "hgnc:6018"),  # a hyphen from a typesetter
        ("IL-10Rα", "hgnc:5964"),
        ("TGF-β1", "hgnc:11766"),
        ("β-catenin", "hgnc:2514"),
        ("T-cell", "CL:0000084"),
        ("oesophageal squamous cell carcinoma", "MONDO:0005580"),
        ("Sjögren syndrome", "MONDO:0010030"),
    ],
)
def test_case_dashes_greek_and_british_letters_do_not_matter(name, identifier):
    assert ground(name).id == identifier


def test_what_was_matched_is_shown_as_the_source_writes_it():
    assert ground("cx-43").written == "CX43"


@pytest.mark.parametrize("name", ["hgnc:17635", "HGNC:17635", " hgnc:17635 "])
def test_an_identifier_is_a_name_too(name):
    assert (ground(name).label, ground(name).how) == ("CD274", "identifier")


def test_an_accession_of_mirbase_needs_no_prefix():
    assert ground("MIMAT0000076").label == "hsa-miR-21-5p"


def test_a_merged_identifier_leads_to_its_successor():
    found = ground("HGNC:6")  # withdrawn, see HGNC:12469
    assert (found.id, found.how) == ("hgnc:12469", "merged identifier")


@pytest.mark.parametrize(
    ("name", "among"),
    [
        ("TAZ", {"TAFAZZIN": "hgnc:11577", "WWTR1": "hgnc:24042"}),
        ("p38", {"MAPK14": "hgnc:6876", "CRK": "hgnc:2362", "p38": "famplex:p38"}),
        ("DHT", {"17beta-hydroxy-5alpha-androstan-3-one": "CHEBI:16330"}),
        ("PCa", {"prostate cancer": "MONDO:0008315", "FLVCR1": "hgnc:24682"}),
        ("HSC", {"hematopoietic stem cell": "CL:0000037", "hepatic stellate cell": "CL:0000632"}),
        ("VEGF", {"VEGFA": "hgnc:12680", "VEGF": "famplex:VEGF"}),
    ],
)
def test_a_shared_name_is_never_decided(name, among):
    found = meanings(name)
    assert len(found) > 1
    assert among.items() <= found.items()


def test_types_narrow_what_can_be_meant():
    assert ground("p38", types="family").id == "famplex:p38"
    assert "famplex:p38" not in meanings("p38", types="gene").values()
    assert set(meanings("PCa", types=["disease", "tissue"])) == {
        "prostate cancer",
        "posterior cortical atrophy",
    }
    assert ground("TAM", types=["cell_type"]).id == "CL:0000235"


def test_a_symbol_stands_before_an_alias_and_the_alias_is_shown():
    found = ground("hsa-miR-499a-3p")  # in miRBase 17 the name of what is hsa-miR-499b-3p today
    assert found.id == "mirbase:MIMAT0004772"
    assert ("hsa-miR-499b-3p", "mirbase:MIMAT0019898") in [(row.label, row.id) for row in found.also]


def test_two_official_names_are_ambiguous():
    assert meanings("insulin") == {"INS": "hgnc:6081", "insulin": "CHEBI:145810"}
    assert ground("insulin", types="protein").id == "hgnc:6081"


def test_loose_synonyms_count_only_where_there_is_nothing_else():
    assert ground("IL-6").id == "hgnc:6018"
    assert [row.kind for row in ground("IL-6").also] == ["loose synonym"]
    assert ground("hypoxia").how == "loose synonym"


@pytest.mark.parametrize(
    ("name", "accession", "label", "versions"),
    [
        ("hsa-miR-221", "MIMAT0000278", "hsa-miR-221-3p", "6–17"),
        ("miR-21", "MIMAT0000076", "hsa-miR-21-5p", "6–17"),
        ("microRNA-155", "MIMAT0000646", "hsa-miR-155-5p", "6–17"),
        ("let-7a", "MIMAT0000062", "hsa-let-7a-5p", "6–17"),
        ("let-7b", "MIMAT0000063", "hsa-let-7b-5p", "6–17"),
        ("miR-140", "MIMAT0000431", "hsa-miR-140-5p", "6–9.2"),
        ("miR-151", "MIMAT0000757", "hsa-miR-151a-3p", "6–9.2"),
        ("miR-124a", "MIMAT0000422", "hsa-miR-124-3p", "6–9.2"),
    ],
)
def test_a_mirna_without_arm_is_what_mirbase_called_so_and_says_it(name, accession, label, versions):
    found = ground(name)
    assert (found.id, found.label) == (f"mirbase:{accession}", label)
    assert (found.how, found.versions, found.strand_inferred) == ("renamed in miRBase", versions, True)
    assert "does not say the strand" in found.note
    assert versions in found.note


def test_the_note_names_the_other_arm():
    assert "hsa-miR-21-3p (mirbase:MIMAT0004494)" in ground("miR-21").note


@pytest.mark.parametrize(
    ("name", "accession"),
    [
        ("miR-21-5p", "MIMAT0000076"),
        ("hsa-miR-21-3p", "MIMAT0004494"),
        ("HSA-MIR-21-5P", "MIMAT0000076"),
        ("miR-151-5p", "MIMAT0004697"),  # 151a-5p since version 18
        ("miR-21*", "MIMAT0004494"),
        ("miR-199a*", "MIMAT0000232"),
        ("miR-16-1*", "MIMAT0004489"),
        ("hsa-miR-1246", "MIMAT0005898"),
    ],
)
def test_a_mirna_with_its_arm_or_without_arms_needs_no_inference(name, accession):
    found = ground(name)
    assert found.id == f"mirbase:{accession}"
    assert found.type == "miRNA"
    assert not found.strand_inferred


def test_arms_are_never_merged():
    assert ground("miR-151a-3p").id != ground("miR-151a-5p").id


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("hsa-miR-151a", {"hsa-miR-151a-3p", "hsa-miR-151a-5p"}),
        ("miR-365", {f"hsa-miR-365{letter}-{arm}p" for letter in "ab" for arm in "35"}),
        ("miR-378", {"hsa-miR-378a-3p", "hsa-miR-378a-5p"}),  # both, one after the other
        ("miR-140*", {"hsa-miR-140-3p", "hsa-miR-140-5p"}),
        ("miR-16-1", {"hsa-miR-16-1-3p", "hsa-mir-16-1"}),
        ("mir-16", {"hsa-mir-16-1", "hsa-mir-16-2", "hsa-miR-16-5p"}),
        ("miR-365b", {"hsa-miR-365b-3p", "hsa-miR-365b-5p"}),
    ],
)
def test_a_mirna_name_with_several_forms_is_ambiguous(name, labels):
    assert set(meanings(name)) == labels


def test_the_number_of_a_family_is_ambiguous():
    found = meanings("miR-29")
    assert {"hsa-miR-29a-3p", "hsa-miR-29b-3p", "hsa-miR-29c-3p"} <= set(found)
    assert not any("296" in label for label in found)


def test_a_small_r_means_the_stem_loop_and_capitals_the_gene():
    loop = ground("mir-21")
    assert (loop.id, loop.type) == ("mirbase:MI0000077", "miRNA_precursor")
    assert "mirbase:MIMAT0000076" in {row.id for row in loop.also}
    assert ground("mir-21", types="miRNA").id == "mirbase:MIMAT0000076"
    assert ground("MIR21").id == "hgnc:31586"


def test_what_mirbase_dropped_is_retired():
    found = ground("miR-923")
    assert found.retired
    assert found.how == "removed from miRBase"
    assert "10–12" in found.note


def test_mirnas_of_other_species_are_not_taken_for_human_ones():
    with pytest.raises(UnknownNameError, match="human miRNAs"):
        ground("mmu-miR-21")


def test_every_mirna_of_the_table_is_found_by_its_current_name():
    rows = [row for row in table_of("miRNA").to_pylist() if row["kind"] == "name"]
    assert len(rows) == 2656  # human sequences in mature.fa of miRBase 22
    wrong = [row["name"] for row in rows if ground(row["name"], types="miRNA").id != row["id"]]
    assert not wrong


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("glioblstoma", "glioblastoma"),
        ("macrophges", "macrophage"),
        ("CD2744", "CD274"),
        ("temozolomid", "temozolomide"),
        ("miR-1246-3p", "hsa-miR-1246"),
        ("miR-21-7p", "hsa-miR-21-5p"),
        ("CAR-T", "CARTPT"),
    ],
)
def test_an_unknown_name_gets_suggestions(name, label):
    assert label in suggestions(name)


def test_the_message_gives_names_and_identifiers():
    with pytest.raises(UnknownNameError, match=r"'glioblastoma' \(MONDO:0018177\)"):
        ground("glioblstoma")


@pytest.mark.parametrize("name", ["xyzzy qqq", "x", "?!", "µ", "a" * 500, "hgnc:0", "\N{SNOWMAN}"])
def test_nonsense_is_unknown_and_nothing_worse(name):
    with pytest.raises((UnknownNameError, AmbiguousNameError)):
        ground(name)


@pytest.mark.parametrize("name", ["", "  ", "\N{COMBINING ACUTE ACCENT}"])
def test_an_empty_name_is_refused(name):
    with pytest.raises(InputError, match="name"):
        ground(name)
    with pytest.raises(InputError, match="text"):
        search(name)


def test_an_unknown_type_is_refused():
    with pytest.raises(InputError, match="'cell_type'"):
        ground("macrophage", types="celltype")


def test_every_type_of_an_entity_can_be_asked_for():
    for word in get_args(EntityType):
        assert types_asked(word) <= set(TYPES)
    with pytest.raises(UnknownNameError):
        ground("hsa_circ_0001445", types="circRNA")


def test_search_puts_equal_names_first_and_each_entity_once():
    found = search("exosome", limit=8)
    assert found[0].name == "exosome"
    assert found[0].id == "GO:0070062"
    assert len({row.id for row in found}) == len(found) == 8
    assert all("exosome" in row.name.lower() for row in found)


def test_search_within_types():
    assert {row.type for row in search("macrophage", types="cell_type", limit=5)} == {"cell_type"}
    assert [row.label for row in search("miR-221", types="miRNA", limit=2)] == [
        "hsa-miR-221-3p",
        "hsa-miR-221-5p",
    ]
    assert search("nothing is called so") == ()


def test_a_type_as_a_table():
    table = table_of("taxon")
    assert table.column_names == ["name", "kind", "id", "label", "detail", "type"]
    rows = {row["name"]: row["id"] for row in table.to_pylist()}
    assert rows["Mus musculus"] == rows["mouse"] == "NCBITaxon:10090"


def test_the_table_is_sorted_and_every_identifier_has_the_usual_form():
    table = shipped_table()
    keys = table.keys.to_pylist()
    assert len(keys) == len(table) > 500_000
    assert keys == sorted(keys)
    identifiers = [text for text in table.column("id").to_pylist() if text]
    assert len(set(identifiers)) == len(identifiers)
    assert all(str(Identifier.parse(text)) == text for text in identifiers[::97])


def test_the_table_was_folded_as_names_are_folded_today():
    table = shipped_table()
    names, keys = table.column("name").to_pylist(), table.keys.to_pylist()
    assert not [name for name, key in zip(names[::53], keys[::53], strict=True) if name and fold(name) != key]


def test_folding_keeps_digits_apart():
    assert fold("hsa-miR-1-3p") != fold("hsa-miR-13p")
    assert all("13" not in form for form in respellings("miR-1-3p"))
    assert respellings("CAR-T") == ()


def test_a_lookup_is_quick_and_a_suggestion_too():
    ground("PD-L1")
    assert _best_of(3, lambda: ground("PD-L1")) < 0.005  # under 0.2 ms as a rule
    suggestions("glioblstoma")
    assert _best_of(3, lambda: suggestions("glioblstoma")) < 0.2  # 15 ms as a rule


def _best_of(n, call):
    times = []
    for _ in range(n):
        started = time.perf_counter()
        call()
        times.append(time.perf_counter() - started)
    return min(times)


def test_nothing_heavy_is_loaded_for_a_lookup():
    code = "import sys; from exocosm.knowledge import grounding; {}; print(sorted({{*sys.modules}} & {}))"
    heavy = {"pandas", "scipy", "matplotlib"}
    lookup = "grounding.ground('PD-L1'); grounding.ground('hgnc:5'); grounding.search('exosome')"
    for call, names in (("0", {*heavy, "pyarrow"}), (lookup, heavy)):
        run = [sys.executable, "-c", code.format(call, names)]
        assert subprocess.run(run, capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.fixture
def kb_says(capsys):
    """Run ``exocosm kb ground`` apart from the rest of the command line."""

    def say(*words):
        parser = argparse.ArgumentParser()
        kb_ground.add_parser(parser.add_subparsers())
        args = parser.parse_args(["ground", *words])
        code = args.command(args)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return say


def test_the_command_prints_a_table_and_notes(kb_says):
    code, out, err = kb_says("PD-L1", "miR-221")
    assert code == 0
    assert [line.split("\t")[:3] for line in out.splitlines()[1:]] == [
        ["PD-L1", "hgnc:17635", "CD274"],
        ["miR-221", "mirbase:MIMAT0000278", "hsa-miR-221-3p"],
    ]
    assert "strand inferred" in out
    assert "does not say the strand" in err


def test_the_command_ends_with_2_for_what_it_cannot_decide(kb_says):
    code, out, err = kb_says("CD73", "TAZ", "glioblstoma")
    assert code == 2
    assert "hgnc:8021" in out
    assert "hgnc:24042" in err
    assert "MONDO:0018177" in err


def test_the_command_as_json(kb_says):
    code, out, _ = kb_says("TAZ", "CD73", "--json", "--type", "gene")
    found = json.loads(out)
    assert code == found["exit_code"] == 2
    assert [one["id"] for one in found["grounded"]] == ["hgnc:8021"]
    (problem,) = found["problems"]
    assert {row["id"] for row in problem["meanings"]} == {"hgnc:11577", "hgnc:24042"}


def test_the_command_searches(kb_says):
    code, out, _ = kb_says("--search", "regulatory", "T", "cell", "--type", "cell_type", "--limit", "3")
    assert code == 0
    assert out.splitlines()[1].split("\t")[1] == "CL:0000815"
    assert len(out.splitlines()) == 4


def test_the_public_names_are_there():
    assert all(hasattr(grounding, name) for name in grounding.__all__)
