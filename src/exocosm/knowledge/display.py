"""What is known about one name, as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

from .base import KnowledgeBase
from .entities import Entity
from .evidence import Correction, Evidence
from .phenotype import Phenotype
from .statement import Axis, Claim, Influence, Statement

WIDTH = 100  # columns
_ARROWS = {"up": "->", "down": "-|"}
_SEEN = {
    "full_text": "read in the full text",
    "abstract": "read in the abstract",
    "title": "read in the title only",
    "database_row": "read in a database row",
    "memory": "from memory, nothing read",
}


def card(kb: KnowledgeBase, name: str) -> str:
    """Write what `name` is, and every statement about it by role, each with its evidence.

    An unstranded miRNA name gives one card per strand, one after the other.

    Raises
    ------
    UnknownNameError, AmbiguousNameError : as `KnowledgeBase.find`
    """
    return "\n\n".join(_card(kb, meant) for meant in sorted(kb.names_meant(name)))


def _card(kb: KnowledgeBase, name: str) -> str:
    known = kb.about(name)
    lines = [*_head(kb, known, name)]
    shown: set[str] = set()
    for title, belongs in _roles(name):
        chosen = [statement for statement in known if statement.id not in shown and belongs(statement)]
        shown.update(statement.id for statement in chosen)
        if chosen:
            lines += ["", f"{title} ({len(chosen)})"]
            for statement in chosen:
                lines += ["", *_statement_lines(kb, statement)]
    if not known.statements:
        lines += ["", "No statement names it."]
    return "\n".join(lines)


def _roles(name: str) -> list[tuple[str, Callable[[Statement], bool]]]:
    """Return headings with what stands under them; a statement stands under the first that fits."""

    def in_axis(part: str) -> Callable[[Statement], bool]:
        return lambda statement: isinstance(statement, Axis) and getattr(statement, part) == name

    def has_effect(part: str) -> Callable[[Statement], bool]:
        return lambda statement: (
            isinstance(statement, Axis) and any(e.name == name for e in getattr(statement, part))
        )

    return [
        ("Carried in vesicles", in_axis("cargo")),
        ("Sends", in_axis("donor")),
        ("Receives", in_axis("recipient")),
        ("Changed by cargo", has_effect("targets")),
        ("Pathway changed by cargo", has_effect("pathways")),
        ("Phenotype changed by cargo", has_effect("phenotypes")),
        ("Acts on", lambda statement: isinstance(statement, Influence) and statement.source == name),
        ("Acted on by", lambda statement: isinstance(statement, Influence) and statement.target == name),
        ("Named in", lambda statement: True),
    ]


def _head(kb: KnowledgeBase, known: KnowledgeBase, name: str) -> Iterator[str]:
    yield name
    yield "=" * len(name)
    entity = next((entity for entity in (*known.entities, *kb.entities) if entity.name == name), None)
    if entity is not None:
        yield from _entity_lines(entity)
    phenotype = next(
        (phenotype for phenotype in (*known.phenotypes, *kb.phenotypes) if phenotype.name == name), None
    )
    if phenotype is not None:
        yield from _phenotype_lines(kb, phenotype)


def _entity_lines(entity: Entity) -> Iterator[str]:
    identifier = entity.identifier
    where = f"{identifier}  {identifier.url()}" if identifier else f"no identifier: {entity.reason}"
    yield from _wrapped("", f"{entity.type.replace('_', ' ')}, {where}")
    if entity.synonyms:
        yield from _wrapped("", f"also called {', '.join(entity.synonyms)}")


def _phenotype_lines(kb: KnowledgeBase, phenotype: Phenotype) -> Iterator[str]:
    signs = ", ".join(
        f"{marker.gene} {'high' if marker.sign > 0 else 'low'}" for marker in phenotype.definition
    )
    cells = f" of {', '.join(phenotype.cells)}" if phenotype.cells else ""
    yield from _wrapped("", f"phenotype{cells}, defined by {signs}")
    for evidence in phenotype.evidence:
        yield from _evidence_lines(kb, evidence)


def _statement_lines(kb: KnowledgeBase, statement: Statement) -> Iterator[str]:
    if isinstance(statement, Axis):
        yield from _axis_lines(statement)
    elif isinstance(statement, Influence):
        yield from _influence_lines(statement)
    else:
        yield from _claim_lines(statement)
    context = [
        part
        for part in (statement.context.cancer, statement.context.species, statement.context.condition)
        if part
    ]
    if context:
        yield from _wrapped("    ", f"in: {', '.join(context)}")
    printed = getattr(statement, "printed_cargo", None)
    if printed is not None:
        yield from _wrapped("    ", f"the source prints {printed}")
    if statement.correction is not None:
        yield from _correction_lines(statement.correction)
    if statement.note is not None:
        yield from _wrapped("    ", f"note: {statement.note}")
    for evidence in statement.evidence:
        yield from _evidence_lines(kb, evidence)
    yield f"    [{statement.id}]  belief {kb.belief(statement.id):.2f}"
    for other in kb.contradictions(statement.id):
        yield f"    contradicted by [{other.id}]"


def _axis_lines(axis: Axis) -> Iterator[str]:
    level = {"up": "more ", "down": "less "}.get(axis.cargo_level, "")
    sent = axis.cargo or "vesicles (no cargo named)"
    yield from _wrapped("  ", f"{axis.donor} sends {level}{sent} to {axis.recipient}")
    if axis.uptake is not None:
        yield from _wrapped("    ", f"taken up by {axis.uptake}")
    effects = _effects(axis)
    if effects:
        yield from _wrapped("    ", f"more {axis.cargo or 'of them'}: {'; '.join(effects)}")
    if axis.mechanism == "not stated":
        yield "    mechanism not stated"


def _claim_lines(claim: Claim) -> Iterator[str]:
    yield from _wrapped("  ", f"{claim.kind.replace('_', ' ')}: {claim.claim}")
    if claim.value is not None:
        yield from _wrapped("    ", f"{claim.value}")
    effects = _effects(claim)
    if effects:
        yield from _wrapped("    ", f"more {claim.agent or claim.cargo or 'of it'}: {'; '.join(effects)}")


def _effects(statement: Axis | Claim) -> list[str]:
    targets = [
        f"{target.name} {target.effect}" + (f" (through {target.through})" if target.through else "")
        for target in statement.targets
    ]
    return targets + [
        f"{effect.name} {effect.effect}" for effect in (*statement.pathways, *statement.phenotypes)
    ]


def _influence_lines(influence: Influence) -> Iterator[str]:
    relation = f" ({influence.relation})" if influence.relation else ""
    kind = "" if influence.kind == "mechanism" else f"{influence.kind}: "
    yield from _wrapped(
        "  ", f"{kind}{influence.source} {_ARROWS[influence.effect]} {influence.target}{relation}"
    )
    if influence.cells:
        yield from _wrapped("    ", f"holds in {', '.join(influence.cells)}")


def _correction_lines(correction: Correction) -> Iterator[str]:
    yield from _wrapped("    ", f"printed: {correction.printed}")
    yield from _wrapped("    ", f"read as: {correction.corrected}")
    yield from _wrapped("    ", f"because: {correction.reason} (source: {correction.source})")


def _evidence_lines(kb: KnowledgeBase, evidence: Evidence) -> Iterator[str]:
    shown = ", ".join(evidence.level)
    yield from _wrapped(
        "    ", f"- {_SEEN[evidence.seen]}{f'; shown: {shown}' if shown else ''}; {evidence.where}"
    )
    if evidence.quote is not None:
        yield from _wrapped("      ", f'"{evidence.quote}" ({evidence.quote_licence})')
    if evidence.reference is not None:
        yield from _wrapped("      ", kb.reference(evidence.reference).citation)
    if evidence.document is not None:
        document = kb.document(evidence.document)
        place = f", {evidence.place}" if evidence.place else ""
        printed = f", no. {evidence.printed_reference}" if evidence.printed_reference else ""
        doi = f" doi:{document.doi}" if document.doi else ""
        yield from _wrapped("      ", f"cited in: {document.title}{doi}{place}{printed}")


def _wrapped(indent: str, text: str) -> list[str]:
    # Long addresses stay whole, so that they can be clicked.
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
