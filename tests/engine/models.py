"""States laid out by hand and models drawn at random, for tests of single phases and of the books."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from exocosm.engine.backends import get_backend
from exocosm.engine.compiled import Compiled
from exocosm.engine.start import enter_kind, start
from exocosm.engine.state import State, empty_cells
from exocosm.model import (
    MODULATORS,
    STEPS_OF_ROUTE,
    AddCopies,
    AddDrug,
    AddVesicles,
    CellKind,
    DrugKill,
    Fate,
    Inhibition,
    Link,
    Loading,
    Match,
    MatrixBinding,
    Model,
    Network,
    Placement,
    Polarisation,
    Release,
    ReleaseModulation,
    Response,
    Uptake,
    UptakeModulation,
)

from .small_models import (
    cargo,
    cell,
    dividing,
    drug_field,
    edge,
    link,
    model,
    network,
    node,
    number,
    oxygen,
    ramp,
    vesicle,
)

BACKENDS: tuple[SimpleNamespace, ...] = tuple(get_backend(name) for name in ("reference", "cpu"))


def laid_out(compiled: Compiled, kinds, voxels, seed: int = 1) -> State:
    """Return a state at rest with cells of the given kinds (n,) in the given voxels (n,)."""
    state = start(replace_placements(compiled), seed)
    kinds = np.asarray(kinds, dtype=np.int64)
    cells = empty_cells(len(kinds), compiled)
    cells["id"] = np.arange(len(kinds))
    cells["parent"][:] = -1
    cells["kind"], cells["voxel"] = kinds, np.asarray(voxels, dtype=np.int64)
    cells["alive"][:] = True
    cells["attacking"][:] = -1
    cells["nuclei"][:] = 1
    cells["copies"] = compiled.start_copies[kinds]
    cells["behaviour"] = compiled.behaviours.base[kinds][:, compiled.behaviours.changing]
    enter_kind(compiled, cells, np.arange(len(kinds)))
    state.cells, state.next_id = cells, len(kinds)
    return state


def replace_placements(compiled: Compiled) -> Compiled:
    return replace(compiled, model=replace(compiled.model, placements=(), events=()))


def groups(state: State) -> tuple[np.ndarray, np.ndarray]:
    """List the living cells voxel by voxel: (order, first), by plain counting."""
    order: list[int] = []
    first = [0]
    for voxel in sorted(set(state.cells["voxel"][state.cells["alive"]].tolist())):
        order += np.flatnonzero(state.cells["alive"] & (state.cells["voxel"] == voxel)).tolist()
        first.append(len(order))
    return np.array(order, dtype=np.int64), np.array(first, dtype=np.int64)


def arrays(state: State) -> Iterator[tuple[str, np.ndarray]]:
    """Go through every array of a state by name."""
    for prefix in ("cells", "fields", "vesicle_books", "cargo_books", "particles"):
        for name, array in getattr(state, prefix).items():
            yield f"{prefix}.{name}", array


def assert_same(one: State, other: State, rtol: float = 1e-12) -> None:
    """Whole numbers equal, real numbers to `rtol` of the largest of the array.

    The account of fractions is a difference of what fields held: to `rtol` of all that is there.
    """
    there = sum(one.fields[name].sum() for name in ("vesicles", "cargo"))
    for (name, a), (_, b) in zip(arrays(one), arrays(other), strict=True):
        if a.dtype.kind == "f":
            scale = there if name.endswith("unsettled") else np.abs(a).max(initial=0.0)
            np.testing.assert_allclose(b, a, rtol=rtol, atol=rtol * scale, err_msg=name)
        else:
            np.testing.assert_array_equal(b, a, err_msg=name)


def twins(state: State) -> tuple[State, State]:
    return copy.deepcopy(state), copy.deepcopy(state)


def random_network(rng: np.random.Generator, cargoes: tuple[str, ...], size: int) -> Network:
    """Some molecules and a phenotype, edges both ways, and links of all three sorts."""
    names = [f"N{i}" for i in range(size)]
    nodes = [node(name, rng.uniform(0.02, 0.98), 10.0 ** rng.uniform(0.5, 3.0)) for name in names]
    pairs = {(names[rng.integers(size)], names[rng.integers(size)]) for _ in range(2 * size)}
    made = [
        edge(a, b, int(rng.choice([-1, 1])), 10.0 ** rng.uniform(-1, 1)) for a, b in sorted(pairs) if a != b
    ]
    made.append(edge(names[0], "P"))
    return network(
        [*nodes, node("P", rng.uniform(0.1, 0.9), kind="phenotype")],
        made,
        random_links(rng, cargoes, names),
        gain=rng.uniform(0.5, 4.0),
    )


def random_links(rng: np.random.Generator, cargoes: tuple[str, ...], names: list[str]) -> list[Link]:
    links = []
    for i, name in enumerate(cargoes):
        target = names[rng.integers(len(names))]
        kind = ("repression", "drive")[rng.integers(2)]
        links.append(link(kind, name, target, 10.0 ** rng.uniform(0, 4), int(rng.choice([-1, 1]))))
        for other in cargoes[:i]:
            if rng.random() < 0.5:
                links.append(link("sponge", name, other, 10.0 ** rng.uniform(0, 4)))
    return links


def random_kind(rng: np.random.Generator, name: str, classes, cargoes, net: Network) -> CellKind:
    """A cell kind that may release, take up, divide, die, polarise and be killed by the drug."""
    held = {c: 10.0 ** rng.uniform(0, 3.5) for c in cargoes}
    made = cell(
        name,
        sends={c: 10.0 ** rng.uniform(-3, 1) for c in cargoes if rng.random() < 0.7},
        rate=10.0 ** rng.uniform(-2, 1.5) if rng.random() < 0.8 else 0.0,
        burst=float(rng.integers(1, 30)),
        holds=held,
        net=net,
        vesicles=tuple(v for v in classes if rng.random() < 0.8),
        does={"apoptosis": rng.uniform(0, 0.003), "necrosis": 0.003}
        | {f"{v} {what}": factor for v in classes for what, factor in (("release", 1.3), ("uptake", 0.7))},
        dead_time=rng.uniform(0, 30) if name == "kind0" else 0.0,
    )
    endogenous = tuple(
        replace(amount, production_factor=number(f"factor:{name}:{amount.cargo}", rng.uniform(0, 2)))
        for amount in made.endogenous
    )
    grown = dividing(rng.uniform(0, 0.01), f"division:{name}")
    return replace(
        made,
        endogenous=endogenous,
        releases=tuple(random_release(rng, f"{name}:{r.vesicle}", r) for r in made.releases),
        uptakes=random_uptakes(rng, name, classes),
        fate=random_fate(rng, name),
        responses=tuple(
            Response(phenotype="P", behaviour=what, sign=int(rng.choice([-1, 1])), fold=number("F", 3.0))
            for what in ("cycle entry", "apoptosis", "polarisation", "drug tolerance")
        ),
        cycle=grown["cycle"],
        modulations=(
            *grown["modulations"],
            ramp("necrosis", 5.0, 2.5),
            ramp(f"{classes[0]} uptake", -38.0, 38.0),
            ramp(f"{classes[0]} release", 76.0, 0.0),
        ),
        polarisation=Polarisation(forward=number("forward", 0.01), backward=number("backward", 0.02)),
        drug_kill=DrugKill(drug="drug", half_kill=number("half kill", 0.1), hill=number("hill", 2.0)),
    )


def random_release(rng: np.random.Generator, vesicle: str, plain: Release) -> Release:
    """Any route, with a pool or without, and modulators, inhibitors and genes on its steps."""
    route = str(rng.choice(["mvb", "mvb", "budding", "apoptotic"]))
    fold = number("fold by hypoxia", 2.5)
    steps = STEPS_OF_ROUTE[route]
    bodies = route == "mvb"
    return replace(
        plain,
        route=route,
        ceramide=number(f"ceramide:{vesicle}", rng.random()) if bodies and rng.random() < 0.5 else None,
        fused=number(f"fused:{vesicle}", rng.uniform(0.1, 1)) if bodies and rng.random() < 0.5 else None,
        turnover=number(f"turnover:{vesicle}", 10.0 ** rng.uniform(-3, 0))
        if bodies and rng.random() < 0.5
        else None,
        modulations=tuple(
            ReleaseModulation(modulator=str(rng.choice(MODULATORS)), step=str(rng.choice(steps)), fold=fold)
            for _ in range(rng.integers(0, 4))
        ),
        inhibitions=(Inhibition(step=str(rng.choice(steps)), share=number("inhibition", 0.25)),),
        loadings=tuple(
            replace(x, modulator=str(rng.choice(["hypoxia", "dose"])), modulator_fold=fold)
            for x in plain.loadings
        ),
    )


def random_uptakes(rng: np.random.Generator, name: str, classes) -> tuple[Uptake, ...]:
    """Up to four routes, some of which fill up, fuse at once, or dock vesicles at the surface."""
    return tuple(
        Uptake(
            route=f"route{r}",
            matches=tuple(
                Match(vesicle=v, factor=number(f"match:{name}:{r}:{v}", rng.uniform(0, 2)))
                for v in classes
                if rng.random() < 0.8
            ),
            clearance=number(f"k:{name}:{r}", 10.0 ** rng.uniform(1, 5), "um**3/min"),
            half_saturation=number(f"Km:{name}:{r}", 10.0 ** rng.uniform(-6, 0))
            if rng.random() < 0.5
            else None,
            destination=str(rng.choice(["endosome", "cytosol", "surface"])),
            modulations=(UptakeModulation(modulator="dose", fold=number("fold by dose", 1.8)),)
            if rng.random() < 0.5
            else (),
            inhibitions=(number("uptake inhibition", 0.3),) if rng.random() < 0.5 else (),
        )
        for r in range(rng.integers(0, 5))
    )


def random_fate(rng: np.random.Generator, name: str) -> Fate:
    escape = rng.random()
    return Fate(
        escape=number(f"escape:{name}", escape),
        exit=number(f"exit:{name}", 10.0 ** rng.uniform(-3, 0)) if rng.random() < 0.7 else None,
        recycled=number(f"recycled:{name}", rng.uniform(0, 1.0 - escape)) if rng.random() < 0.7 else None,
        detach=number(f"detach:{name}", 10.0 ** rng.uniform(-3, 0)),
        internalise=number(f"internalise:{name}", 10.0 ** rng.uniform(-3, 0)) if rng.random() < 0.7 else None,
    )


def random_binding(rng: np.random.Generator, name: str) -> MatrixBinding | None:
    if rng.random() < 0.5:
        return None
    rates = {rate: 10.0 ** rng.uniform(-3, 0.5) for rate in ("on", "off", "loss")}
    return MatrixBinding(
        **{rate: number(f"matrix {rate}:{name}", value, "1/min") for rate, value in rates.items()}
    )


def random_model(seed: int, domain: str = "tissue") -> Model:
    """Several kinds, classes and cargoes in a `dish`, a flat `tissue` or a `box`, with things added."""
    rng = np.random.default_rng(seed)
    classes = tuple(f"class{i}" for i in range(rng.integers(1, 4)))
    cargoes = tuple(f"cargo{i}" for i in range(rng.integers(0, 4)))
    net = random_network(rng, cargoes, int(rng.integers(1, 5)))
    kinds = [random_kind(rng, f"kind{i}", classes, cargoes, net) for i in range(rng.integers(1, 4))]
    dish = domain == "dish"
    shape = {"dish": (1, 1, 1), "tissue": (1, 5, 7), "box": (3, 4, 5)}[domain]
    pattern = "dish" if dish else "scattered"
    made = model(
        kinds,
        [Placement(kind=kind.name, pattern=pattern, count=int(rng.integers(0, 6))) for kind in kinds],
        [replace(cargo(name, 10.0 ** rng.uniform(-5, -1)), surface=rng.random() < 0.5) for name in cargoes],
        shape=shape,
        spacing=float(rng.uniform(30, 60)),
        dish=dish,
        vesicles=[
            replace(
                vesicle(name, diffusion=10.0 ** rng.uniform(-1, 4), loss=float(rng.uniform(0, 0.05))),
                binding=random_binding(rng, name),
            )
            for name in classes
        ],
        fields=(oxygen(clamped=dish, boundary=None if dish else rng.uniform(1, 38)), drug_field()),
    )
    return replace(made, events=_random_events(rng, made))


def _random_events(rng: np.random.Generator, made: Model) -> tuple:
    last = made.cell_kinds[-1].name
    loadings = tuple(
        Loading(cargo=c.name, copies=number(f"added q:{c.name}", rng.uniform(0, 3))) for c in made.cargoes
    )
    dose = AddVesicles(
        vesicle=made.vesicle_kinds[0].name,
        recipient=last,
        per_recipient=number("added", 10.0 ** rng.uniform(-2, 4)),
        loadings=loadings,
        hypoxia=rng.random(),
        time=float(rng.choice([0.0, 6.0])),
    )
    drug = AddDrug(field="drug", amount=number("dose", 0.3), time=12.0)
    mimics = tuple(
        AddCopies(cargo=c.name, recipient=last, copies=number("mimic", 50.0), held=True)
        for c in made.cargoes[:1]
    )
    return (dose, drug, *mimics)
