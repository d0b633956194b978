"""The shipped knowledge base, and a way to make small ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from exocosm import knowledge

MEMORY = {"seen": "memory", "where": "textbook knowledge"}


@pytest.fixture(scope="session")
def shipped() -> knowledge.KnowledgeBase:
    return knowledge.load()


def _entities() -> list[dict[str, Any]]:
    genes = [{"name": name, "type": "gene", "id": None, "reason": "made up"} for name in "ABCDEFG"]
    others = {
        "hsa-miR-1-3p": "miRNA",
        "hsa-miR-2-3p": "miRNA",
        "lnc-X": "lncRNA",
        "P": "protein",
        "donor": "cell_type",
        "recipient": "cell_type",
        "macrophage": "cell_type",
        "glioblastoma cell": "cell_type",
    }
    return genes + [
        {"name": name, "type": kind, "id": None, "reason": "made up"} for name, kind in others.items()
    ]


@pytest.fixture
def base(tmp_path: Path) -> Callable[..., knowledge.KnowledgeBase]:
    """Make a knowledge base of genes A to G and a phenotype made of F (high) and G (low)."""

    def make(*statements: dict[str, Any]) -> knowledge.KnowledgeBase:
        record = {
            "topic": "made up",
            "entities": _entities(),
            "statements": list(statements),
            "phenotypes": [
                {
                    "name": "state",
                    "id": None,
                    "reason": "made up",
                    "definition": [{"gene": "F", "sign": 1}, {"gene": "G", "sign": -1}],
                    "evidence": [MEMORY],
                }
            ],
        }
        path = tmp_path / "small.yaml"
        path.write_text(yaml.safe_dump(record), encoding="utf-8")
        return knowledge.load(path, shipped=False)

    return make


@pytest.fixture
def mechanism() -> Callable[..., dict[str, Any]]:
    def make(source: str, target: str, effect: str, number: int = 1, **more: Any) -> dict[str, Any]:
        words = [word.lower().replace(" ", "-") for word in (source, target)]
        return {
            "id": f"mech-{words[0]}-{words[1]}-{number}",
            "kind": "mechanism",
            "source": source,
            "target": target,
            "effect": effect,
            "evidence": [MEMORY],
            **more,
        }

    return make


@pytest.fixture
def axis() -> Callable[..., dict[str, Any]]:
    def make(cargo: str, *targets: tuple[str, ...], name: str = "axis-one", **more: Any) -> dict[str, Any]:
        """`targets` are (name, effect) or (name, effect, through)."""
        return {
            "id": name,
            "kind": "axis",
            "donor": "glioblastoma cell",
            "cargo": cargo,
            "recipient": "macrophage",
            "targets": [dict(zip(("name", "effect", "through"), t, strict=False)) for t in targets],
            "evidence": [MEMORY],
            **more,
        }

    return make
