"""Findings of several steps: whole, and tied to the statements of the base."""

from collections import Counter

from exocosm.findings.loops import multi_step_findings


def test_every_kind_is_there_and_ids_are_used_once():
    found = multi_step_findings()
    assert {one.kind for one in found} == {"loop", "relay", "bistability", "antagonism", "condition"}
    assert max(Counter(one.id for one in found).values()) == 1


def test_every_statement_document_and_reference_is_in_the_base(shipped):
    documents = {document.id for document in shipped.documents}
    references = {reference.id for reference in shipped.references}
    for one in multi_step_findings():
        assert set(one.documents) <= documents, one.id
        for step in one.steps:
            assert all(identifier in shipped for identifier in step.statements), one.id
        for item in one.record["evidence"]:
            assert item.get("reference") is None or item["reference"] in references, one.id
            assert not item.get("quote") or (len(item["quote"]) <= 200 and item["quote_licence"]), one.id


def test_signs_along_the_way_give_the_end():
    """Of findings that are one chain: the product of the signs is the effect that is told."""
    checked = 0
    for one in multi_step_findings():
        chain = all(a.end == b.start for a, b in zip(one.steps, one.steps[1:], strict=False))
        end = one.record["end"]
        if one.kind != "relay" or not one.steps or not chain or not end or one.record["condition"]:
            continue
        if (one.steps[-1].end.cell, one.steps[-1].end.node) != (end["cell"], end["node"]):
            continue
        product = 1
        for step in one.steps:
            product *= step.sign
        assert (product > 0) == (end["effect"] == "up"), one.id
        checked += 1
    assert checked > 10
