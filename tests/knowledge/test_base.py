import time

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exocosm.errors import InputError
from exocosm.knowledge import AmbiguousNameError, KnowledgeBase, UnknownNameError, load


def ids(kb):
    return {statement.id for statement in kb}


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({"donor": "glioblastoma cell"}, {"axis-151a-3p", "axis-sponge"}),
        ({"recipient": "tam"}, {"axis-151a-3p", "axis-sponge"}),
        ({"cargo": "CIRC-a"}, {"axis-sponge"}),
        ({"target": "xrcc4"}, {"axis-151a-3p"}),
        ({"target": "CD206"}, {"mech-stat3-mrc1", "mech-stat3-mrc1-late"}),
        ({"target": "STAT3"}, {"axis-151a-5p", "axis-sponge", "mech-xrcc4-stat3"}),
        ({"pathway": "aprf"}, {"axis-151a-3p"}),
        ({"phenotype": "m2 Polarisation"}, {"axis-151a-3p"}),
        ({"cancer": "GBM"}, {"axis-151a-3p"}),
        ({"condition": "hypoxia"}, {"axis-151a-3p"}),
        ({"kind": "release"}, {"release-hypoxia"}),
        ({"document": "review-2022"}, {"axis-151a-3p", "axis-sponge"}),
        ({"seen": "abstract"}, {"axis-151a-5p"}),
        ({"text": "TITLE SAYS"}, {"axis-151a-3p"}),
        ({"donor": "glioblastoma cell", "target": "STAT3"}, {"axis-sponge"}),
        ({"donor": "macrophage", "target": "XRCC4"}, set()),
    ],
)
def test_find_returns_the_statements_that_match_everything_asked(kb, question, answer):
    found = kb.find(**question)
    assert isinstance(found, KnowledgeBase)
    assert ids(found) == answer


@pytest.mark.parametrize(
    "name", ["hsa-miR-151a-3p", "miR-151a-3p", "MIR-151A-3P", "microRNA-151a-3p", "miR-151a\u20113p"]
)
def test_a_stranded_mirna_never_finds_the_other_strand(kb, name):
    assert ids(kb.find(cargo=name)) == {"axis-151a-3p"}


@pytest.mark.parametrize("name", ["miR-151a", "hsa-mir-151a"])
def test_a_mirna_without_strand_finds_both_strands(kb, name):
    assert ids(kb.find(cargo=name)) == {"axis-151a-3p", "axis-151a-5p"}
    with pytest.raises(AmbiguousNameError) as error:
        kb.entity(name)
    assert error.value.candidates == ("hsa-miR-151a-3p", "hsa-miR-151a-5p")


def test_a_mirna_without_strand_finds_both_even_as_a_synonym_of_one(records, write):
    records["entities"][0]["synonyms"].append("miR-151a")
    kb = load(write(records), shipped=False)
    assert kb.entity("miR-151a").name == "hsa-miR-151a-3p"
    assert ids(kb.find(cargo="miR-151a")) == {"axis-151a-3p", "axis-151a-5p"}


def test_an_unknown_strand_or_species_is_not_taken_for_a_known_one(kb):
    for name in ("mmu-miR-151a-3p", "miR-151b-3p", "miR-151a-3"):
        with pytest.raises(UnknownNameError):
            kb.find(cargo=name)


def test_about_finds_a_name_in_every_role(kb):
    assert ids(kb.about("miR-151a-3p")) == {"axis-151a-3p", "axis-sponge"}
    assert ids(kb.about("macrophage")) == {"axis-151a-3p", "axis-151a-5p", "axis-sponge", "mech-xrcc4-stat3"}


def test_names_resolve_in_any_case_and_through_synonyms(kb):
    assert kb.entity("cd206").name == "MRC1"
    assert kb.entity("Stat3").id == "hgnc:11364"
    assert kb.name("tam") == "macrophage"
    assert kb.phenotype("M2 POLARISATION").cells == ("macrophage",)


def test_unknown_names_come_with_suggestions(kb):
    with pytest.raises(UnknownNameError, match="No entity is called 'XRC4'. Did you mean 'XRCC4'") as error:
        kb.entity("XRC4")
    assert isinstance(error.value, InputError)
    with pytest.raises(UnknownNameError, match="Did you mean 'axis-151a-"):
        kb.statement("axis-151a")
    with pytest.raises(UnknownNameError, match="is a phenotype, not an entity"):
        kb.entity("M2 polarisation")
    with pytest.raises(UnknownNameError, match="No phenotype is called 'M3 polarisation'. Did you mean 'M2"):
        kb.phenotype("M3 polarisation")
    for look_up in (kb.reference, kb.document, kb.finding):
        with pytest.raises(UnknownNameError):
            look_up("nothing like it")


def test_an_ambiguous_synonym_lists_its_candidates(kb):
    with pytest.raises(AmbiguousNameError, match="'Factor' may mean NFKB1, STAT3"):
        kb.entity("Factor")
    with pytest.raises(AmbiguousNameError):
        kb.find(target="factor")


@pytest.mark.parametrize(
    ("question", "message"),
    [
        (
            {"cancer": "glioblastom"},
            "No statement is about the cancer 'glioblastom'. Did you mean 'glioblastoma'",
        ),
        ({"kind": "axes"}, "Did you mean 'axis'"),
        ({"seen": "fulltext"}, "Did you mean 'full_text'"),
        ({"document": "review"}, "No document is called 'review'"),
    ],
)
def test_questions_outside_the_vocabulary_are_refused(kb, question, message):
    with pytest.raises(InputError, match=message.replace("?", r"\?")):
        kb.find(**question)


def test_a_selection_carries_what_its_statements_name_and_no_more(kb):
    part = kb.subset(["axis-151a-3p"])
    assert [entity.name for entity in part.entities] == sorted(
        ["hsa-miR-151a-3p", "glioblastoma cell", "macrophage", "XRCC4", "STAT3", "MRC1", "NFKB1"]
    )
    assert [reference.id for reference in part.references] == ["doe-2020"]
    assert [phenotype.name for phenotype in part.phenotypes] == ["M2 polarisation"]
    assert [finding.id for finding in part.findings] == ["finding-doe-2020"]
    assert kb.subset(["axis-sponge"]).findings == ()
    assert [p.name for p in kb.subset(["axis-sponge"], phenotypes=["m2 polarisation"]).phenotypes]
    assert len(kb.subset([])) == 0


def test_a_selection_still_understands_every_name(kb):
    assert ids(kb.find(kind="axis").find(target="MRC1")) == set()
    assert ids(kb.find(kind="axis").find(cargo="circ-A").find(recipient="TAM")) == {"axis-sponge"}


def test_length_iteration_and_membership(kb):
    assert len(kb) == 10 == len(list(kb))
    assert "axis-sponge" in kb
    assert "other" not in kb
    assert "10 statements" in repr(kb)
    assert len(kb.axes) + len(kb.influences) + len(kb.claims) == len(kb)


def test_a_knowledge_base_cannot_be_changed(kb):
    with pytest.raises(AttributeError):
        kb.statements = ()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.randoms(use_true_random=False))
def test_the_content_hash_does_not_depend_on_order_or_files(records, write, kb, order):
    one, two = {"topic": "one"}, {"topic": "two"}
    for section, items in records.items():
        if section != "topic":
            order.shuffle(items)
            cut = order.randint(0, len(items))
            one[section], two[section] = items[:cut], items[cut:]
    files = [write(one, "b/one.yaml"), write(two, "a/two.yaml")]
    order.shuffle(files)
    assert load(*files, shipped=False).sha256 == kb.sha256


def test_the_content_hash_sees_every_change(records, write, kb):
    records["statements"][0]["evidence"][0]["place"] = "elsewhere"
    assert load(write(records), shipped=False).sha256 != kb.sha256


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(note=st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=60))
def test_records_written_as_yaml_read_back_equal(records, write, note):
    records["statements"][0]["note"] = note
    kb = load(write(records), shipped=False)
    again = load(write(yaml.safe_dump(kb.to_records(), allow_unicode=True), "again.yaml"), shipped=False)
    assert again.statements == kb.statements
    assert again.sha256 == kb.sha256


def test_a_selection_written_as_yaml_reads_back_by_itself(kb, write):
    part = kb.find(cargo="miR-151a-3p")
    again = load(write(part.to_records(), "part.yaml"), shipped=False)
    assert again.to_records() == part.to_records()


def test_shipped_data_load_and_answer_quickly(shipped):
    def seconds(action):
        times = []
        for _ in range(3):
            start = time.perf_counter()
            action()
            times.append(time.perf_counter() - start)
        return min(times)

    # Per 500 statements; the margin is for slow machines.
    share = max(1.0, len(shipped) / 500)
    assert seconds(load) < 1.0 * share
    assert seconds(lambda: shipped.find(text="hypoxia")) < 0.1 * share


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("PD-L1", "CD274"), ("hgnc:17635", "CD274"), ("Cx43", "GJA1"), ("CL:0000235", "macrophage")],
)
def test_names_of_the_table_of_identifiers_are_understood(shipped, asked, meant):
    assert shipped.name(asked) == meant
    assert ids(shipped.find(text=meant)) >= ids(shipped.about(asked)) == ids(shipped.about(meant))


def test_a_name_that_neither_records_nor_table_know_is_refused_with_names_of_the_records(shipped):
    with pytest.raises(UnknownNameError, match="hsa-miR-1246"):
        shipped.find(cargo="hsa-miR-12460")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("NF-κB", "NF-kB"),
        ("PD-1", "PDCD1"),
        ("integrin αvβ5", "integrin alphavbeta5"),
        ("macrophages", "macrophage"),
        ("TAMs", "tumour-associated macrophage"),
        ("HUVECs", "human umbilical vein endothelial cell"),
        ("circ-METRN", "circMETRN"),
    ],
)
def test_spellings_and_plurals_of_the_documents_are_understood(shipped, asked, meant):
    assert shipped.name(asked) == meant


@pytest.mark.parametrize("asked", ["ERK", "TAZ", "TGFβ", "miR-151a"])
def test_a_name_of_several_things_is_never_guessed(shipped, asked):
    with pytest.raises(InputError):
        shipped.name(asked)


def test_a_system_that_does_not_exist_is_refused(shipped):
    with pytest.raises(InputError, match="S20"):
        shipped.find(system="S99")
