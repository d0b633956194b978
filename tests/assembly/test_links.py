"""What delivered cargo acts on: the direct targets of axes, and nothing else."""

from __future__ import annotations

import pytest

from exocosm.assembly.links import links_of
from exocosm.errors import InputError
from exocosm.knowledge import Axis
from exocosm.model import Link, Network


def told(kb):
    links, omissions = links_of(kb, kb.axes)
    return [(link.kind, link.cargo, link.target, link.sign) for link in links], [o.reason for o in omissions]


def test_a_mirna_represses_its_target(base, axis):
    assert told(base(axis("hsa-miR-1-3p", ("A", "down")))) == ([("repression", "hsa-miR-1-3p", "A", -1)], [])


def test_a_sponge_takes_the_mirna_away_from_the_target_behind_it(base, axis):
    kb = base(axis("lnc-X", ("hsa-miR-1-3p", "down"), ("A", "up", "hsa-miR-1-3p")))
    assert told(kb) == (
        [("sponge", "lnc-X", "hsa-miR-1-3p", -1), ("repression", "hsa-miR-1-3p", "A", -1)],
        [],
    )


@pytest.mark.parametrize(("effect", "sign"), [("up", 1), ("down", -1)])
@pytest.mark.parametrize("cargo", ["P", "lnc-X"])
def test_other_cargo_drives_its_target(base, axis, cargo, effect, sign):
    assert told(base(axis(cargo, ("A", effect)))) == ([("drive", cargo, "A", sign)], [])


@pytest.mark.parametrize(
    ("cargo", "targets", "reasons"),
    [
        ("P", [], ["names no direct target"]),
        ("hsa-miR-1-3p", [("A", "up")], ["raises its direct target"]),
        ("hsa-miR-1-3p", [("hsa-miR-2-3p", "down")], ["a miRNA acting on a miRNA"]),
        ("P", [("lnc-X", "up")], ["a target of type lncRNA"]),
        ("lnc-X", [("hsa-miR-1-3p", "up")], ["raises a miRNA"]),
        # What stands behind a step that was left out hangs in the air.
        (
            "lnc-X",
            [("hsa-miR-1-3p", "up"), ("A", "down", "hsa-miR-1-3p")],
            ["raises a miRNA", "behind a step that was left out"],
        ),
    ],
)
def test_what_cannot_be_simulated_is_left_out_with_a_reason(base, axis, cargo, targets, reasons):
    links, found = told(base(axis(cargo, *targets)))
    assert links == []
    assert len(found) == len(reasons)
    assert all(said in reason for said, reason in zip(reasons, found, strict=True))


def test_a_sponge_that_would_lower_what_the_mirna_represses_is_left_out(base, axis):
    links, reasons = told(base(axis("lnc-X", ("hsa-miR-1-3p", "down"), ("A", "down", "hsa-miR-1-3p"))))
    assert links == [("sponge", "lnc-X", "hsa-miR-1-3p", -1)]
    assert "raises its direct target" in reasons[0]


def test_steps_between_molecules_of_the_recipient_are_left_to_the_mechanisms(base, axis):
    links, reasons = told(base(axis("P", ("A", "up"), ("B", "up", "A"))))
    assert links == [("drive", "P", "A", 1)]
    assert reasons == ["further along the chain: left to the mechanism statements"]


def test_axes_that_agree_share_a_link_and_those_that_disagree_have_none(base, axis):
    one, other = axis("P", ("A", "up")), axis("P", ("A", "up"), name="axis-two")
    (link,), _ = links_of(kb := base(one, other), kb.axes)
    assert link.statements == ("axis-one", "axis-two")
    links, reasons = told(base(one, axis("P", ("A", "down"), name="axis-two")))
    assert links == []
    assert reasons == ["statements disagree in sign: axis-one, axis-two"]


def test_cargo_that_acts_straight_on_a_phenotype_is_listed_and_not_linked(base, axis):
    links, reasons = told(base(axis("P", ("state", "up"), ("A", "up"))))
    assert links == [("drive", "P", "A", 1)]
    assert "only on the genes that define it" in reasons[0]


def test_no_shipped_axis_names_a_phenotype_as_a_target(shipped):
    phenotypes = {p.name for p in shipped.phenotypes} | {e.name for a in shipped.axes for e in a.phenotypes}
    genes = {entity.name for entity in shipped.entities}
    for axis in shipped.axes:
        assert not {target.name for target in axis.targets} & (phenotypes - genes), axis.id


def test_a_model_refuses_a_link_onto_a_phenotype(shipped):
    from exocosm.assembly.links import _link
    from exocosm.assembly.networks import network_of
    from exocosm.assembly.selection import Circumstances

    network = network_of(
        shipped, circumstances=Circumstances(lineage=("macrophage",)), links=(), read=["M2 polarisation"]
    )
    with pytest.raises(InputError, match="straight on phenotype"):
        Network(
            nodes=network.nodes,
            edges=network.edges,
            links=(_link("drive", "MIF", "M2 polarisation", 1, ("x",)),),
            gain=network.gain,
        )


def test_every_shipped_axis_gives_links_or_reasons(shipped):
    for axis in shipped.axes:
        assert isinstance(axis, Axis)
        links, omissions = links_of(shipped, [axis])
        assert links or omissions, axis.id
        for link in links:
            assert isinstance(link, Link)
            assert link.statements == (axis.id,)
            assert link.half_effect.name == f"half_effect:{link.cargo}>{link.target}"
