"""Line numbers are right whatever the line ends, quotes and packing; what is no table is refused."""

import codecs
import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm.errors import InputError
from exocosm.knowledge import catalogue
from exocosm.knowledge.catalogue.tables import TextTable

HEAD = "name,type,sample\n"


def read(path, *, width=3, after=1, encoding=None):
    """Return rows, and complaints as (line, reason)."""
    complaints = []
    rows = list(
        TextTable(path, encoding).rows(
            after=after, width=width, complain=lambda line, reason: complaints.append((line, reason))
        )
    )
    return rows, complaints


def test_quoted_cells_may_hold_separators_quotes_and_line_breaks(table):
    path = table(
        "t.csv", HEAD + 'a,protein,"one, two"\n"b ""x""",protein,"first\nsecond\n\nthird"\nc,protein,z\n'
    )
    rows, complaints = read(path)
    assert rows == [
        (2, ["a", "protein", "one, two"]),
        (3, ['b "x"', "protein", "first\nsecond\n\nthird"]),
        (7, ["c", "protein", "z"]),
    ]
    assert not complaints


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_line_ends_marks_and_packing_change_nothing(table, ends, mark, ending):
    text = HEAD + 'α,protein,"x\ny"\n\nbad\nc,protein,z'
    rows, complaints = read(table("t.csv" + ending, mark + text.replace("\n", ends).encode()))
    assert rows == [(2, ["α", "protein", "x\ny"]), (6, ["c", "protein", "z"])]
    assert complaints == [(5, "expected 3 columns, found 1")]


def test_text_of_two_bytes_is_known_by_its_mark(table):
    rows, _ = read(table("t.csv", (HEAD + "β,protein,z\n").encode("utf-16")))
    assert rows == [(2, ["β", "protein", "z"])]


def test_an_open_quote_costs_one_row(table):
    filler = "".join(f"n{i},protein,z\n" for i in range(300))
    rows, complaints = read(table("t.csv", HEAD + 'a,protein,"never closed\n' + filler))
    assert complaints == [(2, "a quote is opened and not closed within 201 lines")]
    assert [line for line, _ in rows] == list(range(3, 303))


def test_an_open_quote_near_the_end_costs_one_row(table):
    rows, complaints = read(table("t.csv", HEAD + 'a,protein,"never closed\nb,protein,z\n'))
    assert complaints == [(2, "a quote is opened and not closed within 2 lines")]
    assert rows == [(3, ["b", "protein", "z"])]


def test_text_behind_a_closing_quote_costs_one_row(table):
    rows, complaints = read(table("t.csv", HEAD + 'a,protein,"x"y\nb,protein,z\n'))
    assert complaints == [(2, "text follows a closing quote")]
    assert rows == [(3, ["b", "protein", "z"])]


def test_a_stray_quote_between_tabs_is_a_quote(table):
    text = 'n\tt\ts\na\tx\t"Title\nb\tx\ta "word\nc\t"x"\tz\nd\t"with\ttab"\tz\ne\t"two\nlines"\tz\n'
    rows, complaints = read(table("t.txt", text))
    assert rows == [
        (2, ["a", "x", '"Title']),
        (3, ["b", "x", 'a "word']),
        (4, ["c", "x", "z"]),
        (5, ["d", "with\ttab", "z"]),
        (6, ["e", "two\nlines", "z"]),
    ]
    assert not complaints


def test_empty_cells_behind_the_last_column_are_allowed_and_blank_rows_passed_over(table):
    rows, complaints = read(table("t.csv", HEAD + "a,protein,z,,\n,,\n , ,\n\nb,protein,z,more\n"))
    assert rows == [(2, ["a", "protein", "z"])]
    assert complaints == [(6, "expected 3 columns, found 4")]


# Cells that a writer of CSV can be given; a carriage return is read back as a line end.
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=12), st.data())
def test_every_row_comes_back_with_the_line_it_starts_on(tmp_path_factory, rows, data):
    """The invariant behind all reports: what Python's own writer puts on a line is found on that line."""
    text, expected, bad = HEAD, [], []
    for row in rows:
        line = text.count("\n") + 1
        if data.draw(st.booleans(), label="broken"):
            text += "too,few\n"
            bad.append(line)
            continue
        written = io.StringIO()
        csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(row)
        text += written.getvalue()
        if any(cell.strip() for cell in row):
            expected.append((line, list(row)))
    ends = data.draw(st.sampled_from(["\n", "\r\n"]), label="line ends")
    path = tmp_path_factory.mktemp("lines") / "t.csv"
    content = text.replace("\n", ends).encode()
    path.write_bytes(gzip.compress(content, mtime=0) if data.draw(st.booleans(), label="packed") else content)
    found, complaints = read(path)
    assert found == expected
    assert [line for line, _ in complaints] == bad


def test_latin_1_is_refused_with_its_line_and_read_when_it_is_named(opened, table):
    path = table("t.csv", (HEAD + "a,protein,x\nb,protein,Köln\n").encode("latin-1"))
    with pytest.raises(
        catalogue.TableError, match=r"t\.csv, line 3: the text is not UTF-8.*--encoding latin-1"
    ):
        opened.add(path)
    assert opened.add(path, encoding="latin-1").encoding == "iso8859-1"
    assert list(opened.find()["sample"]) == ["x", "Köln"]


def test_a_late_error_of_encoding_undoes_the_import(opened, table):
    text = HEAD + "".join(f"n{i},protein,x\n" for i in range(60_000))
    path = table("t.csv", text.encode() + b"\xe9,protein,x\n")
    with pytest.raises(catalogue.TableError, match="line 60002"):
        opened.add(path)
    assert opened.find().empty
    assert opened.sources().empty


def test_an_unknown_encoding_is_refused(opened, table):
    with pytest.raises(catalogue.TableError, match="No text encoding is called 'latin-99'"):
        opened.add(table("mine.csv"), encoding="latin-99")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"PK\x03\x04" + b"x" * 50, "is a zip archive"),
        (b"PAR1" + b"x" * 50, "is a Parquet file"),
        (b"BZh91AY", "packed with bzip2"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b"name,type\0\0\n", "is no text"),
        (b"name,type\rCD9,protein\r", "old Macintosh"),
        (gzip.compress(HEAD.encode() * 9, mtime=0)[:-12], "is damaged"),
        (b"\x1f\x8b\x08 nonsense", "is damaged"),
        (HEAD.encode(), "has a header and no rows"),
        (b"name,type\nCD9,nothing\nCD63,at all\n", "None of the 2 rows .* The first: line 2: `type`"),
        (b"miRNA,SRR1\nhsa-let-7a-5p,0\n", "nothing but zeros"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_kept(opened, table, content, words):
    with pytest.raises(catalogue.TableError, match=words):
        opened.add(table("t.csv", content))
    assert opened.sources().empty


@pytest.mark.parametrize("name", ["nothing.csv", "."])
def test_a_file_that_is_not_there_is_refused(opened, name):
    with pytest.raises(InputError, match="there is no such file"):
        opened.add(name)
