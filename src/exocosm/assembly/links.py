"""Axes to links: what delivered cargo acts on inside its recipient."""

from __future__ import annotations

from collections.abc import Iterable

from exocosm.knowledge import Axis, KnowledgeBase
from exocosm.model import Link, Omission

from .parameters import parameter

_MOLECULES = ("gene", "protein", "complex")


def links_of(kb: KnowledgeBase, axes: Iterable[Axis]) -> tuple[tuple[Link, ...], tuple[Omission, ...]]:
    """Turn the direct targets of axes into links, one per cargo and target.

    A miRNA represses a gene. An RNA that lowers a miRNA sponges it, and the targets printed behind that
    miRNA are repressed by it. Anything else drives its target up or down. What a target does further on
    is left to the mechanism statements: no axis adds an influence between molecules of the recipient.
    """
    links: dict[tuple[str, str, str], Link] = {}
    omissions: list[Omission] = []
    for axis in axes:
        made, left_out = _links_of_axis(kb, axis)
        omissions.extend(left_out)
        for link in made:
            key = (link.kind, link.cargo, link.target)
            earlier = links.get(key)
            ids = (*earlier.statements, *link.statements) if earlier else link.statements
            links[key] = _link(link.kind, link.cargo, link.target, link.sign, tuple(dict.fromkeys(ids)))
    return tuple(links.values()), tuple(omissions)


def _links_of_axis(kb: KnowledgeBase, axis: Axis) -> tuple[list[Link], list[Omission]]:
    links: list[Link] = []
    omissions: list[Omission] = []
    if not axis.targets:
        omissions.append(Omission(subject=axis.id, reason="the axis names no direct target"))
    for target in axis.targets:
        actor = target.through or axis.cargo
        kind, reason = _action(kb, actor, target.name, target.effect, axis)
        if kind is None:
            omissions.append(Omission(subject=f"{axis.id}: {actor} to {target.name}", reason=reason))
            continue
        sign = _sign_of(kind, target.effect)
        links.append(_link(kind, actor, target.name, sign, (axis.id,)))
    return links, omissions


def _action(kb: KnowledgeBase, actor: str, target: str, effect: str, axis: Axis) -> tuple[str | None, str]:
    acts, acted = kb.entity(actor).type, kb.entity(target).type
    if acts == "miRNA":
        if acted not in _MOLECULES:
            return None, f"a miRNA acting on a {acted} cannot be simulated yet"
        through = actor != axis.cargo
        if not through and effect == "up":
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


def _sign_of(kind: str, effect: str) -> int:
    return 1 if kind == "drive" and effect == "up" else -1


def _link(kind: str, cargo: str, target: str, sign: int, statements: tuple[str, ...]) -> Link:
    row = {
        "repression": "mirna_copies_detectable_repression",
        "sponge": "rna_sponge_half_effect",
        "drive": "protein_half_effect",
    }[kind]
    half = parameter(row, to="dimensionless", label="copies", name=f"half_effect:{cargo}>{target}")
    return Link(kind=kind, cargo=cargo, target=target, sign=sign, half_effect=half, statements=statements)
