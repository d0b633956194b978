"""Vectors of 64 bytes as values in compiled code: load, store, spread, add, multiply, transpose.

The compiler finds such operations by itself in simple loops only. In short rows of a plane, its checks for
overlapping arrays and its remainders cost as much as the work, and it never turns a block of rows into
columns, which a recurrence along the rows needs. Vectors are 8 float64 or 16 float32 wide whatever the
processor; the compiler splits them where registers are narrower. Sums and products are those of the lanes,
nothing is reordered: the same bits on every machine.
"""

from __future__ import annotations

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, models, register_model

BYTES = 64


class Vector(types.Type):
    """The type of a vector of `dtype`."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.lanes = BYTES * 8 // dtype.bitwidth
        super().__init__(name=f"Vector({dtype}, {self.lanes})")


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, _ir_vector(kind))


def _ir_vector(kind):
    scalar = ir.DoubleType() if kind.dtype.bitwidth == 64 else ir.FloatType()
    return ir.VectorType(scalar, kind.lanes)


@intrinsic
def pointer(typing, array):
    """Return where a contiguous array of floats begins; the array must outlive what is done with it.

    Compiled functions count the references to each array they are given, which takes longer than a short row;
    pointers come without.
    """
    if not isinstance(array, types.Array) or array.layout != "C" or not isinstance(array.dtype, types.Float):
        return None

    def build(context, builder, signature, arguments):
        return context.make_array(signature.args[0])(context, builder, arguments[0]).data

    return types.CPointer(array.dtype)(array), build


def _kind(values):
    """The vector type for a pointer to floats, or None, which tells numba that it does not fit."""
    fits = isinstance(values, types.CPointer) and isinstance(values.dtype, types.Float)
    return Vector(values.dtype) if fits else None


@intrinsic
def load(typing, values, start, stop):
    """Return values[start : start + lanes]; what lies at `stop` or beyond counts as 0 and is not read."""
    kind = _kind(values)
    if kind is None:
        return None

    def build(context, builder, signature, arguments):
        vector = _ir_vector(kind)
        place, left = _place(builder, arguments, vector)
        align = kind.dtype.bitwidth // 8
        whole = builder.icmp_signed(">=", left, left.type(kind.lanes))
        with builder.if_else(whole) as (then, otherwise):
            with then:
                full = builder.load(place, align=align)
                full_from = builder.block
            with otherwise:
                zero, bits = ir.Constant(vector, None), ir.VectorType(ir.IntType(1), kind.lanes)
                shape = ir.FunctionType(vector, [vector.as_pointer(), ir.IntType(32), bits, vector])
                masked = cgutils.get_or_insert_function(
                    builder.module, shape, f"llvm.masked.load.{_suffix(kind)}.p0"
                )
                mask = _mask(builder, left, kind.lanes)
                part = builder.call(masked, [place, ir.IntType(32)(align), mask, zero])
                part_from = builder.block
        value = builder.phi(vector)
        value.add_incoming(full, full_from)
        value.add_incoming(part, part_from)
        return value

    return kind(values, types.intp, types.intp), build


@intrinsic
def store(typing, values, start, stop, value):
    """Write values[start : start + lanes] = value, short of `stop`."""
    kind = _kind(values)
    if kind is None or value != kind:
        return None

    def build(context, builder, signature, arguments):
        _do_not_unroll(builder)
        vector = _ir_vector(kind)
        place, left = _place(builder, arguments, vector)
        align = kind.dtype.bitwidth // 8
        whole = builder.icmp_signed(">=", left, left.type(kind.lanes))
        with builder.if_else(whole) as (then, otherwise):
            with then:
                builder.store(arguments[3], place, align=align)
            with otherwise:
                bits = ir.VectorType(ir.IntType(1), kind.lanes)
                shape = ir.FunctionType(ir.VoidType(), [vector, vector.as_pointer(), ir.IntType(32), bits])
                masked = cgutils.get_or_insert_function(
                    builder.module, shape, f"llvm.masked.store.{_suffix(kind)}.p0"
                )
                mask = _mask(builder, left, kind.lanes)
                builder.call(masked, [arguments[3], place, ir.IntType(32)(align), mask])
        return context.get_dummy_value()

    return types.none(values, types.intp, types.intp, kind), build


@intrinsic
def fetch(typing, values, start):
    """Ask for values[start] to be brought into the cache; it may lie outside of the array."""
    if _kind(values) is None:
        return None

    def build(context, builder, signature, arguments):
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        place = builder.bitcast(builder.gep(arguments[0], [arguments[1]]), byte)
        shape = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        prefetch = cgutils.get_or_insert_function(builder.module, shape, "llvm.prefetch.p0")
        builder.call(prefetch, [place, word(0), word(2), word(1)])  # to read, into the second level, data
        return context.get_dummy_value()

    return types.none(values, types.intp), build


@intrinsic
def spread(typing, scalar):
    """Return a vector with `scalar` in each lane."""
    if not isinstance(scalar, types.Float):
        return None
    kind = Vector(scalar)

    def build(context, builder, signature, arguments):
        return _spread(builder, arguments[0], _ir_vector(kind))

    return kind(scalar), build


@intrinsic
def replace(typing, vector, lane, scalar):
    """Return the vector with `scalar` in one lane.

    A scalar written into memory would have to reach the cache before the vector around it can be read again.
    """
    if not isinstance(vector, Vector) or not isinstance(lane, types.Integer) or scalar != vector.dtype:
        return None

    def build(context, builder, signature, arguments):
        wide = ir.VectorType(arguments[1].type, vector.lanes)
        lanes = ir.Constant(wide, list(range(vector.lanes)))
        here = builder.icmp_signed("==", lanes, _spread(builder, arguments[1], wide))
        return builder.select(here, _spread(builder, arguments[2], _ir_vector(vector)), arguments[0])

    return vector(vector, lane, scalar), build


@intrinsic
def add(typing, a, b):
    """Return a + b."""
    if not isinstance(a, Vector) or a != b:
        return None
    return a(a, b), lambda context, builder, signature, arguments: builder.fadd(*arguments)


@intrinsic
def multiply(typing, a, b):
    """Return a · b."""
    if not isinstance(a, Vector) or a != b:
        return None
    return a(a, b), lambda context, builder, signature, arguments: builder.fmul(*arguments)


@intrinsic
def multiply_add(typing, a, b, c):
    """Return a · b + c, rounded once, which takes one instruction on any processor since 2013."""
    if not isinstance(a, Vector) or a != b or a != c:
        return None
    return a(a, b, c), lambda context, builder, signature, arguments: _fma(builder, *arguments)


@intrinsic
def eliminate_tile(typing, rows, start, stride, inverse, carry, first, state, place):
    """Run u_i = inverse_i f_i + carry_i u_(i-1) along a square tile, as wide as a vector.

    The tile begins at rows[start], its rows are `stride` apart; coefficients begin at `first`. Afterwards
    the tile stands transposed: its row i holds column i. state[place : place + lanes] holds the u before
    the tile and after it.
    """
    kind = _kind(rows)
    if kind is None:
        return None

    def build(context, builder, signature, arguments):
        tile = _Tile(builder, arguments, kind)
        columns = _transposed(builder, [builder.load(row, align=tile.align) for row in tile.rows])
        u = builder.load(tile.state, align=tile.align)
        for i, column in enumerate(columns):
            u = _fma(builder, tile.coefficient(4, i), u, builder.fmul(tile.coefficient(3, i), column))
            builder.store(u, tile.rows[i], align=tile.align)
        builder.store(u, tile.state, align=tile.align)
        return context.get_dummy_value()

    return _tile_signature(rows), build


@intrinsic
def substitute_tile(typing, rows, start, stride, inverse, carry, first, state, place):
    """Run u_i += carry_i u_(i+1) backwards through a tile that `eliminate_tile` left, and turn it back.

    The arguments are those of `eliminate_tile`; `inverse` is not used.
    """
    kind = _kind(rows)
    if kind is None:
        return None

    def build(context, builder, signature, arguments):
        tile = _Tile(builder, arguments, kind)
        columns = [builder.load(row, align=tile.align) for row in tile.rows]
        u = builder.load(tile.state, align=tile.align)
        for i in reversed(range(kind.lanes)):
            u = columns[i] = _fma(builder, tile.coefficient(4, i), u, columns[i])
        builder.store(u, tile.state, align=tile.align)
        for row, values in zip(tile.rows, _transposed(builder, columns), strict=True):
            builder.store(values, row, align=tile.align)
        return context.get_dummy_value()

    return _tile_signature(rows), build


def _tile_signature(rows):
    return types.none(rows, types.intp, types.intp, rows, rows, types.intp, rows, types.intp)


class _Tile:
    """Where the parts of a tile lie, from the arguments of `eliminate_tile`."""

    def __init__(self, builder, arguments, kind):
        self.builder, self.vector, self.align = builder, _ir_vector(kind), kind.dtype.bitwidth // 8
        self.scalars = {i: builder.gep(arguments[i], [arguments[5]]) for i in (3, 4)}
        self.state = builder.bitcast(builder.gep(arguments[6], [arguments[7]]), self.vector.as_pointer())
        self.rows = []
        for i in range(kind.lanes):
            offset = builder.add(arguments[1], builder.mul(arguments[2], arguments[2].type(i)))
            self.rows.append(builder.bitcast(builder.gep(arguments[0], [offset]), self.vector.as_pointer()))

    def coefficient(self, argument, i):
        """The i-th value of an argument, in each lane."""
        scalar = self.builder.load(self.builder.gep(self.scalars[argument], [ir.IntType(64)(i)]))
        return _spread(self.builder, scalar, self.vector)


def _transposed(builder, rows):
    """Exchange ever larger blocks off the diagonal, 1, 2, 4, ... wide."""
    lanes, width = len(rows), 1
    rows = list(rows)
    while width < lanes:
        low = [i if not i & width else lanes + i - width for i in range(lanes)]
        high = [i + width if not i & width else lanes + i for i in range(lanes)]
        for i in range(lanes):
            if not i & width:
                a, b = rows[i], rows[i + width]
                rows[i] = builder.shuffle_vector(a, b, _indices(low))
                rows[i + width] = builder.shuffle_vector(a, b, _indices(high))
        width *= 2
    return rows


def _indices(values):
    return ir.Constant(ir.VectorType(ir.IntType(32), len(values)), values)


def _spread(builder, scalar, vector):
    nothing = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(nothing, scalar, ir.IntType(32)(0))
    return builder.shuffle_vector(first, nothing, _indices([0] * vector.count))


def _fma(builder, a, b, c):
    shape = ir.FunctionType(a.type, [a.type] * 3)
    bits = 64 if a.type.element == ir.DoubleType() else 32
    name = f"llvm.fma.v{a.type.count}f{bits}"
    return builder.call(cgutils.get_or_insert_function(builder.module, shape, name), [a, b, c])


def _place(builder, arguments, vector):
    """The address of values[start] and how many elements remain to `stop`."""
    place = builder.bitcast(builder.gep(arguments[0], [arguments[1]]), vector.as_pointer())
    return place, builder.sub(arguments[2], arguments[1])


def _do_not_unroll(builder):
    """Keep the compiler from writing out the loop around this four times, which doubles compile time."""
    nothing = ir.InlineAsm(ir.FunctionType(ir.VoidType(), []), "", "", side_effect=True)
    builder.call(nothing, [], attrs=("convergent",))


def _mask(builder, left, lanes):
    wide = ir.VectorType(left.type, lanes)
    lane = ir.Constant(wide, list(range(lanes)))
    return builder.icmp_signed("<", lane, _spread(builder, left, wide))


def _suffix(kind):
    return f"v{kind.lanes}f{kind.dtype.bitwidth}"
