"""Names that would be taken for something else are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm.errors import InputError
from exocosm.model import CellKind, CustomDatum, Domain, Field, Mechanics, Model, Network, chosen


def number(name: str):
    return chosen(name, 1.0, "", why="made up for a test")


def model(fields=(), kinds=(), custom=()) -> Model:
    data = tuple(CustomDatum(name=name, value=number(name)) for name in custom)
    return Model(
        name="names",
        fields=tuple(
            Field(name=field, unit="1", diffusion=number("D"), loss=number("loss"), initial=number("u0"))
            for field in fields
        ),
        cell_kinds=tuple(
            CellKind(
                name=kind, entity="", radius=number("r"), hypoxia_start=number("hs"),
                hypoxia_full=number("hf"), releases=(), uptakes=(), endogenous=(), custom=data,
                network=Network(nodes=(), edges=(), links=(), gain=number("gain")),
            )
            for kind in kinds
        ),
        vesicle_kinds=(), cargoes=(), placements=(), domain=Domain(shape=(1, 1, 1), spacing=number("dx")),
        mechanics=Mechanics(repulsion=number("rep"), adhesion=number("adh"), reach=number("reach")),
    )  # fmt: skip


@pytest.mark.parametrize(
    "name", ["volume", "pressure", "hypoxia", "time", "damage", "dead", "contact with dead cell"]
)
def test_a_field_is_not_called_like_a_built_in_signal(name):
    with pytest.raises(InputError, match=f"field '{name}'.*signal '{name}' is built in already"):
        model(fields=[name])


@pytest.mark.parametrize("name", ["live cell", "dead cell", "apoptotic cell"])
def test_a_kind_is_not_called_like_any_cell(name):
    with pytest.raises(InputError, match=f"cell kind '{name}'"):
        model(kinds=[name])


def test_two_parts_do_not_share_a_signal():
    with pytest.raises(InputError, match="signal 'oxygen gradient' is that of field 'oxygen'"):
        model(fields=["oxygen", "oxygen gradient"])


@pytest.mark.parametrize("name", ["", " a", "a ", "a\nb", "a\tb", 'a"b', "a\0"])
def test_names_that_break_a_line_are_refused(name):
    for parts in ({"fields": [name]}, {"kinds": [name]}, {"kinds": ["a"], "custom": [name]}):
        with pytest.raises(InputError, match="in printable characters"):
            model(**parts)


@given(st.sampled_from(["CD8+ T cell", "pro-inflammatory factor", "oxygène", "A, B", "miR-21"]))
def test_names_of_the_field_pass(name):
    assert model(fields=[name], kinds=[name]).cell_kind(name).name == name
