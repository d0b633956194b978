"""Only draws that rest stably are used; too many that do not are an error."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exocosm.errors import RunError
from exocosm.experiment.draws import drawn, rests_stably, stable_draws
from exocosm.model import Edge, Network, Node, chosen

B = 0.5  # where the slope b (1 - b) is 1/4: a loop of two edges is unstable above a gain of 4


def loop(gain: float, signs: tuple[int, int] = (1, 1)) -> Network:
    def number(name: str, value: float):
        return chosen(name, value, "dimensionless", why="test")

    nodes = tuple(
        Node(name=n, kind="molecule", entity="", resting=number("b", B), tau=number("tau", 60.0))
        for n in "AB"
    )
    edges = tuple(
        Edge(source=s, target=t, sign=sign, weight=number("w", 1.0), statements=("x",))  # type: ignore[arg-type]
        for (s, t), sign in zip((("A", "B"), ("B", "A")), signs, strict=True)
    )
    return Network(nodes=nodes, edges=edges, links=(), gain=number("gain", gain))


@pytest.mark.parametrize(
    ("gain", "signs", "stable"),
    [(3.9, (1, 1), True), (4.1, (1, 1), False), (4.1, (-1, -1), False), (40.0, (1, -1), True)],
)
def test_a_loop_turns_unstable_where_its_gain_passes_one(gain, signs, stable):
    assert rests_stably(loop(gain, signs)) is stable


def test_a_cell_without_a_network_rests():
    assert rests_stably(replace(loop(1.0), nodes=(), edges=()))


def test_draws_are_used_in_order_and_counted(tissue_model):
    draws = stable_draws(tissue_model, 3, 5)
    assert len(draws.indices) == 5
    assert draws.indices == tuple(sorted(draws.indices))
    assert draws.rejected == draws.tried - 5
    for index in draws.indices:
        assert all(rests_stably(kind.network) for kind in tissue_model.drawn(3, index).cell_kinds)


def test_too_many_unstable_draws_are_an_error(tissue_model):
    kind = replace(tissue_model.cell_kind("glioblastoma cell"), network=loop(50.0))
    model = replace(tissue_model, cell_kinds=(kind,), placements=tissue_model.placements[:1])
    with pytest.raises(RunError, match="no stable resting state"):
        stable_draws(model, 1, 3)


def test_stability_is_judged_at_the_values_that_the_user_set(tissue_model):
    with pytest.raises(RunError, match="no stable resting state"):
        stable_draws(tissue_model, 1, 5, {"signalling_gain": 300.0})
    model = drawn(tissue_model, 1, 0, {"signalling_gain": 3.0})
    assert model.cell_kind("macrophage").network.gain.value == 3.0
    assert drawn(tissue_model, 1, 0, {}) == tissue_model.drawn(1, 0)
