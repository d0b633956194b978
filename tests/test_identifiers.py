import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm.errors import InputError
from exocosm.identifiers import Identifier

EXAMPLES = [
    ("hgnc:6840", "hgnc", "6840"),
    ("HGNC:6840", "hgnc", "6840"),
    (" mirbase:MIMAT0005898 ", "mirbase", "MIMAT0005898"),
    ("cl:0000235", "CL", "0000235"),
    ("Mondo:0018177", "MONDO", "0018177"),
    ("go:0042116", "GO", "0042116"),
    ("chebi:72564", "CHEBI", "72564"),
    ("FamPlex:NFkappaB", "famplex", "NFkappaB"),
    ("uberon:0000955", "UBERON", "0000955"),
    ("uniprot:P04637", "uniprot", "P04637"),
]


@pytest.mark.parametrize(("text", "prefix", "accession"), EXAMPLES)
def test_parse_brings_the_prefix_to_its_usual_spelling(text, prefix, accession):
    assert Identifier.parse(text) == Identifier(prefix, accession)


@given(
    prefix=st.sampled_from(["hgnc", "CL", "GO", "MONDO", "UBERON"]),
    number=st.integers(0, 9_999_999),
    flip=st.booleans(),
)
def test_text_and_identifier_round_trip_in_any_case(prefix, number, flip):
    text = f"{prefix}:{number:07d}"
    identifier = Identifier.parse(text.swapcase() if flip else text)
    assert str(identifier) == text
    assert Identifier.parse(str(identifier)) == identifier


def test_identifiers_sort_by_prefix_then_accession_and_serve_as_keys():
    parsed = [Identifier.parse(text) for text in ("hgnc:2", "CL:0000235", "hgnc:1", "HGNC:1")]
    assert [str(identifier) for identifier in sorted(set(parsed))] == ["CL:0000235", "hgnc:1", "hgnc:2"]


def test_url_names_the_accession():
    assert Identifier.parse("CL:0000235").url() == "http://purl.obolibrary.org/obo/CL_0000235"
    assert Identifier.parse("hgnc:6840").url().endswith("HGNC:6840")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("6840", "Expected an identifier such as 'hgnc:6840', found '6840'"),
        ("hgcn:6840", "found 'hgcn'. Did you mean 'hgnc'?"),
        ("hgnc:MIF", "`hgnc:MIF` does not look like an identifier of hgnc"),
        ("CL:235", "what follows the colon should match"),
        ("hgnc:", "does not look like"),
        ("mirbase:MIMAT0005898 x", "does not look like"),
        ("CL:٠٠٠٠٢٣٥", "does not look like"),
    ],
)
def test_what_is_no_identifier_is_refused_with_a_reason(text, message):
    with pytest.raises(InputError) as error:
        Identifier.parse(text)
    assert message in str(error.value)
