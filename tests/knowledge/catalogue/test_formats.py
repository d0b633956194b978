"""Every format is told by its header, and its columns arrive where they belong."""

import pytest

from exocosm.errors import InputError
from exocosm.knowledge import catalogue
from exocosm.knowledge.catalogue.layout import fold_head

from .conftest import TABLES


@pytest.mark.parametrize(
    ("file", "format", "layout", "records"),
    [
        ("EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt", "exocarta", "proteins", 3),
        ("ExoCarta_miRNA_details_6.txt", "exocarta", "mirnas", 2),
        ("exocarta_experiments.txt", "exocarta", "experiments", 2),
        ("VESICLEPEDIA_PROTEIN_MRNA_DETAILS_5.1.txt", "vesiclepedia", "proteins", 1),
        ("VESICLEPEDIA_MIRNA_DETAILS_5.1.txt", "vesiclepedia", "mirnas", 1),
        ("VESICLEPEDIA_LIPID_DETAILS_5.1.txt", "vesiclepedia", "lipids", 1),
        ("vesicle experiments.txt", "vesiclepedia", "experiments", 1),
        ("PRJNA000001_expression.csv", "evmirna", "expression", 3),
        ("PRJNA000001_metadata.csv", "evmirna", "runs", 2),
        ("GBM_longRNAs.txt", "exorbase", "long-rnas", 2),
        ("GBM_circRNAs.txt", "exorbase", "circ-rnas", 1),
        ("longRNAs_anno.txt", "exorbase", "long-rna-annotation", 3),
        ("circRNAs_anno.csv", "exorbase", "circ-rna-annotation", 2),
        ("miRTarBase_9.0_MTI.csv", "mirtarbase", "targets", 2),
        ("miRTarBase.tsv", "mirtarbase", "targets", 1),
        ("omnipath_interactions.tsv", "omnipath", "interactions", 4),
        ("network.tsv", "omnipath", "network", 2),
        ("signor_all.tsv", "signor", "relations", 3),
        ("CollecTRI.csv", "collectri", "regulons", 2),
        ("dorothea_hs.tsv", "dorothea", "regulons", 2),
        ("mine.csv", "csv", "cargo", 3),
        ("my arrows.csv", "csv", "influences", 3),
    ],
)
def test_a_table_is_recognised_and_read_whole(opened, table, file, format, layout, records):
    report = opened.add(table(file))
    assert (report.format, report.layout, report.records) == (format, layout, records)
    assert report.n_malformed == report.duplicates == 0


def test_every_made_up_table_is_tested():
    assert len(TABLES) == 22


def rows(frame, *columns):
    plain = frame.astype(object).where(frame.notna(), None)
    return [tuple(row) for row in plain[list(columns)].itertuples(index=False)]


def test_exocarta_proteins(opened, table):
    opened.add(table("EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt"))
    assert rows(opened.find(), "name", "type", "species", "given_id", "id", "experiment", "line") == [
        ("CD63", "protein", "Homo sapiens", "ncbigene:967", "hgnc:1692", "7", 2),
        ("Cd63", "mRNA", "Mus musculus", "ncbigene:12512", None, "8", 3),
        ("ncbigene:101", "protein", "Homo sapiens", "ncbigene:101", None, "7", 4),
    ]


def test_experiments_describe_the_cargo_of_their_own_database_only(opened, table):
    opened.add(table("EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt"))
    opened.add(table("VESICLEPEDIA_PROTEIN_MRNA_DETAILS_5.1.txt"))
    opened.add(table("exocarta_experiments.txt"))
    found = opened.find(species="human")
    assert rows(found, "name", "experiment_sample", "experiment_reference") == [
        ("CD63", "Urine", "11111111"),
        ("ncbigene:101", "Urine", "11111111"),
        ("HIF1A", None, None),
    ]
    assert rows(opened.experiments(), "description", "year") == [
        ('A role for "something', 2011),
        ("Mast cells", None),
    ]


def test_a_matrix_gives_one_record_for_each_value_above_zero(opened, table):
    report = opened.add(table("PRJNA000001_expression.csv"))
    assert (report.rows, report.records, report.zeros) == (3, 3, 3)
    assert rows(opened.find(), "name", "sample", "experiment", "value", "unit") == [
        ("hsa-miR-21-5p", "SRR0000001", "PRJNA000001", 34.5, None),
        ("hsa-mir-8086-5p", "SRR0000001", "PRJNA000001", 1.5, None),
        ("hsa-mir-8086-5p", "SRR0000002", "PRJNA000001", 2.0, None),
    ]


def test_a_matrix_of_counts_says_so(opened, table):
    opened.add(table("PRJNA000001_expression_count.csv", TABLES["PRJNA000001_expression.csv"]))
    assert set(opened.find().unit) == {"count"}


def test_a_cell_of_a_matrix_that_is_no_amount_makes_its_row_malformed(opened, table):
    text = TABLES["PRJNA000001_expression.csv"] + "hsa-miR-1246,5,-3\nhsa-miR-1246,much,1\n"
    report = opened.add(table("PRJNA000001_expression.csv", text))
    assert [str(one) for one in report.malformed] == [
        "line 5: `SRR0000002`: expected 0 or above, found '-3'",
        "line 6: `SRR0000001`: expected a number, found 'much'",
    ]


def test_exorbase_types_and_cohorts(opened, table):
    opened.add(table("GBM_longRNAs.txt"))
    assert rows(opened.find(), "name", "type", "sample", "experiment") == [
        ("CD63", "RNA", "GBM1", "GBM"),
        ("MALAT1", "RNA", "GBM2", "GBM"),
    ]
    opened.add(table("longRNAs_anno.txt"))
    found = opened.find(source="exorbase-long-rna-annotation")
    assert rows(found, "name", "type") == [("CD63", "mRNA"), ("MALAT1", "lncRNA"), ("RNU1-1", "RNA")]
    opened.add(table("circRNAs_anno.csv"))
    found = opened.find(type="circRNA")
    assert list(found.given_id.astype(object).where(found.given_id.notna(), None)) == [
        "circbase:hsa_circ_0000001",
        None,
    ]


def test_mirtarbase_functional_lowers_and_non_functional_has_no_sign(opened, table):
    opened.add(table("miRTarBase_9.0_MTI.csv"))
    found = opened.influences()
    assert rows(found, "source", "target", "sign", "effect", "source_id", "target_id") == [
        ("hsa-miR-21-5p", "PTEN", -1, "Functional MTI", "mirbase:MIMAT0000076", "hgnc:9588"),
        ("hsa-miR-21-5p", "CD63", None, "Non-Functional MTI (Weak)", "mirbase:MIMAT0000076", "hgnc:1692"),
    ]


def test_omnipath_takes_the_consensus_and_leaves_the_rest_open(opened, table):
    opened.add(table("omnipath_interactions.tsv"))
    assert rows(opened.influences(), "target", "sign", "effect", "target_given_id") == [
        ("MRC1", 1, "stimulation", "uniprot:P22897"),
        ("XRCC4", -1, "inhibition", "uniprot:Q13426"),
        ("NFKB1", None, "stimulation and inhibition", "uniprot:P19838"),
        ("CD63", None, "without direction", "uniprot:P08962"),
    ]


def test_signor_names_are_human_whatever_the_species_of_the_experiment(opened, table):
    opened.add(table("signor_all.tsv"))
    assert rows(
        opened.influences(), "source", "source_id", "source_id_how", "target_id", "sign", "species"
    ) == [
        ("STAT3", "hgnc:11364", "symbol", "hgnc:7228", -1, "Mus musculus"),
        ("STAT3", "hgnc:11364", "symbol", "hgnc:7794", None, "Homo sapiens"),
        ("zinc", "CHEBI:27363", "given", "hgnc:11364", 1, "-1"),
    ]


def test_signor_is_recognised_without_a_header(opened, table):
    headless = TABLES["signor_all.tsv"].split("\n", 1)[1]
    report = opened.add(table("getData.php", headless))
    assert (report.format, report.rows) == ("signor", 3)
    assert list(opened.influences().line) == [1, 2, 3]


def test_collectri_default_is_no_sign(opened, table):
    opened.add(table("CollecTRI.csv"))
    assert rows(opened.influences(), "target", "sign", "method") == [
        ("MRC1", -1, "PMID"),
        ("XRCC4", None, "default activation"),
    ]


def test_plain_tables(opened, table):
    opened.add(table("mine.csv"))
    assert rows(opened.find(), "name", "type", "id", "id_how", "value") == [
        ("PD-L1", "protein", "hgnc:17635", "alias", 3.5),
        ("hsa-miR-1246", "miRNA", "mirbase:MIMAT0005898", "name", None),
        ("something new", "protein", "hgnc:1692", "given", 1.0),
    ]
    opened.add(table("my arrows.csv"))
    assert rows(opened.influences(), "source", "target", "sign", "effect") == [
        ("STAT3", "MRC1", 1, "up"),
        ("hsa-miR-21-5p", "PTEN", -1, "-"),
        ("STAT3", "XRCC4", None, "unclear"),
    ]


def test_tables_that_look_alike_need_a_word(opened, table):
    path = table("proteins.txt", TABLES["EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt"])
    with pytest.raises(catalogue.FormatError, match="can be a table of exocarta or vesiclepedia"):
        opened.add(path)
    assert opened.add(path, "vesiclepedia").source == "vesiclepedia-proteins"


def test_an_unknown_header_is_shown_and_the_known_formats_named(opened, table):
    with pytest.raises(catalogue.FormatError, match=r"first row holds: colour, weight\. Known are exocarta"):
        opened.add(table("x.csv", "colour,weight\nred,3\n"))


def test_a_named_format_says_what_it_needs(opened, table):
    with pytest.raises(
        catalogue.FormatError, match="no table of miRTarBase: expected columns miRNA, Target Gene"
    ):
        opened.add(table("mine.csv"), "mirtarbase")


def test_a_misspelt_format_is_refused(opened, table):
    with pytest.raises(InputError, match="Did you mean 'exocarta'"):
        opened.add(table("mine.csv"), "exocart")


def test_names_of_rows_as_r_writes_them_are_passed_over(opened, table):
    text = "source\tinteraction\ttarget\n1\tSTAT3\t1\tMRC1\n2\tXRCC4\t-1\tSTAT3\n"
    opened.add(table("network.tsv", text))
    assert rows(opened.influences(), "source", "target") == [("STAT3", "MRC1"), ("XRCC4", "STAT3")]


def test_comments_before_the_header_are_passed_over(opened, table):
    text = "# made in spring, by hand\n# twice\n" + TABLES["mine.csv"]
    report = opened.add(table("mine.csv", text))
    assert report.records == 3
    assert list(opened.find().line) == [4, 5, 6]


def test_heads_are_compared_without_case_and_signs():
    assert fold_head("Species (miRNA)") == fold_head("Species..miRNA.") == "speciesmirna"


@pytest.mark.parametrize(
    ("file", "row", "reason"),
    [
        (
            "EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt",
            "4\tprotein\tx1\tCD9\tHomo sapiens\t7\tFACS",
            "`ENTREZ GENE ID`: expected a number of NCBI Gene, found 'x1'",
        ),
        (
            "EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt",
            "4\tprotien\t928\tCD9\tHomo sapiens\t7\tFACS",
            "`CONTENT TYPE`: expected a type such as protein, mRNA or miRNA, found 'protien'. "
            "Did you mean 'protein'?",
        ),
        ("EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt", "4\tprotein\t928\tCD9", "expected 7 columns, found 4"),
        (
            "EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt",
            "4\tprotein\t\t\tHomo sapiens\t7\tFACS",
            "`GENE SYMBOL`: is empty",
        ),
        (
            "dorothea_hs.tsv",
            "STAT3\tA\tCD9\tstrong",
            "`mor`: expected a sign such as 1, -1, up or down, found 'strong'",
        ),
        (
            "miRTarBase.tsv",
            "M\thsa-miR-1\tHomo sapiens\tCD9\t928\tHomo sapiens\tPCR\tFunctional\t1",
            "`Support.Type`: expected a support type such as Functional MTI, found 'Functional'. "
            "Did you mean 'functional mti'?",
        ),
        (
            "exocarta_experiments.txt",
            "9\t1\tx\tWords\tUrine\tbf\tUrine\tProtein\tMS\t20111\t-",
            "`YEAR`: expected a year, found '20111'",
        ),
        (
            "omnipath_interactions.tsv",
            "A\tB\tA\tB\tmaybe\t1\t0\t1\t1\t0\t\t\t",
            "`is_directed`: expected 1 or 0, True or False, found 'maybe'",
        ),
    ],
)
def test_a_malformed_row_is_reported_with_its_line_and_the_rest_is_imported(opened, table, file, row, reason):
    text = TABLES[file]
    n = text.count("\n") - 1
    last = text.splitlines()[-1].replace("STAT3", "RELA")
    report = opened.add(table(file, f"{text}{row}\n{last}\n"))
    assert [str(one) for one in report.malformed] == [f"line {n + 2}: {reason}"]
    assert report.rows == n + 2
    assert report.records + report.duplicates == n + 1
    assert opened.malformed(report.source) == report.malformed
