"""Release, uptake and fate of vesicles as plain arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from exocosm.errors import InputError
from exocosm.model import MODULATORS, STEPS, CellKind, Control, Loading, Model, Release, VesicleKind

from .laws.mobility import mean_mobility, slit_hindrance
from .laws.uptake import diffusion_limit

NO_ROUTE, MVB, BUDDING, APOPTOTIC = range(4)
ROUTES = {"mvb": MVB, "budding": BUDDING, "apoptotic": APOPTOTIC}
RELEASE_STEP, ESCRT, CERAMIDE, LYSOSOME, FUSION, BUDDING_STEP = range(6)
ENDOSOME, CYTOSOL, SURFACE = range(3)
DESTINATIONS = {"endosome": ENDOSOME, "cytosol": CYTOSOL, "surface": SURFACE}


@dataclass(frozen=True)
class CompiledRelease:
    """Release over cell kinds (k), vesicle classes (v), cargoes (c), steps (s) and modulators (m)."""

    route: np.ndarray  # (k, v) int
    rate: np.ndarray  # (k, v) [events/min] at rest: bodies formed, or buds; of apoptosis events per death
    burst: np.ndarray  # (k, v) vesicles per event
    ceramide: np.ndarray  # (k, v) share of formation
    fusion: np.ndarray  # (k, v) [1/min], or a share where bodies leave at once
    lysosome: np.ndarray  # (k, v) likewise
    pooled: np.ndarray  # (k, v) bool: bodies wait in a pool
    step: np.ndarray  # (k, v, s) factors by treatments and genes
    step_ln: np.ndarray  # (k, v, s, m) ln of the fold by a full signal
    modulated: np.ndarray  # (k, v) bool: any of them is not 0
    load: np.ndarray  # (k, v, c) copies per vesicle at rest
    load_ln: np.ndarray  # (k, v, c) ln of the fold by a full signal
    load_modulator: np.ndarray  # (k, v, c) int
    at_rest: np.ndarray  # (k, v) the behaviour "<class> release" while nothing changes it

    def steady(self) -> np.ndarray:
        """Return the vesicles (k, v) a cell without signals releases per minute in the long run [1/min].

        Treatments and genes are in it; apoptotic bodies, which need a death, are not.
        """
        fusion, lysosome = self.fusion * self.step[..., FUSION], self.lysosome * self.step[..., LYSOSOME]
        total = fusion + lysosome
        share = np.divide(fusion, total, where=total > 0.0, out=np.zeros_like(total))
        parts = (1.0 - self.ceramide) * self.step[..., ESCRT] + self.ceramide * self.step[..., CERAMIDE]
        factor = np.where(self.route == MVB, parts * share, self.step[..., BUDDING_STEP])
        living = (self.route == MVB) | (self.route == BUDDING)
        return living * self.burst * self.rate * self.at_rest * self.step[..., RELEASE_STEP] * factor


@dataclass(frozen=True)
class CompiledUptake:
    """Uptake over cell kinds (k), their routes (r), vesicle classes (v) and modulators (m)."""

    n_routes: np.ndarray  # (k,) int
    clearance: np.ndarray  # (k, r) [µm³/min] while vesicles are few and match 1
    match: np.ndarray  # (k, r, v) how well a class fits
    half: np.ndarray  # (k, r) [vesicles/µm³], inf where a route never fills up
    destination: np.ndarray  # (k, r) int
    ln: np.ndarray  # (k, r, m) ln of the fold by a full signal
    limit: np.ndarray  # (k, v) [µm³/min] what diffusion can bring

    @property
    def docks(self) -> bool:
        """Some route leads to the surface."""
        return bool(np.any(self.destination == SURFACE))


@dataclass(frozen=True)
class CompiledFate:
    """What becomes of vesicles in and on a cell, over cell kinds (k)."""

    escape: np.ndarray  # (k,) share of what leaves endosomes
    recycled: np.ndarray  # (k,) share
    exit: np.ndarray  # (k,) [1/min], inf: at once
    detach: np.ndarray  # (k,) [1/min]
    internalise: np.ndarray  # (k,) [1/min]
    gives_back: bool  # some vesicles return to the medium
    surface: np.ndarray  # (c,) bool: cargo that acts from outside


def compile_release(model: Model, vesicles: tuple[str, ...], cargoes: tuple[str, ...]) -> CompiledRelease:
    """Turn the releases of all cell kinds into arrays."""
    modulators = modulators_of(model)
    k, v, c, m = len(model.cell_kinds), len(vesicles), len(cargoes), len(modulators)
    made = CompiledRelease(
        route=np.zeros((k, v), dtype=np.int64),
        rate=np.zeros((k, v)),
        burst=np.ones((k, v)),
        ceramide=np.zeros((k, v)),
        fusion=np.ones((k, v)),
        lysosome=np.zeros((k, v)),
        pooled=np.zeros((k, v), dtype=bool),
        step=np.ones((k, v, len(STEPS))),
        step_ln=np.zeros((k, v, len(STEPS), m)),
        modulated=np.zeros((k, v), dtype=bool),
        load=np.zeros((k, v, c)),
        load_ln=np.zeros((k, v, c)),
        load_modulator=np.zeros((k, v, c), dtype=np.int64),
        at_rest=np.array(
            [[release_at_rest(kind, name) for name in vesicles] for kind in model.cell_kinds]
        ).reshape(k, v),
    )
    for i, kind in enumerate(model.cell_kinds):
        held = {amount.cargo for amount in kind.endogenous if amount.copies.value > 0}
        for release in kind.releases:
            at = i, vesicles.index(release.vesicle)
            _fill_route(made, at, release, modulators)
            for loading in release.loadings:
                if loading.cargo not in held and loading.copies.value > 0:
                    raise InputError(
                        f"Cell kind `{kind.name}` loads `{loading.cargo}` but holds none at rest. "
                        "Give it an endogenous amount."
                    )
                here = (*at, cargoes.index(loading.cargo))
                made.load[here] = loading.copies.value * controlled(loading.controls)
                name, made.load_ln[here] = modulation(loading)
                made.load_modulator[here] = modulators.index(name)
    return made


def modulators_of(model: Model) -> tuple[str, ...]:
    """Return the signals that act on release, loading or uptake of any cell kind, hypoxia always first."""
    used = {"hypoxia"}
    for kind in model.cell_kinds:
        for release in kind.releases:
            used |= {change.modulator for change in release.modulations}
            used |= {modulation(loading)[0] for loading in release.loadings}
        for uptake in kind.uptakes:
            used |= {change.modulator for change in uptake.modulations}
    return tuple(sorted(used, key=MODULATORS.index))


def release_at_rest(kind: CellKind, vesicle: str) -> float:
    """Return the base value of the behaviour "<class> release" of a kind, 1 where none is given."""
    given = kind.behaviour(f"{vesicle} release")
    return 1.0 if given is None else given.value


def _fill_route(
    made: CompiledRelease, at: tuple[int, int], release: Release, modulators: tuple[str, ...]
) -> None:
    burst = 1.0 if release.burst is None else max(1.0, float(round(release.burst.value)))
    fused = 1.0 if release.fused is None else release.fused.value
    turnover = 1.0 if release.turnover is None else release.turnover.value
    made.route[at] = ROUTES[release.route]
    made.burst[at] = burst
    made.rate[at] = release.rate.value / burst / fused
    made.ceramide[at] = 0.0 if release.ceramide is None else release.ceramide.value
    made.fusion[at], made.lysosome[at] = turnover * fused, turnover * (1.0 - fused)
    made.pooled[at] = release.turnover is not None
    for inhibition in release.inhibitions:
        made.step[(*at, STEPS.index(inhibition.step))] *= 1.0 - inhibition.share.value
    for control in release.controls:
        made.step[(*at, STEPS.index(control.step))] *= control.factor()
    for change in release.modulations:
        here = (*at, STEPS.index(change.step), modulators.index(change.modulator))
        made.step_ln[here] += math.log(change.fold.value)
    made.modulated[at] = bool(np.any(made.step_ln[at] != 0.0))


def compile_uptake(
    model: Model, vesicles: tuple[str, ...], radius: np.ndarray, diffusion: np.ndarray
) -> CompiledUptake:
    """Turn the routes of uptake of all cell kinds into arrays."""
    k, v, modulators = len(model.cell_kinds), len(vesicles), modulators_of(model)
    r = max((len(kind.uptakes) for kind in model.cell_kinds), default=0)
    made = CompiledUptake(
        n_routes=np.array([len(kind.uptakes) for kind in model.cell_kinds], dtype=np.int64),
        clearance=np.zeros((k, r)),
        match=np.zeros((k, r, v)),
        half=np.full((k, r), np.inf),
        destination=np.zeros((k, r), dtype=np.int64),
        ln=np.zeros((k, r, len(modulators))),
        limit=_limit(model, radius, diffusion),
    )
    for i, kind in enumerate(model.cell_kinds):
        for j, uptake in enumerate(kind.uptakes):
            left = math.prod(1.0 - share.value for share in uptake.inhibitions)
            made.clearance[i, j] = uptake.clearance.value * left
            for match in uptake.matches:
                factor = 1.0 if match.factor is None else match.factor.value
                made.match[i, j, vesicles.index(match.vesicle)] = factor
            if uptake.half_saturation is not None:
                made.half[i, j] = uptake.half_saturation.value
            made.destination[i, j] = DESTINATIONS[uptake.destination]
            for change in uptake.modulations:
                made.ln[i, j, modulators.index(change.modulator)] += math.log(change.fold.value)
    return made


def _limit(model: Model, radius: np.ndarray, diffusion: np.ndarray) -> np.ndarray:
    return np.array([[diffusion_limit(d, r) for d in diffusion] for r in radius]).reshape(
        len(radius), len(diffusion)
    )


def compile_fate(model: Model) -> CompiledFate:
    """Turn the fates of all cell kinds into arrays."""
    fates = [kind.fate for kind in model.cell_kinds]

    def column(name: str, absent: float) -> np.ndarray:
        found = [getattr(fate, name) if fate else None for fate in fates]
        return np.array([absent if x is None else x.value for x in found], dtype=float)

    escape, recycled, detach = column("escape", 0.0), column("recycled", 0.0), column("detach", 0.0)
    return CompiledFate(
        escape=escape,
        recycled=np.minimum(recycled, 1.0 - escape),
        exit=column("exit", math.inf),
        detach=detach,
        internalise=column("internalise", 0.0),
        gives_back=bool(np.any(recycled > 0.0) or np.any(detach > 0.0)),
        surface=np.array([cargo.surface for cargo in model.cargoes], dtype=bool),
    )


def cargo_levels(model: Model, vesicles: tuple[str, ...], cargoes: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return what each kind holds at rest and at the start, and the production that keeps it up against
    loss and resting export; all (k, c). Treatments of release do not enter: production stays as it was.
    """
    k, c = len(model.cell_kinds), len(cargoes)
    rest, factor, export = np.zeros((k, c)), np.ones((k, c)), np.zeros((k, c))
    for i, kind in enumerate(model.cell_kinds):
        for amount in kind.endogenous:
            j = cargoes.index(amount.cargo)
            rest[i, j] = amount.copies.value
            factor[i, j] = 1.0 if amount.production_factor is None else amount.production_factor.value
            factor[i, j] *= controlled(amount.controls)
        for release in kind.releases:
            for loading in release.loadings:
                if release.route != "apoptotic":
                    rate = release.rate.value * release_at_rest(kind, release.vesicle)
                    export[i, cargoes.index(loading.cargo)] += rate * loading.copies.value
    loss = np.array([cargo.loss.value for cargo in model.cargoes])
    return {
        "rest_copies": rest,
        "start_copies": rest * factor,
        "production": factor * (rest * loss + export),
    }


def effective_diffusion(model: Model) -> np.ndarray:
    """Return the diffusion coefficient (v,) of every class in this domain, a mean over sizes [µm²/min]."""
    return np.array([coefficient(model, kind) * mobility(model, kind) for kind in model.vesicle_kinds])


def coefficient(model: Model, kind: VesicleKind) -> float:
    """Return D of the median vesicle of a class, but for the width of the gaps [µm²/min]."""
    return kind.free_diffusion.value * (1.0 if model.domain.well_mixed else kind.hindrance.value)


def mobility(model: Model, kind: VesicleKind) -> float:
    """Return the factor on it that sizes and the gaps between cells make.  [1]"""
    gap = None if model.domain.well_mixed else model.domain.gap
    ratio = 0.0 if gap is None else kind.diameter.value / gap.value
    bounds = size_bounds(kind)
    return slit_hindrance(ratio) if bounds is None else mean_mobility(*bounds, ratio)


def size_bounds(kind: VesicleKind) -> tuple[float, float, float] | None:
    """Return width, and smallest and largest of ln(d/median); None for a class of one size."""
    if kind.smallest is None or kind.largest is None or kind.diameter_sigma.value <= 0.0:
        return None
    median = kind.diameter.value
    low, high = math.log(kind.smallest.value / median), math.log(kind.largest.value / median)
    return kind.diameter_sigma.value, low, high


def matrix_binding(model: Model) -> np.ndarray:
    """Return the rates (v, 3) of binding to matrix, coming off it, and loss there [1/min]; none in a dish."""
    rates = np.zeros((len(model.vesicle_kinds), 3))
    for v, kind in enumerate(model.vesicle_kinds):
        if kind.binding is not None and not model.domain.well_mixed:
            rates[v] = kind.binding.on.value, kind.binding.off.value, kind.binding.loss.value
    return rates


def controlled(controls: tuple[Control, ...]) -> float:
    """Return the factor that genes of the donor put on what they control, 1 at rest."""
    return math.prod(control.factor() for control in controls)


def modulation(loading: Loading) -> tuple[str, float]:
    """Return which signal acts on a loading, and ln of the fold of a full one; hypoxia and 0 without."""
    if loading.modulator is None:
        return "hypoxia", 0.0
    if loading.modulator not in MODULATORS or loading.modulator_fold is None:
        raise InputError(
            f"Modulator {loading.modulator!r} is not known or has no fold. Known: {sorted(MODULATORS)}."
        )
    return loading.modulator, math.log(loading.modulator_fold.value)
