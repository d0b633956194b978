"""A small made-up knowledge base."""

from copy import deepcopy

import pytest
import yaml

from exocosm import knowledge

EVIDENCE = {
    "document": "review-2022",
    "place": "Transfer",
    "reference": "doe-2020",
    "printed_reference": "7",
    "quote": "vesicles of tumour cells carry miR-151a-3p",
    "quote_licence": "CC BY 4.0",
    "level": ["transferred"],
    "seen": "full_text",
    "where": "document text",
}
TITLE = {"seen": "title", "where": "title of reference 7", "level": ["detected"]}
MEMORY = {"seen": "memory", "where": "textbook knowledge"}


def mechanism(identifier, source, target, effect, **more):
    return {
        "id": identifier,
        "kind": "mechanism",
        "source": source,
        "target": target,
        "effect": effect,
        "evidence": [MEMORY],
        **more,
    }


def gene(name, number, synonyms=()):
    return {"name": name, "type": "gene", "id": f"hgnc:{number}", "synonyms": list(synonyms)}


RECORDS = {
    "topic": "a small example",
    "documents": [
        {
            "id": "review-2022",
            "title": "Vesicles between tumour cells and macrophages",
            "doi": "10.1000/review.1",
            "licence": "CC BY 4.0",
            "year": 2022,
        }
    ],
    "references": [
        {
            "id": "doe-2020",
            "citation": "Doe J. A title. A journal. 2020;1:1-2.",
            "seen_in": "reference list of review-2022, no. 7",
        },
        {"id": "roe-2021", "citation": "Roe J. Another title. 2021.", "seen_in": "review-2022, no. 8"},
    ],
    "entities": [
        {
            "name": "hsa-miR-151a-3p",
            "type": "miRNA",
            "id": "mirbase:MIMAT0000757",
            "synonyms": ["miR-151a-3p"],
        },
        {
            "name": "hsa-miR-151a-5p",
            "type": "miRNA",
            "id": "mirbase:MIMAT0004697",
            "synonyms": ["miR-151a-5p"],
        },
        gene("XRCC4", 12831, ["repairer"]),
        gene("STAT3", 11364, ["APRF", "factor"]),
        gene("NFKB1", 7794, ["factor"]),
        gene("MRC1", 7228, ["CD206"]),
        {"name": "circ-A", "type": "circRNA", "id": None, "reason": "made up"},
        {"name": "glioblastoma cell", "type": "cell_type", "id": None, "reason": "made up"},
        {"name": "macrophage", "type": "cell_type", "id": "CL:0000235", "synonyms": ["TAM"]},
        {"name": "glioblastoma", "type": "disease", "id": "MONDO:0018177", "synonyms": ["GBM"]},
        {"name": "hypoxia", "type": "process", "id": None, "reason": "a condition"},
        {"name": "exosome", "type": "vesicle", "id": "GO:0070062", "is_a": ["vesicle"]},
        {"name": "vesicle", "type": "vesicle", "id": None, "reason": "made up"},
        {"name": "survival", "type": "process", "id": None, "reason": "made up"},
        {"name": "vesicle release", "type": "process", "id": None, "reason": "made up"},
    ],
    "statements": [
        {
            "id": "axis-151a-3p",
            "kind": "axis",
            "donor": "glioblastoma cell",
            "cargo": "hsa-miR-151a-3p",
            "cargo_level": "down",
            "recipient": "macrophage",
            "targets": [{"name": "XRCC4", "effect": "down"}],
            "pathways": [{"name": "STAT3", "effect": "up"}],
            "phenotypes": [{"name": "M2 polarisation", "effect": "up"}],
            "context": {"cancer": "glioblastoma", "species": "human", "condition": "hypoxia of the donor"},
            "systems": ["S10"],
            "evidence": [EVIDENCE],
            "correction": {
                "printed": "miR-151a raises XRCC4",
                "corrected": "miR-151a lowers XRCC4",
                "reason": "the title says so",
                "source": "title of reference 7",
            },
        },
        {
            "id": "axis-151a-5p",
            "kind": "axis",
            "donor": "macrophage",
            "cargo": "hsa-miR-151a-5p",
            "recipient": "glioblastoma cell",
            "targets": [{"name": "STAT3", "effect": "up"}],
            "evidence": [{"seen": "abstract", "where": "abstract", "reference": "roe-2021"}],
        },
        {
            "id": "axis-sponge",
            "kind": "axis",
            "donor": "glioblastoma cell",
            "cargo": "circ-A",
            "cargo_level": "up",
            "recipient": "macrophage",
            "targets": [
                {"name": "hsa-miR-151a-3p", "effect": "down"},
                {"name": "STAT3", "effect": "up", "through": "hsa-miR-151a-3p"},
            ],
            "evidence": [EVIDENCE],
        },
        mechanism("mech-stat3-mrc1", "STAT3", "MRC1", "up"),
        mechanism("mech-xrcc4-stat3", "XRCC4", "STAT3", "down", cells=["macrophage"]),
        mechanism("mech-stat3-mrc1-late", "STAT3", "MRC1", "down", cells=["glioblastoma cell"]),
        {**mechanism("release-hypoxia", "hypoxia", "vesicle release", "up"), "kind": "release"},
        {
            "id": "size-exosome",
            "kind": "size",
            "claim": "Exosomes measure 30 to 150 nm.",
            "agent": "exosome",
            "value": {"quantity": "diameter", "low": 30, "high": 150, "unit": "nm"},
            "evidence": [TITLE],
        },
        {
            "id": "marker-mrc1",
            "kind": "biomarker",
            "claim": "MRC1 in serum vesicles goes with short survival.",
            "cargo": "MRC1",
            "cargo_type": "protein",
            "cargo_level": "up",
            "phenotypes": [{"name": "survival", "effect": "unclear"}],
            "evidence": [TITLE],
        },
        {
            "id": "therapy-doubt",
            "kind": "open_question",
            "claim": "Whether vesicles carry drugs without harm is open.",
            "topic": "harm of drug-loaded vesicles",
            "evidence": [TITLE],
        },
    ],
    "phenotypes": [
        {
            "name": "M2 polarisation",
            "id": None,
            "reason": "made up",
            "cells": ["macrophage"],
            "definition": [{"gene": "MRC1", "sign": 1}, {"gene": "NFKB1", "sign": -1}],
            "evidence": [MEMORY],
        }
    ],
    "findings": [
        {
            "id": "finding-doe-2020",
            "statements": ["axis-151a-3p"],
            "setup": "macrophages with vesicles, 48 h",
            "manipulated": "vesicles with miR-151a-3p",
            "control": "vesicles without",
            "readouts": [{"node": "XRCC4", "cell": "macrophage", "direction": "down"}],
            "evidence": [EVIDENCE],
        }
    ],
}


@pytest.fixture
def records():
    return deepcopy(RECORDS)


@pytest.fixture
def write(tmp_path):
    """Write records (or text, or bytes) to a file and return its path."""

    def write_file(content, name="example.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict):
            content = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


@pytest.fixture
def kb(records, write):
    return knowledge.load(write(records), shipped=False)


@pytest.fixture(scope="session")
def shipped():
    return knowledge.load()
