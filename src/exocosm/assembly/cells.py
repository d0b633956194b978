"""Cell kinds: resting numbers from the table, release, uptake, network, and what phenotypes do to rates."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from exocosm.errors import InputError
from exocosm.knowledge import Axis, KnowledgeBase
from exocosm.model import (
    Behaviour,
    CellKind,
    Death,
    DrugKill,
    Endogenous,
    Link,
    Modulation,
    Parameter,
    Polarisation,
    Prior,
    Release,
    Response,
    live,
)

from . import vesicles
from .controls import loading_controls, production_controls, release_controls
from .drug_response import half_kill_over_ic50
from .links import links_of
from .networks import network_of
from .parameters import inverse, parameter
from .scenario import Drug, Scenario
from .selection import Circumstances

_LN2 = math.log(2.0)


@cache
def cell_table() -> dict[str, dict[str, Any]]:
    """Read the resting numbers of every cell kind that can be simulated."""
    import yaml

    text = files("exocosm.assembly").joinpath("cell_kinds.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["cells"]


def cell_kind(kb: KnowledgeBase, scenario: Scenario, name: str, axes: tuple[Axis, ...]) -> CellKind:
    """Assemble one kind of cell for a scenario."""
    if name not in cell_table():
        raise InputError(f"Cell kind {name!r} cannot be simulated yet. Known: {sorted(cell_table())}.")
    row = cell_table()[name]
    lineage = kb.lineage(name)
    received = tuple(axis for axis in axes if axis.recipient in lineage)
    links, omissions = links_of(kb, received)
    tolerance = scenario.drug.tolerance if scenario.drug and name in scenario.read else {}
    read = tuple(dict.fromkeys((*scenario.read.get(name, ()), *tolerance)))
    network = network_of(
        kb, circumstances=Circumstances(lineage=lineage), links=links, read=read, omissions=omissions
    )
    return CellKind(
        name=name,
        entity=str(kb.entity(name).id or ""),
        radius=_fixed(row["radius"], "um"),
        hypoxia_start=_fixed("oxygen_hypoxic_threshold", "mmHg"),
        hypoxia_full=_fixed("oxygen_hypoxic_saturation", "mmHg"),
        releases=(_release(kb, row, name, lineage, axes),),
        uptakes=(vesicles.uptake(),),
        fate=vesicles.fate(),
        endogenous=_endogenous(kb, name, lineage, axes, links),
        network=network,
        behaviours=_behaviours(row),
        modulations=_modulations(row),
        responses=_responses(read, row, tolerance),
        cycle=live(_division_rate(row)) if "doubling_time" in row else None,
        apoptosis=_death(row),
        necrosis=_death(row),
        polarisation=_polarisation(row),
        drug_kill=_drug_kill(scenario.drug, row) if tolerance and scenario.drug else None,
    )


def _release(
    kb: KnowledgeBase, row: dict, name: str, lineage: tuple[str, ...], axes: tuple[Axis, ...]
) -> Release:
    """Release with all cargo that some axis has this cell send."""
    sent = [axis for axis in axes if axis.donor in lineage]
    cargoes = dict.fromkeys(axis.carried for axis in sent)
    loadings = tuple(
        vesicles.loading(
            kb.entity(cargo),
            enriched_by_hypoxia=bool(_hypoxia(kb, "sorting", cargo, lineage)),
            controls=loading_controls(kb, cargo, lineage),
            statements=tuple(a.id for a in sent if a.carried == cargo)
            + _hypoxia(kb, "sorting", cargo, lineage),
        )
        for cargo in cargoes
    )
    by_hypoxia = _hypoxia(kb, "release", "vesicle release", lineage)
    return vesicles.release(
        row["release"],
        cell=name,
        by_hypoxia=by_hypoxia,
        loadings=loadings,
        controls=release_controls(kb, lineage),
    )


def _hypoxia(kb: KnowledgeBase, kind: str, target: str, lineage: tuple[str, ...]) -> tuple[str, ...]:
    """Ids of the statements that hypoxia raises a target in a cell, of one kind (release or sorting)."""
    return tuple(
        s.id
        for s in kb.influences
        if s.kind == kind
        and s.source == "hypoxia"
        and s.target == target
        and s.effect == "up"
        and (not s.cells or set(lineage).intersection(s.cells))
    )


def _endogenous(
    kb: KnowledgeBase, name: str, lineage: tuple[str, ...], axes: tuple[Axis, ...], links: tuple[Link, ...]
) -> tuple[Endogenous, ...]:
    roles: dict[str, str] = {}
    for link in links:
        if link.kind == "sponge":
            roles[link.target] = "sponged"
    for axis in axes:
        if axis.recipient in lineage:
            roles.setdefault(axis.carried, "recipient")
        if axis.donor in lineage:
            roles[axis.carried] = "donor"
    return tuple(
        replace(
            vesicles.endogenous(kb.entity(cargo), cell=name, role=role),
            controls=production_controls(kb, cargo, lineage) if role == "donor" else (),
        )
        for cargo, role in sorted(roles.items())
    )


def _behaviours(row: dict) -> tuple[Behaviour, ...]:
    """What the cell does at rest: it takes up oxygen, and dies as its row says."""
    found = {"oxygen uptake": parameter("oxygen_uptake_rate", to="1/min")}
    if "death" in row:
        found["apoptosis"] = parameter(row["death"], to="1/min")
    if row.get("necrosis"):
        time = parameter("necrosis_time_at_max_rate", to="min")
        found["necrosis"] = inverse(
            time, name="necrosis_rate_max", unit="1/min", factor=1.0, why="reciprocal of the time"
        )
    return tuple(Behaviour(name=name, value=value) for name, value in found.items())


def _modulations(row: dict) -> tuple[Modulation, ...]:
    """What oxygen does to division and necrosis: linear between two levels."""
    ramps = {}
    if "doubling_time" in row:
        ramps["cycle entry"] = ("oxygen_proliferation_threshold", "oxygen_proliferation_saturation")
    if row.get("necrosis"):
        ramps["necrosis"] = ("oxygen_necrosis_threshold", "oxygen_necrosis_max")
    return tuple(
        Modulation(behaviour=name, signal="oxygen", zero=_fixed(zero, "mmHg"), one=_fixed(one, "mmHg"))
        for name, (zero, one) in ramps.items()
    )


def _division_rate(row: dict) -> Parameter:
    return inverse(
        parameter(row["doubling_time"], to="min"),
        name=f"division_rate:{row['doubling_time']}",
        unit="1/min",
        factor=_LN2,
        why="ln 2 over the doubling time",
    )


def _death(row: dict) -> Death | None:
    return Death(duration=parameter(row["dead_time"], to="min")) if "dead_time" in row else None


def _polarisation(row: dict) -> Polarisation | None:
    if "polarisation" not in row:
        return None
    rates = row["polarisation"]
    return Polarisation(
        forward=parameter(rates["forward"], to="1/min"), backward=parameter(rates["backward"], to="1/min")
    )


def _responses(read: tuple[str, ...], row: dict, tolerance: dict[str, int]) -> tuple[Response, ...]:
    responses = []
    if "M2 polarisation" in read and "polarisation" in row:
        fold = _ratio("fold_polarisation", "m1_to_m2_rate_qsp", "m1_to_m2_rate_gbm")
        responses.append(Response(phenotype="M2 polarisation", behaviour="polarisation", sign=1, fold=fold))
    if "proliferation" in read and "doubling_time" in row:
        fold = _ratio("fold_division", "doubling_time_scc25", "doubling_time_scc25_conditioned")
        responses.append(Response(phenotype="proliferation", behaviour="cycle entry", sign=1, fold=fold))
    for phenotype, sign in tolerance.items():
        fold = _ratio("fold_drug_tolerance", "tmz_ic50_resistant_t98g", "tmz_ic50_sensitive_mtt")
        responses.append(
            Response(phenotype=phenotype, behaviour="drug tolerance", sign=1 if sign > 0 else -1, fold=fold)
        )
    return tuple(responses)


def _ratio(name: str, above: str, below: str) -> Parameter:
    """Bound F of a rate: how far apart two published numbers for it lie."""
    unit = "1/min" if "rate" in above else "h" if "time" in above else "uM"
    high, low = parameter(above, to=unit), parameter(below, to=unit)
    ratio = high.value / low.value
    return Parameter(
        name=name,
        value=ratio,
        unit="dimensionless",
        prior=Prior(shape="lognormal", central=ratio, low=max(1.0, ratio / 2.0), high=ratio * 2.0),
        confidence="derived",
        source=f"ratio of {above} ({high.source}) and {below} ({low.source})",
        reference="; ".join(part for part in (high.reference, low.reference) if part),
        quoted=f"{high.quoted} / {low.quoted}",
        note="bound of how far signalling can move the rate",
    )


def _drug_kill(drug: Drug, row: dict) -> DrugKill:
    hill = _fixed(drug.hill, "dimensionless")
    divisions = _LN2 * drug.assay_time / parameter(row["doubling_time"], to="min").value
    return DrugKill(
        drug=drug.name,
        half_kill=parameter(
            drug.ic50,
            to="mmol/L",
            factor=half_kill_over_ic50(hill.value, divisions),
            name=f"half_kill:{drug.name}",
            why="lesions that kill half of the dividing cells, from the IC50 of an assay of that length",
        ),
        hill=hill,
    )


def _fixed(identifier: str, unit: str) -> Parameter:
    """Take a row as it stands, without a spread: thresholds that only make sense together, and geometry."""
    found = parameter(identifier, to=unit)
    return replace(found, prior=Prior(central=found.value))
