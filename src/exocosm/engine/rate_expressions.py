"""Expressions of rates and logic as MaBoSS writes them: read, checked, evaluated. Nothing is executed.

The grammar, from the loosest binding to the tightest: `? :`, OR, XOR, AND, `== !=`, `< <= > >=`, `+ -`,
`* /`, unary `! + -`. `$name` is a parameter, `@name` an attribute of the node the expression belongs to, a
bare name a node. Numbers are true unless 0; a logical or comparing operation gives 0 or 1 (Stoll et al. 2012,
doi:10.1186/1752-0509-6-116, and the grammar of the program).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from exocosm.errors import InputError, did_you_mean

DEEPEST = 200  # calls of the reader within each other, of which a pair of brackets takes two


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True)
class Name:
    """A node (sort "node"), a parameter ("$") or an attribute of the node at hand ("@")."""

    name: str
    sort: str = "node"


@dataclass(frozen=True)
class Operation:
    """An operation on operands; `and`, `or`, `xor`, `+` and `*` take two or more, `?` takes three."""

    operator: str
    operands: tuple[Expression, ...]


Expression = Number | Name | Operation

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[$@]?[A-Za-z_][A-Za-z0-9_.]*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/!&|^<>?:()]))"
)
_SPELLINGS = {"&&": "and", "&": "and", "||": "or", "|": "or", "^": "xor", "!": "not"}
_WORDS = {"and", "or", "xor", "not"}
_BINDING = {"or": 1, "xor": 2, "and": 3, "==": 4, "!=": 4, "<": 5, "<=": 5, ">": 5, ">=": 5}
_BINDING |= {"+": 6, "-": 6, "*": 7, "/": 7}
_CHAINED = {"or", "xor", "and", "+", "*"}


def parse(text: str) -> Expression:
    """Read an expression.

    Raises
    ------
    InputError : for what is not one; the message shows where
    """
    reader = _Reader(text)
    expression = reader.choice(0)
    if reader.token is not None:
        raise reader.error("an operator or the end")
    return expression


class _Reader:
    """A precedence climber over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.start = text, 0, 0
        self.token: str | None = None
        self.kind: str | None = None
        self.advance()

    def advance(self) -> None:
        match = _TOKEN.match(self.text, self.at)
        if match is None:
            rest = self.text[self.at :]
            self.start = len(self.text) - len(rest.lstrip())
            self.token = self.kind = None
            if rest.strip():
                raise self.error("a name, a number or an operator")
            return
        self.kind, self.at = match.lastgroup, match.end()
        word = match.group(match.lastgroup or 0)
        self.start = match.end() - len(word)
        if self.kind == "name" and word.lower() in _WORDS:
            self.kind, word = "sign", word.lower()
        self.token = _SPELLINGS.get(word, word) if self.kind == "sign" else word

    def error(self, expected: str) -> InputError:
        here = self.text[self.start : self.start + 30].strip() or "the end"
        return InputError(
            f"Expected {expected} at character {self.start + 1} of the expression {_short(self.text)}, "
            f"found {here!r}."
        )

    def is_sign(self, *signs: str) -> bool:
        return self.kind == "sign" and self.token in signs

    def expect(self, sign: str) -> None:
        if not self.is_sign(sign):
            raise self.error(f"`{sign}`")
        self.advance()

    def deeper(self, depth: int) -> int:
        if depth >= DEEPEST:
            raise InputError(
                f"Expected an expression nested less than {DEEPEST} deep, found {_short(self.text)}. "
                "Split it with attributes of the node."
            )
        return depth + 1

    def choice(self, depth: int) -> Expression:
        condition = self.binary(1, self.deeper(depth))
        if not self.is_sign("?"):
            return condition
        self.advance()
        yes = self.choice(depth + 1)
        self.expect(":")
        return Operation("?", (condition, yes, self.choice(depth + 1)))

    def binary(self, loosest: int, depth: int) -> Expression:
        left, height = self.unary(self.deeper(depth)), depth
        while self.kind == "sign" and _BINDING.get(self.token or "", 0) >= loosest:
            operator = self.token or ""
            self.advance()
            right = self.binary(_BINDING[operator] + 1, depth + 1)
            if operator == "-":  # a - b is a + (-b) to the last bit, and chains stay flat
                operator, right = "+", Operation("-", (right,))
            if operator in _CHAINED and isinstance(left, Operation) and left.operator == operator:
                left = Operation(operator, (*left.operands, right))
            else:
                height = self.deeper(height)
                left = Operation(operator, (left, right))
        return left

    def unary(self, depth: int) -> Expression:
        if self.is_sign("not", "-", "+"):
            sign = self.token or ""
            self.advance()
            operand = self.unary(self.deeper(depth))
            return operand if sign == "+" else Operation(sign, (operand,))
        if self.is_sign("("):
            self.advance()
            inner = self.choice(depth)
            self.expect(")")
            return inner
        word = self.token or ""
        if self.kind == "number":
            self.advance()
            return Number(float(word))
        if self.kind == "name":
            self.advance()
            if self.is_sign("("):
                raise InputError(f"Functions such as `{word}` are not known, in {_short(self.text)}.")
            return Name(word[1:], word[0]) if word[0] in "$@" else Name(word)
        raise self.error("a name, a number or `(`")


def resolve(
    expression: Expression,
    attributes: Mapping[str, Expression],
    parameters: Mapping[str, float],
    depth: int = 0,
) -> Expression:
    """Return the expression with attributes and parameters put in, constants worked out.

    Raises
    ------
    InputError : for a name without a value, and for attributes that need each other
    """
    if depth > 2 * DEEPEST:
        raise InputError(
            f"Expected expressions nested less than {2 * DEEPEST} deep with their attributes put in, "
            "found more. Look for attributes that need each other."
        )
    if isinstance(expression, Number):
        return expression
    if isinstance(expression, Name):
        if expression.sort == "node":
            return expression
        known: Mapping[str, Any] = parameters if expression.sort == "$" else attributes
        if expression.name not in known:
            hint = did_you_mean(expression.name, known)
            raise InputError(f"No value for `{expression.sort}{expression.name}`.{hint}")
        if expression.sort == "$":
            return Number(float(parameters[expression.name]))
        return resolve(attributes[expression.name], attributes, parameters, depth + 1)
    operands = []
    for operand in expression.operands:
        operands.append(resolve(operand, attributes, parameters, depth + 1))
    folded = Operation(expression.operator, tuple(operands))
    if all(isinstance(operand, Number) for operand in operands):
        return Number(float(evaluate(folded, {})))
    return folded


def nodes_of(expression: Expression) -> set[str]:
    """Return the names of the nodes in an expression."""
    found: set[str] = set()
    waiting = [expression]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Name) and one.sort == "node":
            found.add(one.name)
        elif isinstance(one, Operation):
            waiting += one.operands
    return found


def evaluate(expression: Expression, values: Mapping[str, Any]) -> Any:
    """Return the value of a resolved expression, for numbers or arrays of node values (0 or 1).

    Both sides of a choice are worked out, so a division by 0 on the side not taken does no harm.
    """
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Name):
        return values[expression.name]
    operands = []
    for operand in expression.operands:
        operands.append(evaluate(operand, values))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return _apply(expression.operator, operands)


def _apply(operator: str, operands: list[Any]) -> Any:
    first = np.asarray(operands[0], dtype=float)
    if operator == "?":
        return np.where(first != 0.0, operands[1], operands[2])
    if operator == "not":
        return np.where(first != 0.0, 0.0, 1.0)
    if operator == "-":
        return -first
    for other in operands[1:]:
        first = _PAIRS[operator](first, np.asarray(other, dtype=float))
    return first


_PAIRS = {
    "and": lambda a, b: np.where((a != 0.0) & (b != 0.0), 1.0, 0.0),
    "or": lambda a, b: np.where((a != 0.0) | (b != 0.0), 1.0, 0.0),
    "xor": lambda a, b: np.where((a != 0.0) != (b != 0.0), 1.0, 0.0),
    "==": lambda a, b: np.where(a == b, 1.0, 0.0),
    "!=": lambda a, b: np.where(a != b, 1.0, 0.0),
    "<": lambda a, b: np.where(a < b, 1.0, 0.0),
    "<=": lambda a, b: np.where(a <= b, 1.0, 0.0),
    ">": lambda a, b: np.where(a > b, 1.0, 0.0),
    ">=": lambda a, b: np.where(a >= b, 1.0, 0.0),
    "+": lambda a, b: a + b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def _short(text: str, most: int = 80) -> str:
    return repr(text if len(text) <= most else text[:most] + "...")
