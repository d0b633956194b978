"""Workbooks are read like text, with the numbers of their rows as lines."""

import zipfile

import pytest

from exocosm.knowledge import catalogue

SHEET = """<?xml version="1.0" encoding="UTF-8"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>"""
BOOK = """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
 <sheets><sheet name="one" sheetId="1" r:id="rId1"/></sheets></workbook>"""
LINKS = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
 <Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"""
TEXTS = """<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>"""
HEADER = (
    "miRTarBase ID", "miRNA", "Species (miRNA)", "Target Gene", "Target Gene (Entrez ID)",
    "Species (Target Gene)", "Experiments", "Support Type", "References (PMID)",
)  # fmt: skip


def write(path, rows):
    """Write rows by their numbers: texts are shared, numbers stand as they are, None is no cell at all."""
    texts, lines = [], []
    for number, row in rows.items():
        cells = ""
        for i, value in enumerate(row):
            place = f"{chr(65 + i)}{number}"
            if isinstance(value, str):
                texts.append(value)
                cells += f'<c r="{place}" t="s"><v>{len(texts) - 1}</v></c>'
            elif value is not None:
                cells += f'<c r="{place}"><v>{value}</v></c>'
        lines.append(f'<row r="{number}">{cells}</row>')
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", LINKS)
        archive.writestr("xl/worksheets/sheet1.xml", SHEET.format("".join(lines)))
        archive.writestr("xl/sharedStrings.xml", TEXTS.format("".join(f"<si><t>{t}</t></si>" for t in texts)))
    return path


def row(gene, number, support="Functional MTI"):
    return (
        "MIRT1",
        "hsa-miR-21-5p",
        "Homo sapiens",
        gene,
        number,
        "Homo sapiens",
        "qRT-PCR",
        support,
        12345678,
    )


def test_a_workbook_is_imported(opened, tmp_path):
    book = write(
        tmp_path / "hsa_MTI.xlsx",
        {1: HEADER, 2: row("PTEN", 5728), 5: row("CD63", None), 6: row("CD9", 928, "Maybe")},
    )
    report = opened.add(book)
    assert (report.format, report.encoding, report.records) == ("mirtarbase", "xlsx", 2)
    assert [one.line for one in report.malformed] == [6]
    found = opened.influences()
    assert list(found.line) == [2, 5]
    assert list(found.target_given_id.astype(object).where(found.target_given_id.notna(), None)) == [
        "ncbigene:5728",
        None,
    ]


def test_a_damaged_workbook_is_refused(opened, tmp_path):
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook>")
    with pytest.raises(catalogue.TableError, match="cannot be read as a workbook"):
        opened.add(path)
