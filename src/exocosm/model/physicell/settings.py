"""PhysiCell_settings.xml → a model, and notes on all that is not in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from exocosm.errors import InputError

from ..behaviours import behaviours_of
from ..model import Model
from ..tissue import Domain, Placement
from .cells_csv import read_cells
from .definitions import Draft
from .kinds import behaviours_given, default_mechanics, kind_of, read_definitions
from .microenvironment import Substrate, field_of, read_domain, read_substrates
from .notes import Note, Problems
from .rules import read_rules, with_rules
from .source import Source
from .xml_tree import Element, read_xml

_ANCESTORS = 4  # folders above the settings in which a project may start


def read_settings(path: Path | str) -> tuple[Model, tuple[Note, ...]]:
    """Read PhysiCell_settings.xml, with the rules and the cells it names, as a model.

    Returns
    -------
    the model, with lengths counted from the lower corner of the domain, and a note on each element that is
    not in it, is in it with another meaning, or had to be assumed

    Raises
    ------
    InputError : for a file that is no such settings, or is wrong; everything wrong is reported at once
    """
    path = Path(path)
    root = read_xml(path)
    if root.tag != "PhysiCell_settings":
        raise InputError(f"Expected {path.name!r} to hold <PhysiCell_settings>, found <{root.tag}>.")
    root.seen = True
    return _read(Source(path, root, Problems(path.name)))


def _read(source: Source) -> tuple[Model, tuple[Note, ...]]:
    domain, corner = read_domain(source)
    _overall(source)
    _options(source)
    substrates = read_substrates(source, flat=domain.shape[0] == 1)
    drafts, types = read_definitions(source, tuple(s.name for s in substrates), flat=domain.shape[0] == 1)
    source.problems.refuse()
    model = _model(source, domain, substrates, drafts)
    model = _with_rules(source, model, drafts, types)
    model = _with_cells(source, model, corner, types)
    _user_parameters(source)
    _leftovers(source)
    source.problems.refuse()
    return model, tuple(source.notes)


def _overall(source: Source) -> None:
    for tag, allowed in (("time_units", ("min",)), ("space_units", ("micron", "microns", "um"))):
        element = source.root.child("overall", tag)
        if element is not None and element.text not in allowed:
            raise InputError(
                f"{source.file}, line {element.line}: expected <{tag}> to be {allowed[0]!r}, "
                f"found {element.text!r}."
            )
    steps = {name: source.number("overall", f"dt_{name}", otherwise=value) for name, value in
             (("diffusion", 0.01), ("mechanics", 0.1), ("phenotype", 6.0))}  # fmt: skip
    said = ", ".join(f"dt_{name} = {given.value:g} min" for name, given in steps.items())
    source.note("differs", "lengths of steps", f"{said}; the engine chooses its own", steps["diffusion"].line)
    end = source.number("overall", "max_time", otherwise=0.0)
    if end.line:
        source.note(
            "not needed", "max_time", f"{end.value:g} min; the duration is given with a run", end.line
        )


def _options(source: Source) -> None:
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
        element = source.root.child("options", tag)
        if element is not None and element.text.lower() == notable:
            source.note(kind, f"{tag} = {notable}", reason, element.line)
    seed = source.root.child("options", "random_seed")
    if seed is None:
        seed = source.root.child("user_parameters", "random_seed")
    if seed is not None:
        source.note("not needed", "random_seed", "the seed is given with a run", seed.line)


def _model(source: Source, domain: Domain, substrates: list[Substrate], drafts: list[Draft]) -> Model:
    bare = Model(
        name=_name(source),
        cell_kinds=tuple(kind_of(source, draft) for draft in drafts),
        vesicle_kinds=(),
        cargoes=(),
        fields=tuple(field_of(source, one) for one in substrates),
        domain=domain,
        mechanics=default_mechanics(source, drafts[0]),
        placements=(),
    )
    known = behaviours_of(bare)
    kinds = tuple(
        replace(kind, behaviours=behaviours_given(source, draft, known))
        for kind, draft in zip(bare.cell_kinds, drafts, strict=True)
    )
    source.problems.refuse()
    return replace(bare, cell_kinds=kinds)


def _name(source: Source) -> str:
    """Name the model after the file, or the project where the file has the name that all of them have."""
    parents = [one.name for one in source.path.absolute().parents if one.name not in ("config", "")]
    name = parents[0] if source.path.stem == "PhysiCell_settings" and parents else source.path.stem
    return name if name.isprintable() and '"' not in name else "PhysiCell model"


def _with_rules(source: Source, model: Model, drafts: list[Draft], types: dict[int, str]) -> Model:
    taken = 0
    for ruleset in source.root.all("cell_rules", "rulesets", "ruleset"):
        protocol, form = (
            ruleset.attributes.get("protocol", "CBHG"),
            ruleset.attributes.get("format", "csv"),
        )
        if not ruleset.is_on():
            ruleset.see_all()
            continue
        if protocol.upper() != "CBHG" or form.lower() != "csv" or taken:
            source.note("not supported", f"ruleset ({protocol}, {form})", "one ruleset of protocol CBHG in a "
                      "CSV is read", ruleset.line)  # fmt: skip
            ruleset.see_all()
            continue
        taken += 1
        rules, notes = read_rules(_beside(source, ruleset), model, types=types)
        source.notes += notes
        model = with_rules(model, rules)
        still = [draft.name for draft in drafts if not draft.moves]
        for kind in still:
            if any(rule.behaviour == "migration speed" for rule in rules.get(kind, ())):
                reason = (
                    "motility is not enabled in the file, where its rules do nothing; here they set the speed"
                )
                source.note("differs", f"migration speed of {kind}", reason)
    settings = source.root.child("cell_rules", "settings")
    if settings is not None and not settings.children:
        settings.see_all()
    return model


def _with_cells(
    source: Source, model: Model, corner: tuple[float, float, float], types: dict[int, str]
) -> Model:
    placements = _scattered(source, model)
    listed = source.root.child("initial_conditions", "cell_positions")
    if listed is not None and listed.is_on():
        form = listed.attributes.get("type", "csv").lower()
        if form != "csv":
            source.note(
                "not supported", f"cell positions in {form}", "positions are read from a CSV", listed.line
            )
        else:
            given, notes = read_cells(_beside(source, listed), model, corner=corner, types=types)
            placements += [_without_overruled(source, one, model) for one in given]
            source.notes += notes
    if listed is not None:
        listed.see_all()
    if not any(one.count for one in placements):
        source.note("assumed", "cells", "none: the file places none, the C++ code of its project may")
    return replace(model, placements=tuple(placements))


def _without_overruled(source: Source, placement: Placement, model: Model) -> Placement:
    """Leave out values of single cells that PhysiCell's rules replace by those of the kind at once."""
    ruled = {rule.behaviour for rule in model.cell_kind(placement.kind).rules}
    for start in placement.starts:
        if start.of in ruled:
            source.notes.append(
                Note(kind="differs", subject=f"{start.of} of single cells of {placement.kind}",
                     reason="left out: rules start from the value of the kind", place=placement.source)
            )  # fmt: skip
    return replace(placement, starts=tuple(one for one in placement.starts if one.of not in ruled))


def _scattered(source: Source, model: Model) -> list[Placement]:
    element = source.root.child("user_parameters", "number_of_cells")
    count = source.given(element, "number_of_cells", 0).value if element else 0.0
    if element is None or count == 0:
        return []
    if not (count == int(count) and 0 < count <= 10**7):
        source.problems.add(element.line, f"expected a whole number of cells, found {element.text}")
        return []
    reason = (
        f"{int(count)} cells of each kind, scattered without overlap; the C++ code of the project may place "
        "them otherwise"
    )
    source.note("assumed", "number_of_cells", reason, element.line)
    return [Placement(kind=kind.name, pattern="scattered", count=int(count)) for kind in model.cell_kinds]


def _beside(source: Source, element: Element) -> Path:
    """Find the file an element names: from the folder of the project, which holds that of the settings."""
    folder, name = element.child("folder"), element.child("filename")
    said = name.text if name is not None else ""
    parts = (folder.text if folder is not None else "").replace("\\", "/")
    tried = []
    if said and "/" not in said and "\\" not in said and said not in (".", ".."):
        if not parts.startswith("/") and ".." not in parts.split("/") and ":" not in parts:
            above = source.path.absolute().parents[:_ANCESTORS]
            tried = [place / parts / said for place in above]
        tried.append(source.path.absolute().parent / said)
    found = next((path for path in tried if path.is_file()), None)
    if found is None:
        raise InputError(
            f"{source.file}, line {element.line}: found no file {said!r} in {parts or '.'!r}, seen from the "
            "folder of the settings and those above it, nor beside the settings."
        )
    if parts.startswith("/"):
        source.note("differs", f"file {said}", "taken from beside the settings, not from an absolute path",
                  element.line)  # fmt: skip
    return found


def _user_parameters(source: Source) -> None:
    group = source.root.child("user_parameters")
    for one in group.children if group else ():
        if not one.seen:
            source.note("not supported", f"user parameter {one.tag} = {one.text}", "read by the C++ code of "
                      "the project, which is not here", one.line)  # fmt: skip
            one.see_all()


def _leftovers(source: Source) -> None:
    for tag, reason in (("save", "how PhysiCell saves and draws"), ("parallel", "the threads of a run")):
        element = source.root.child(tag)
        if element is not None:
            element.see_all()
            source.note("not needed", tag, reason, element.line)
    for where, element in source.root.unseen():
        what = where.removeprefix("PhysiCell_settings/")
        source.note("not understood", what, "no part of a model is made of it", element.line)
