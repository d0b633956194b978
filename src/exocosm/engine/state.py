"""The state of a simulation: every array declared once, with dimensions, type and unit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .compiled import Compiled
from .rows import room_of, zeros


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
    Array("birth", ("cell",), "f8", "min", "time at which the cell came to be"),
    Array("radius", ("cell",), "f8", "µm", "of the cell as a sphere"),
    Array("alive", ("cell",), "?", "", "False from death until the remains are gone"),
    Array("death", ("cell",), "i1", "", "0 alive, 1 apoptotic, 2 necrotic"),
    Array("dead_for", ("cell",), "f8", "min", "time since death, or since it burst"),
    Array("lysed", ("cell",), "?", "", "True once the remains have burst"),
    Array("phase", ("cell",), "i1", "", "index of the phase of the cycle"),
    Array("phase_time", ("cell",), "f8", "min", "time in the phase"),
    Array("aim", ("cell",), "f8", "1", "solid volume aimed at, in units of that at rest"),
    Array(
        "volume",
        ("cell", "part"),
        "f8",
        "µm³",
        "fluid, nuclear and cytoplasmic solid, calcified share",
    ),
    Array("volume_at_death", ("cell",), "f8", "µm³", "volume when the cell died"),
    Array("direction", ("cell", "axis"), "f8", "1", "unit vector of migration, 0 before the first choice"),
    Array("damage", ("cell",), "f8", "1", "damage not yet repaired"),
    Array("damage_delivered", ("cell",), "f8", "1", "damage done to other cells so far"),
    Array("attack_time", ("cell",), "f8", "min", "time under attack so far"),
    Array("attacking", ("cell",), "i8", "", "id of the cell under attack, -1 without"),
    Array("nuclei", ("cell",), "i2", "", "1, and more in a cell that others have fused with"),
    Array("custom", ("cell", "custom"), "f8", "", "numbers of the user's own"),
    Array("own", ("cell", "own"), "f8", "", "base values of behaviours that can differ within a kind"),
    Array("behaviour", ("cell", "change"), "f8", "", "present value of the behaviours that change"),
    Array("polarised", ("cell",), "?", "", "True in the M2 state"),
    Array("hypoxia", ("cell",), "f8", "1", "hypoxia signal, 0 to 1"),
    Array("lesions", ("cell",), "f8", "mmol/L", "drug lesions, as the dose that made them"),
    Array("activity", ("cell", "node"), "f8", "1", "activity of the nodes of the cell's network"),
    Array("copies", ("cell", "cargo"), "f8", "copies", "cytosolic amount"),
    Array("delivered", ("cell", "cargo"), "i8", "copies", "copies from vesicles in the cytosol so far"),
    Array("taken", ("cell", "vesicle"), "i8", "vesicles", "whole vesicles taken up so far"),
    Array(
        "modulators", ("cell", "modulator"), "f8", "1", "signals that act on release and uptake, 0 at rest"
    ),
    Array("bodies", ("cell", "vesicle"), "i4", "", "multivesicular bodies that wait to fuse"),
    Array("docked", ("cell", "docking"), "i8", "vesicles", "vesicles docked to the surface"),
    Array("docked_copies", ("cell", "docking", "cargo"), "i8", "copies", "cargo of docked vesicles"),
    Array("endosome", ("cell", "vesicle"), "i8", "vesicles", "vesicles in endosomes"),
    Array("endosome_copies", ("cell", "vesicle", "cargo"), "i8", "copies", "cargo in endosomes"),
    Array("bound", ("cell", "surface"), "f8", "copies", "docked copies of each cargo that act from outside"),
)
FIELD_ARRAYS = (
    Array("solute", ("solute", "z", "y", "x"), "f8", "mmHg or mmol/L", "dissolved substances"),
    Array(
        "solute_step", ("solute",), "f8", "min", "next automatic step of each substance, 0 before the first"
    ),
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
SOLUTE_BOOKS = (
    Array("start", ("solute",), "f8", "unit · µm³", "what there was"),
    Array("added", ("solute",), "f8", "unit · µm³", "put in from outside"),
    Array("given", ("solute",), "f8", "unit · µm³", "secreted by cells"),
    Array("taken", ("solute",), "f8", "unit · µm³", "taken up by cells"),
    Array("decayed", ("solute",), "f8", "unit · µm³", "lost to decay"),
    Array(
        "left", ("solute", "face"), "f8", "unit · µm³", "left through each face: low and high end of z, y, x"
    ),
    Array("entered", ("solute", "face"), "f8", "unit · µm³", "came in through each face"),
    Array(
        "split", ("solute",), "f8", "1", "largest uptake times step of a voxel that diffusion could refill"
    ),
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
    gone_copies: np.ndarray  # (cargo,) cytosolic copies that went with cells that are no longer there
    attachments: np.ndarray = field(default_factory=lambda: np.empty((0, 2), dtype=np.int64))
    # (attachment, 2) ids of the cells that springs join, the lower first, in rising order
    vesicle_books: dict[str, np.ndarray] = field(default_factory=dict)  # name → (vesicle,)
    cargo_books: dict[str, np.ndarray] = field(default_factory=dict)  # name → (vesicle, cargo)
    solute_books: dict[str, np.ndarray] = field(default_factory=dict)  # of conservative substances
    particles: dict[str, np.ndarray] = field(default_factory=dict)  # single vesicles, where they are followed
    next_particle: int = 0
    moves: int = 0  # moves of cells so far, those cut to a tenth of the radius, and the longest in one step
    cut_moves: int = 0
    longest_way: float = 0.0  # [µm]
    full_at: float = -1.0  # when the cells first had more volume than the domain [min]

    def __post_init__(self) -> None:
        self.room = room_of(self.cells)  # longer arrays, of which those of cells are the first rows

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
        "part": 4 if compiled.lives.has_volume else 0,
        "custom": len(compiled.custom),
        "change": len(compiled.behaviours.changing),
        "own": len(compiled.behaviours.own),
        "modulator": len(compiled.modulators),
        "surface": len(compiled.cargoes) if compiled.fate.surface.any() else 0,
        "docking": len(compiled.vesicles) if compiled.uptake.docks else 0,
    }
    return {array.name: zeros(tuple(sizes[d] for d in array.dims), array.dtype) for array in CELL_ARRAYS}


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


def empty_solute_books(compiled: Compiled) -> dict[str, np.ndarray]:
    """Allocate the books of dissolved substances, filled with zeros."""
    sizes = {"solute": len(compiled.model.fields), "face": 6}
    return {array.name: np.zeros([sizes[d] for d in array.dims], dtype=array.dtype) for array in SOLUTE_BOOKS}


def no_particles(compiled: Compiled) -> dict[str, np.ndarray]:
    """Allocate the particle arrays, empty."""
    sizes = {"particle": 0, "axis": 3, "cargo": len(compiled.cargoes)}
    return {
        array.name: np.zeros([sizes[d] for d in array.dims], dtype=array.dtype) for array in PARTICLE_ARRAYS
    }
