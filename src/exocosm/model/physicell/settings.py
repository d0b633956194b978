"""PhysiCell_settings.xml → a model, and notes on all that is not in it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from exocosm.errors import InputError

from ..behaviours import Behaviour, Known, behaviours_of, out_of_bounds
from ..cells import CellKind, CustomDatum
from ..cycles import Cycle, Death, Phase, Volume, standard_apoptosis, standard_necrosis, standard_volume
from ..model import Model
from ..names import check_name
from ..network import Network
from ..parameter import Parameter, Prior, chosen
from ..tissue import Domain, Field, Mechanics, Placement
from .cells_csv import read_cells
from .definitions import APOPTOSIS, CYCLES, NECROSIS, Draft, Given, Reader
from .notes import Note, Problems, number_in, read_from
from .rules import read_rules, with_rules
from .xml_tree import Element, read_xml

FACES = ("xmin", "xmax", "ymin", "ymax", "zmin", "zmax")
_MOST_VOXELS = 10**9
_ANCESTORS = 4  # folders above the settings in which a project may start
_DEFAULT = "default of PhysiCell (doi:10.1371/journal.pcbi.1005991)"
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


def read_settings(path: Path | str) -> tuple[Model, tuple[Note, ...]]:
    """Read PhysiCell_settings.xml, with the rules and the cells it names, as a model.

    Returns
    -------
    the model, with lengths counted from the lower corner of the domain, and a note on each element that is not in
    it, is in it with another meaning, or had to be assumed

    Raises
    ------
    InputError : for a file that is no such settings, or is wrong; everything wrong is reported at once
    """
    path = Path(path)
    root = read_xml(path)
    if root.tag != "PhysiCell_settings":
        raise InputError(f"Expected {path.name!r} to hold <PhysiCell_settings>, found <{root.tag}>.")
    root.seen = True
    return _Settings(path, root).read()


class _Settings:
    def __init__(self, path: Path, root: Element) -> None:
        self.path, self.root, self.file = path, root, path.name
        self.problems, self.notes = Problems(path.name), list[Note]()

    def read(self) -> tuple[Model, tuple[Note, ...]]:
        domain, corner = self._domain()
        self._overall()
        self._options()
        substrates = self._substrates(flat=domain.shape[0] == 1)
        drafts, types = self._definitions(tuple(s.name for s in substrates), flat=domain.shape[0] == 1)
        self.problems.refuse()
        model = self._model(domain, substrates, drafts)
        model = self._with_rules(model, drafts, types)
        model = self._with_cells(model, corner, types)
        self._user_parameters()
        self._leftovers()
        self.problems.refuse()
        return model, tuple(self.notes)

    def note(self, kind, subject: str, reason: str, line: int = 0) -> None:  # type: ignore[no-untyped-def]
        place = f"{self.file}, line {line}" if line else self.file
        self.notes.append(Note(kind=kind, subject=subject, reason=reason, place=place))

    def number(self, *path: str, otherwise: float | None = None) -> Given:
        """Return the number at this path; raises InputError where there is none and none is assumed."""
        element = self.root.child(*path)
        where = "/".join(path)
        if element is None:
            if otherwise is None:
                raise InputError(f"Expected <{where}> in {self.file!r}, found none.")
            return Given(otherwise, 0, "")
        try:
            return Given(number_in(element.text), element.line, element.text)
        except ValueError as error:
            raise InputError(f"{self.file}, line {element.line}: {error} in <{where}>.") from error

    # --- the place -----------------------------------------------------------------------------------------

    def _domain(self) -> tuple[Domain, tuple[float, float, float]]:
        low, n = {}, {}
        step = {axis: self.number("domain", f"d{axis}").value for axis in "xyz"}
        flat = self.root.child("domain", "use_2D")
        is_flat = flat is not None and flat.text.strip().lower() in ("true", "1")
        axes = "xy" if is_flat else "xyz"
        if any(step[axis] <= 0 or step[axis] != step["x"] for axis in axes):
            raise InputError(
                f"Expected voxels with one edge above 0 in {self.file!r}, found dx, dy, dz = "
                f"{', '.join(f'{step[axis]:g}' for axis in 'xyz')}."
            )
        edge = step["x"]
        for axis in "xyz":
            low[axis] = self.number("domain", f"{axis}_min").value
            length = self.number("domain", f"{axis}_max").value - low[axis]
            if not 0 < length / edge < _MOST_VOXELS:
                raise InputError(f"Expected {axis}_max above {axis}_min in {self.file!r}.")
            n[axis] = math.ceil(length / edge - 1e-9)
            if axis in axes and abs(length / edge - n[axis]) > 1e-9:
                self.note("differs", f"length of the domain along {axis}",
                          f"{length:g} um become {n[axis]} voxels of {edge:g} um")  # fmt: skip
        if is_flat:
            n["z"], low["z"] = 1, -0.5 * edge
        if n["x"] * n["y"] * n["z"] > _MOST_VOXELS:
            raise InputError(f"Expected at most {_MOST_VOXELS:,} voxels, found {n} in {self.file!r}.")
        corner = (low["x"], low["y"], low["z"])
        if any(corner):
            self.note(
                "differs", "positions", f"counted from the lower corner, which the file has at {corner} um"
            )
        line = self.number("domain", "dx").line
        spacing = read_from(self.file, line, "edge of a voxel", edge, "um", f"{edge:g} micron")
        return Domain(shape=(n["z"], n["y"], n["x"]), spacing=spacing), corner

    def _overall(self) -> None:
        for tag, allowed in (("time_units", ("min",)), ("space_units", ("micron", "microns", "um"))):
            element = self.root.child("overall", tag)
            if element is not None and element.text not in allowed:
                raise InputError(
                    f"{self.file}, line {element.line}: expected <{tag}> to be {allowed[0]!r}, "
                    f"found {element.text!r}."
                )
        steps = {name: self.number("overall", f"dt_{name}", otherwise=value) for name, value in
                 (("diffusion", 0.01), ("mechanics", 0.1), ("phenotype", 6.0))}  # fmt: skip
        said = ", ".join(f"dt_{name} = {given.value:g} min" for name, given in steps.items())
        self.note(
            "differs", "lengths of steps", f"{said}; the engine chooses its own", steps["diffusion"].line
        )
        end = self.number("overall", "max_time", otherwise=0.0)
        if end.line:
            self.note(
                "not needed", "max_time", f"{end.value:g} min; the duration is given with a run", end.line
            )

    def _options(self) -> None:
        meaning: dict[str, tuple[str, str, str]] = {
            "virtual_wall_at_domain_edge": ("false", "differs", "cells cannot leave the domain here"),
            "disable_automated_spring_adhesions": (
                "true", "not supported", "attachment rates of 0 keep cells from attaching"
            ),
            "legacy_random_points_on_sphere_in_divide": (
                "true", "not supported", "division axes are uniform on the sphere"
            ),
            "legacy_cell_defaults_copy": (
                "true", "not supported", "a definition inherits from its parent_type alone"
            ),
        }  # fmt: skip
        for tag, (notable, kind, reason) in meaning.items():
            element = self.root.child("options", tag)
            if element is not None and element.text.lower() == notable:
                self.note(kind, f"{tag} = {notable}", reason, element.line)
        seed = self.root.child("options", "random_seed")
        if seed is None:
            seed = self.root.child("user_parameters", "random_seed")
        if seed is not None:
            self.note("not needed", "random_seed", "the seed is given with a run", seed.line)

    # --- substances ----------------------------------------------------------------------------------------

    def _substrates(self, *, flat: bool) -> list[Substrate]:
        found: list[Substrate] = []
        for variable in self.root.all("microenvironment_setup", "variable"):
            name = variable.attributes.get("name", "").strip()
            if not self._is_name("variable", name, [s.name for s in found], variable.line):
                variable.see_all()
                continue
            numbers = {}
            for what, *path in (
                ("diffusion", "physical_parameter_set", "diffusion_coefficient"),
                ("decay", "physical_parameter_set", "decay_rate"),
                ("initial", "initial_condition"),
            ):
                element = variable.child(*path)
                given = self._given(element, f"{path[-1]} of {name!r}", variable.line)
                if given.value < 0:
                    self.problems.add(given.line, f"expected {what} of {name!r} to be 0 or above, found "
                                      f"{given.value:g}")  # fmt: skip
                numbers[what] = given
            unit = variable.attributes.get("units", "").strip()
            held = self._held(variable, name, flat)
            found.append(Substrate(name=name, unit="1" if unit in _ONE else unit, held=held, **numbers))
        self._start_files()
        return found

    def _given(self, element: Element | None, what: str, line: int) -> Given:
        if element is None:
            self.problems.add(line, f"expected {what}, found none")
            return Given(0.0, line, "")
        try:
            quoted = f"{element.text} {element.attributes.get('units', '')}".strip()
            return Given(number_in(element.text), element.line, quoted)
        except ValueError as error:
            self.problems.add(element.line, f"{error} in {what}")
            return Given(0.0, element.line, "")

    def _held(self, variable: Element, name: str, flat: bool) -> dict[str, Given]:
        """Return the faces that are held, with their values; what is said of one face goes before all faces."""
        held: dict[str, Given] = {}
        general = variable.child("Dirichlet_boundary_condition")
        used = FACES[:4] if flat else FACES
        if general is not None and general.is_on():
            held = dict.fromkeys(used, self._given(general, f"boundary of {name!r}", variable.line))
        for one in variable.all("Dirichlet_options", "boundary_value"):
            face = one.attributes.get("ID", "").strip()
            if face not in FACES:
                self.problems.add(one.line, f"expected ID to be one of {', '.join(FACES)}, found {face!r}")
            elif face in used and one.is_on():
                held[face] = self._given(one, f"{face} of {name!r}", variable.line)
            elif face in held:
                del held[face]
        return held

    def _start_files(self) -> None:
        options = self.root.child("microenvironment_setup", "options")
        for tag in ("initial_condition", "dirichlet_nodes"):
            element = options.child(tag) if options else None
            if element is not None:
                if element.is_on():
                    self.note("not supported", f"{tag} of the microenvironment from a file",
                              "fields start and are held evenly", element.line)  # fmt: skip
                element.see_all()
        if options is None:
            return
        options.child("calculate_gradients")
        track = options.child("track_internalized_substrates_in_each_agent")
        if track is not None and track.text.lower() == "true":
            self.note("not supported", track.tag, "cells keep no account of what they take up", track.line)

    def _field(self, substrate: Substrate, drafts: list[Draft], flat: bool) -> Field:
        """Make the field of a substrate, as far as fields can be told how they are held and followed."""
        name, values = substrate.name, {given.value for given in substrate.held.values()}
        used = 4 if flat else 6
        all_alike = len(substrate.held) == used and len(values) == 1
        if substrate.held and not all_alike:
            said = ", ".join(f"{face} = {given.value:g}" for face, given in substrate.held.items())
            self.note("not supported", f"boundary of {name}", f"{said}: faces are held all alike, or none is; "
                      "nothing passes the faces in the model", next(iter(substrate.held.values())).line)  # fmt: skip
        consumed = [d.behaviours.get(f"{name} {what}") for d in drafts for what in ("uptake", "secretion")]
        settles = substrate.diffusion.value > 0 and (
            substrate.decay.value > 0 or all_alike or any(given and given.value > 0 for given in consumed)
        )
        if settles:
            self.note("differs", f"field {name}", "kept at its steady state, not followed in time",
                      substrate.diffusion.line)  # fmt: skip
        first = next(iter(substrate.held.values()), None)
        return Field(
            name=name,
            unit=substrate.unit,
            diffusion=self._parameter(f"{name}: diffusion", substrate.diffusion, "um**2/min"),
            loss=self._parameter(f"{name}: decay", substrate.decay, "1/min"),
            initial=self._parameter(f"{name}: at the start", substrate.initial, substrate.unit),
            boundary=self._parameter(f"{name}: at the faces", first, substrate.unit)
            if first is not None and all_alike
            else None,
            steady=settles,
        )

    # --- cells ---------------------------------------------------------------------------------------------

    def _definitions(self, fields: tuple[str, ...], *, flat: bool) -> tuple[list[Draft], dict[int, str]]:
        elements = self.root.all("cell_definitions", "cell_definition")
        if not elements:
            raise InputError(
                f"Expected <cell_definition> in {self.file!r}, found none: there are no cells in it."
            )
        named: list[Element] = []
        types: dict[int, str] = {}
        for i, element in enumerate(elements):
            name, known = element.attributes.get("name", ""), [one.attributes["name"] for one in named]
            number = element.attributes.get("ID", str(i)).strip()
            if not self._is_name("cell definition", name, known, element.line):
                element.see_all()
            elif not number.isdigit() or len(number) > 6 or int(number) in types:
                self.problems.add(element.line, f"expected an ID of its own for {name!r}, found {number!r}")
                element.see_all()
            else:
                types[int(number)] = name
                named.append(element)
        reader = Reader(self.file, tuple(types.values()), fields, flat, self.problems, self.notes)
        drafts: dict[str, Draft] = {}
        for element in named:
            drafts[element.attributes["name"]] = reader.definition(element, drafts)
        return list(drafts.values()), types

    def _is_name(self, noun: str, name: str, known: list[str], line: int) -> bool:
        try:
            check_name(noun, name)
        except InputError as error:
            self.problems.add(line, str(error))
            return False
        if name in known:
            self.problems.add(line, f"{noun} {name!r} is given twice")
        return name not in known

    def _model(self, domain: Domain, substrates: list[Substrate], drafts: list[Draft]) -> Model:
        bare = Model(
            name=self._name(),
            cell_kinds=tuple(self._kind(draft) for draft in drafts),
            vesicle_kinds=(),
            cargoes=(),
            fields=tuple(self._field(one, drafts, domain.shape[0] == 1) for one in substrates),
            domain=domain,
            mechanics=self._mechanics(drafts[0]),
            placements=(),
        )
        known = behaviours_of(bare)
        kinds = tuple(
            replace(kind, behaviours=self._behaviours(draft, known))
            for kind, draft in zip(bare.cell_kinds, drafts, strict=True)
        )
        self.problems.refuse()
        return replace(bare, cell_kinds=kinds)

    def _name(self) -> str:
        """Name the model after the file, or the project where the file has the name that all of them have."""
        parents = [one.name for one in self.path.absolute().parents if one.name not in ("config", "")]
        name = parents[0] if self.path.stem == "PhysiCell_settings" and parents else self.path.stem
        return name if name.isprintable() and '"' not in name else "PhysiCell model"

    def _mechanics(self, draft: Draft) -> Mechanics:
        """Take the strengths of the first cell kind for what holds where a kind says nothing."""
        defaults = (("cell-cell repulsion", 10.0, "um/min"), ("cell-cell adhesion", 0.4, "um/min"),
                    ("relative maximum adhesion distance", 1.25, ""))  # fmt: skip
        found = []
        for name, value, unit in defaults:
            given = draft.behaviours.get(name)
            found.append(
                _assumed(f"default {name}", value, unit)
                if given is None
                else self._parameter(f"default {name}", given, unit)
            )
        repulsion, adhesion, reach = found
        return Mechanics(repulsion=repulsion, adhesion=adhesion, reach=reach)

    def _behaviours(self, draft: Draft, known: dict[str, Known]) -> tuple[Behaviour, ...]:
        found = []
        for name, given in draft.behaviours.items():
            if name not in known:
                self.problems.add(given.line, f"no behaviour {name!r} in this model")
                continue
            if problem := out_of_bounds(name, given.value, known):
                self.problems.add(given.line, f"expected {name!r} of {draft.name!r} {problem}")
            if name == "migration speed" and not draft.moves:
                given = Given(0.0, given.line, "not enabled")
            if given.value != known[name].default:
                value = self._parameter(f"{draft.name}: {name}", given, known[name].unit)
                found.append(Behaviour(name=name, value=value))
        return tuple(found)

    def _kind(self, draft: Draft) -> CellKind:
        volume = self._volume(draft)
        if draft.cycle is None:
            self.note("assumed", f"cycle of {draft.name}", "none is given: cells do not divide", draft.line)
        radius = (3.0 * volume.total.value / (4.0 * math.pi)) ** (1.0 / 3.0)
        source = f"from the volume, {volume.total.source}"
        return CellKind(
            name=draft.name,
            entity="",
            radius=chosen(f"{draft.name}: radius", radius, "um", why=source),
            hypoxia_start=_assumed("hypoxia none at", 15.0, "mmHg"),
            hypoxia_full=_assumed("hypoxia full at", 4.0, "mmHg"),
            releases=(),
            uptakes=(),
            endogenous=(),
            network=Network(nodes=(), edges=(), links=(), gain=chosen("gain", 1.0, "", why="no network")),
            cycle=self._cycle(draft),
            volume=volume,
            apoptosis=self._death(draft, APOPTOSIS, standard_apoptosis()),
            necrosis=self._death(draft, NECROSIS, standard_necrosis()),
            normalised_chemotaxis=draft.normalised,
            custom=tuple(
                CustomDatum(
                    name=name,
                    value=self._parameter(f"{draft.name}: custom:{name}", datum.value, datum.unit),
                    conserved=datum.conserved,
                )
                for name, datum in draft.custom.items()
            ),
        )

    def _volume(self, draft: Draft) -> Volume:
        standard = standard_volume()
        changes = {
            name: self._parameter(f"{draft.name}: volume {name}", given, getattr(standard, name).unit)
            for name, given in draft.volume.items()
        }
        return self._made(lambda: replace(standard, **changes), draft, standard)

    def _cycle(self, draft: Draft) -> Cycle | None:
        if draft.cycle is None:
            return None
        phases: list[Phase] = []
        for i, phase in enumerate(CYCLES[draft.cycle]().phases):
            given = draft.phases.get(i)
            if given is not None:
                rate = self._parameter(f"{draft.name}: exit from {phase.name}", given.rate, "1/min")
                phase = replace(phase, rate=rate, fixed=given.fixed)
            phases.append(phase)
        return Cycle(phases=tuple(phases))

    def _death(self, draft: Draft, which: int, standard: Death) -> Death:
        name = "apoptosis" if which == APOPTOSIS else "necrosis"
        death, remains = standard, standard.remains
        assert remains is not None
        if which in draft.durations:
            duration = self._parameter(f"{draft.name}: {name} duration", draft.durations[which], "min")
            death = replace(death, duration=duration)
        changes = {
            part: self._parameter(f"{draft.name}: {name} {part}", given, getattr(remains, part).unit)
            for part, given in draft.remains.get(which, {}).items()
        }
        return replace(death, remains=replace(remains, **changes))

    def _made(self, make: Callable[[], Volume], draft: Draft, otherwise: Volume) -> Volume:
        try:
            return make()
        except InputError as error:
            self.problems.add(draft.line, f"{draft.name!r}: {error}")
            return otherwise

    def _parameter(self, name: str, given: Given | None, unit: str) -> Parameter:
        assert given is not None
        return read_from(self.file, given.line, name, given.value, unit, given.quoted)

    # --- rules and cells in other files --------------------------------------------------------------------

    def _with_rules(self, model: Model, drafts: list[Draft], types: dict[int, str]) -> Model:
        taken = 0
        for ruleset in self.root.all("cell_rules", "rulesets", "ruleset"):
            protocol, form = (
                ruleset.attributes.get("protocol", "CBHG"),
                ruleset.attributes.get("format", "csv"),
            )
            if not ruleset.is_on():
                ruleset.see_all()
                continue
            if protocol.upper() != "CBHG" or form.lower() != "csv" or taken:
                self.note("not supported", f"ruleset ({protocol}, {form})", "one ruleset of protocol CBHG in a CSV "
                          "is read", ruleset.line)  # fmt: skip
                ruleset.see_all()
                continue
            taken += 1
            rules, notes = read_rules(self._beside(ruleset), model, types=types)
            self.notes += notes
            model = with_rules(model, rules)
            still = [draft.name for draft in drafts if not draft.moves]
            for kind in still:
                if any(rule.behaviour == "migration speed" for rule in rules.get(kind, ())):
                    self.note("differs", f"migration speed of {kind}", "motility is not enabled in the file, where "
                              "its rules have no effect; here they set the speed")  # fmt: skip
        settings = self.root.child("cell_rules", "settings")
        if settings is not None and not settings.children:
            settings.see_all()
        return model

    def _with_cells(self, model: Model, corner: tuple[float, float, float], types: dict[int, str]) -> Model:
        placements = self._scattered(model)
        listed = self.root.child("initial_conditions", "cell_positions")
        if listed is not None and listed.is_on():
            form = listed.attributes.get("type", "csv").lower()
            if form != "csv":
                self.note(
                    "not supported", f"cell positions in {form}", "positions are read from a CSV", listed.line
                )
            else:
                given, notes = read_cells(self._beside(listed), model, corner=corner, types=types)
                placements += [self._without_overruled(one, model) for one in given]
                self.notes += notes
        if listed is not None:
            listed.see_all()
        if not any(one.count for one in placements):
            self.note("assumed", "cells", "none: the file places none, the C++ code of its project may")
        return replace(model, placements=tuple(placements))

    def _without_overruled(self, placement: Placement, model: Model) -> Placement:
        """Leave out values of single cells that PhysiCell's rules replace by those of the kind at once."""
        ruled = {rule.behaviour for rule in model.cell_kind(placement.kind).rules}
        for start in placement.starts:
            if start.of in ruled:
                self.notes.append(
                    Note(kind="differs", subject=f"{start.of} of single cells of {placement.kind}",
                         reason="left out: rules start from the value of the kind", place=placement.source)
                )  # fmt: skip
        return replace(placement, starts=tuple(one for one in placement.starts if one.of not in ruled))

    def _scattered(self, model: Model) -> list[Placement]:
        element = self.root.child("user_parameters", "number_of_cells")
        count = self._given(element, "number_of_cells", 0).value if element else 0.0
        if element is None or count == 0:
            return []
        if not (count == int(count) and 0 < count <= 10**7):
            self.problems.add(element.line, f"expected a whole number of cells, found {element.text}")
            return []
        self.note("assumed", "number_of_cells", f"{int(count)} cells of each kind, scattered without overlap; the C++ "
                  "code of the project may place them otherwise", element.line)  # fmt: skip
        return [Placement(kind=kind.name, pattern="scattered", count=int(count)) for kind in model.cell_kinds]

    def _beside(self, element: Element) -> Path:
        """Find the file an element names: from the folder of the project, which holds that of the settings."""
        folder, name = element.child("folder"), element.child("filename")
        said = name.text if name is not None else ""
        parts = (folder.text if folder is not None else "").replace("\\", "/")
        tried = []
        if said and "/" not in said and "\\" not in said and said not in (".", ".."):
            if not parts.startswith("/") and ".." not in parts.split("/") and ":" not in parts:
                above = self.path.absolute().parents[:_ANCESTORS]
                tried = [place / parts / said for place in above]
            tried.append(self.path.absolute().parent / said)
        found = next((path for path in tried if path.is_file()), None)
        if found is None:
            raise InputError(
                f"{self.file}, line {element.line}: found no file {said!r} in {parts or '.'!r}, seen from the folder "
                "of the settings and those above it, nor beside the settings."
            )
        if parts.startswith("/"):
            self.note("differs", f"file {said}", "taken from beside the settings, not from an absolute path",
                      element.line)  # fmt: skip
        return found

    # --- what is left --------------------------------------------------------------------------------------

    def _user_parameters(self) -> None:
        group = self.root.child("user_parameters")
        for one in group.children if group else ():
            if not one.seen:
                self.note("not supported", f"user parameter {one.tag} = {one.text}", "read by the C++ code of the "
                          "project, which is not here", one.line)  # fmt: skip
                one.see_all()

    def _leftovers(self) -> None:
        for tag, reason in (("save", "how PhysiCell saves and draws"), ("parallel", "the threads of a run")):
            element = self.root.child(tag)
            if element is not None:
                element.see_all()
                self.note("not needed", tag, reason, element.line)
        for where, element in self.root.unseen():
            self.note("not understood", where.removeprefix("PhysiCell_settings/"), "no part of a model is made of it",
                      element.line)  # fmt: skip


def _assumed(name: str, value: float, unit: str) -> Parameter:
    return Parameter(
        name=name,
        value=value,
        unit=unit,
        prior=Prior(central=value),
        confidence="assumed",
        source=_DEFAULT,
        quoted=f"{value:g} {unit}".strip(),
    )
