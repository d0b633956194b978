import pytest

from exocosm.knowledge import UnknownNameError, card


def test_a_card_says_what_it_is_who_sends_and_what_was_read(kb):
    text = card(kb, "miR-151a-3p")
    for part in (
        "hsa-miR-151a-3p\n===============",
        "miRNA, mirbase:MIMAT0000757",
        "also called miR-151a-3p",
        "Carried in vesicles (1)",
        "glioblastoma cell sends less hsa-miR-151a-3p to macrophage",
        "more hsa-miR-151a-3p: XRCC4 down; STAT3 up; M2 polarisation up",
        "in: glioblastoma, human, hypoxia of the donor",
        "printed: miR-151a raises XRCC4",
        "read as: miR-151a lowers XRCC4",
        "read in the full text; shown: transferred; document text",
        '"vesicles of tumour cells carry miR-151a-3p" (CC BY 4.0)',
        "Doe J. A title. A journal. 2020;1:1-2.",
        "doi:10.1000/review.1, Transfer, no. 7",
        "[axis-151a-3p]",
        "Changed by cargo (1)",
    ):
        assert part in text
    assert "axis-151a-5p" not in text


def test_each_statement_stands_once(kb):
    for name in ("macrophage", "STAT3", "hsa-miR-151a-3p"):
        text = card(kb, name)
        for statement in kb.about(name):
            assert text.count(f"[{statement.id}]") == 1


def test_memory_is_called_memory_and_missing_identifiers_give_the_reason(kb):
    text = card(kb, "hypoxia")
    assert "process, no identifier: a condition" in text
    assert "release: hypoxia -> vesicle release" in text
    assert "from memory, nothing read; textbook knowledge" in text


def test_a_phenotype_shows_its_definition(kb):
    text = card(kb, "M2 polarisation")
    assert "phenotype of macrophage, defined by MRC1 high, NFKB1 low" in text
    assert "Phenotype changed by cargo (1)" in text


def test_without_strand_both_cards_are_shown(kb):
    text = card(kb, "miR-151a")
    assert "hsa-miR-151a-3p\n=" in text
    assert "hsa-miR-151a-5p\n=" in text


def test_a_name_without_statements_says_so(kb):
    assert "No statement names it." in card(kb, "glioblastoma")


def test_an_unknown_name_is_refused(kb):
    with pytest.raises(UnknownNameError, match="Did you mean 'macrophage'"):
        card(kb, "macrophag")


def test_every_shipped_entity_has_a_card(shipped):
    for entity in shipped.entities:
        assert card(shipped, entity.name).startswith(entity.name)
