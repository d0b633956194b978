"""The list of neighbours: complete, renewed in time, and without a trace in the results."""

import os
import subprocess
import sys

import numba
import numpy as np
import pytest

from exocosm.engine.backends.cpu import mechanics
from exocosm.engine.backends.cpu import neighbours as module
from exocosm.engine.backends.cpu.neighbours import Neighbours
from exocosm.engine.bodies import Bodies, Space
from exocosm.errors import InputError

SPACE = Space(lower=np.zeros(3), upper=np.full(3, 250.0))


def crowd(n: int = 5000, seed: int = 9) -> np.ndarray:
    """Cells thrown into a box, the first three in one and the same place."""
    position = np.random.default_rng(seed).uniform(0.0, 250.0, (n, 3))
    position[:3] = position[:1]
    return position


def mixture(n: int) -> Bodies:
    draw = np.random.default_rng(3)
    return Bodies(
        radius=draw.uniform(5.0, 9.0, n),
        adhesion=draw.uniform(0.0, 1.0, n),
        kind=draw.integers(0, 2, n),
        affinity=draw.uniform(0.0, 2.0, (2, 2)),
    )


def pairs_of(listed: Neighbours) -> list[tuple[int, int]]:
    """Return the pairs in a list, each once, as cells; a pair across slabs must stand at both."""
    found = []
    slab = np.searchsorted(listed.slabs, np.arange(len(listed.order)), side="right")
    for i, (first, middle, last) in enumerate(listed.span):
        for k in range(first, last):
            j = listed.near[k]
            assert (slab[i] == slab[j]) == (k < middle)
            pair = (int(listed.order[i]), int(listed.order[j]))
            found.append(tuple(sorted(pair)) if k < middle else pair)
    assert len(set(found)) == len(found)
    return sorted({tuple(sorted(pair)) for pair in found})


@pytest.mark.parametrize("threads", [1, 2])
def test_all_pairs_in_reach_are_listed_once(threads):
    before = numba.get_num_threads()
    if threads > before:
        pytest.skip("one thread only")
    position, extent = crowd(700), np.random.default_rng(1).uniform(5.0, 14.0, 700)
    listed = Neighbours()
    try:
        numba.set_num_threads(threads)
        listed.build(position, extent)
    finally:
        numba.set_num_threads(before)
    distance = np.linalg.norm(position[:, None] - position[None], axis=2)
    limit = extent[:, None] + extent[None] + module._SKIN * 2.0 * extent.max()
    expected = [(i, j) for i, j in zip(*np.nonzero(distance < limit), strict=True) if i < j]
    assert pairs_of(listed) == expected


def test_a_list_holds_until_somebody_could_have_crossed_the_margin():
    position, extent = crowd(500), np.full(500, 10.0)
    listed = Neighbours()
    assert listed.update(position, extent) == pytest.approx(1.0)  # half of a skin of 0.1 · 20 µm
    position[7] += [0.6, 0.0, 0.0]
    listed.update(position, extent)
    assert listed.builds == 1
    extent[3] += 0.3  # growth uses up margin too
    assert listed.update(position, extent) == pytest.approx(0.7)
    assert listed.builds == 1
    extent[3] += 0.2
    listed.update(position, extent)
    assert listed.builds == 2
    position[7] += [0.0, 1.1, 0.0]
    listed.update(position, extent)
    assert listed.builds == 3
    listed.update(position[:-1], extent[:-1])
    assert listed.builds == 4


def test_room_is_made_for_a_crowd():
    draw = np.random.default_rng(2)
    position = np.concatenate([crowd(300), draw.uniform(100.0, 101.0, (300, 3))])
    listed = Neighbours()
    listed.build(position, np.full(600, 9.0))
    assert (listed.span[:, 2] - listed.span[:, 0]).sum() > 300 * 299 / 2
    assert pairs_of(listed)


def test_too_dense_a_crowd_is_refused(monkeypatch):
    monkeypatch.setattr(module, "_MOST", 100)
    with pytest.raises(InputError, match="at most 100 cells around a cell"):
        Neighbours().build(np.zeros((400, 3)), np.ones(400))


@pytest.mark.parametrize("scheme", ["euler", "adams-bashforth"])
def test_a_run_cut_at_any_step_gives_the_same_bits(scheme):
    """A new list at each step, one list for all, a list made for others: nothing of it is in the result."""
    start, bodies = crowd(), mixture(5000)
    drive = np.random.default_rng(4).normal(0.0, 1.0, start.shape)
    results = []
    old = Neighbours()
    old.build(start + 0.2, bodies.extent)
    for lists, steps in (
        ([Neighbours()], [12]),
        ([Neighbours() for _ in range(4)], [1, 2, 4, 5]),
        ([old], [12]),
    ):
        position = start.copy()
        previous = drive.copy() if scheme != "euler" else None
        for listed, n in zip(lists, steps, strict=True):
            mechanics.move(
                position, bodies, SPACE, dt=0.1, steps=n, neighbours=listed, drive=drive, previous=previous
            )
        results.append((position.tobytes(), None if previous is None else previous.tobytes()))
    assert results[0] == results[1] == results[2]
    assert results[0][0] != start.tobytes()


def test_renewing_at_every_step_gives_the_same_bits(monkeypatch):
    start, bodies, ends, builds = crowd(), mixture(5000), [], []
    for skin in (module._SKIN, 1e-9):
        monkeypatch.setattr(module, "_SKIN", skin)
        listed, position = Neighbours(), start.copy()
        mechanics.move(position, bodies, SPACE, dt=0.3, steps=10, neighbours=listed)
        ends.append(position.tobytes())
        builds.append(listed.builds)
    assert ends[0] == ends[1]
    assert builds[0] < builds[1] == 10


def test_bits_do_not_depend_on_the_order_of_cells():
    """Sums of whole numbers are the same in any order; only coincident cells look at the order."""
    start, bodies = crowd()[3:], Bodies(radius=np.full(4997, 8.0))
    shuffled = np.random.default_rng(5).permutation(len(start))
    position, other = start.copy(), start[shuffled]
    mechanics.move(position, bodies, SPACE, dt=0.1, steps=10, neighbours=Neighbours())
    mechanics.move(other, bodies, SPACE, dt=0.1, steps=10, neighbours=Neighbours())
    assert np.array_equal(position[shuffled], other)


RUN = """
import hashlib, sys
sys.path[:0] = [{here!r}]
from test_neighbours import *
position, previous = crowd(), np.zeros((5000, 3))
numba.set_num_threads(int(sys.argv[1]))
listed = Neighbours()
moved = mechanics.move(
    position, mixture(5000), SPACE, dt=0.1, steps=20, neighbours=listed, previous=previous
)
print(len(listed.slabs) - 1, hashlib.sha256(position.tobytes() + previous.tobytes()).hexdigest(), moved)
"""


def test_bits_do_not_depend_on_the_number_of_threads():
    here = os.path.dirname(__file__)
    found = []
    for threads in ("1", "2", "3"):
        done = subprocess.run(
            [sys.executable, "-c", RUN.format(here=here), threads],
            env=os.environ | {"NUMBA_NUM_THREADS": threads}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        slabs, *result = done.stdout.split(maxsplit=1)
        assert slabs == threads
        found.append(result)
    assert found[0] == found[1] == found[2]
