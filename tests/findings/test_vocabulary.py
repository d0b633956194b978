"""Terms: read from one node each, or said why not; good and bad for a tumour by class of cell."""

import pytest

from exocosm.findings import Reading, Unread, Vocabulary
from exocosm.findings.vocabulary import cell_class, normalised, polarity


@pytest.fixture(scope="module")
def vocabulary(shipped):
    return Vocabulary(shipped)


@pytest.mark.parametrize(
    ("term", "cell", "node", "sign"),
    [("tube formation", "endothelial cell", "angiogenesis", 1),
     ("Radiosensitivity", "glioma cell", "radioresistance", -1),
     ("tumor-like EMT", "glioma cell", None, 0),
     ("EMT", "glioma cell", "EMT", 1),
     ("STAT3 signaling pathway", "macrophage", "STAT3 signalling", 1),
     ("PTEN", "macrophage", "PTEN", 1),
     ("survival of patients", "glioma cell", None, 0),
     ("ERK", "glioma cell", None, 0)],
)  # fmt: skip
def test_what_a_term_is_read_from(vocabulary, term, cell, node, sign):
    found = vocabulary.read(term, cell)
    if node is None:
        assert isinstance(found, Unread)
    else:
        assert isinstance(found, Reading) and (found.node, found.sign) == (node, sign)


def test_every_term_of_the_base_is_read_or_has_a_reason(shipped, vocabulary):
    for axis in shipped.axes:
        for effect in (*axis.pathways, *axis.phenotypes):
            found = vocabulary.read(effect.name, axis.recipient)
            if isinstance(found, Unread):
                assert found.known and found.reason, effect.name
            else:
                assert found.node in vocabulary.definitions, effect.name


def test_stand_ins_can_be_refused(vocabulary):
    assert vocabulary.read("metastasis", "glioma cell").stand_in
    strict = vocabulary.read("metastasis", "glioma cell", stand_ins=False)
    assert isinstance(strict, Unread) and "stand-in" in strict.reason


def test_more_of_a_thing_is_good_or_bad_by_class_of_cell(shipped, vocabulary):
    for cell, kind, value in (
        ("glioblastoma cell", "tumour_cell", "pro"), ("CD8+ T cell", "cytotoxic_lymphocyte", "anti"),
    ):  # fmt: skip
        assert cell_class(shipped, cell) == kind
        reading = vocabulary.read("proliferation", cell)
        assert polarity(reading, 1, kind) == value
        assert polarity(reading, -1, kind) == ("anti" if value == "pro" else "pro")


def test_spelling_does_not_matter():
    assert normalised("NF‐κB  Signaling") == normalised("nf-kb signaling")
    assert normalised("Tumor polarization") == "tumour polarisation"
