"""Cell definitions of PhysiCell's settings → cell kinds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from exocosm.errors import InputError

from ..behaviours import Behaviour, Known, out_of_bounds
from ..cells import CellKind, CustomDatum
from ..cycles import Cycle, Death, Phase, Volume, standard_apoptosis, standard_necrosis, standard_volume
from ..network import Network
from ..parameter import Parameter, Prior, chosen
from ..tissue import Mechanics
from .definitions import APOPTOSIS, CYCLES, NECROSIS, Draft, Given, Reader
from .source import Source
from .xml_tree import Element

_DEFAULT = "default of PhysiCell (doi:10.1371/journal.pcbi.1005991)"


def read_definitions(
    source: Source, fields: tuple[str, ...], *, flat: bool
) -> tuple[list[Draft], dict[int, str]]:
    elements = source.root.all("cell_definitions", "cell_definition")
    if not elements:
        raise InputError(
            f"Expected <cell_definition> in {source.file!r}, found none: there are no cells in it."
        )
    named: list[Element] = []
    types: dict[int, str] = {}
    for i, element in enumerate(elements):
        name, known = element.attributes.get("name", ""), [one.attributes["name"] for one in named]
        number = element.attributes.get("ID", str(i)).strip()
        if not source.is_name("cell definition", name, known, element.line):
            element.see_all()
        elif not number.isdigit() or len(number) > 6 or int(number) in types:
            source.problems.add(element.line, f"expected an ID of its own for {name!r}, found {number!r}")
            element.see_all()
        else:
            types[int(number)] = name
            named.append(element)
    reader = Reader(source.file, tuple(types.values()), fields, flat, source.problems, source.notes)
    drafts: dict[str, Draft] = {}
    for element in named:
        drafts[element.attributes["name"]] = reader.definition(element, drafts)
    return list(drafts.values()), types


def default_mechanics(source: Source, draft: Draft) -> Mechanics:
    """Take the strengths of the first cell kind for what holds where a kind says nothing."""
    defaults = (("cell-cell repulsion", 10.0, "um/min"), ("cell-cell adhesion", 0.4, "um/min"),
                ("relative maximum adhesion distance", 1.25, ""))  # fmt: skip
    found = []
    for name, value, unit in defaults:
        given = draft.behaviours.get(name)
        found.append(
            _assumed(f"default {name}", value, unit)
            if given is None
            else source.parameter(f"default {name}", given, unit)
        )
    repulsion, adhesion, reach = found
    return Mechanics(repulsion=repulsion, adhesion=adhesion, reach=reach)


def behaviours_given(source: Source, draft: Draft, known: dict[str, Known]) -> tuple[Behaviour, ...]:
    found = []
    for name, given in draft.behaviours.items():
        if name not in known:
            source.problems.add(given.line, f"no behaviour {name!r} in this model")
            continue
        if problem := out_of_bounds(name, given.value, known):
            source.problems.add(given.line, f"expected {name!r} of {draft.name!r} {problem}")
        if name == "migration speed" and not draft.moves:
            given = Given(0.0, given.line, "not enabled")
        if given.value != known[name].default:
            value = source.parameter(f"{draft.name}: {name}", given, known[name].unit)
            found.append(Behaviour(name=name, value=value))
    return tuple(found)


def kind_of(source: Source, draft: Draft) -> CellKind:
    volume = _volume(source, draft)
    if draft.cycle is None:
        source.note("assumed", f"cycle of {draft.name}", "none is given: cells do not divide", draft.line)
    radius = (3.0 * volume.total.value / (4.0 * math.pi)) ** (1.0 / 3.0)
    origin = f"from the volume, {volume.total.source}"
    return CellKind(
        name=draft.name,
        entity="",
        radius=chosen(f"{draft.name}: radius", radius, "um", why=origin),
        hypoxia_start=_assumed("hypoxia none at", 15.0, "mmHg"),
        hypoxia_full=_assumed("hypoxia full at", 4.0, "mmHg"),
        releases=(),
        uptakes=(),
        endogenous=(),
        network=Network(nodes=(), edges=(), links=(), gain=chosen("gain", 1.0, "", why="no network")),
        cycle=_cycle(source, draft),
        volume=volume,
        apoptosis=_death(source, draft, APOPTOSIS, standard_apoptosis()),
        necrosis=_death(source, draft, NECROSIS, standard_necrosis()),
        normalised_chemotaxis=draft.normalised,
        custom=tuple(
            CustomDatum(
                name=name,
                value=source.parameter(f"{draft.name}: custom:{name}", datum.value, datum.unit),
                conserved=datum.conserved,
            )
            for name, datum in draft.custom.items()
        ),
    )


def _volume(source: Source, draft: Draft) -> Volume:
    standard, given = standard_volume(), dict(draft.volume)
    if "total" in given and "nuclear" not in given:
        share = standard.nuclear.value / standard.total.value
        total = given["total"]
        given["nuclear"] = Given(share * total.value, total.line, "")
        source.note(
            "assumed",
            f"nuclear volume of {draft.name}",
            f"{share:.3g} of the total, as by default",
            total.line,
        )
    changes = {
        name: source.parameter(f"{draft.name}: volume {name}", one, getattr(standard, name).unit)
        for name, one in given.items()
    }
    return _made(source, lambda: replace(standard, **changes), draft, standard)


def _cycle(source: Source, draft: Draft) -> Cycle | None:
    if draft.cycle is None:
        return None
    phases: list[Phase] = []
    for i, phase in enumerate(CYCLES[draft.cycle]().phases):
        given = draft.phases.get(i)
        if given is not None:
            rate = source.parameter(f"{draft.name}: exit from {phase.name}", given.rate, "1/min")
            phase = replace(phase, rate=rate, fixed=given.fixed)
        phases.append(phase)
    return Cycle(phases=tuple(phases))


def _death(source: Source, draft: Draft, which: int, standard: Death) -> Death:
    name = "apoptosis" if which == APOPTOSIS else "necrosis"
    death, remains = standard, standard.remains
    assert remains is not None
    if which in draft.durations:
        duration = source.parameter(f"{draft.name}: {name} duration", draft.durations[which], "min")
        death = replace(death, duration=duration)
    changes: dict[str, Any] = {
        part: source.parameter(f"{draft.name}: {name} {part}", given, getattr(remains, part).unit)
        for part, given in draft.remains.get(which, {}).items()
    }
    return replace(death, remains=replace(remains, **changes))


def _made(source: Source, make: Callable[[], Volume], draft: Draft, otherwise: Volume) -> Volume:
    try:
        return make()
    except InputError as error:
        source.problems.add(draft.line, f"{draft.name!r}: {error}")
        return otherwise


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
