"""The microenvironment of PhysiCell's settings: the domain and what is dissolved in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from exocosm.errors import InputError

from ..fields import Boundaries, Face, Field, FixedStep
from ..parameter import chosen
from ..tissue import Domain
from .definitions import Given
from .notes import read_from
from .source import Source
from .xml_tree import Element

FACES = ("xmin", "xmax", "ymin", "ymax", "zmin", "zmax")
_MOST_VOXELS = 10**9
# Whether faces are held → scheme, step [min], and why. In a closed box cells feed on what others give off:
# gradients between them need short steps, and the delta form may undershoot.
_FOLLOWED: dict[bool, tuple[Literal["adi", "lod"], float, str]] = {
    True: ("adi", 0.1, "where transients of oxygen are kept"),
    False: ("lod", 0.01, "the scheme and the step of PhysiCell"),
}
_ONE = ("dimensionless", "none", "")


@dataclass(frozen=True)
class Substrate:
    """A variable of the microenvironment; `held` maps the faces with a fixed value to it."""

    name: str
    unit: str
    diffusion: Given
    decay: Given
    initial: Given
    held: dict[str, Given]


def read_domain(source: Source) -> tuple[Domain, tuple[float, float, float]]:
    low, n = {}, {}
    step = {axis: source.number("domain", f"d{axis}").value for axis in "xyz"}
    flat = source.root.child("domain", "use_2D")
    is_flat = flat is not None and flat.text.strip().lower() in ("true", "1")
    axes = "xy" if is_flat else "xyz"
    if any(step[axis] <= 0 or step[axis] != step["x"] for axis in axes):
        raise InputError(
            f"Expected voxels with one edge above 0 in {source.file!r}, found dx, dy, dz = "
            f"{', '.join(f'{step[axis]:g}' for axis in 'xyz')}."
        )
    edge = step["x"]
    for axis in "xyz":
        low[axis] = source.number("domain", f"{axis}_min").value
        length = source.number("domain", f"{axis}_max").value - low[axis]
        if not 0 < length / edge < _MOST_VOXELS:
            raise InputError(f"Expected {axis}_max above {axis}_min in {source.file!r}.")
        n[axis] = math.ceil(length / edge - 1e-9)
        if axis in axes and abs(length / edge - n[axis]) > 1e-9:
            source.note("differs", f"length of the domain along {axis}",
                      f"{length:g} um become {n[axis]} voxels of {edge:g} um")  # fmt: skip
    if is_flat:
        n["z"], low["z"] = 1, -0.5 * edge
    if n["x"] * n["y"] * n["z"] > _MOST_VOXELS:
        raise InputError(f"Expected at most {_MOST_VOXELS:,} voxels, found {n} in {source.file!r}.")
    corner = (low["x"], low["y"], low["z"])
    if any(corner):
        source.note(
            "differs", "positions", f"counted from the lower corner, which the file has at {corner} um"
        )
    line = source.number("domain", "dx").line
    spacing = read_from(source.file, line, "edge of a voxel", edge, "um", f"{edge:g} micron")
    return Domain(shape=(n["z"], n["y"], n["x"]), spacing=spacing), corner


def read_substrates(source: Source, *, flat: bool) -> list[Substrate]:
    found: list[Substrate] = []
    for variable in source.root.all("microenvironment_setup", "variable"):
        name = variable.attributes.get("name", "").strip()
        if not source.is_name("variable", name, [s.name for s in found], variable.line):
            variable.see_all()
            continue
        numbers = {}
        for what, *path in (
            ("diffusion", "physical_parameter_set", "diffusion_coefficient"),
            ("decay", "physical_parameter_set", "decay_rate"),
            ("initial", "initial_condition"),
        ):
            element = variable.child(*path)
            given = source.given(element, f"{path[-1]} of {name!r}", variable.line)
            if given.value < 0:
                source.problems.add(given.line, f"expected {what} of {name!r} to be 0 or above, found "
                                  f"{given.value:g}")  # fmt: skip
            numbers[what] = given
        unit = variable.attributes.get("units", "").strip()
        held = _held(source, variable, name, flat)
        found.append(Substrate(name=name, unit="1" if unit in _ONE else unit, held=held, **numbers))
    _start_files(source)
    return found


def _held(source: Source, variable: Element, name: str, flat: bool) -> dict[str, Given]:
    """Return the faces that are held, with their values; what is said of one face goes before all faces."""
    held: dict[str, Given] = {}
    general = variable.child("Dirichlet_boundary_condition")
    used = FACES[:4] if flat else FACES
    if general is not None and general.is_on():
        held = dict.fromkeys(used, source.given(general, f"boundary of {name!r}", variable.line))
    for one in variable.all("Dirichlet_options", "boundary_value"):
        face = one.attributes.get("ID", "").strip()
        if face not in FACES:
            source.problems.add(one.line, f"expected ID to be one of {', '.join(FACES)}, found {face!r}")
        elif face in used and one.is_on():
            held[face] = source.given(one, f"{face} of {name!r}", variable.line)
        elif face in held:
            del held[face]
    return held


def _start_files(source: Source) -> None:
    options = source.root.child("microenvironment_setup", "options")
    for tag in ("initial_condition", "dirichlet_nodes"):
        element = options.child(tag) if options else None
        if element is not None:
            if element.is_on():
                source.note("not supported", f"{tag} of the microenvironment from a file",
                          "fields start and are held evenly", element.line)  # fmt: skip
            element.see_all()
    if options is None:
        return
    options.child("calculate_gradients")
    track = options.child("track_internalized_substrates_in_each_agent")
    if track is not None and track.text.lower() == "true":
        source.note("not supported", track.tag, "cells keep no account of what they take up", track.line)


def field_of(source: Source, substrate: Substrate) -> Field:
    """Make the field of a substrate: by scheme adi where faces are held, as PhysiCell does it elsewhere."""
    name, held = substrate.name, substrate.held
    scheme, step, why = _FOLLOWED[bool(held)]
    faces = {
        f"{face[0]}_{'low' if face.endswith('min') else 'high'}": Face(
            kind="fixed", value=source.parameter(f"{name}: at {face}", given, substrate.unit)
        )
        for face, given in held.items()
    }
    source.note(
        "differs", f"field {name}",
        f"followed by the scheme {scheme!r} in steps of {step:g} min",
        substrate.diffusion.line,
    )  # fmt: skip
    if held:
        source.note("differs", f"boundary of {name}", "held at the faces, not in the outermost voxels",
                  next(iter(held.values())).line)  # fmt: skip
    return Field(
        name=name,
        unit=substrate.unit,
        diffusion=source.parameter(f"{name}: diffusion", substrate.diffusion, "um**2/min"),
        loss=source.parameter(f"{name}: decay", substrate.decay, "1/min"),
        initial=source.parameter(f"{name}: at the start", substrate.initial, substrate.unit),
        boundaries=Boundaries(**faces),
        scheme=scheme,
        step=FixedStep(length=chosen(f"{name}: step", step, "min", why=why)),
    )
