"""Uptake of vesicles and their cargo, voxel by voxel in plain Python."""

from __future__ import annotations

import math

from ...compiled import Compiled
from ...compiled_vesicles import CYTOSOL, SURFACE
from ...exchange import behaviour_values
from ...laws import fate as fate_laws
from ...laws import sampling
from ...laws import uptake as laws
from ...laws.random import (
    COPIES,
    COPIES_OF_FRACTION,
    COPY_FRACTION,
    COPY_SHARE,
    DESTINATION,
    FRACTION,
    SHARE,
    UPTAKE,
    uniform,
)
from ...state import State
from .release import place


def take_up(compiled: Compiled, state: State, order, first, dt: float, seed: int) -> None:
    """Let the living cells of each voxel take up whole vesicles and whole copies for `dt` [min].

    `order` lists living cells voxel by voxel, group g being order[first[g]:first[g + 1]]. Vesicles go where
    the route leads: into endosomes, to the surface, or straight into the cytosol.
    """
    for start, stop in zip(first[:-1], first[1:], strict=True):
        members = [int(i) for i in order[start:stop]]
        where = place(compiled, state.cells["voxel"][members[0]])
        density = [
            float(n) / compiled.model.domain.voxel_volume for n in state.fields["vesicles"][(..., *where)]
        ]
        for v in range(len(compiled.vesicles)):
            rates = [clearances(compiled, state, i, v, density) for i in members]
            _of_class(compiled, state, members, rates, v, dt, seed)


def clearances(compiled: Compiled, state: State, cell: int, v: int, density) -> tuple[float, float, float]:
    """Return the volume a cell empties of a class per minute: in all, into its cytosol, onto its surface.

    `density` (v,) is vesicles per µm³. The behaviour "<class> uptake" multiplies every route; together they
    take at most what diffusion brings.  [µm³/min]
    """
    factor = float(behaviour_values(compiled, state, compiled.at.vesicle + 2 * v + 1)[cell])
    data, kind = compiled.uptake, state.cells["kind"][cell]
    parts = dict.fromkeys(range(3), 0.0)
    for r in range(data.n_routes[kind]):
        load = sum(float(a) * n for a, n in zip(data.match[kind, r], density, strict=True))
        free = data.clearance[kind, r] * math.exp(float(data.ln[kind, r] @ state.cells["modulators"][cell]))
        parts[int(data.destination[kind, r])] += factor * laws.route_clearance(
            free, data.match[kind, r, v], load, data.half[kind, r]
        )
    total = sum(parts.values())
    limit = data.limit[kind, v]
    scale = limit / total if total > limit else 1.0
    return min(total, limit), parts[CYTOSOL] * scale, parts[SURFACE] * scale


def _of_class(compiled: Compiled, state: State, members, rates, v: int, dt: float, seed: int) -> None:
    fields, books = state.fields, state.vesicle_books
    voxel = int(state.cells["voxel"][members[0]])
    where = place(compiled, voxel)
    number = float(fields["vesicles"][(v, *where)])
    total = sum(rate for rate, _, _ in rates)
    if total == 0.0 or number == 0.0:
        return
    p = laws.capture_probability(total, compiled.model.domain.voxel_volume, dt)
    site = voxel * len(compiled.vesicles) + v
    whole = math.floor(number)
    fraction = number - whole
    of_whole = sampling.binomial(whole, p, seed, UPTAKE, state.step, site)
    of_fraction = 1 if uniform(seed, FRACTION, state.step, site, 0) < fraction * p else 0
    rest = 0.0 if of_fraction else laws.left_of_fraction(fraction, p)
    left = whole - of_whole + rest
    fields["vesicles"][(v, *where)] = left
    books["unsettled"][v] += number - left - (of_whole + of_fraction)
    books["taken"][v] += of_whole + of_fraction
    got = _shared(of_whole + of_fraction, rates, state, members, len(compiled.vesicles), v, seed)
    ways = [
        _hand_over(compiled, state, i, v, n, rate, seed)
        for i, n, rate in zip(members, got, rates, strict=True)
    ]
    for c in range(len(compiled.cargoes)):
        content = float(fields["cargo"][(v, c, *where)])
        if content == 0.0:
            continue
        key = site * len(compiled.cargoes) + c
        on_whole = content * (whole / number) if fraction > 0.0 else content
        kept, drawn = _from_whole(on_whole, whole, of_whole, key, state.step, seed)
        if of_fraction:
            drawn += sampling.poisson(content / number, seed, COPIES_OF_FRACTION, state.step, key)
        elif fraction > 0.0:
            kept += (content - on_whole) * (rest / fraction)
        fields["cargo"][(v, c, *where)] = kept
        state.cargo_books["unsettled"][v, c] += content - kept - drawn
        state.cargo_books["taken"][v, c] += drawn
        _hand_over_copies(compiled, state, members, ways, v, c, drawn, seed)


def _from_whole(content: float, whole: int, taken: int, key: int, step: int, seed: int) -> tuple[float, int]:
    """Draw the copies that go with `taken` of `whole` vesicles: (what is left, whole copies drawn)."""
    if taken == 0:
        return content, 0
    share = taken / whole
    copies = math.floor(content)
    fraction = content - copies
    drawn = sampling.binomial(copies, share, seed, COPIES, step, key)
    if uniform(seed, COPY_FRACTION, step, key, 0) < fraction * share:
        return float(copies - drawn), drawn + 1
    return copies - drawn + laws.left_of_fraction(fraction, share), drawn


def _shared(count: int, rates, state: State, members, n_classes: int, v: int, seed: int) -> list[int]:
    """Share whole vesicles among cells by their rates: a chain of conditional binomial draws."""
    portions, left = [], count
    for j, i in enumerate(members):
        weight = 0.0
        for rate, _, _ in reversed(rates[j:]):
            weight += rate
        key = int(state.cells["id"][i]) * n_classes + v
        share = rates[j][0] / weight if weight > 0.0 else 0.0
        got = sampling.binomial(left, share, seed, SHARE, state.step, key)
        portions.append(got)
        left -= got
    return portions


def _hand_over(compiled: Compiled, state: State, i: int, v: int, count: int, rate, seed: int):
    """Send the vesicles a cell took where its routes lead: (count, into the cytosol, onto the surface)."""
    total, cytosol, surface = rate
    key = (int(state.cells["id"][i]) * len(compiled.vesicles) + v) * 2
    straight = docked = 0
    if count and cytosol > 0.0:
        straight = sampling.binomial(count, cytosol / total, seed, DESTINATION, state.step, key)
    if count and surface > 0.0:
        share = fate_laws.next_share(surface / total, cytosol / total)
        docked = sampling.binomial(count - straight, share, seed, DESTINATION, state.step, key + 1)
    state.cells["taken"][i, v] += count
    if docked:
        state.cells["docked"][i, v] += docked
    state.cells["endosome"][i, v] += count - straight - docked
    state.vesicle_books["cytosolic"][v] += straight
    return count, straight, docked


def _hand_over_copies(compiled: Compiled, state: State, members, ways, v: int, c: int, drawn, seed) -> None:
    """Copies go with the vesicles: each of those taken is as likely as the others to hold one."""
    left, weight = drawn, sum(count for count, _, _ in ways)
    n_streams = len(compiled.cargoes) * 3
    for i, (count, straight, docked) in zip(members, ways, strict=True):
        if left == 0:
            return
        if count == 0:
            continue
        key = (int(state.cells["id"][i]) * len(compiled.vesicles) + v) * n_streams + c * 3
        got = sampling.binomial(left, count / weight, seed, COPY_SHARE, state.step, key)
        left -= got
        weight -= count
        into = sampling.binomial(got, straight / count, seed, COPY_SHARE, state.step, key + 1)
        onto = 0
        if docked:
            onto = sampling.binomial(
                got - into, docked / (count - straight), seed, COPY_SHARE, state.step, key + 2
            )
        state.cells["copies"][i, c] += into
        state.cells["delivered"][i, c] += into
        state.cargo_books["cytosolic"][v, c] += into
        if onto:
            state.cells["docked_copies"][i, v, c] += onto
        state.cells["endosome_copies"][i, v, c] += got - into - onto
