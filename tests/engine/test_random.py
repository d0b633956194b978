"""Keyed random numbers: known answers, range, uniformity, independence of the parts of a key."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from exocosm.engine.backends.cpu import sampling as cpu
from exocosm.engine.laws import random

# Known answers of philox4x32-10 from the Random123 distribution (kat_vectors).
KNOWN = [
    ("00000000 00000000 00000000 00000000 00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text: str) -> tuple[np.uint64, ...]:
    return tuple(np.uint64(int(word, 16)) for word in text.split())


@pytest.mark.parametrize(("given_words", "expected"), KNOWN)
def test_philox_gives_the_known_answers(given_words, expected):
    assert random.philox4x32(*words(given_words)) == words(expected)


def test_key_is_packed_as_documented():
    seed, purpose, step, entity, draw = 0x299F31D0_A4093822, 0x0370, 0x13198A2E, 0x05A308D3_243F6A88, 0x7344
    counter = words("243f6a88 05a308d3 13198a2e 03707344")
    assert random.block(seed, purpose, step, entity, draw) == random.philox4x32(
        *counter, *words("a4093822 299f31d0")
    )


def test_uniform_stays_inside_the_open_interval_for_extreme_words():
    none, all_ones = np.uint64(0), np.uint64(0xFFFFFFFF)
    assert random.open_unit(none, none) == 2.0**-53
    assert random.open_unit(all_ones, all_ones) == 1.0 - 2.0**-53


@given(
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**16 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**16 - 1),
)
def test_compiled_uniform_gives_the_same_bits(seed, purpose, step, entity, draw):
    value = random.uniform(seed, purpose, step, entity, draw)
    assert 0.0 < value < 1.0
    assert cpu.uniform(seed, purpose, step, entity, draw) == value


@pytest.mark.parametrize(
    ("part", "count"), [(0, 200_000), (1, 2**16), (2, 200_000), (3, 200_000), (4, 2**16)]
)
def test_numbers_are_uniform_along_each_part_of_the_key(part, count):
    key = [7, random.RELEASE, 3, 11, 0]
    values = []
    for i in range(count):
        key[part] = i
        values.append(cpu.uniform(*key))
    assert stats.kstest(values, "uniform").pvalue > 1e-3
    # Neighbouring keys are uncorrelated: the correlation of n pairs has standard deviation 1/sqrt(n).
    assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 4.0 / np.sqrt(len(values))


def test_purposes_differ():
    names = [name for name in vars(random) if name.isupper() and not name.startswith("_")]
    values = [getattr(random, name) for name in names]
    assert len(names) > 13
    assert len(set(values)) == len(names)
    assert all(0 < value < 2**16 for value in values)
