import pytest

from exocosm.errors import InputError
from exocosm.knowledge import check_quotes, load

TEXT = """\
# Vesicles between tumour cells and macrophages
doi: https://doi.org/10.1000/review.1

It is known that <i>vesicles</i> of **tumour** cells
  carry miR-151a-3p<sup>7</sup>\\* and more.
"""


def texts(tmp_path, **files):
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def test_quotes_match_across_line_breaks_and_markup(kb, tmp_path):
    assert check_quotes(kb, texts(tmp_path, review=TEXT)) == []


@pytest.mark.parametrize("change", [("carry", "hold"), ("cells", "cell s"), ("miR-151a-3p", "miR-151a-5p")])
def test_a_quote_that_differs_is_reported(kb, tmp_path, change):
    problems = check_quotes(kb, texts(tmp_path, review=TEXT.replace(*change)))
    assert {problem.record for problem in problems} == {"axis-151a-3p", "axis-sponge", "finding-doe-2020"}
    assert all("does not hold the quote" in problem.message for problem in problems)
    assert "evidence[0]" in str(problems[0])


def test_a_document_is_found_by_its_title_where_no_doi_is_printed(kb, tmp_path):
    text = TEXT.replace("doi: https://doi.org/10.1000/review.1", "")
    assert check_quotes(kb, texts(tmp_path, review=text)) == []


def test_a_text_that_only_cites_the_document_is_not_taken_for_it(kb, tmp_path):
    citing = (
        "Another review\n" * 50
        + "References: Vesicles between tumour cells and macrophages. 10.1000/review.1"
    )
    assert check_quotes(kb, texts(tmp_path, a=citing, b=TEXT)) == []


def test_a_missing_document_is_reported(kb, tmp_path):
    problems = check_quotes(kb, texts(tmp_path, other="something else"))
    assert "no text file holds the document 'review-2022'" in problems[0].message


def test_quotes_of_other_sources_are_not_compared(records, write, tmp_path):
    for record in (*records["statements"], *records["findings"]):
        for evidence in record["evidence"]:
            evidence["document"] = None
    assert check_quotes(load(write(records), shipped=False), texts(tmp_path, review="nothing")) == []


def test_the_folder_must_hold_texts(kb, tmp_path):
    with pytest.raises(InputError, match="Expected a folder"):
        check_quotes(kb, tmp_path / "missing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"holds no \.txt"):
        check_quotes(kb, tmp_path / "empty")
