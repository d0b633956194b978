"""The dose question: vesicles per recipient that an effect needs, against what arrives."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from exocosm.model import CellKind, Link, Model

CHANGE = 0.2  # of the direct target: the smallest effect asked for
PLAUSIBLE, OUT_OF_REACH = 1.0, 0.01
_COPIES_MAX = 1e12


@dataclass(frozen=True, kw_only=True)
class Need:
    """What one axis needs in one draw: cytosolic copies C*, and taken-up vesicles per recipient."""

    copies: float
    vesicles: float
    vesicles_per_copy: float  # 1/(q f_esc): vesicles at resting load behind one cytosolic copy
    uptake_share: float  # f_in: share of an offered dose that is taken up in a dish


def verdict(ratio: float) -> str:
    """Put the ratio of delivered to needed dose into words."""
    if not math.isfinite(ratio):
        return "unknown"
    if ratio >= PLAUSIBLE:
        return "plausible"
    return "implausible in this set-up" if ratio >= OUT_OF_REACH else "out of reach"


def links_of_axis(kind: CellKind, axis: str) -> tuple[Link, ...]:
    """Return the links that an axis contributes to its recipient."""
    return tuple(link for link in kind.network.links if axis in link.statements)


def need(model: Model, recipient: str, axis: str, cargo: str, duration: float) -> Need:
    """Compute N = C*/(q f_esc r), the vesicles a recipient must take up within `duration` [min].

    C* are the copies for a 20 % change of the direct target, q copies per vesicle, f_esc the share that
    reaches the cytosol, r = (1 - exp(-δT))/(δT) the share not yet lost, δ the loss rate in the cell. An
    offered dose in a dish is taken up to f_in = 1 - exp(-kT). All at the numbers of the given model.
    """
    kind = model.cell_kind(recipient)
    copies = copies_needed(kind, axis, cargo)
    q = next(
        loading.copies.value
        for donor in model.cell_kinds
        for release in donor.releases
        for loading in release.loadings
        if loading.cargo == cargo
    )
    clearance = sum(uptake.clearance.value for uptake in kind.uptakes)
    escape = kind.fate.escape.value if kind.fate else 0.0
    decay = model.cargo(cargo).loss.value * duration
    retained = -math.expm1(-decay) / decay if decay > 0 else 1.0
    cells = sum(p.count for p in model.placements if p.kind == recipient)
    rate = clearance * cells / (model.domain.voxel_volume * math.prod(model.domain.shape))
    return Need(
        copies=copies,
        vesicles=copies / (q * escape * retained),
        vesicles_per_copy=1.0 / (q * escape),
        uptake_share=-math.expm1(-rate * duration),
    )


def copies_needed(kind: CellKind, axis: str, cargo: str) -> float:
    """Return C*: copies above rest that change the direct target by 20 %; inf when no amount does."""
    links = links_of_axis(kind, axis)
    rest = {amount.cargo: amount.copies.value for amount in kind.endogenous}
    direct = [link for link in links if link.cargo == cargo]
    found = [_copies_for_link(kind, link, links, rest) for link in direct]
    return min(found, default=math.inf)


def target_of(kind: CellKind, axis: str, cargo: str) -> str:
    """Name the target whose 20 % change the dose is computed for: the one that needs the fewest copies."""
    links = links_of_axis(kind, axis)
    rest = {amount.cargo: amount.copies.value for amount in kind.endogenous}
    direct = [link for link in links if link.cargo == cargo]
    if not direct:
        return ""
    nearest = min(direct, key=lambda link: _copies_for_link(kind, link, links, rest))
    behind = [link for link in links if nearest.kind == "sponge" and link.cargo == nearest.target]
    return behind[0].target if behind else nearest.target


def _copies_for_link(kind: CellKind, link: Link, links: tuple[Link, ...], rest: dict[str, float]) -> float:
    half, at_rest = link.half_effect.value, rest.get(link.cargo, 0.0)
    if link.kind == "repression":  # (1 + M0/K)/(1 + M/K) = 1 - change
        return (half + at_rest) * CHANGE / (1.0 - CHANGE)
    if link.kind == "drive":
        return (math.exp(_logit_step(kind, link)) - 1.0) * (half + at_rest)
    return _sponge_copies(link, links, rest)


def _logit_step(kind: CellKind, link: Link) -> float:
    b = kind.network.nodes[kind.network.index(link.target)].resting.value
    aimed = b * (1.0 + CHANGE) if link.sign > 0 else b * (1.0 - CHANGE)
    if aimed >= 1.0:
        return math.inf
    return abs(math.log(aimed / (1.0 - aimed)) - math.log(b / (1.0 - b)))


def _sponge_copies(sponge: Link, links: tuple[Link, ...], rest: dict[str, float]) -> float:
    """Copies of a sponge that raise the miRNA's own target by 20 %, or lower the free miRNA by 20 %."""
    half, sites = sponge.half_effect.value, rest.get(sponge.cargo, 0.0)
    total = rest[sponge.target]
    free = _free(total, sites, half)
    behind = [link for link in links if link.cargo == sponge.target and link.kind == "repression"]
    if behind:
        k = behind[0].half_effect.value
        aimed = (k + free) / (1.0 + CHANGE) - k
    else:
        aimed = free * (1.0 - CHANGE)
    if aimed <= 0.0:
        return math.inf  # even without any of the miRNA the target would not rise by as much
    return max(0.0, (total - aimed) * (half + aimed) / aimed - sites)


def _free(total: float, sites: float, half: float) -> float:
    """Free miRNA M of M_T = M + B M/(K + M): the positive root of a quadratic."""
    b = half + sites - total
    return 0.5 * (-b + math.sqrt(b * b + 4.0 * half * total))


def summary(values: np.ndarray) -> tuple[float, float, float]:
    """Return median and 90 % interval; infinite values count as larger than any number, NaN is left out."""
    values = values[~np.isnan(values)]
    if not values.size:
        return math.nan, math.nan, math.nan
    capped = np.where(np.isfinite(values), values, _COPIES_MAX * _COPIES_MAX)
    low, middle, high = np.quantile(capped, [0.05, 0.5, 0.95], method="linear")
    return tuple(float(v) if v < _COPIES_MAX * 1e6 else math.inf for v in (middle, low, high))  # type: ignore[return-value]
