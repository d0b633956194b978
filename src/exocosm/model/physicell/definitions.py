"""Cell definitions of PhysiCell's settings, element by element, as drafts that others can inherit from."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..cycles import (
    Cycle,
    cycling_quiescent,
    flow_cytometry,
    flow_cytometry_separated,
    ki67_advanced,
    ki67_basic,
    live,
)
from .notes import Note, Problems, number_in
from .vocabulary import DEAD_CELLS
from .xml_tree import Element

CYCLES = {
    0: ki67_advanced,
    1: ki67_basic,
    2: flow_cytometry,
    5: live,
    6: flow_cytometry_separated,
    7: cycling_quiescent,
}
APOPTOSIS, NECROSIS = 100, 101
_INSTANT = 1e9  # rate of a phase of no duration [1/min]
_NEVER = 1e9  # duration of one that is never left [min]

_VOLUME = {
    "total": "total",
    "fluid_fraction": "fluid_fraction",
    "nuclear": "nuclear",
    "fluid_change_rate": "fluid_rate",
    "cytoplasmic_biomass_change_rate": "cytoplasmic_rate",
    "nuclear_biomass_change_rate": "nuclear_rate",
}
_REMAINS = {
    "unlysed_fluid_change_rate": "fluid_rate",
    "lysed_fluid_change_rate": "lysed_fluid_rate",
    "cytoplasmic_biomass_change_rate": "cytoplasmic_rate",
    "nuclear_biomass_change_rate": "nuclear_rate",
    "calcification_rate": "calcification_rate",
    "relative_rupture_volume": "rupture",
}
_MECHANICS = {
    "cell_cell_adhesion_strength": ("cell-cell adhesion",),
    "cell_cell_repulsion_strength": ("cell-cell repulsion",),
    "relative_maximum_adhesion_distance": ("relative maximum adhesion distance",),
    "attachment_elastic_constant": ("cell-cell adhesion elastic constant",),
    "attachment_rate": ("cell attachment rate",),
    "detachment_rate": ("cell detachment rate",),
    "maximum_number_of_attachments": ("maximum number of cell attachments",),
}
_SECRETION = {
    "secretion_rate": "secretion",
    "secretion_target": "secretion target",
    "uptake_rate": "uptake",
    "net_export_rate": "export",
}
_INTERACTIONS = {
    "apoptotic_phagocytosis_rate": ("phagocytose apoptotic cell",),
    "necrotic_phagocytosis_rate": ("phagocytose necrotic cell",),
    "other_dead_phagocytosis_rate": ("phagocytose other dead cell",),
    "dead_phagocytosis_rate": DEAD_CELLS,  # before version 1.14
    "damage_rate": ("attack damage rate",),  # before version 1.14
    "attack_damage_rate": ("attack damage rate",),
    "attack_duration": ("attack duration",),
}
_INTEGRITY = {"damage_rate": ("damage rate",), "damage_repair_rate": ("damage repair rate",)}
_OF_KINDS = (
    (("mechanics", "cell_adhesion_affinities", "cell_adhesion_affinity"), "adhesive affinity to {}"),
    (("cell_interactions", "live_phagocytosis_rates", "phagocytosis_rate"), "phagocytose {}"),
    (("cell_interactions", "attack_rates", "attack_rate"), "attack {}"),
    (("cell_interactions", "fusion_rates", "fusion_rate"), "fuse to {}"),
    (("cell_interactions", "immunogenicities", "immunogenicity"), "immunogenicity to {}"),
    (("cell_transformations", "transformation_rates", "transformation_rate"), "transform to {}"),
)


@dataclass(frozen=True)
class Given:
    """A number as a line gives it."""

    value: float
    line: int
    quoted: str


@dataclass(frozen=True)
class GivenPhase:
    """How a phase is left: its rate [1/min], after exactly 1/rate or at random."""

    rate: Given
    fixed: bool


@dataclass(frozen=True)
class GivenDatum:
    """A custom datum."""

    value: Given
    unit: str
    conserved: bool


@dataclass
class Draft:
    """What a cell definition says, before it becomes a cell kind."""

    name: str = ""
    line: int = 0
    behaviours: dict[str, Given] = field(default_factory=dict)
    volume: dict[str, Given] = field(default_factory=dict)
    remains: dict[int, dict[str, Given]] = field(default_factory=dict)
    durations: dict[int, Given] = field(default_factory=dict)
    cycle: int | None = None
    phases: dict[int, GivenPhase] = field(default_factory=dict)
    custom: dict[str, GivenDatum] = field(default_factory=dict)
    normalised: bool = False
    moves: bool = True


@dataclass
class Reader:
    """Reads cell definitions; knows the other kinds and the fields, and keeps what was not taken."""

    file: str
    kinds: tuple[str, ...]
    fields: tuple[str, ...]
    flat: bool
    problems: Problems
    notes: list[Note]

    def definition(self, element: Element, drafts: dict[str, Draft]) -> Draft:
        """Return the draft of one definition, on top of that of its parent."""
        name, parent = element.attributes["name"], element.attributes.get("parent_type")
        draft = Draft()
        if parent is not None:
            if parent in drafts:
                draft = copy.deepcopy(drafts[parent])
            else:
                self.problems.add(
                    element.line, f"parent_type {parent!r} is no cell definition before {name!r}"
                )
        draft.name, draft.line = name, element.line
        phenotype = element.child("phenotype")
        if phenotype is not None:
            for read in (self._cycle, self._deaths, self._volume, self._mechanics, self._motility):
                read(phenotype, draft)
            for read in (self._secretion, self._interactions, self._others):
                read(phenotype, draft)
        self._custom(element, draft)
        self._distributions(element, name)
        return draft

    def note(self, kind, subject: str, reason: str, line: int) -> None:  # type: ignore[no-untyped-def]
        """Keep a note on a line."""
        self.notes.append(Note(kind=kind, subject=subject, reason=reason, place=f"{self.file}, line {line}"))

    def number(self, element: Element) -> Given | None:
        """Return the number an element holds; what holds none is a problem."""
        try:
            value = number_in(element.text)
        except ValueError as error:
            self.problems.add(element.line, f"{error} in <{element.tag}>")
            return None
        return Given(value, element.line, f"{element.text} {element.attributes.get('units', '')}".strip())

    def _numbers(self, parent: Element | None, names: dict[str, str]) -> dict[str, Given]:
        found = {}
        for tag, name in names.items():
            element = parent.child(tag) if parent else None
            value = self.number(element) if element else None
            if value is not None:
                found[name] = value
        return found

    def _behaviours(self, parent: Element | None, names: Mapping[str, tuple[str, ...]], draft: Draft) -> None:
        for tag, behaviours in names.items():
            element = parent.child(tag) if parent else None
            value = self.number(element) if element else None
            if value is not None:
                draft.behaviours.update(dict.fromkeys(behaviours, value))

    def _cycle(self, phenotype: Element, draft: Draft) -> None:
        element = phenotype.child("cycle")
        if element is None:
            return
        code = element.attributes.get("code", "").strip()
        if not code.isdigit() or int(code) not in CYCLES:
            self.problems.add(element.line, f"no cycle model with code {code!r}; codes: {sorted(CYCLES)}")
            element.see_all()
            return
        if draft.cycle != int(code):
            draft.cycle, draft.phases = int(code), {}
        draft.phases.update(self._phases(element, CYCLES[int(code)](), draft.name))
        chances = element.child("standard_asymmetric_division")
        if chances is not None and chances.is_on():
            self._of_kinds(chances.all("asymmetric_division_probability"), "asymmetric division to {}", draft)
        elif chances is not None:
            chances.see_all()

    def _phases(self, element: Element, cycle: Cycle | None, name: str) -> dict[int, GivenPhase]:
        """Return the phases whose rate or duration is given, by index; any index where `cycle` is None."""
        found = {}
        entries = [(one, "start_index") for one in element.all("phase_transition_rates", "rate")]
        entries += [(one, "index") for one in element.all("phase_durations", "duration")]
        for one, attribute in entries:
            index, value = one.attributes.get(attribute, "").strip(), self.number(one)
            if value is None:
                continue
            most = 6 if cycle is None else len(cycle.phases)
            if not index.isdigit() or int(index) >= most:
                self.problems.add(
                    one.line, f"no phase with {attribute}={index!r} of {name!r}; there are {most}"
                )
                continue
            ends = one.attributes.get("end_index", "").strip()
            if cycle is not None and ends.isdigit() and int(ends) != (int(index) + 1) % most:
                self.problems.add(
                    one.line, f"expected phase {index} of {name!r} to lead to the next, found {ends}"
                )
            if value.value < 0:
                self.problems.add(one.line, f"expected 0 or above in <{one.tag}>, found {one.text}")
                continue
            rate = value.value
            if one.tag == "duration":
                rate = 1.0 / value.value if value.value > 1.0 / _INSTANT else _INSTANT
            fixed = one.attributes.get("fixed_duration", "false").strip().lower() == "true"
            found[int(index)] = GivenPhase(Given(rate, value.line, value.quoted), fixed)
        return found

    def _deaths(self, phenotype: Element, draft: Draft) -> None:
        for model in phenotype.all("death", "model"):
            code = model.attributes.get("code", "").strip()
            if code not in (str(APOPTOSIS), str(NECROSIS)):
                self.note("not supported", f"death model {code!r} of {draft.name}",
                          "there are apoptosis (100) and necrosis (101)", model.line)  # fmt: skip
                model.see_all()
                continue
            which = int(code)
            rate = model.child("death_rate")
            value = self.number(rate) if rate else None
            if value is not None:
                draft.behaviours["apoptosis" if which == APOPTOSIS else "necrosis"] = value
            self._duration(model, which, draft)
            given = self._numbers(model.child("parameters"), _REMAINS)
            draft.remains.setdefault(which, {}).update(given)

    def _duration(self, model: Element, which: int, draft: Draft) -> None:
        """Take the phase that ends with the removal: the only one of apoptosis, the second of necrosis."""
        phases = self._phases(model, None, draft.name)
        last = 0 if which == APOPTOSIS else 1
        if last not in phases:
            return
        phase = phases[last]
        name = "apoptosis" if which == APOPTOSIS else "necrosis"
        if phase.rate.value <= 0:
            self.note("differs", f"{name} of {draft.name}", f"the remains never go in the file; here after "
                      f"{_NEVER:g} min", phase.rate.line)  # fmt: skip
            draft.durations[which] = Given(_NEVER, phase.rate.line, phase.rate.quoted)
            return
        if not phase.fixed:
            self.note("differs", f"{name} of {draft.name}", "the time to removal is fixed here, "
                      "random in the file", phase.rate.line)  # fmt: skip
        draft.durations[which] = Given(1.0 / phase.rate.value, phase.rate.line, phase.rate.quoted)

    def _volume(self, phenotype: Element, draft: Draft) -> None:
        volume = phenotype.child("volume")
        draft.volume.update(self._numbers(volume, _VOLUME))
        calcium = self._numbers(volume, {"calcified_fraction": "fraction", "calcification_rate": "rate"})
        for what, given in calcium.items():
            if given.value != 0:
                self.note("not supported", f"calcified {what} of living {draft.name}",
                          "only remains calcify", given.line)  # fmt: skip
        if volume is not None:
            volume.child("relative_rupture_volume")  # that of the kind of death replaces it

    def _mechanics(self, phenotype: Element, draft: Draft) -> None:
        mechanics = phenotype.child("mechanics")
        self._behaviours(mechanics, _MECHANICS, draft)
        for tag in ("cell_BM_adhesion_strength", "cell_BM_repulsion_strength"):
            element = mechanics.child(tag) if mechanics else None
            if element is not None:
                self.note(
                    "not supported", f"{tag} of {draft.name}", "there is no basement membrane", element.line
                )
        for tag in ("set_relative_equilibrium_distance", "set_absolute_equilibrium_distance"):
            element = mechanics.child("options", tag) if mechanics else None
            if element is not None and element.is_on():
                self.note("not supported", f"{tag} of {draft.name}",
                          "give the strength of repulsion that makes the distance", element.line)  # fmt: skip

    def _motility(self, phenotype: Element, draft: Draft) -> None:
        motility = phenotype.child("motility")
        if motility is None:
            return
        names = {"speed": ("migration speed",), "persistence_time": ("migration persistence time",)}
        self._behaviours(motility, names | {"migration_bias": ("migration bias",)}, draft)
        draft.moves = self._flag(motility.child("options", "enabled"), draft.moves)
        restricted = motility.child("options", "use_2D")
        if self._flag(restricted, False) and not self.flat and restricted is not None:
            self.note("not supported", f"use_2D of the motility of {draft.name}",
                      "in a thick domain cells move along all axes", restricted.line)  # fmt: skip
        simple, advanced = (motility.child("options", tag) for tag in ("chemotaxis", "advanced_chemotaxis"))
        if self._chemotaxis_is_on(advanced) and advanced is not None:
            if self._chemotaxis_is_on(simple) and simple is not None:
                self.note("differs", f"chemotaxis of {draft.name}", "advanced_chemotaxis is taken where both "
                          "are enabled", simple.line)  # fmt: skip
            self._sensitivities(advanced, draft)
        elif self._chemotaxis_is_on(simple) and simple is not None:
            self._simple_chemotaxis(simple, draft)
        elif simple is not None or advanced is not None:
            self._forget_sensitivities(draft)
        for element in (simple, advanced):
            if element is not None:
                element.see_all()

    def _chemotaxis_is_on(self, element: Element | None) -> bool:
        return element is not None and self._flag(element.child("enabled"), False)

    def _simple_chemotaxis(self, element: Element, draft: Draft) -> None:
        substrate, direction = element.child("substrate"), element.child("direction")
        if substrate is None or not self._is_field(substrate.text, element.line):
            return
        value = self.number(direction) if direction else Given(1.0, element.line, "1")
        self._forget_sensitivities(draft)
        if value is not None:
            draft.behaviours[f"chemotactic response to {substrate.text}"] = value

    def _sensitivities(self, element: Element, draft: Draft) -> None:
        draft.normalised = self._flag(element.child("normalize_each_gradient"), False)
        self._forget_sensitivities(draft)
        for one in element.all("chemotactic_sensitivities", "chemotactic_sensitivity"):
            substrate, value = one.attributes.get("substrate", ""), self.number(one)
            if value is not None and self._is_field(substrate, one.line):
                draft.behaviours[f"chemotactic response to {substrate}"] = value

    def _forget_sensitivities(self, draft: Draft) -> None:
        for name in self.fields:
            draft.behaviours.pop(f"chemotactic response to {name}", None)

    def _secretion(self, phenotype: Element, draft: Draft) -> None:
        for substrate in phenotype.all("secretion", "substrate"):
            name = substrate.attributes.get("name", "")
            if not self._is_field(name, substrate.line):
                substrate.see_all()
                continue
            given = self._numbers(substrate, _SECRETION)
            draft.behaviours.update({f"{name} {what}": value for what, value in given.items()})

    def _interactions(self, phenotype: Element, draft: Draft) -> None:
        interactions = phenotype.child("cell_interactions")
        self._behaviours(interactions, _INTERACTIONS, draft)
        self._behaviours(phenotype.child("cell_integrity"), _INTEGRITY, draft)
        for path, pattern in _OF_KINDS:
            self._of_kinds(phenotype.all(*path), pattern, draft)

    def _of_kinds(self, elements: list[Element], pattern: str, draft: Draft) -> None:
        for one in elements:
            name, value = one.attributes.get("name", ""), self.number(one)
            if name not in self.kinds:
                self.note("not understood", f"{one.tag} of {draft.name} for {name!r}",
                          "there is no cell definition of this name", one.line)  # fmt: skip
            elif value is not None:
                draft.behaviours[pattern.format(name)] = value

    def _others(self, phenotype: Element, draft: Draft) -> None:
        inside = phenotype.child("intracellular")
        if inside is not None:
            self.note("not supported", f"intracellular model ({inside.attributes.get('type', 'no type')}) of "
                      f"{draft.name}", "networks inside cells are not read", inside.line)  # fmt: skip
            inside.see_all()
        molecular = phenotype.child("molecular")
        if molecular is not None and molecular.children:
            self.note("not supported", f"molecular of {draft.name}", "cells keep no account of their uptake",
                      molecular.line)  # fmt: skip
            molecular.see_all()

    def _custom(self, element: Element, draft: Draft) -> None:
        custom = element.child("custom_data")
        for one in custom.children if custom else ():
            one.see_all()
            value = self.number(one)
            if value is not None:
                unit = one.attributes.get("units", "")
                conserved = one.attributes.get("conserved", "false").strip().lower() == "true"
                draft.custom[one.tag] = GivenDatum(
                    value, "" if unit in ("dimensionless", "none") else unit, conserved
                )

    def _distributions(self, element: Element, name: str) -> None:
        group = element.child("initial_parameter_distributions")
        if group is None:
            return
        for one in group.all("distribution"):
            if group.is_on() and one.is_on():
                behaviour = one.child("behavior")
                what = behaviour.text if behaviour else "?"
                self.note("not supported", f"distribution of {what} of {name}",
                          "cells start with the value of their kind", one.line)  # fmt: skip
        group.see_all()

    def _is_field(self, name: str, line: int) -> bool:
        if name not in self.fields:
            self.note("not understood", f"substrate {name!r}", "there is no variable of this name", line)
        return name in self.fields

    def _flag(self, element: Element | None, otherwise: bool) -> bool:
        if element is None:
            return otherwise
        said = element.text.lower()
        if said not in ("true", "false", "1", "0"):
            self.problems.add(
                element.line, f"expected true or false in <{element.tag}>, found {element.text!r}"
            )
        return said in ("true", "1")
