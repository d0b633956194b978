"""The exponential function as plain arithmetic, so that compilers can work on several numbers at once.

A call of the C library cannot be vectorised and rounds differently from one library to the next. This one is
additions and multiplications alone: the same bits in every lane and on every machine that follows IEEE 754.

`register_jitable` leaves these functions plain Python; it only allows compiled kernels to call them too.
"""

from __future__ import annotations

import math

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload, register_jitable

LIMIT = 708.0  # exp(±708) is still an ordinary number; arguments beyond are taken as ±708

_LOG2_E = 1.0 / math.log(2.0)
# ln 2 in two parts (Cody & Waite 1980): the first has 32 bits, so that its product with n is exact.
_LN2_HIGH = 0.6931471803691238
_LN2_LOW = 1.9082149292705877e-10
# Adding this rounds to a whole number n and leaves n + 1023, the exponent of 2**n, in the lowest bits.
_SHIFT = 1.5 * 2.0**52 + 1023.0
_2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12 = (1.0 / math.factorial(k) for k in range(2, 13))


@register_jitable
def exponential(x):
    """Return e**x with a relative error below 4e-16; |x| above 708 counts as ±708, NaN stays NaN.  [1] → [1]

    e**x = 2**n e**r with n = round(x/ln 2), |r| <= ln(2)/2, and the Taylor series of e**r up to r**12/12!:
    the first term left out is below 2e-16 of the sum.
    """
    x = LIMIT if x > LIMIT else x
    x = -LIMIT if x < -LIMIT else x
    shifted = x * _LOG2_E + _SHIFT
    n = shifted - _SHIFT
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    series = _9 + r * (_10 + r * (_11 + r * _12))
    series = _5 + r * (_6 + r * (_7 + r * (_8 + r * series)))
    series = 1.0 + r * (1.0 + r * (_2 + r * (_3 + r * (_4 + r * series))))
    return series * _power_of_two(shifted)


def _power_of_two(shifted):
    """Return 2**n from n + _SHIFT."""
    if shifted != shifted:
        return shifted
    return math.ldexp(1.0, int(shifted - _SHIFT))


@intrinsic
def _exponent_bits(context, shifted):
    """Read the lowest bits of a float64 as the exponent of another: what ldexp does, in one shift."""

    def code(context, builder, signature, arguments):
        word = ir.IntType(64)
        bits = builder.shl(builder.bitcast(arguments[0], word), ir.Constant(word, 52))
        return builder.bitcast(bits, ir.DoubleType())

    return types.float64(types.float64), code


@overload(_power_of_two)
def _power_of_two_compiled(shifted):
    return lambda shifted: _exponent_bits(shifted)
