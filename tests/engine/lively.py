"""Models drawn at random in which cells do everything there is, and a back end that is both at once."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from exocosm.engine.backends import get_backend
from exocosm.engine.state import State
from exocosm.model import (
    AutomaticStep,
    Behaviour,
    CellKind,
    CustomDatum,
    Field,
    FixedStep,
    Model,
    Placement,
    Rule,
    cycling_quiescent,
    flow_cytometry,
    flow_cytometry_separated,
    ki67_advanced,
    ki67_basic,
    live,
    standard_apoptosis,
    standard_necrosis,
    standard_volume,
)

from .models import arrays, random_model
from .small_models import number, ramp

# Solved directly by one back end and by iterations to 1e-4 mmHg by the other.
ITERATED = {"steady.steady": 1e-4}
CYCLES = (cycling_quiescent, flow_cytometry, flow_cytometry_separated, ki67_advanced, ki67_basic, live)


def lively_model(seed: int, domain: str = "tissue") -> Model:
    """A random model whose cells also grow, crawl, follow gradients, attack, eat, fuse, cling and change."""
    rng = np.random.default_rng([seed, 1])
    made = random_model(seed, domain)
    factor = Field(
        name="factor",
        unit="",
        diffusion=number("D factor", 10.0 ** rng.uniform(0, 4), "um**2/min"),
        loss=number("loss factor", 0.05, "1/min"),
        initial=number("factor at the start", 0.5),
        scheme=str(rng.choice(["conservative", "adi", "lod"])),
        step=FixedStep(length=number("step of factor", 0.5, "min")),
    )
    other = Field(
        name="sugar",
        unit="mmol/L",
        diffusion=number("D sugar", 1e3, "um**2/min"),
        loss=number("loss sugar", 0.01, "1/min"),
        initial=number("sugar at the start", 5.0),
        scheme="adi",
        step=AutomaticStep(tolerance=number("tolerance of sugar", 0.01)),
    )
    names = [kind.name for kind in made.cell_kinds]
    vesicle = made.vesicle_kinds[0].name
    kinds = tuple(_lively_kind(kind, names, vesicle, rng) for kind in made.cell_kinds)
    count = {kind.name: int(rng.integers(2, 9)) for kind in kinds}
    placed = tuple(Placement(kind=k, pattern="scattered", count=n) for k, n in count.items())
    return replace(made, cell_kinds=kinds, fields=(*made.fields, factor, other), placements=placed)


def _lively_kind(kind: CellKind, names: list[str], vesicle: str, rng: np.random.Generator) -> CellKind:
    def some(low: float, high: float) -> float:
        return float(rng.uniform(low, high)) if rng.random() < 0.6 else 0.0

    does = {
        "migration speed": some(0.1, 2.0),
        "migration bias": some(0.1, 1.0),
        "migration persistence time": float(rng.uniform(0.5, 20)),
        "chemotactic response to factor": some(-1, 1),
        f"chemotactic response to {vesicle} vesicles": some(-1, 1),
        "factor secretion": some(0.1, 5.0),
        "factor secretion target": 2.0,
        "sugar uptake": some(0.1, 2.0),
        "sugar export": some(0.0, 50.0),
        "cell-cell adhesion": float(rng.uniform(0, 2)),
        "relative maximum adhesion distance": float(rng.uniform(1.0, 1.6)),
        "damage rate": some(0.0, 0.1),
        "damage repair rate": some(0.0, 0.1),
        "cell attachment rate": some(0.0, 0.3),
        "cell detachment rate": some(0.0, 0.3),
        "phagocytose apoptotic cell": some(0.0, 0.2),
        "attack duration": float(rng.uniform(0.1, 20)),
    }
    for name in names:
        for what in ("attack", "phagocytose", "fuse to", "transform to"):
            does[f"{what} {name}"] = some(0.0, 0.02)
        does[f"asymmetric division to {name}"] = some(0.0, 0.3)
        does[f"adhesive affinity to {name}"] = float(rng.uniform(0, 2))
    extra = tuple(Behaviour(name=n, value=number(f"{n}:{kind.name}", v)) for n, v in does.items())
    rules = (
        _rule("damage", "increases", "apoptosis", 0.05, 5.0, kind.name),
        _rule("pressure", "decreases", "cycle entry", 0.0, 1.0, kind.name),
        _rule("contact with dead cell", "increases", "migration speed", 2.0, 1.0, kind.name),
        _rule(f"{vesicle} taken up", "increases", "factor secretion", 3.0, 20.0, kind.name),
    )
    return replace(
        kind,
        behaviours=(*kind.behaviours, *extra),
        rules=rules,
        modulations=(*kind.modulations, ramp("migration speed", 0.0, 1.0, "custom:drive", clipped=False)),
        cycle=_faster(CYCLES[rng.integers(len(CYCLES))](), kind.name),
        volume=standard_volume() if rng.random() < 0.8 else None,
        apoptosis=standard_apoptosis(),
        necrosis=standard_necrosis(),
        custom=(CustomDatum(name="drive", value=number("drive", 1.0), spread=0.3, low=0.0, high=2.0),),
    )


def _faster(cycle: Any, name: str) -> Any:
    """The same phases, left often enough for a short run to see divisions."""
    phases = tuple(
        replace(p, rate=number(f"{p.name}:{name}", 20.0 * p.rate.value, "1/min")) for p in cycle.phases
    )
    return replace(cycle, phases=phases)


def _rule(signal: str, direction: str, behaviour: str, most: float, half: float, kind: str) -> Rule:
    label = f"{signal} {behaviour} {kind}"
    return Rule(
        signal=signal,
        direction=direction,
        behaviour=behaviour,
        saturation=number(f"saturation {label}", most),
        half_max=number(f"half {label}", half),
        power=number(f"power {label}", 2.0),
    )


class Pair:
    """Something a back end made for itself: one of each."""

    def __init__(self, reference: Any, cpu: Any) -> None:
        self.reference, self.cpu = reference, cpu


def paired(rtol: float = 1e-12) -> SimpleNamespace:
    """A back end that does everything by both, from the same state, and compares what comes out."""
    reference, cpu = get_backend("reference"), get_backend("cpu")
    return SimpleNamespace(
        **{
            module: SimpleNamespace(
                **{
                    name: _both(
                        f"{module}.{name}",
                        getattr(there, name),
                        getattr(here, name),
                        ITERATED.get(f"{module}.{name}", rtol),
                    )
                    for name in dir(here)
                    if callable(getattr(here, name)) and not name.startswith("_") and hasattr(there, name)
                }
            )
            for module, there in vars(reference).items()
            for here in [getattr(cpu, module)]
        }
    )


def _both(name: str, there: Callable, here: Callable, rtol: float) -> Callable:
    def call(*args: Any, **more: Any) -> Any:
        copies: dict[int, Any] = {}
        theirs = there(*(_for_reference(a, copies) for a in args),
                       **{k: _for_reference(a, copies) for k, a in more.items()})  # fmt: skip
        ours = here(*map(_for_cpu, args), **{k: _for_cpu(a) for k, a in more.items()})
        for original, copied in copies.values():
            _compare(name, original, copied, rtol)
        if _opaque(ours):
            return Pair(theirs, ours)
        if name not in ITERATED:  # those return how they fared
            _compare(name, ours, theirs, rtol)
        return ours

    return call


def _opaque(result: Any) -> bool:
    return not isinstance(result, np.ndarray | tuple | float | int | bool | None.__class__)


def _for_reference(value: Any, copies: dict[int, Any]) -> Any:
    if isinstance(value, Pair):
        return value.reference
    if isinstance(value, State | np.ndarray):
        if id(value) not in copies:
            copies[id(value)] = (value, copy.deepcopy(value))
        return copies[id(value)][1]
    return value


def _for_cpu(value: Any) -> Any:
    return value.cpu if isinstance(value, Pair) else value


def _compare(name: str, ours: Any, theirs: Any, rtol: float) -> None:
    if isinstance(ours, State):
        there = sum(ours.fields[kind].sum() for kind in ("vesicles", "cargo"))
        for (what, a), (_, b) in zip(arrays(ours), arrays(theirs), strict=True):
            scale = there if what.endswith("unsettled") else 0.0
            _compare_arrays(f"{name}: {what}", a, b, rtol, scale)
    elif isinstance(ours, np.ndarray):
        _compare_arrays(name, ours, theirs, rtol, 0.0)
    elif isinstance(ours, tuple):
        for one, other in zip(ours, theirs, strict=True):
            _compare(name, one, other, rtol)


def _compare_arrays(name: str, ours: np.ndarray, theirs: np.ndarray, rtol: float, scale: float) -> None:
    if ours.dtype.kind == "f":
        finite = np.abs(ours[np.isfinite(ours)])
        atol = rtol * max(scale, float(finite.max(initial=0.0)))
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=atol, err_msg=name)
    else:
        np.testing.assert_array_equal(ours, theirs, err_msg=name)
