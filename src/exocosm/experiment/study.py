"""A study: one file that says which axes, cells, arms and read-outs; data only."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from exocosm.assembly import Drug, Population, Scenario, cell_table, parameter
from exocosm.errors import InputError, did_you_mean
from exocosm.knowledge import YamlTree, read_text
from exocosm.model import Parameter, Prior, chosen
from exocosm.units import minutes, quantity

from .assays import ReadOut
from .treatments import TREATMENTS, Treatment

SHIPPED = files("exocosm").joinpath("studies")
DEFAULT_REPLICATES = 8


@dataclass(frozen=True, kw_only=True)
class StudyInfo:
    """What `exocosm studies list` shows of a study."""

    name: str
    title: str
    systems: tuple[str, ...]
    setup: str
    run_time: str


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One arm of a study: a name, a label for figures, and what is done."""

    name: str
    label: str
    description: str
    treatments: tuple[Treatment, ...]


@dataclass(frozen=True, kw_only=True)
class DrugSeries:
    """A drug and the doses at which every arm is tested; `doses` in mmol/L, `time` of dosing in minutes.

    `viability` names the read-out whose fall with the dose is fitted: the living cells that the drug acts on.
    """

    drug: Drug
    cell: str
    time: float
    doses: tuple[float, ...]
    viability: str


@dataclass(frozen=True, kw_only=True)
class Titration:
    """Copies of one cargo put straight into the cytosol of recipients; the control arm is level 0."""

    cargo: str
    recipient: str
    copies: tuple[float, ...]


def titration_arm(copies: float) -> str:
    """Name the arm of a drug study that stands for one level of the titration."""
    return f"mimic-{copies:g}"


@dataclass(frozen=True, kw_only=True)
class Study:
    """A study ready to run. `record` is the file as resolved: settings applied, defaults written out."""

    name: str
    title: str
    duration: float
    record_every: float
    replicates: int
    seed: int
    scenario: Scenario
    arms: tuple[Arm, ...]
    control: str
    readouts: tuple[ReadOut, ...]
    drug: DrugSeries | None
    titration: Titration | None
    parameters: dict[str, float]
    record: dict[str, Any]
    knowledge: tuple[Path, ...] = ()  # files of the user that join the knowledge base for this study

    def arm(self, name: str) -> Arm:
        """Return the arm of this name."""
        return next(arm for arm in self.arms if arm.name == name)


def studies() -> list[StudyInfo]:
    """List the shipped studies."""
    found = []
    for entry in sorted(SHIPPED.iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".yaml"):
            record: Any = YamlTree(entry.read_text(encoding="utf-8"), entry.name).value
            found.append(
                StudyInfo(
                    name=record["name"],
                    title=record["title"],
                    systems=tuple(record.get("systems", ())),
                    setup=record["setup"],
                    run_time=record.get("run_time", ""),
                )
            )
    return found


def load_study(name_or_path: str | Path, settings: Mapping[str, str] | None = None) -> Study:
    """Read a shipped study by name, or a file, and apply settings such as ``{"duration": "24 h"}``.

    A setting is the path of a value in the file: ``cells.0.count``, ``parameters.endosomal_escape``.

    Raises
    ------
    InputError : for an unknown study, a file that cannot be read or does not follow the schema (naming the
        line and field), an unknown setting, a missing unit, or a name the models do not know
    """
    text, source = _text_of(name_or_path)
    tree = YamlTree(text, source)
    if tree.problems:
        raise InputError("\n".join(map(str, tree.problems)))
    if not isinstance(tree.value, dict):
        raise InputError(
            f"Expected {source} to hold a study (a mapping of fields), found {type(tree.value).__name__}."
        )
    record = copy.deepcopy(tree.value)
    for key, value in (settings or {}).items():
        _set(record, key, value)
    if isinstance(record.get("parameters"), dict):
        record["parameters"] = {name: _as_number(value) for name, value in record["parameters"].items()}
    _check_schema(record, tree, source)
    try:
        return replace(_study(record), knowledge=_own_knowledge(record, Path(source).parent))
    except InputError as error:
        raise InputError(f"{source}: {error}") from error


def _own_knowledge(record: dict[str, Any], folder: Path) -> tuple[Path, ...]:
    """Return the user's knowledge files, which stand relative to the folder of the study file."""
    found: list[Path] = []
    for i, name in enumerate(record.get("knowledge", ())):
        path = (folder / name).resolve()
        if not path.is_file():
            raise InputError(
                f"`knowledge[{i}]`: there is no file {str(path)!r}. "
                "Paths are relative to the folder of the study file."
            )
        if path in found:
            raise InputError(f"`knowledge[{i}]` names {str(path)!r} a second time. Name each file once.")
        found.append(path)
    return tuple(found)


def _text_of(name_or_path: str | Path) -> tuple[str, str]:
    name = str(name_or_path)
    shipped = sorted(entry.name[:-5] for entry in SHIPPED.iterdir() if entry.name.endswith(".yaml"))
    if name in shipped:
        return SHIPPED.joinpath(f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml"
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or path.exists():
        return read_text(path), str(path)
    hint = did_you_mean(name, shipped)
    raise InputError(f"No study {name!r}.{hint} Shipped studies: {', '.join(shipped)}; or give a .yaml file.")


def _set(record: dict[str, Any], key: str, value: str) -> None:
    """Replace one value of a study by its path; the new value is read as YAML."""
    import yaml

    steps = key.split(".")
    if steps[0] not in _schema()["properties"]:
        known = ", ".join(sorted(_schema()["properties"]))
        raise InputError(f"Unknown setting {key!r}. The first part must be one of: {known}.")
    if steps[0] == "parameters":
        steps = ["parameters", key.removeprefix("parameters.")]
        record.setdefault("parameters", {})
    place: Any = record
    for step in steps[:-1]:
        place = _step_into(place, step, key)
    last: Any = int(steps[-1]) if isinstance(place, list) and steps[-1].isdigit() else steps[-1]
    if isinstance(place, list):
        _step_into(place, steps[-1], key)
    elif not isinstance(place, dict):
        raise InputError(f"Setting {key!r} leads into a single value. Set the value itself.")
    try:
        place[last] = _as_number(yaml.safe_load(value) if isinstance(value, str) else value)
    except yaml.YAMLError as error:
        raise InputError(f"Could not read the value of setting {key!r}: {value!r}.") from error


def _as_number(value: Any) -> Any:
    """Read what YAML 1.1 takes for text although a number is meant, such as 1e-3."""
    try:
        number = float(value) if isinstance(value, str) else math.nan
    except ValueError:
        return value
    return number if math.isfinite(number) else value


def _step_into(place: Any, step: str, key: str) -> Any:
    if isinstance(place, list) and step.isdigit() and int(step) < len(place):
        return place[int(step)]
    if isinstance(place, dict) and step in place:
        return place[step]
    known = (
        sorted(place)
        if isinstance(place, dict)
        else f"0 to {len(place) - 1}"
        if isinstance(place, list)
        else []
    )
    raise InputError(f"Unknown setting {key!r}: no {step!r} there. Known: {known}.")


@cache
def _schema() -> dict[str, Any]:
    return json.loads(files("exocosm.experiment").joinpath("study.schema.json").read_text(encoding="utf-8"))


def _check_schema(record: dict[str, Any], tree: YamlTree, source: str) -> None:
    import jsonschema

    problems = []
    validator = jsonschema.Draft202012Validator(_schema())
    for error in sorted(validator.iter_errors(record), key=lambda e: [str(p) for p in e.absolute_path]):
        field = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path).lstrip(".")
        line = tree.line(field)
        said = error.message if len(error.message) <= 300 else f"{error.message[:300]} ..."
        if error.validator == "type" and error.validator_value == "string" and _is_number(error.instance):
            said = f"expected text (a quantity with its unit, as in '24 h'), found {error.instance!r}"
        problems.append(f"{source}, line {line or 1}, {field or 'file'}: {said}")
    if problems:
        shown = problems[:10] + ([f"and {len(problems) - 10} more"] if len(problems) > 10 else [])
        raise InputError("\n".join(shown))


def _study(record: dict[str, Any]) -> Study:
    record.setdefault("replicates", DEFAULT_REPLICATES)
    record.setdefault("record_every", "2 h")
    record.setdefault("seed", 1)
    readouts = tuple(_readout(entry) for entry in record["readouts"])
    arms = tuple(_arm(entry) for entry in record["arms"])
    names = [arm.name for arm in arms]
    if len(set(names)) != len(names):
        raise InputError(f"Expected arm names to be unique, found {names}.")
    if record["control"] not in names:
        raise InputError(f"Expected `control` to be one of the arms {names}, found {record['control']!r}.")
    listed = [readout.name for readout in readouts]
    if len(set(listed)) != len(listed):
        raise InputError(f"Expected read-out names to be unique, found {listed}.")
    drug = _drug(record["drug"], record, readouts) if "drug" in record else None
    titration = _titration(record["titration"]) if "titration" in record else None
    clash = {titration_arm(copies) for copies in (0.0, *titration.copies)} if titration else set()
    if drug and clash.intersection(names):
        raise InputError(f"Arms may not be called {sorted(clash)}: the levels of the titration are.")
    return Study(
        name=record["name"],
        title=record["title"],
        duration=_positive_time(record, "duration"),
        record_every=_positive_time(record, "record_every"),
        replicates=record["replicates"],
        seed=record["seed"],
        scenario=_scenario(record, readouts, drug),
        arms=arms,
        control=record["control"],
        readouts=readouts,
        drug=drug,
        titration=titration,
        parameters=dict(record.get("parameters", {})),
        record=record,
    )


def _positive_time(record: dict[str, Any], name: str) -> float:
    time = minutes(record[name])
    if time <= 0:
        raise InputError(f"Expected `{name}` to be positive, found {record[name]!r}.")
    return time


def _readout(entry: dict[str, Any]) -> ReadOut:
    return ReadOut(**{**entry, "statements": tuple(entry.get("statements", ()))})


def _arm(entry: dict[str, Any]) -> Arm:
    treatments = tuple(_treatment(record, entry["name"]) for record in entry.get("treatments", ()))
    return Arm(
        name=entry["name"],
        label=entry["label"],
        description=entry.get("description", ""),
        treatments=treatments,
    )


def _treatment(record: dict[str, Any], arm: str) -> Treatment:
    kind = record["type"]
    if kind not in TREATMENTS:
        hint = did_you_mean(str(kind), TREATMENTS)
        raise InputError(f"Arm {arm!r}: unknown treatment {kind!r}.{hint} Known: {sorted(TREATMENTS)}.")
    options = {key: tuple(v) if isinstance(v, list) else v for key, v in record.items() if key != "type"}
    made = TREATMENTS[kind]
    known = {field.name: str(field.type) for field in fields(made)}
    if set(options) - set(known):
        raise InputError(
            f"Arm {arm!r}, {kind}: unknown options {sorted(set(options) - set(known))}. "
            f"Known: {sorted(known)}."
        )
    for name, value in options.items():
        if not _OPTION[known[name]](value):
            raise InputError(
                f"Arm {arm!r}, {kind}: expected `{name}` to be {_MEANT[known[name]]}, found {record[name]!r}."
            )
    try:
        return made(**options)
    except TypeError as error:
        raise InputError(f"Arm {arm!r}, {kind}: options missing. Known: {sorted(known)}.") from error


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


# Type of a treatment's field → whether a value fits, and how to say it.
_OPTION: dict[str, Callable[[Any], bool]] = {
    "str": lambda value: isinstance(value, str),
    "tuple[str, ...]": lambda value: isinstance(value, tuple) and all(isinstance(v, str) for v in value),
    "float": _is_number,
    "str | float": lambda value: isinstance(value, str) or _is_number(value),
    "bool": lambda value: isinstance(value, bool),
}
_MEANT = {
    "str": "text",
    "tuple[str, ...]": "a list of names",
    "float": "a number",
    "str | float": "a number or the id of a parameter",
    "bool": "true or false",
}


def _titration(entry: dict[str, Any]) -> Titration:
    copies = tuple(sorted(float(level) for level in entry["copies"]))
    if len(set(copies)) != len(copies):
        raise InputError(f"Expected the levels of `titration.copies` to differ, found {entry['copies']}.")
    return Titration(cargo=entry["cargo"], recipient=entry["recipient"], copies=copies)


def _drug(entry: dict[str, Any], record: dict[str, Any], readouts: tuple[ReadOut, ...]) -> DrugSeries:
    if record["setup"] != "dish":
        raise InputError("A drug series runs in a dish only; drugs in tissue are not simulated yet.")
    doses = tuple(sorted(quantity(dose, to="mmol/L") for dose in entry["doses"]))
    if doses[0] != 0.0 or any(dose < 0 for dose in doses):
        raise InputError(
            f"Expected `drug.doses` to start at 0 and not to be negative, found {entry['doses']}."
        )
    if len(set(doses)) != len(doses):
        raise InputError(f"Expected `drug.doses` to differ, found {entry['doses']}.")
    counts = [r.name for r in readouts if r.quantity == "count" and r.cell == entry["cell"]]
    if not counts:
        raise InputError(f"A drug study needs a read-out of quantity `count` of {entry['cell']!r}.")
    assay_time, time = _positive_time(entry, "assay_time"), minutes(entry["time"])
    if time < 0:
        raise InputError(f"Expected `drug.time` not to be negative, found {entry['time']!r}.")
    if abs(time + assay_time - minutes(record["duration"])) > 1e-6:
        raise InputError(
            "Expected `duration` to be `drug.time` plus `drug.assay_time`: the assay ends the study."
        )
    drug = Drug(
        **{name: entry[name] for name in ("name", "loss", "ic50", "ic50_resistant", "hill", "tolerance")},
        assay_time=assay_time,
    )
    return DrugSeries(drug=drug, cell=entry["cell"], time=time, doses=doses, viability=counts[0])


def _scenario(record: dict[str, Any], readouts: tuple[ReadOut, ...], drug: DrugSeries | None) -> Scenario:
    well_mixed = record["setup"] == "dish"
    populations = tuple(_population(entry, well_mixed) for entry in record["cells"])
    donors = tuple(Population(kind=name, count=0, pattern="dish") for name in record.get("donors", ()))
    known = set(cell_table())
    for population in (*populations, *donors):
        if population.kind not in known:
            hint = did_you_mean(population.kind, known)
            raise InputError(f"Unknown cell type {population.kind!r}.{hint} Known: {sorted(known)}.")
    read: dict[str, tuple[str, ...]] = {}
    for readout in readouts:
        if readout.quantity == "activity":
            read[readout.cell] = (*read.get(readout.cell, ()), readout.of)
        elif readout.quantity == "polarised":
            read[readout.cell] = (*read.get(readout.cell, ()), "M2 polarisation")
    if drug is not None:
        read.setdefault(drug.cell, ())
    kinds = {population.kind for population in populations}
    absent = set(read) - kinds
    if absent:
        raise InputError(
            f"Read-outs ask for cells that the study does not hold: {sorted(absent)}. Cells: {sorted(kinds)}."
        )
    return Scenario(
        name=record["name"],
        axes=tuple(record["axes"]),
        populations=(*populations, *donors),
        **_space(record, populations, well_mixed),
        oxygen=_oxygen(record),
        well_mixed=well_mixed,
        read={kind: tuple(dict.fromkeys(names)) for kind, names in read.items()},
        drug=drug.drug if drug else None,
    )


def _population(entry: dict[str, Any], well_mixed: bool) -> Population:
    pattern: Any = "dish" if well_mixed else entry.get("pattern", "scattered")
    lengths = {name: quantity(entry[name], to="um") for name in ("inner", "outer") if name in entry}
    if any(length < 0 for length in lengths.values()):
        raise InputError(
            f"Expected `inner` and `outer` of {entry['kind']!r} not to be negative, found {lengths}."
        )
    return Population(kind=entry["kind"], count=entry["count"], pattern=pattern, **lengths)


def _space(record: dict[str, Any], populations: tuple[Population, ...], well_mixed: bool) -> dict[str, Any]:
    if not well_mixed:
        domain = record.get("domain")
        if not domain or "shape" not in domain:
            raise InputError("A tissue study needs `domain` with `shape` (z, y, x voxels) and `spacing`.")
        edge_length = quantity(domain["spacing"], to="um")
        if edge_length <= 0:
            raise InputError(f"Expected `domain.spacing` to be positive, found {domain['spacing']!r}.")
        spacing = chosen("spacing", edge_length, "um", why="set-up of the study")
        return {"shape": tuple(domain["shape"]), "spacing": spacing}
    if "volume_per_cell" not in record:
        raise InputError("A dish study needs `volume_per_cell`, such as '5 nL'.")
    volume = quantity(record["volume_per_cell"], to="um**3") * sum(p.count for p in populations)
    if volume <= 0:
        raise InputError("Expected a dish with at least one cell and a positive `volume_per_cell`.")
    edge = chosen("spacing", volume ** (1.0 / 3.0), "um", why="edge of a cube that holds the medium")
    return {"shape": (1, 1, 1), "spacing": edge}


def _oxygen(record: dict[str, Any]) -> Parameter:
    """Oxygen at the border or in the dish: a row of the parameter table, or a value with a unit."""
    given = record.get("oxygen", "oxygen_boundary")
    if given[:1] in (*"0123456789+-.",):
        pressure = quantity(given, to="mmHg")
        if pressure < 0:
            raise InputError(f"Expected `oxygen` not to be negative, found {given!r}.")
        return chosen("oxygen", pressure, "mmHg", why="set-up of the study")
    row = parameter(given, to="mmHg")
    return replace(row, prior=Prior(central=row.value))  # the border of a set-up is chosen, not drawn
