"""Stochastic Boolean networks inside cells: from expressions of rates to arrays, and on in time.

The semantics are MaBoSS's: a node that is off turns on at the rate `rate_up`, one that is on turns off at
`rate_down`, both functions of the present state (Stoll et al. 2012, doi:10.1186/1752-0509-6-116).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from exocosm.errors import InputError, RunError, expect

from .backends import expect_device, module_of
from .rate_expressions import Expression, Name, Number, Operation, evaluate, nodes_of, parse, resolve

WIDEST_TABLE = 8  # inputs of a node, itself left out, up to which its rates are tabulated: 2 * 256 numbers

_DEFAULTS = {"rate_up": parse("@logic ? 1 : 0"), "rate_down": parse("@logic ? 0 : 1")}

# What a step of a program does; a number or a node stands beside it.
CONSTANT, NODE, NOT, NEGATIVE, AND, OR, XOR, EQUAL, UNEQUAL, LESS, AT_MOST, ADD, TIMES, OVER, CHOICE = range(
    15
)
_CODES = {
    "not": NOT, "and": AND, "or": OR, "xor": XOR, "==": EQUAL, "!=": UNEQUAL, "<": LESS, "<=": AT_MOST,
    "+": ADD, "*": TIMES, "/": OVER, "?": CHOICE,
}  # fmt: skip


@dataclass(frozen=True)
class CompiledBoolean:
    """A Boolean network as arrays.

    Node i flips at the rate `table[table_first[i] + k]`, each bit of k being the state of a node it reads,
    the highest its own. When node j flips, `k ^= mask` brings each of its `dependents` up to date. A node
    with more inputs than `WIDEST_TABLE` has no table (`table_first` -1, `mask` 0) but two programs for a
    stack: `program_first[2 i]` for its rate up and `program_first[2 i + 1]` down.
    """

    names: tuple[str, ...]
    inputs: NDArray[np.int64]  # nodes set from outside; their own rates are 0
    rates: tuple[tuple[Expression, Expression], ...]  # up and down, resolved: what the reference evaluates
    table_first: NDArray[np.int64]  # (nodes,)
    table: NDArray[np.float64]
    dependents_first: NDArray[np.int64]  # (nodes + 1,)
    dependents: NDArray[np.int64]
    mask: NDArray[np.int64]  # (dependents,) 0 for a node without a table
    cause: NDArray[np.int64]  # (dependents,) the node they depend on
    program_first: NDArray[np.int64]  # (2 nodes + 1,)
    code: NDArray[np.int64]
    argument: NDArray[np.float64]  # the constant, or the number of the node
    stack: int  # largest height of the stack

    @property
    def words(self) -> int:
        """Number of 64-bit words that hold the state of a cell."""
        return (len(self.names) + 63) // 64

    def index(self, node: str) -> int:
        """Return the number of a node, or raise InputError."""
        expect.one_of(self.names, node=node)
        return self.names.index(node)

    def pack(self, states: NDArray) -> NDArray[np.uint64]:
        """Turn states (cells, nodes) of True and False into bits (cells, words)."""
        states = np.asarray(states)
        if states.ndim != 2 or states.shape[1] != len(self.names) or states.dtype != bool:
            raise InputError(
                f"Expected states of True and False, one row per cell, {len(self.names)} nodes in a row; "
                f"found {states.dtype} of shape {states.shape}."
            )
        padded = np.zeros((len(states), 64 * self.words), dtype=bool)
        padded[:, : len(self.names)] = states
        octets = np.packbits(padded, axis=1, bitorder="little")
        return octets.view("<u8").astype(np.uint64)

    def unpack(self, bits: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Turn bits (cells, words) into states (cells, nodes) of True and False."""
        octets = np.ascontiguousarray(bits.astype("<u8")).view(np.uint8)
        return np.unpackbits(octets, axis=1, bitorder="little")[:, : len(self.names)].astype(bool)


def compile_boolean(
    nodes: Sequence[str],
    rates: Mapping[str, Mapping[str, str | Expression]],
    parameters: Mapping[str, float] | None = None,
    *,
    inputs: Sequence[str] = (),
) -> CompiledBoolean:
    """Turn the nodes of a network and their rates into arrays.

    Parameters
    ----------
    nodes : names, in the order of the bits
    rates : for each node the attributes `rate_up`, `rate_down` [1/time], `logic` and others that they need
        (`@name`; text in quotation marks is passed over). A rate not given is 1 where the logic demands the
        flip and 0 elsewhere; a node with neither rate nor logic stays as it is.
    parameters : values of `$name`
    inputs : nodes that are set from outside, see `advance`; their rates are not looked at

    Raises
    ------
    InputError : for an expression that cannot be read, a name that is not known, a rate below 0
    """
    nodes = tuple(nodes)
    if not nodes or len(set(nodes)) != len(nodes):
        raise InputError(f"Expected names of nodes, each once, found {nodes!r}.")
    for name in (*rates, *inputs):
        expect.one_of(nodes, node=name)
    number = {name: i for i, name in enumerate(nodes)}
    resolved = [
        _rates(name, {} if name in inputs else rates.get(name, {}), parameters or {}, number)
        for name in nodes
    ]
    builder = _Builder(number)
    for i, (up, down) in enumerate(resolved):
        builder.add(i, up, down)
    return builder.finished(nodes, resolved, np.array([number[name] for name in inputs], dtype=np.int64))


def advance(
    compiled: CompiledBoolean,
    bits: NDArray[np.uint64],
    clock: NDArray[np.float64],
    counter: NDArray[np.int64],
    ids: NDArray[np.int64],
    duration: float,
    seed: int,
    inputs: NDArray | None = None,
    *,
    device: str = "cpu",
) -> None:
    """Advance the networks of some cells by `duration`, in the unit of time of the rates.

    Every event of a cell takes its draws from (seed, cell, number of the event), so a duration cut into
    several calls gives the same events as one call: to the bit where the times of the cuts are exact sums.

    Parameters
    ----------
    bits : (cells, words) changed in place, see `CompiledBoolean.pack`
    clock : (cells, 2) changed in place: the time a cell has come to, and that of its last event. A cell that
        begins at time t has (t, t).
    counter : (cells,) changed in place: events so far, 0 at the beginning, below 2**48
    ids : (cells,) numbers of the cells, 0 <= id < 2**63
    inputs : (cells, inputs) True and False for the nodes named as inputs; None leaves them as they are. A
        change counts as an event: waiting starts anew, which changes no probability, for it has no memory.

    Raises
    ------
    InputError : for arrays that do not fit
    RunError : for a rate that came out below 0 or not finite; the message names the node
    """
    n = len(ids)
    expect.non_negative(duration=duration)
    expect_device(device)
    if not (isinstance(seed, int) and 0 <= seed < 2**63):
        raise InputError(f"Expected `seed` to be a whole number from 0 to 2**63 - 1, found {seed!r}.")
    _fits("bits", bits, (n, compiled.words), np.uint64)
    _fits("clock", clock, (n, 2), np.float64)
    _fits("counter", counter, (n,), np.int64)
    _fits("ids", ids, (n,), np.int64)
    if inputs is None:
        inputs = np.zeros((0, len(compiled.inputs)), dtype=bool)
    else:
        _fits("inputs", inputs, (n, len(compiled.inputs)), np.bool_)
    wrong = np.full(n, -1, dtype=np.int64)
    backend = module_of(device, "boolean")
    backend.advance(compiled, bits, clock, counter, ids, float(duration), seed, inputs, wrong)
    if (wrong >= 0).any():
        name = compiled.names[wrong[wrong >= 0][0]]
        raise RunError(f"A rate of node `{name}` came out below 0 or not finite in some state.")


def _fits(name: str, array: NDArray, shape: tuple[int, ...], dtype: type) -> None:
    if array.shape != shape or array.dtype != dtype or not array.flags.c_contiguous:
        raise InputError(
            f"Expected `{name}` to be a contiguous array of {np.dtype(dtype)} of shape {shape}, "
            f"found {array.dtype} of shape {array.shape}."
        )


def _rates(
    name: str,
    attributes: Mapping[str, str | Expression],
    parameters: Mapping[str, float],
    number: Mapping[str, int],
) -> tuple[Expression, Expression]:
    """Return the rates up and down of a node as expressions of nodes and numbers alone."""
    try:
        read = {
            key: parse(text) if isinstance(text, str) else text
            for key, text in attributes.items()
            if not (isinstance(text, str) and text.lstrip().startswith('"'))
        }
        for value in parameters.values():
            expect.finite(parameter=value)
        found = []
        for key, default in _DEFAULTS.items():
            chosen = read.get(key, default if "logic" in read else Number(0.0))
            found.append(resolve(chosen, read, parameters))
        for expression in found:
            for other in sorted(nodes_of(expression)):
                expect.one_of(number, node=other)
    except InputError as error:
        raise InputError(f"Node `{name}`: {error}") from error
    return found[0], found[1]


class _Builder:
    """Collects the arrays node by node."""

    def __init__(self, number: Mapping[str, int]) -> None:
        self.number = number
        self.table_first: list[int] = []
        self.tables: list[NDArray[np.float64]] = []
        self.dependents: list[list[tuple[int, int]]] = [[] for _ in number]
        self.program_first = [0]
        self.code: list[int] = []
        self.argument: list[float] = []
        self.stack = 0

    def add(self, node: int, up: Expression, down: Expression) -> None:
        if isinstance(up, Number) and isinstance(down, Number) and up.value == down.value == 0.0:
            read = [node]
        else:
            read = sorted({self.number[name] for name in nodes_of(up) | nodes_of(down)} - {node}) + [node]
        tabulated = len(read) - 1 <= WIDEST_TABLE
        for place, other in enumerate(read):
            self.dependents[other].append((node, 1 << place if tabulated else 0))
        if tabulated:
            self.table_first.append(sum(map(len, self.tables)))
            self.tables.append(self._table(node, read, up, down))
            self.program_first += [len(self.code)] * 2
        else:
            self.table_first.append(-1)
            for expression in (up, down):
                self._emit(expression, 1)
                self.program_first.append(len(self.code))

    def _table(self, node: int, read: list[int], up: Expression, down: Expression) -> NDArray[np.float64]:
        k = np.arange(2 ** len(read))
        names = list(self.number)
        values = {names[other]: (k >> place & 1).astype(float) for place, other in enumerate(read)}
        on = k >> (len(read) - 1) & 1
        rate = np.where(on, evaluate(down, values), evaluate(up, values)).astype(float)
        if not (np.isfinite(rate).all() and (rate >= 0).all()):
            raise InputError(
                f"Expected rates of node `{names[node]}` to be finite and 0 or above in every state of its "
                f"inputs, found {rate.min():g} to {rate.max():g}."
            )
        return rate

    def _emit(self, expression: Expression, height: int) -> None:
        """Append the program of an expression that leaves its value at `height` of the stack."""
        self.stack = max(self.stack, height)
        if isinstance(expression, Number):
            self._step(CONSTANT, expression.value)
        elif isinstance(expression, Name):
            self._step(NODE, self.number[expression.name])
        else:
            self._emit_operation(expression, height)

    def _emit_operation(self, operation: Operation, height: int) -> None:
        operator, operands = operation.operator, operation.operands
        if operator in (">", ">="):  # a > b is b < a
            operator, operands = operator.replace(">", "<"), operands[::-1]
        self._emit(operands[0], height)
        if operator == "-":
            self._step(NEGATIVE)
        elif operator == "not":
            self._step(NOT)
        elif operator == "?":
            self._emit(operands[1], height + 1)
            self._emit(operands[2], height + 2)
            self._step(CHOICE)
        else:
            for operand in operands[1:]:
                self._emit(operand, height + 1)
                self._step(_CODES[operator])

    def _step(self, code: int, argument: float = 0.0) -> None:
        self.code.append(code)
        self.argument.append(float(argument))

    def finished(
        self, names: tuple[str, ...], rates: list[tuple[Expression, Expression]], inputs: NDArray[np.int64]
    ) -> CompiledBoolean:
        pairs = [pair for group in self.dependents for pair in group]
        return CompiledBoolean(
            names=names,
            inputs=inputs,
            rates=tuple(rates),
            table_first=np.array(self.table_first, dtype=np.int64),
            table=np.concatenate([*self.tables, np.zeros(0)]),
            dependents_first=_starts(self.dependents),
            dependents=np.array([node for node, _ in pairs], dtype=np.int64),
            mask=np.array([mask for _, mask in pairs], dtype=np.int64),
            cause=np.repeat(np.arange(len(names)), [len(group) for group in self.dependents]),
            program_first=np.array(self.program_first, dtype=np.int64),
            code=np.array(self.code, dtype=np.int64),
            argument=np.array(self.argument),
            stack=self.stack,
        )


def _starts(groups: Sequence[Sequence[object]]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum([len(group) for group in groups])]).astype(np.int64)
