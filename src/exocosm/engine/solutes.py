"""Dissolved substances over one step of the cells: each field by its own scheme."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from exocosm.errors import RunError

from .compiled import Compiled
from .compiled_fields import CompiledField
from .exchange import CellExchange, cell_exchange
from .lod import LodProblem
from .state import State
from .stepping import advance_within, even_steps

_MOST_ITERATIONS = 2000
_USUAL_OXYGEN = 38.0  # [mmHg], the level to which the tolerance of steady fields belongs


class Solutes:
    """Brings all fields of a run up to date. Holds nothing but operators worked out before."""

    def __init__(self, compiled: Compiled, backend: SimpleNamespace, steady_tolerance: float) -> None:
        self.compiled = compiled
        self.backend = backend
        self.steady_tolerance = steady_tolerance
        self._plans: dict[int, tuple[float, np.ndarray | None, object]] = {}
        self._acts: dict[int, object] = {}  # exchange of fields in split steps, whose memory is used again

    def follow(self, state: State, dt: float, exchange: CellExchange | None = None) -> np.ndarray:
        """Advance by `dt` [min] every field that is followed in time; returns the drug (n,) that reacted.

        It is what reacted and harms where each cell is [mmol/L].

        Raises
        ------
        RunError : if a field cannot be followed as exactly as asked
        """
        compiled, cells = self.compiled, state.cells
        followed = [i for i, field in enumerate(compiled.fields) if field.scheme != "steady"]
        exchange = exchange or cell_exchange(compiled, state, followed)
        filled, drug = self._filled(state), np.zeros(state.n_cells)
        for i, field in enumerate(compiled.fields):
            harms = compiled.drug_field == i  # kinds of cell
            # What reacts is summed up only of what harms.
            reacted = np.zeros(state.fields["solute"][i].size) if harms.any() else None
            self._advance(state, i, field, exchange, filled, dt, reacted)
            if reacted is not None:
                drug += np.where(harms[cells["kind"]], reacted[cells["voxel"]], 0.0)
        return drug

    def settle(self, state: State, exchange: CellExchange | None = None) -> None:
        """Bring every steady field to its steady state among the cells where they are.

        Raises
        ------
        RunError : if a field has no steady state
        """
        fields = self.compiled.fields
        steady = [i for i, field in enumerate(fields) if field.scheme == "steady" and not field.clamped]
        exchange = exchange or cell_exchange(self.compiled, state, steady)
        for i in steady:
            self._settle(state, i, fields[i], exchange)

    def _advance(
        self,
        state: State,
        i: int,
        field: CompiledField,
        exchange: CellExchange,
        filled: np.ndarray,
        dt: float,
        reacted: np.ndarray | None,
    ) -> None:
        """Advance one field by its scheme, and add what reacted of it where that is asked for."""
        values = state.fields["solute"][i].reshape(-1)
        if field.clamped or field.scheme == "steady":
            if reacted is not None:
                share = 1.0 - np.exp(-field.loss * dt) if field.clamped else field.loss * dt
                reacted += share * values
            return
        sink, source = self._exchange(state, i, exchange, filled)
        follow = {"adi": self._follow, "lod": self._sweep, "conservative": self._transport}[field.scheme]
        follow(state, i, field, sink, source, dt, reacted)

    def _settle(self, state: State, i: int, field: CompiledField, exchange: CellExchange) -> None:
        sink, source = self._exchange(state, i, exchange)
        tolerance = self._tolerance(state, i, field, sink, source)
        sink += field.loss
        _, residual = self.backend.steady.steady(
            state.fields["solute"][i], field.rate, self._share(state, field), sink, source,
            field.weights, field.values, tolerance, _MOST_ITERATIONS,
        )  # fmt: skip
        if residual > tolerance:
            raise RunError(
                f"Field `{field.name}` reached no steady state at {state.time / 60:.2f} h: the residual is "
                f"{residual:g} with a tolerance of {tolerance:g}. A field that is secreted needs "
                "a loss, an uptake or a fixed face."
            )

    def _tolerance(
        self, state: State, i: int, field: CompiledField, sink: np.ndarray, source: np.ndarray
    ) -> float:
        """Return the largest scaled residual of a steady field: as that of oxygen is to what comes in there.

        What comes in is the level that faces hold, or what cells give to a voxel before it spreads.
        """
        per_minute = sink + field.loss + field.rate
        given = np.divide(source, per_minute, out=np.zeros_like(source), where=per_minute > 0.0)
        level = max(float(given.max()), float(np.max(field.values * (field.weights > 0.0), initial=0.0)))
        if level == 0.0:  # nothing comes in: the field empties from where it is
            level = float(state.fields["solute"][i].max())
        return (
            self.steady_tolerance * min(1.0, level / _USUAL_OXYGEN) if level > 0.0 else self.steady_tolerance
        )

    def _follow(
        self,
        state: State,
        i: int,
        field: CompiledField,
        sink: np.ndarray,
        source: np.ndarray,
        dt: float,
        reacted: np.ndarray | None,
    ) -> None:
        share = self._share(state, field)
        adi, values = self.backend.adi, state.fields["solute"][i]
        operator = (field.rate, share, field.loss, sink, source, field.weights, field.values)

        def advance(u: np.ndarray, length: float, steps: int) -> None:
            adi.advance(u, *operator, length, steps)

        def react(length: float, before: np.ndarray, after: np.ndarray) -> None:
            if reacted is not None:
                reacted[:] += field.loss * length * 0.5 * (before + after).reshape(-1)

        if field.tolerance is None:
            assert field.step is not None
            steps, length = even_steps(dt, field.step)
            before = values if reacted is None else values.copy()
            advance(values, length, steps)
            react(dt, before, values)
            return
        state.fields["solute_step"][i] = advance_within(
            values, advance, lambda u: adi.slope(u, *operator), sink + self._evening(field), dt,
            field.tolerance, float(state.fields["solute_step"][i]), react, field.name,
        )  # fmt: skip

    def _sweep(
        self,
        state: State,
        i: int,
        field: CompiledField,
        sink: np.ndarray,
        source: np.ndarray,
        dt: float,
        reacted: np.ndarray | None,
    ) -> None:
        """The classic split scheme: diffusion along each axis in turn, then cells, in each step."""
        assert field.step is not None
        steps, length = even_steps(dt, field.step)
        values = state.fields["solute"][i : i + 1]
        plan = self._lod_plan(i, field, length)
        acts = self.backend.lod.exchange(plan, source[None], sink[None], into=self._acts.get(i))
        self._acts[i] = acts
        before = values if reacted is None else values.copy()
        self.backend.lod.advance(values, plan, steps, exchange=acts, taken=(state.step - 1) * steps)
        if reacted is not None:
            reacted += field.loss * dt * 0.5 * (before + values).reshape(-1)

    def _lod_plan(self, i: int, field: CompiledField, length: float) -> object:
        known = self._plans.get(i)
        if known is not None and known[0] == length:
            return known[2]
        domain = self.compiled.model.domain
        held = tuple(
            float(value) if kind == 1 and domain.shape[f // 2] > 1 else None
            for f, (kind, value) in enumerate(zip(field.faces, field.values, strict=True))
        )
        plan = self.backend.lod.plan(
            LodProblem(
                shape=domain.shape,
                spacing=domain.spacing.value,
                dt=length,
                diffusion=(field.diffusion,),
                decay=(field.loss,),
                held=(held,),
            )
        )
        self._plans[i] = (length, None, plan)
        self._acts.pop(i, None)
        return plan

    def _evening(self, field: CompiledField) -> float:
        """Rate at which patterns of middling size even out [1/min].

        The geometric mean of the longest wave of the box and the shortest of the grid: in a spheroid short of
        oxygen, errors then stayed below the tolerance from 0.1 to 1 mmHg.
        """
        axes = [n for n in self.compiled.model.domain.shape if n > 1]
        longest = sum((np.pi / n) ** 2 for n in axes)
        return field.loss + field.rate * float(np.sqrt(longest * 2.0 * len(axes)))

    def _transport(
        self,
        state: State,
        i: int,
        field: CompiledField,
        sink: np.ndarray,
        source: np.ndarray,
        dt: float,
        reacted: np.ndarray | None,
    ) -> None:
        """Cells first, exactly and voxel by voxel, then decay and transport, in each step."""
        values, books = state.fields["solute"][i], state.solute_books
        volume = self.compiled.model.domain.voxel_volume
        steps, length = even_steps(dt, field.step) if field.step else (1, dt)
        books["split"][i] = max(books["split"][i], min(float(sink.max()), field.rate) * length)
        plan = self._plan(state, i, field, length)
        outside = field.values[None, :]
        kept = float(np.exp(-field.loss * length))
        decayed, left, entered = np.zeros(1), np.zeros((1, 6)), np.zeros((1, 6))
        for _ in range(steps):
            given, taken = _exchange_exactly(values, sink, source, length)
            books["given"][i] += given * volume
            books["taken"][i] += taken * volume
            if reacted is not None:
                reacted += values.reshape(-1) * (1.0 - kept)
            self.backend.transport.move(values[None], plan, outside, np.array([kept]), decayed, left, entered)
        books["decayed"][i] += decayed[0] * volume
        books["left"][i] += left[0] * volume
        books["entered"][i] += entered[0] * volume

    def _plan(self, state: State, i: int, field: CompiledField, length: float) -> object:
        """Return the operator of a conservative field, made anew when its step or its hindrance changed."""
        share = self._share(state, field)
        known = self._plans.get(i)
        if known is not None and known[0] == length and _same(known[1], share):
            return known[2]
        domain = self.compiled.model.domain
        plan = self.backend.transport.plan(
            domain.shape, domain.spacing.value, length, field.diffusion, field.faces, share, field.velocity
        )
        self._plans[i] = (length, share, plan)
        return plan

    def _share(self, state: State, field: CompiledField) -> np.ndarray | None:
        """Return D/D0 (z, y, x) of a hindered field, None for one that is not."""
        if field.hindered_by < 0:
            return None
        fibres = state.fields["solute"][field.hindered_by]
        if not (fibres.min() >= 0.0 and fibres.max() <= 1.0):
            raise RunError(
                f"Field `{self.compiled.fields[field.hindered_by].name}`, which hinders `{field.name}`, is a "
                f"share of volume and reached {fibres.min():g} to {fibres.max():g} "
                f"at {state.time / 60:.2f} h."
            )
        return self.backend.transport.hindered(fibres, *field.radii)

    def _filled(self, state: State) -> np.ndarray:
        """Return the volume of each cell (n,) in units of a voxel.

        A cell counts in full where its centre is, even in a voxel that its neighbours would fill: how many
        centres fall into a voxel is chance, and what a tissue takes up must not depend on it.
        """
        volume = 4.0 / 3.0 * np.pi * state.cells["radius"] ** 3
        return np.asarray(volume / self.compiled.model.domain.voxel_volume)

    def _exchange(
        self, state: State, i: int, exchange: CellExchange, filled: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Sum over the cells of each voxel: sink [1/min] and source [unit/min], both (z, y, x)."""
        domain, voxel = self.compiled.model.domain, state.cells["voxel"]
        filled = self._filled(state) if filled is None else filled
        sink, source = filled * exchange.uptake[i], None
        secretes, gives = exchange.secretion[i].any(), exchange.export[i].any()
        if secretes:
            secreted = filled * exchange.secretion[i]
            sink += secreted
            source = secreted * exchange.target[i]
        if gives:
            given = exchange.export[i] / domain.voxel_volume
            source = given if source is None else source + given

        def summed(values: np.ndarray) -> np.ndarray:
            found = np.bincount(voxel, values, minlength=domain.n_voxels)  # whole numbers without a cell
            return found.astype(float, copy=False).reshape(domain.shape)

        return summed(sink), np.zeros(domain.shape) if source is None else summed(source)


def _same(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other)


def _exchange_exactly(u: np.ndarray, sink: np.ndarray, source: np.ndarray, dt: float) -> tuple[float, float]:
    """Solve du/dt = source - sink u in each voxel, in place; returns what was given and what was taken.

    u' = u exp(-K dt) + s (1 - exp(-K dt))/K: positive. Given is s dt, taken the rest of the difference.
    """
    if not sink.any() and not source.any():
        return 0.0, 0.0
    after = -sink * dt  # worked out in place: fields are large
    np.negative(np.expm1(after, out=after), out=after)  # share that goes
    gain = np.full_like(sink, dt)
    np.divide(after, sink, out=gain, where=sink > 0.0)
    gain *= source
    np.subtract(1.0, after, out=after)
    after *= u
    after += gain
    np.multiply(source, dt, out=gain)  # from here on what is given
    given = float(gain.sum())
    np.subtract(u, after, out=u)
    u += gain
    taken = float(np.sum(u))
    u[...] = after
    return given, taken


def solute_residuals(compiled: Compiled, state: State) -> np.ndarray:
    """Return how far the books of each conservative field are from closing, relative to what came in.

    start + added + given + entered = present + taken + decayed + left; NaN for fields of other schemes.
    """
    books = state.solute_books
    present = state.fields["solute"].sum(axis=(1, 2, 3)) * compiled.model.domain.voxel_volume
    income = books["start"] + books["added"] + books["given"] + books["entered"].sum(axis=1)
    spent = present + books["taken"] + books["decayed"] + books["left"].sum(axis=1)
    residual = np.divide(income - spent, income, out=income - spent, where=income > 0.0)
    booked = [field.scheme == "conservative" and not field.clamped for field in compiled.fields]
    return np.where(booked, residual, np.nan)
