"""Expressions of rates: precedence, meaning, and texts that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exocosm.engine.rate_expressions import Number, evaluate, nodes_of, parse, resolve
from exocosm.errors import InputError

NODES = ("A", "B", "C")

# (text, meaning in Python) pairs grown together: brackets everywhere, so precedence plays no part here.
leaves = st.one_of(
    st.sampled_from([(name, name) for name in NODES]),
    st.sampled_from(["0", "1", "2.5", "1e-3", ".5"]).map(lambda text: (text, text)),
)


def grown(children):
    def pair(spelling, meaning):
        return lambda ab: (f"({ab[0][0]} {spelling} {ab[1][0]})", meaning.format(ab[0][1], ab[1][1]))

    pairs = st.tuples(children, children)
    binary = [
        ("&", "float(bool({}) and bool({}))"),
        ("AND", "float(bool({}) and bool({}))"),
        ("||", "float(bool({}) or bool({}))"),
        ("^", "float(bool({}) != bool({}))"),
        ("==", "float({} == {})"),
        ("!=", "float({} != {})"),
        ("<", "float({} < {})"),
        (">=", "float({} >= {})"),
        ("+", "({} + {})"),
        ("-", "({} - {})"),
        ("*", "({} * {})"),
    ]
    return st.one_of(
        *[pairs.map(pair(*both)) for both in binary],
        children.map(lambda a: (f"!{a[0]}", f"float(not {a[1]})")),
        children.map(lambda a: (f"-{a[0]}", f"(-{a[1]})")),
        st.tuples(children, children, children).map(
            lambda abc: (
                f"({abc[0][0]} ? {abc[1][0]} : {abc[2][0]})",
                f"({abc[1][1]} if {abc[0][1]} else {abc[2][1]})",
            )
        ),
    )


@given(both=st.recursive(leaves, grown, max_leaves=12), states=st.tuples(*[st.sampled_from([0.0, 1.0])] * 3))
def test_an_expression_means_what_python_makes_of_it(both, states):
    text, meaning = both
    values = dict(zip(NODES, states, strict=True))
    expected = eval(meaning, {"__builtins__": {"float": float, "bool": bool}}, values)  # our own text
    found = float(evaluate(resolve(parse(text), {}, {}), values))
    assert found == pytest.approx(float(expected), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 - 2 - 3", -4.0),
        ("8 / 4 / 2", 1.0),
        ("2 + 3 * 4", 14.0),
        ("-2 * -3 + +1", 7.0),
        ("1 | 1 & 0", 1.0),
        ("1 ^ 1 | 0 & 0", 0.0),
        ("1 ^ 1 & 0", 1.0),
        ("!0 & 0", 0.0),
        ("NOT 0 AND not 1 or 1 xor 1", 0.0),
        ("1 < 2 == 2 < 3", 1.0),
        ("1 + 1 == 2 & 3 > 2", 1.0),
        ("0 ? 1 : 0 ? 2 : 3", 3.0),
        ("1 ? 0 ? 4 : 5 : 6", 5.0),
        ("0 == 0 ? 7 : 1 / 0", 7.0),
        ("1.5e2 + .5 + 2.", 152.5),
    ],
)
def test_operators_bind_as_in_the_grammar(text, value):
    assert resolve(parse(text), {}, {}) == Number(value)


def test_parameters_and_attributes_are_put_in():
    attributes = {"logic": parse("A & !B"), "speed": parse("$fast * 2")}
    rate = resolve(parse("@logic ? @speed : $slow"), attributes, {"fast": 3.0, "slow": 0.1})
    assert nodes_of(rate) == {"A", "B"}
    assert evaluate(rate, {"A": 1.0, "B": 0.0}) == 6.0
    assert evaluate(rate, {"A": 1.0, "B": 1.0}) == 0.1


def test_long_chains_are_no_nesting():
    many = " | ".join(["A & !B"] * 3000)
    assert evaluate(parse(many), {"A": 1.0, "B": 0.0}) == 1.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found 'the end'"),
        ("A |", "character 4"),
        ("A B", "an operator or the end"),
        ("(A | B", r"Expected `\)`"),
        ("A ? B", "Expected `:`"),
        ("A # B", "found '# B'"),
        ("__import__('os')", "Functions such as `__import__`"),
        ("(" * 5000, "nested"),
        ("!" * 5000 + "A", "nested"),
        ("1/" * 5000 + "1", "nested"),
        ("A ? " * 5000, "nested"),
    ],
)
def test_what_is_no_expression_is_refused(text, message):
    with pytest.raises(InputError, match=message):
        parse(text)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"x": "@y", "y": "@x"}, "attributes that need each other"),
        ({"x": "$rat"}, r"No value for `\$rat`. Did you mean 'rate'"),
        ({"x": "@z"}, "No value for `@z`"),
    ],
)
def test_names_without_a_value_are_refused(attributes, message):
    read = {name: parse(text) for name, text in attributes.items()}
    with pytest.raises(InputError, match=message):
        resolve(parse("@x"), read, {"rate": 1.0})
