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
    AddCopies,
    AddDrug,
    AddVesicles,
    CellKind,
    DrugKill,
    Link,
    Loading,
    Model,
    Network,
    Placement,
    Polarisation,
    Release,
    Response,
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
    for prefix in ("cells", "fields", "vesicle_books", "cargo_books"):
        for name, array in getattr(state, prefix).items():
            yield f"{prefix}.{name}", array


def assert_same(one: State, other: State, rtol: float = 1e-12) -> None:
    """Whole numbers equal, real numbers to `rtol` of the largest of the array."""
    for (name, a), (_, b) in zip(arrays(one), arrays(other), strict=True):
        if a.dtype.kind == "f":
            scale = np.abs(a).max(initial=0.0)
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
        takes=10.0 ** rng.uniform(1, 5) if rng.random() < 0.8 else 0.0,
        escape=rng.random(),
        holds=held,
        net=net,
        vesicles=tuple(v for v in classes if rng.random() < 0.8),
        does={"apoptosis": rng.uniform(0, 0.003), "necrosis": 0.003},
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
        releases=tuple(_modulated(release, rng) for release in made.releases),
        responses=tuple(
            Response(phenotype="P", behaviour=what, sign=int(rng.choice([-1, 1])), fold=number("F", 3.0))
            for what in ("cycle entry", "apoptosis", "polarisation", "drug tolerance")
        ),
        cycle=grown["cycle"],
        modulations=(*grown["modulations"], ramp("necrosis", 5.0, 2.5)),
        polarisation=Polarisation(forward=number("forward", 0.01), backward=number("backward", 0.02)),
        drug_kill=DrugKill(drug="drug", half_kill=number("half kill", 0.1), hill=number("hill", 2.0)),
    )


def _modulated(release: Release, rng: np.random.Generator) -> Release:
    fold = number("fold by hypoxia", 2.5)
    return replace(
        release,
        modulator="hypoxia",
        modulator_fold=fold,
        inhibition=number("inhibition", 0.25),
        loadings=tuple(replace(x, modulator="hypoxia", modulator_fold=fold) for x in release.loadings),
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
        [cargo(name, 10.0 ** rng.uniform(-5, -1)) for name in cargoes],
        shape=shape,
        spacing=float(rng.uniform(30, 60)),
        dish=dish,
        vesicles=[
            vesicle(name, diffusion=10.0 ** rng.uniform(-1, 4), loss=float(rng.uniform(0, 0.05)))
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
