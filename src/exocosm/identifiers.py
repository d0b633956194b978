"""Identifiers of genes, RNAs, cells, diseases and the rest, as compact URIs such as ``hgnc:6840``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from exocosm.errors import InputError, did_you_mean


class _Namespace(NamedTuple):
    pattern: str  # of the local part, whole
    url: str  # with {} for the local part


_OBO = "http://purl.obolibrary.org/obo/"

# Patterns follow the accession formats that each database documents.
_NAMESPACES: dict[str, _Namespace] = {
    "hgnc": _Namespace(r"\d+", "https://www.genenames.org/data/gene-symbol-report/#!/hgnc_id/HGNC:{}"),
    "mgi": _Namespace(r"\d+", "https://www.informatics.jax.org/marker/MGI:{}"),
    "ncbigene": _Namespace(r"\d+", "https://www.ncbi.nlm.nih.gov/gene/{}"),
    "ensembl": _Namespace(r"ENS[A-Z]*[EGPT]\d{11}", "https://www.ensembl.org/id/{}"),
    "uniprot": _Namespace(
        r"([OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9]([A-Z][A-Z0-9]{2}[0-9]){1,2})(-\d+)?",
        "https://www.uniprot.org/uniprotkb/{}",
    ),
    "mirbase": _Namespace(r"MI(MAT|PF)?\d{7}", "https://www.mirbase.org/results/?query={}"),
    "rnacentral": _Namespace(r"URS[0-9A-F]{10}(_\d+)?", "https://rnacentral.org/rna/{}"),
    "circbase": _Namespace(r"[a-z]{3}_circ_\d{7}", "http://www.circbase.org/cgi-bin/singlerecord.cgi?id={}"),
    "famplex": _Namespace(r"[A-Za-z0-9][A-Za-z0-9_-]*", "https://sorgerlab.github.io/famplex/{}"),
    "interpro": _Namespace(r"IPR\d{6}", "https://www.ebi.ac.uk/interpro/entry/InterPro/{}"),
    "reactome": _Namespace(r"R-[A-Z]{3}-\d+", "https://reactome.org/content/detail/{}"),
    "kegg.pathway": _Namespace(r"[a-z]{2,4}\d{5}", "https://www.kegg.jp/entry/{}"),
    "wikipathways": _Namespace(r"WP\d+", "https://www.wikipathways.org/pathways/{}.html"),
    "mesh": _Namespace(r"[A-Z]\d{6,9}", "https://meshb.nlm.nih.gov/record/ui?ui={}"),
    "cellosaurus": _Namespace(r"CVCL_[A-Z0-9]{4}", "https://www.cellosaurus.org/{}"),
    "drugbank": _Namespace(r"DB\d{5}", "https://go.drugbank.com/drugs/{}"),
    "pubchem.compound": _Namespace(r"\d+", "https://pubchem.ncbi.nlm.nih.gov/compound/{}"),
    "CHEBI": _Namespace(r"\d+", _OBO + "CHEBI_{}"),
    "CL": _Namespace(r"\d{7}", _OBO + "CL_{}"),
    "DOID": _Namespace(r"\d+", _OBO + "DOID_{}"),
    "EFO": _Namespace(r"\d{7}", "http://www.ebi.ac.uk/efo/EFO_{}"),
    "GO": _Namespace(r"\d{7}", _OBO + "GO_{}"),
    "HP": _Namespace(r"\d{7}", _OBO + "HP_{}"),
    "MONDO": _Namespace(r"\d{7}", _OBO + "MONDO_{}"),
    "NCBITaxon": _Namespace(r"\d+", _OBO + "NCBITaxon_{}"),
    "NCIT": _Namespace(r"C\d+", _OBO + "NCIT_{}"),
    "PR": _Namespace(r"[A-Z0-9-]+", _OBO + "PR_{}"),
    "SO": _Namespace(r"\d{7}", _OBO + "SO_{}"),
    "UBERON": _Namespace(r"\d{7}", _OBO + "UBERON_{}"),
}
_CANONICAL = {prefix.lower(): prefix for prefix in _NAMESPACES}


@dataclass(frozen=True, order=True)
class Identifier:
    """One identifier: a prefix in its usual spelling and the accession behind the colon.

    Two identifiers are equal when both parts are; `parse` brings the prefix to its usual spelling first, so
    that ``HGNC:6840`` and ``hgnc:6840`` compare equal. That the accession exists is not checked, only its
    form.

    >>> str(Identifier.parse("cl:0000235"))
    'CL:0000235'
    """

    prefix: str
    accession: str

    def __post_init__(self) -> None:
        if self.prefix not in _NAMESPACES:
            raise InputError(
                f"Expected the prefix of an identifier to be one of {', '.join(_NAMESPACES)}; "
                f"found {self.prefix!r}.{did_you_mean(self.prefix, _NAMESPACES)}"
            )
        if not re.fullmatch(_NAMESPACES[self.prefix].pattern, self.accession, flags=re.ASCII):
            raise InputError(
                f"`{self.prefix}:{self.accession}` does not look like an identifier of {self.prefix}: "
                f"what follows the colon should match {_NAMESPACES[self.prefix].pattern}."
            )

    @classmethod
    def parse(cls, text: str) -> Identifier:
        """Read ``prefix:accession``; the prefix may be in any case, and blanks around the text are dropped.

        Raises
        ------
        InputError : if there is no colon, the prefix is unknown or the accession has the wrong form
        """
        prefix, colon, accession = text.strip().partition(":")
        if not colon:
            raise InputError(
                f"Expected an identifier such as 'hgnc:6840', found {text!r}. Write prefix:accession."
            )
        return cls(_CANONICAL.get(prefix.lower(), prefix), accession)

    def url(self) -> str:
        """Return the address of the page that describes the thing."""
        return _NAMESPACES[self.prefix].url.format(self.accession)

    def __str__(self) -> str:
        return f"{self.prefix}:{self.accession}"
