"""The transport class of small vesicles, and what cargo of each type needs to be simulated."""

from __future__ import annotations

import math
from dataclasses import replace

from exocosm.errors import InputError
from exocosm.knowledge import Entity
from exocosm.model import (
    Cargo,
    Control,
    Endogenous,
    Fate,
    Loading,
    Match,
    Parameter,
    Prior,
    Release,
    ReleaseModulation,
    Uptake,
    VesicleKind,
)

from .parameters import parameter

SMALL_VESICLE = "sEV"
_MIRNA, _PROTEIN, _LONG_RNA = ("miRNA",), ("gene", "protein", "complex"), ("lncRNA", "circRNA", "mRNA")


def small_vesicle() -> VesicleKind:
    """Describe small extracellular vesicles (exosomes) as one transport class."""
    return VesicleKind(
        name=SMALL_VESICLE,
        markers=("CD9", "CD63", "CD81"),
        diameter=parameter("ev_diameter_lognormal_median_recommended", to="um"),
        diameter_sigma=parameter("ev_diameter_lognormal_sigma_recommended", to="dimensionless"),
        free_diffusion=_median_diffusion(),
        hindrance=parameter("hindrance_100nm_tumour_interstitium", to="dimensionless", at_most=1.0),
        loss=parameter("vesicle_loss_37c", to="1/min"),
        wall_loss=_wall_loss(),
        smallest=_bound("smallest"),
        largest=_bound("largest"),
    )


def _median_diffusion() -> Parameter:
    """Diffusion coefficient of the median vesicle: that of 80 nm, times 80 nm over the median diameter."""
    median = parameter("ev_diameter_lognormal_median_recommended", to="um").value
    return parameter(
        "ev_diffusion_free_water_37c_80nm",
        to="um**2/min",
        factor=0.08 / median,
        name="median_vesicle_diffusion",
        why="scaled from 80 nm to the median diameter by Stokes and Einstein's 1/d",
    )


def _bound(which: str) -> Parameter:
    """Smallest or largest diameter of small vesicles, where the distribution of sizes is cut off.  [µm]"""
    row = parameter("exosome_diameter_range", to="um")
    value = row.prior.low if which == "smallest" else row.prior.high
    assert value is not None
    return replace(row, name=f"{which}_vesicle_diameter", value=value, prior=Prior(central=value))


def _wall_loss() -> Parameter:
    """First-order loss to plastic: two thirds of -ln(1 - loss in 48 h)/48 h.  [1/min]"""
    lost = parameter("ev_storage_loss_48h", to="dimensionless")

    def rate(share: float) -> float:
        return -2.0 / 3.0 * math.log1p(-share) / (48.0 * 60.0)

    prior = lost.prior
    assert prior.low is not None and prior.high is not None
    return replace(
        lost,
        name="vesicle_wall_loss",
        value=rate(lost.value),
        unit="1/min",
        prior=Prior(shape="lognormal", central=rate(lost.value), low=rate(prior.low), high=rate(prior.high)),
        confidence="derived",
        note=f"{lost.note}; about two thirds of the loss in a tube is loss to its wall",
    )


def uptake() -> Uptake:
    """Describe uptake of small vesicles by all routes together, as a clearance.

    Which route takes what share of them has not been measured for these cells. The clearance is the measured
    share of the dose taken per hour times the volume per cell of the culture it was seen in (0.5 mL with 1e5
    cells), at most the diffusion limit 4πDR of about 5e4 µm³/min.
    """
    return Uptake(
        route="all",
        matches=(Match(vesicle=SMALL_VESICLE),),
        clearance=parameter(
            "ev_uptake_fraction_per_hour_hela",
            to="1/min",
            label="um**3/min",
            factor=0.5e12 / 1e5,
            at_most=5e4,
            name="uptake_clearance",
            why="1 %/h of the dose in 0.5 mL with 1e5 cells, as a volume cleared per cell",
        ),
    )


def fate() -> Fate:
    """Describe what becomes of vesicles inside: a small share escapes to the cytosol, the rest is degraded.

    How long they stay in endosomes and how many are released again was not measured: neither is simulated.
    """
    return Fate(escape=_escape())


def _escape() -> Parameter:
    """Share of taken-up cargo that reaches the cytosol: from functional delivery to content release."""
    low = parameter("functional_delivery_vs_transfection", to="dimensionless")
    high = parameter("ev_escape_fraction_hela", to="dimensionless")
    return Parameter(
        name="endosomal_escape",
        value=(low.value * high.value) ** 0.5,
        unit="dimensionless",
        prior=Prior(
            shape="loguniform", central=(low.value * high.value) ** 0.5, low=low.value, high=high.value
        ),
        confidence="unverified",
        source=f"between {low.source} (functional delivery) and {high.source} (content release)",
        reference="; ".join(part for part in (low.reference, high.reference) if part),
        quoted=f"{low.quoted}; {high.quoted}",
        note="the two readings of escape differ 40-fold; all values between them are equally likely in log",
        at_most=1.0,
    )


def cargo(entity: Entity) -> Cargo:
    """Describe a cargo by its loss in the cytosol."""
    loss = {_MIRNA: "mirna_decay_rate", _PROTEIN: "protein_loss", _LONG_RNA: "long_rna_loss"}[_class(entity)]
    return Cargo(
        name=entity.name,
        kind=entity.type,
        entity=str(entity.id or ""),
        loss=parameter(loss, to="1/min", name=f"loss:{entity.name}"),
    )


def copies_per_vesicle(entity: Entity) -> Parameter:
    """Return the copies of a cargo per vesicle."""
    row = {
        _MIRNA: "mirna_copies_per_exosome",
        _PROTEIN: "protein_copies_per_vesicle",
        _LONG_RNA: "long_rna_copies_per_vesicle",
    }[_class(entity)]
    return parameter(
        row, to="dimensionless", label="copies/vesicle", name=f"copies_per_vesicle:{entity.name}"
    )


def loading(
    entity: Entity,
    *,
    enriched_by_hypoxia: bool,
    statements: tuple[str, ...],
    controls: tuple[Control, ...] = (),
) -> Loading:
    """Describe how a donor loads a cargo; enrichment in hypoxia is known in direction only."""
    fold = parameter("cargo_enrichment_hypoxia", to="dimensionless", name=f"hypoxic_enrichment:{entity.name}")
    return Loading(
        cargo=entity.name,
        copies=copies_per_vesicle(entity),
        modulator="hypoxia" if enriched_by_hypoxia else None,
        modulator_fold=fold if enriched_by_hypoxia else None,
        controls=controls,
        statements=statements,
    )


def endogenous(entity: Entity, *, cell: str, role: str) -> Endogenous:
    """Describe what a cell holds of a cargo at rest; `role` is donor, recipient or sponged."""
    rows = {
        _MIRNA: {
            "donor": "mirna_copies_donor",
            "recipient": "mirna_copies_recipient",
            "sponged": "mirna_copies_sponged",
        },
        _PROTEIN: {"donor": "protein_copies_donor", "recipient": "protein_copies_recipient"},
        _LONG_RNA: {"donor": "long_rna_copies_donor", "recipient": "long_rna_copies_recipient"},
    }[_class(entity)]
    copies = parameter(
        rows[role], to="dimensionless", label="copies", name=f"copies_at_rest:{entity.name}:{cell}"
    )
    return Endogenous(cargo=entity.name, copies=copies)


def release(
    rate_row: str,
    *,
    cell: str,
    by_hypoxia: tuple[str, ...],
    loadings: tuple[Loading, ...],
    controls: tuple[Control, ...] = (),
) -> Release:
    """Describe the release of small vesicles by one kind of cell; `by_hypoxia` names the statements.

    Vesicles come from multivesicular bodies. Budding and apoptotic bodies are left out: nobody counted them
    for these cells. The shares of bodies that fuse and that form by way of ceramide enter only where a gene
    works at one of these steps.
    """
    steps = {control.step for control in controls}
    return Release(
        vesicle=SMALL_VESICLE,
        rate=parameter(rate_row, to="1/min", label="vesicles/min", name=f"release_rate:{cell}"),
        burst=parameter("ilv_per_mvb", to="dimensionless", label="vesicles"),
        loadings=loadings,
        modulations=(
            (
                ReleaseModulation(
                    modulator="hypoxia", fold=parameter("ev_release_fold_hypoxia_typical", to="dimensionless")
                ),
            )
            if by_hypoxia
            else ()
        ),
        ceramide=ceramide_share() if steps & {"escrt", "ceramide"} else None,
        fused=_fused() if steps & {"fusion", "lysosome"} else None,
        controls=controls,
        statements=by_hypoxia,
    )


def ceramide_share() -> Parameter:
    """Share of formation by way of ceramide: what release falls by when GW4869 blocks that way."""
    return parameter("ev_release_cut_gw4869_typical", to="dimensionless", at_most=1.0)


def _fused() -> Parameter:
    return parameter("mvb_fused_share", to="dimensionless", at_most=1.0)


def _class(entity: Entity) -> tuple[str, ...]:
    for group in (_MIRNA, _PROTEIN, _LONG_RNA):
        if entity.type in group:
            return group
    known = sorted((*_MIRNA, *_PROTEIN, *_LONG_RNA))
    raise InputError(
        f"Cargo `{entity.name}` of type {entity.type} cannot be simulated yet. Known types: {known}."
    )
