"""How the page of the knowledge base names kinds, sources, systems and types."""

from __future__ import annotations

KINDS = {
    "axis": "transfer",
    "cell_biology": "cell biology",
    "open_question": "open question",
}  # the others are called what they are

# From the closest reading to none.
SEEN = {
    "full_text": "full text",
    "abstract": "abstract",
    "title": "title only",
    "database_row": "database row",
    "memory": "from memory, nothing read",
}

SYSTEMS = {
    "S1": "vesicle types, size, composition",
    "S2": "biogenesis",
    "S3": "sorting and donor-side control",
    "S4": "release control",
    "S5": "transport in tissue",
    "S6": "circulation, organs, pre-metastatic niche",
    "S7": "uptake routes",
    "S8": "cargo action",
    "S9": "tumour surroundings and metabolism",
    "S10": "macrophages and microglia",
    "S11": "epithelial-mesenchymal transition",
    "S12": "vessels and permeability",
    "S13": "invasion, migration, growth, stemness",
    "S14": "immune regulation",
    "S15": "drug resistance",
    "S16": "irradiation",
    "S17": "therapy",
    "S18": "biomarkers",
    "S19": "isolation, identification, resources",
    "S20": "open questions",
}

# How the network draws the types: the group's name is a word in the legend and a class in the style sheet.
_GROUPS = {
    "cell": ("cell_type", "tissue"),
    "rna": ("miRNA", "lncRNA", "circRNA", "mRNA", "RNA"),
    "molecule": ("gene", "protein", "complex", "family", "DNA"),
    "substance": ("drug", "chemical", "lipid", "metabolite"),
    "behaviour": ("process", "phenotype"),
}
_GROUP_OF_TYPE = {kind: group for group, kinds in _GROUPS.items() for kind in kinds}


def kind_word(kind: str) -> str:
    """Return the word for a kind of statement."""
    return KINDS.get(kind, kind)


def system_words(system: str) -> str:
    """Return a system with what it is about: 'S8 cargo action'."""
    return f"{system} {SYSTEMS[system]}" if system in SYSTEMS else system


def group_of(entity_type: str) -> str:
    """Return the group in which the network draws an entity type."""
    return _GROUP_OF_TYPE.get(entity_type, "other")
