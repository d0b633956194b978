"""Axes to links: what delivered cargo acts on inside its recipient."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from exocosm.knowledge import Axis, KnowledgeBase, Target
from exocosm.model import Link, Omission

from .parameters import parameter

_Kind = Literal["repression", "sponge", "drive"]
_Sign = Literal[-1, 1]
_MOLECULES = ("gene", "protein", "complex")


def links_of(kb: KnowledgeBase, axes: Iterable[Axis]) -> tuple[tuple[Link, ...], tuple[Omission, ...]]:
    """Turn the direct targets of axes into links, one per cargo and target.

    A miRNA represses a gene. An RNA that lowers a miRNA sponges it, and the targets printed behind that
    miRNA are repressed by it. Anything else drives its target up or down. What a target does further on
    is left to the mechanism statements: no axis adds an influence between molecules of the recipient.
    """
    made: dict[tuple[_Kind, str, str], dict[_Sign, list[str]]] = {}
    omissions: list[Omission] = []
    for axis in axes:
        links, left_out = _links_of_axis(kb, axis)
        omissions.extend(left_out)
        for kind, cargo, target, sign in links:
            made.setdefault((kind, cargo, target), {}).setdefault(sign, []).append(axis.id)
    agreed = []
    for (kind, cargo, target), signs in made.items():
        if len(signs) > 1:
            ids = ", ".join(dict.fromkeys(i for some in signs.values() for i in some))
            reason = f"statements disagree in sign: {ids}"
            omissions.append(Omission(subject=f"{cargo} to {target}", reason=reason))
            continue
        ((sign, found),) = signs.items()
        agreed.append(_link(kind, cargo, target, sign, tuple(dict.fromkeys(found))))
    return tuple(agreed), tuple(omissions)


def _links_of_axis(
    kb: KnowledgeBase, axis: Axis
) -> tuple[list[tuple[_Kind, str, str, _Sign]], list[Omission]]:
    links: list[tuple[_Kind, str, str, _Sign]] = []
    omissions: list[Omission] = []
    phenotypes = {phenotype.name for phenotype in kb.phenotypes}
    sponged: set[str] = set()
    if axis.cargo is None:
        return [], [Omission(subject=axis.id, reason="the source names no cargo: whole vesicles")]
    if not axis.targets:
        omissions.append(Omission(subject=axis.id, reason="the axis names no direct target"))
    for target in axis.targets:
        actor = target.through or axis.cargo
        if target.effect in ("binds", "unclear"):
            kind, reason = None, f"its effect is {target.effect!r}: no sign is stated"
        elif target.name in phenotypes:
            kind, reason = None, "cargo may not act straight on a phenotype, only on the genes that define it"
        else:
            kind, reason = _action(kb, actor, target, axis, sponged)
        if kind is None:
            omissions.append(Omission(subject=f"{axis.id}: {actor} to {target.name}", reason=reason))
            continue
        if kind == "sponge":
            sponged.add(target.name)
        links.append((kind, actor, target.name, 1 if kind == "drive" and target.effect == "up" else -1))
    return links, omissions


def _action(
    kb: KnowledgeBase, actor: str, target: Target, axis: Axis, sponged: set[str]
) -> tuple[_Kind | None, str]:
    """Tell how an actor acts on a target; `sponged` are the miRNAs that the axis takes away before it."""
    acts, acted = kb.entity(actor).type, kb.entity(target.name).type
    effect = target.effect
    if acts == "miRNA":
        if acted not in _MOLECULES:
            return None, f"a miRNA acting on a {acted} cannot be simulated yet"
        if actor != axis.cargo and actor not in sponged:
            return None, "further along the chain, behind a step that was left out"
        # Effects are those of more cargo: what a sponge takes the miRNA from must rise.
        if effect == ("down" if actor in sponged else "up"):
            return None, "a miRNA that raises its direct target cannot be simulated yet"
        return "repression", ""
    if actor != axis.cargo:
        return None, "further along the chain: left to the mechanism statements"
    if acted == "miRNA":
        if effect == "up":
            return None, "cargo that raises a miRNA cannot be simulated yet"
        return "sponge", ""
    if acted not in _MOLECULES:
        return None, f"a target of type {acted} cannot be simulated yet"
    return "drive", ""


def _link(kind: _Kind, cargo: str, target: str, sign: _Sign, statements: tuple[str, ...]) -> Link:
    row = {
        "repression": "mirna_copies_detectable_repression",
        "sponge": "rna_sponge_half_effect",
        "drive": "protein_half_effect",
    }[kind]
    half = parameter(row, to="dimensionless", label="copies", name=f"half_effect:{cargo}>{target}")
    return Link(kind=kind, cargo=cargo, target=target, sign=sign, half_effect=half, statements=statements)
