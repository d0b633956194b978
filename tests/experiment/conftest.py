"""Studies cut down until they run in a second: the shipped ones with a few cells, arms and doses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from exocosm import knowledge
from exocosm.assembly import assemble
from exocosm.experiment import Study, load_study
from exocosm.experiment.study import SHIPPED
from exocosm.model import Model


@pytest.fixture(scope="session")
def shipped() -> knowledge.KnowledgeBase:
    return knowledge.load()


def _shipped(name: str) -> dict[str, Any]:
    return yaml.safe_load(SHIPPED.joinpath(f"{name}.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def tissue_record() -> Callable[[], dict[str, Any]]:
    """Twelve tumour cells and six macrophages for an hour; three arms and a titration of one level."""

    def make() -> dict[str, Any]:
        record = _shipped("gbm-hypoxia-macrophage")
        record.update(name="tiny-tissue", duration="1 h", record_every="30 min", replicates=2)
        record["domain"]["shape"] = [1, 10, 10]
        record["cells"][0]["count"] = 12
        record["cells"][1].update(count=6, inner="40 um", outer="95 um")
        record["arms"] = [arm for arm in record["arms"] if arm["name"] in ("control", "gw4869", "add-back")]
        record["titration"]["copies"] = [0, 10000]
        return record

    return make


@pytest.fixture(scope="session")
def dish_record() -> Callable[[], dict[str, Any]]:
    """Thirty cells, two arms, four doses and a titration of one level."""

    def make() -> dict[str, Any]:
        record = _shipped("gbm-tmz-transfer")
        record.update(name="tiny-dish", duration="36 h", record_every="36 h", replicates=2)
        record["cells"][0]["count"] = 30
        record["arms"] = record["arms"][:2]
        record["drug"].update(
            time="0 h", assay_time="36 h", doses=["0 uM", "10 uM", "100 uM", "1000 uM", "10000 uM"]
        )
        record["titration"]["copies"] = [0, 10000]
        return record

    return make


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Study]:
    """Write a record to a file and load it."""

    def make(record: dict[str, Any], settings: dict[str, str] | None = None) -> Study:
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")
        return load_study(path, settings)

    return make


@pytest.fixture
def tissue(load, tissue_record) -> Study:
    return load(tissue_record())


@pytest.fixture
def tissue_model(shipped, tissue) -> Model:
    return assemble(shipped, tissue.scenario)


@pytest.fixture
def dish(load, dish_record) -> Study:
    return load(dish_record())


@pytest.fixture
def dish_model(shipped, dish) -> Model:
    return assemble(shipped, dish.scenario)
