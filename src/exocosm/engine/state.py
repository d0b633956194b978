"""The state of a simulation: every array declared once, with dimensions, type and unit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from exocosm.model import MODULATORS

from .compiled import Compiled


@dataclass(frozen=True)
class Array:
    """The declaration of one array."""

    name: str
    dims: tuple[str, ...]
    dtype: str
    unit: str
    meaning: str


CELL_ARRAYS = (
    Array("id", ("cell",), "i8", "", "number of the cell, never used twice"),
    Array("parent", ("cell",), "i8", "", "id of the cell it came from, -1 for a founder"),
    Array("kind", ("cell",), "i8", "", "index of the cell kind"),
    Array("position", ("cell", "axis"), "f8", "µm", "centre (x, y, z)"),
    Array("voxel", ("cell",), "i8", "", "linear index of the voxel the centre lies in"),
    Array("alive", ("cell",), "?", "", "False from death until the remains are gone"),
    Array("dead_for", ("cell",), "f8", "min", "time since death"),
    Array("polarised", ("cell",), "?", "", "True in the M2 state"),
    Array("hypoxia", ("cell",), "f8", "1", "hypoxia signal, 0 to 1"),
    Array("lesions", ("cell",), "f8", "mmol/L", "drug lesions, as the dose that made them"),
    Array("activity", ("cell", "node"), "f8", "1", "activity of the nodes of the cell's network"),
    Array("copies", ("cell", "cargo"), "f8", "copies", "cytosolic amount"),
    Array("delivered", ("cell", "cargo"), "f8", "copies", "copies from vesicles in the cytosol so far"),
    Array("taken", ("cell", "vesicle"), "i8", "vesicles", "whole vesicles taken up so far"),
    Array(
        "modulators", ("cell", "modulator"), "f8", "1", "signals that act on release and uptake, 0 at rest"
    ),
    Array("bodies", ("cell", "vesicle"), "i4", "", "multivesicular bodies that wait to fuse"),
    Array("docked", ("cell", "vesicle"), "i4", "vesicles", "vesicles docked to the surface"),
    Array("docked_copies", ("cell", "vesicle", "cargo"), "i4", "copies", "cargo of docked vesicles"),
    Array("endosome", ("cell", "vesicle"), "i4", "vesicles", "vesicles in endosomes"),
    Array("endosome_copies", ("cell", "vesicle", "cargo"), "i4", "copies", "cargo in endosomes"),
    Array("bound", ("cell", "cargo"), "f8", "copies", "surface cargo of docked vesicles, acts from outside"),
)
FIELD_ARRAYS = (
    Array("solute", ("solute", "z", "y", "x"), "f8", "mmHg or mmol/L", "dissolved substances"),
    Array("vesicles", ("vesicle", "z", "y", "x"), "f8", "vesicles per voxel", "free vesicles"),
    Array("cargo", ("vesicle", "cargo", "z", "y", "x"), "f8", "copies per voxel", "cargo of free vesicles"),
    Array("matrix_vesicles", ("binding", "z", "y", "x"), "f8", "vesicles per voxel", "bound to matrix"),
    Array("matrix_cargo", ("binding", "cargo", "z", "y", "x"), "f8", "copies per voxel", "cargo of those"),
)
PARTICLE_ARRAYS = (
    Array("id", ("particle",), "i8", "", "number of the vesicle, never used twice"),
    Array("vesicle", ("particle",), "i8", "", "index of its class"),
    Array("position", ("particle", "axis"), "f8", "µm", "centre (x, y, z)"),
    Array("diffusion", ("particle",), "f8", "µm²/min", "its own coefficient, by its own diameter"),
    Array("copies", ("particle", "cargo"), "i8", "copies", "cargo inside"),
)
BOOKS = (  # running totals; what is free, bound or held in cells is counted when the books are closed
    "released",
    "added",
    "taken",
    "recycled",  # from endosomes to the medium
    "detached",  # from the surface to the medium
    "cytosolic",
    "degraded",
    "removed",  # in and on dead cells when their remains went
    "decayed",
    "wall",
    "left",
    "unsettled",  # expected less drawn, of fractions in voxels
)


@dataclass
class State:
    """Everything that changes during a run. Kernels write into it; nobody else does."""

    time: float
    step: int
    next_id: int
    cells: dict[str, np.ndarray]
    fields: dict[str, np.ndarray]
    production: np.ndarray  # (kind, cargo) [copies/min] in force now
    added_copies: np.ndarray  # (kind, cargo) copies held up by a mimic
    vesicle_books: dict[str, np.ndarray] = field(default_factory=dict)  # name → (vesicle,)
    cargo_books: dict[str, np.ndarray] = field(default_factory=dict)  # name → (vesicle, cargo)
    particles: dict[str, np.ndarray] = field(default_factory=dict)  # single vesicles, where they are followed
    next_particle: int = 0

    @property
    def n_cells(self) -> int:
        """Number of cells, the dead included."""
        return len(self.cells["id"])


def empty_cells(n: int, compiled: Compiled) -> dict[str, np.ndarray]:
    """Allocate the cell arrays for `n` cells, filled with zeros."""
    sizes = {
        "cell": n,
        "axis": 3,
        "node": max((len(network.names) for network in compiled.networks), default=0),
        "cargo": len(compiled.cargoes),
        "vesicle": len(compiled.vesicles),
        "modulator": len(MODULATORS),
    }
    return {array.name: np.zeros([sizes[d] for d in array.dims], dtype=array.dtype) for array in CELL_ARRAYS}


def empty_fields(compiled: Compiled) -> dict[str, np.ndarray]:
    """Allocate the field arrays, filled with zeros."""
    z, y, x = compiled.model.domain.shape
    sizes = {
        "z": z,
        "y": y,
        "x": x,
        "solute": len(compiled.model.fields),
        "vesicle": len(compiled.vesicles),
        "cargo": len(compiled.cargoes),
        "binding": len(compiled.vesicles) if compiled.binds else 0,
    }
    return {array.name: np.zeros([sizes[d] for d in array.dims], dtype=array.dtype) for array in FIELD_ARRAYS}


def no_particles(compiled: Compiled) -> dict[str, np.ndarray]:
    """Allocate the particle arrays, empty."""
    sizes = {"particle": 0, "axis": 3, "cargo": len(compiled.cargoes)}
    return {
        array.name: np.zeros([sizes[d] for d in array.dims], dtype=array.dtype) for array in PARTICLE_ARRAYS
    }
