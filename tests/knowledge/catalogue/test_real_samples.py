"""The tables of the databases themselves, where the folder in EXOCOSM_DATA holds them; they are not shipped.

Each file is looked for by its name anywhere in the folder.
"""

import os
from pathlib import Path

import pytest

from exocosm.knowledge import catalogue

DATA = os.environ.get("EXOCOSM_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="EXOCOSM_DATA names no folder with tables of the databases")


def sample(name):
    found = sorted(path for path in Path(DATA).rglob("*") if path.name == name)
    if not found:
        pytest.skip(f"there is no {name} in {DATA}")
    return found[0]


@pytest.mark.parametrize(
    ("name", "format", "rows"),
    [
        ("EXOCARTA_PROTEIN_MRNA_DETAILS_5.head4000.txt", "exocarta", 3_999),
        ("exocarta_experiments.txt", "exocarta", 286),
        ("vesiclepedia_experiments.txt", "vesiclepedia", 1_254),
        ("miRTarBase.tsv.gz", "mirtarbase", 39_091),
        ("dorothea_hs_ABC.tsv", "dorothea", 13_223),
        ("omnipath_carnival.tsv", "omnipath", 19_807),
        ("meta_network.tsv.gz", "omnipath", 83_557),
    ],
)
def test_every_row_of_a_real_table_is_imported(opened, name, format, rows):
    report = opened.add(sample(name))
    assert (report.format, report.rows, report.n_malformed) == (format, rows, 0)
    assert report.records + report.duplicates == rows


@pytest.mark.parametrize("name", ["dorothea_hs_ABC.tsv", "omnipath_carnival.tsv"])
def test_most_names_of_a_real_signed_table_have_an_identifier(name):
    edges = catalogue.Background.read(sample(name)).edges
    assert sum(edge.source_id is not None and edge.target_id is not None for edge in edges) > 0.9 * len(edges)


def test_a_real_background_knows_some_of_the_core(shipped):
    found = catalogue.compare(shipped, catalogue.Background.read(sample("omnipath_carnival.tsv"))).counts
    assert found["confirmed"] > found["contradicted"] > 0
    assert found["absent"] > 0
