"""The locally one-dimensional step: its own rates, orders, invariants, held faces, exchange, equal bits."""

import math
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.engine.backends.cpu import lod as cpu
from exocosm.engine.backends.reference import lod as reference
from exocosm.engine.lod import LodProblem
from exocosm.errors import InputError

# Rows of the sweeps are worked on in blocks of 32 and vectors of 8 (float32: 16); slabs have 12 planes or
# more.
SHAPES = [
    (1, 1, 1), (1, 1, 17), (19, 1, 1), (1, 70, 9), (33, 1, 8),
    (3, 5, 1), (2, 2, 2), (5, 33, 7), (27, 3, 16), (40, 41, 10),
]  # fmt: skip
seeds = st.integers(0, 2**32 - 1)


def problem(shape, diffusion=(1e5,), decay=None, **more) -> LodProblem:
    known = {"spacing": 20.0, "dt": 0.01, "decay": decay or (0.0,) * len(diffusion)}
    return LodProblem(shape=shape, diffusion=tuple(diffusion), **{**known, **more})


def random_problem(rng, shape, substrates, **more) -> LodProblem:
    held = tuple(
        tuple(
            float(rng.uniform(0, 40)) if shape[f // 2] > 1 and rng.random() < 0.4 else None for f in range(6)
        )
        for _ in range(substrates)
    )
    diffusion, decay = 10.0 ** rng.uniform(1, 6, substrates), rng.uniform(0, 10, substrates)
    return problem(shape, diffusion, tuple(decay), held=held, **more)


def cosine(shape, waves) -> np.ndarray:
    """Product of cosines with `waves` half waves along each axis: no flux at the faces."""
    lines = [np.cos(np.pi * k * (np.arange(n) + 0.5) / n) for n, k in zip(shape, waves, strict=True)]
    return np.einsum("i,j,k->ijk", *lines)


@pytest.mark.parametrize(
    ("shape", "waves"), [((1, 1, 20), (0, 0, 3)), ((1, 70, 20), (0, 2, 3)), ((27, 8, 20), (4, 1, 3))]
)
def test_a_cosine_wave_falls_at_the_rate_of_the_scheme(device, shape, waves):
    made = problem(shape, (1e5, 1e3), (0.1, 5.0))
    wave = cosine(shape, waves)
    u = np.stack([wave, wave])
    device.lod.advance(u, device.lod.plan(made), 3)
    axes = sum(n > 1 for n in shape)
    for s in range(2):
        alpha = made.diffusion[s] * 0.01 / 400.0
        factor = 1.0
        for n, k in zip(shape, waves, strict=True):
            if n > 1:
                factor /= 1.0 + 0.01 * made.decay[s] / axes + alpha * (2.0 - 2.0 * math.cos(math.pi * k / n))
        assert np.abs(u[s] - factor**3 * wave).max() < 1e-13  # rounding of some 100 sums of size 1


def error_of_a_wave(module, n: int, steps: int) -> float:
    """Error of the lowest wave of a unit length after it fell to 1/e by diffusion and by half by decay."""
    time = 1.0 / math.pi**2
    made = problem((1, 1, n), (1.0,), (math.log(2.0) / time,), spacing=1.0 / n, dt=time / steps)
    u = cosine((1, 1, n), (0, 0, 1))[None]
    expected = 0.5 * math.exp(-1.0) * u
    module.advance(u, module.plan(made), steps)
    return float(np.abs(u - expected).max())


def order(steps, errors) -> float:
    return float(np.polyfit(np.log(steps), np.log(errors), 1)[0])


def test_first_order_in_time(device):
    steps = np.array([16, 32, 64])  # on 512 voxels the error in space is below 1e-2 of that in time
    assert order(1.0 / steps, [error_of_a_wave(device.lod, 512, n) for n in steps]) == pytest.approx(
        1, abs=0.1
    )


def test_second_order_in_space(device):
    voxels = np.array([8, 16, 32])  # dt falls as dx², so that both errors do
    errors = [error_of_a_wave(device.lod, n, n**2 // 4) for n in voxels]
    assert order(1.0 / voxels, errors) == pytest.approx(2.0, abs=0.1)


@given(
    shape=st.sampled_from(SHAPES),
    substrates=st.integers(1, 3),
    steps=st.integers(1, 4),
    cells=st.sampled_from([None, 0.0, 0.02, 1.0]),
    seed=seeds,
)
@settings(max_examples=60)
def test_back_ends_agree(shape, substrates, steps, cells, seed):
    """`cells` is the share of voxels with a source and a sink; None goes without any exchange."""
    rng = np.random.default_rng(seed)
    made = random_problem(rng, shape, substrates)
    start = rng.uniform(0.1, 1.0, (substrates, *shape))
    acting = rng.random(start.shape) < (cells or 0.0)
    source, sink = 10.0 * rng.random(start.shape) * acting, 10.0 * rng.random(start.shape) * acting
    results = []
    for module in (reference, cpu):
        plan, u = module.plan(made), start.copy()
        exchange = None if cells is None else module.exchange(plan, source, sink)
        module.advance(u, plan, steps, exchange=exchange)
        module.advance(u, plan, 1)
        results.append(u)
    np.testing.assert_allclose(results[1], results[0], rtol=1e-12)


@given(shape=st.sampled_from(SHAPES), rate=st.floats(-2.0, 7.0), seed=seeds)
@settings(max_examples=40)
def test_point_sources_stay_positive_and_nothing_is_lost(shape, rate, seed):
    rng = np.random.default_rng(seed)
    start = np.zeros((2, *shape))
    for field in start.reshape(2, -1):
        field[rng.integers(0, field.size, 2)] = 10.0 ** rng.uniform(-3.0, 9.0, 2)
    for module in (reference, cpu):
        u = start.copy()
        module.advance(u, module.plan(problem(shape, (10.0**rate, 1.0))), 5)
        assert u.min() >= 0.0
        # Each line is solved to some n rounding errors of 1e-16, n < 100.
        np.testing.assert_allclose(u.sum(axis=(1, 2, 3)), start.sum(axis=(1, 2, 3)), rtol=1e-12)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_between_held_faces_the_profile_is_that_of_dirichlet_nodes(device, axis):
    """Fixed point: u' is linear, and the held voxels yield by α times its slope before they are set again.

    With them at a and b, u' runs from a + α d to b - α d over n - 1 spacings: d = (b - a)/(n - 1 + 2 α).
    """
    n, alpha = 12, 2.5
    shape, faces = [1, 1, 1], [None] * 6
    shape[axis] = n
    faces[2 * axis : 2 * axis + 2] = 1.0, 3.0
    u = np.full((1, *shape), 2.0)
    device.lod.advance(u, device.lod.plan(problem(tuple(shape), held=(tuple(faces),))), 400)
    slope = 2.0 / (n - 1 + 2.0 * alpha)
    expected = 1.0 + alpha * slope + slope * np.arange(n)
    expected[[0, -1]] = 1.0, 3.0
    np.testing.assert_allclose(u.ravel(), expected, rtol=1e-12)


def test_where_held_faces_meet_z_wins_over_y_and_y_over_x(device):
    held = ((None, 1.0, 2.0, 3.0, 4.0, None),)
    u = np.full((1, 4, 5, 6), 9.0)
    plan = device.lod.plan(problem((4, 5, 6), held=held))
    device.lod.advance(u, plan, 2, exchange=device.lod.exchange(plan, u, u))
    assert np.all(u[0, 3] == 1.0)
    assert np.all(u[0, :3, 0] == 2.0)
    assert np.all(u[0, :3, 4] == 3.0)
    assert np.all(u[0, :3, 1:4, 0] == 4.0)
    inside = u[0, :3, 1:4, 1:]
    assert not np.isin(inside, [1.0, 2.0, 3.0, 4.0, 9.0]).any()


def test_exchange_follows_diffusion_and_is_implicit(device):
    made = problem((1, 1, 1), (0.0,), (5.0,), dt=0.1)
    plan, u = device.lod.plan(made), np.full((1, 1, 1, 1), 2.0)
    cells = device.lod.exchange(plan, np.full(u.shape, 3.0), np.full(u.shape, 7.0))
    device.lod.advance(u, plan, 1, exchange=cells)
    assert u.item() == pytest.approx((2.0 / 1.5 + 0.3) / 1.7, rel=1e-15)
    device.lod.advance(u, plan, 200, exchange=cells)  # u = (u/1.5 + 0.3)/1.7
    assert u.item() == pytest.approx(0.3 / (1.7 - 1.0 / 1.5), rel=1e-14)


def test_the_memory_of_an_exchange_is_used_again_and_all_of_it_replaced(device):
    rng = np.random.default_rng(3)
    plan = device.lod.plan(problem((3, 4, 20)))
    old = device.lod.exchange(plan, rng.random((1, 3, 4, 20)), rng.random((1, 3, 4, 20)))
    source = np.zeros((1, 3, 4, 20))
    source[0, 1, 2, 11] = 3.0
    results = []
    for into in (None, old):
        u = np.ones(source.shape)
        device.lod.advance(u, plan, 2, exchange=device.lod.exchange(plan, source, 0 * source, into=into))
        results.append(u)
    assert np.array_equal(*results)


@pytest.mark.parametrize("shape", [(1, 70, 33), (30, 9, 20)])
def test_bits_do_not_depend_on_how_steps_are_put_into_calls(shape):
    rng = np.random.default_rng(4)
    plan = cpu.plan(random_problem(rng, shape, 2))
    together = rng.random((2, *shape))
    apart = together.copy()
    cells = cpu.exchange(plan, rng.random(apart.shape), rng.random(apart.shape))
    cpu.advance(together, plan, 6, exchange=cells)
    taken = 0
    for steps in (1, 2, 0, 3):
        cpu.advance(apart, plan, steps, exchange=cells, taken=taken)
        taken += steps
    assert together.tobytes() == apart.tobytes()


BITS = """
import hashlib
import numpy as np
from exocosm.engine.backends.cpu import lod
from exocosm.engine.lod import LodProblem
found = hashlib.sha256()
for shape in ((1, 190, 191), (50, 33, 37)):
    rng = np.random.default_rng(2)
    made = LodProblem(
        shape=shape, spacing=20.0, dt=0.01, diffusion=(1e5, 1e3, 1e4), decay=(0.1, 1.0, 0.0),
        held=((None,) * 6, (None, None, 1.0, None, None, 2.0), (None,) * 6),
    )
    plan = lod.plan(made)
    u = rng.random((3, *shape))
    lod.advance(u, plan, 3, exchange=lod.exchange(plan, rng.random(u.shape), rng.random(u.shape)))
    found.update(u.tobytes() + lod.totals(u, plan.sweeps).tobytes())
print(found.hexdigest())
"""


def test_bits_do_not_depend_on_the_number_of_threads():
    found = set()
    for threads in ("1", "2", "3"):
        environment = {**os.environ, "NUMBA_NUM_THREADS": threads}
        found.add(subprocess.check_output([sys.executable, "-c", BITS], env=environment, text=True))
    assert len(found) == 1


def test_single_precision_is_close_to_double():
    rng = np.random.default_rng(5)
    shape = (30, 17, 37)
    start = rng.uniform(0.1, 40.0, (2, *shape))
    results = []
    for dtype, kind in (("f64", np.float64), ("f32", np.float32)):
        made = random_problem(np.random.default_rng(6), shape, 2, dtype=dtype)
        plan, u = cpu.plan(made), start.astype(kind)
        cells = cpu.exchange(plan, 0.3 * start, 0.1 * start)
        cpu.advance(u, plan, 10, exchange=cells)
        assert u.dtype == kind
        results.append(u)
    # 10 steps of three sums each, whose rounding errors of 6e-8 do not grow.
    np.testing.assert_allclose(results[1], results[0], rtol=10 * 3 * 6e-8)


@pytest.mark.parametrize(("dtype", "kind"), [("f64", np.float64), ("f32", np.float32)])
def test_no_denormal_numbers_arise_around_a_point_source(dtype, kind):
    """Slow diffusion into empty space falls by a factor of 1/α per voxel, soon below the normal numbers."""
    made = problem((1, 1, 400), (10.0,), dtype=dtype)  # α = 2.5e-4
    start = np.zeros((1, 1, 1, 400), kind)
    start[..., 200] = 1.0
    exact, u = start.copy(), start.copy()
    reference.advance(exact, reference.plan(made), 1)
    cpu.advance(u, cpu.plan(made), 1)

    def denormals(values):
        return np.count_nonzero((values != 0) & (np.abs(values) < np.finfo(kind).tiny))

    assert denormals(exact) > 0  # so there is something to keep out
    assert denormals(u) == 0
    assert np.abs(u - exact).max() < 1e-7


def test_a_substrate_that_is_zero_stays_exactly_zero():
    u = np.zeros((2, 1, 12, 13))
    u[1, 0, 3, 4] = 1.0
    plan = cpu.plan(problem((1, 12, 13), (1e5, 1e5)))
    cpu.advance(u, plan, 3)
    assert not u[0].any()
    assert u[1].min() > 0.0
    source = np.zeros(u.shape)
    source[0, 0, 5, 5] = 1.0
    cpu.advance(u, plan, 2, exchange=cpu.exchange(plan, source, 0 * source))
    assert u[0].min() > 0.0


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 9, 21), (17, 5, 30)])
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_totals_are_sums(shape, kind):
    u = np.random.default_rng(7).random((3, *shape)).astype(kind)
    plan = cpu.plan(problem(shape, (1.0, 1.0, 1.0), dtype="f64" if kind is np.float64 else "f32"))
    expected = [math.fsum(field.ravel().tolist()) for field in u]
    np.testing.assert_allclose(cpu.totals(u, plan.sweeps), expected, rtol=40 * np.finfo(kind).eps)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shape": (4, 5)}, "`shape`"),
        ({"shape": (4, 0, 5)}, "`shape`"),
        ({"dt": 0.0}, "`dt`"),
        ({"diffusion": (-1.0,)}, "`diffusion`"),
        ({"decay": (math.nan,)}, "`decay`"),
        ({"decay": (1.0, 2.0)}, "one value per substrate"),
        ({"dtype": "f16"}, "`dtype`"),
        ({"held": ((1.0,) * 6,) * 2}, "an entry per substrate"),
        ({"held": ((1.0,) * 5,)}, "six values"),
        ({"held": ((1.0, None, None, None, None, None),)}, "z lower"),
    ],
)
def test_a_wrong_problem_is_refused(change, message):
    with pytest.raises(InputError, match=message):
        LodProblem(
            **{"shape": (1, 4, 5), "spacing": 20.0, "dt": 0.01, "diffusion": (1.0,), "decay": (0.0,)} | change
        )


def test_wrong_fields_are_refused(device):
    plan = device.lod.plan(problem((1, 4, 5)))
    good = np.ones((1, 1, 4, 5))
    with pytest.raises(InputError, match=r"`u`.*\(1, 1, 4, 5\)"):
        device.lod.advance(np.ones((1, 4, 5)), plan)
    with pytest.raises(InputError, match="`sink`"):
        device.lod.exchange(plan, good, np.ones((4, 5)))
    if device.name == "cpu":
        with pytest.raises(InputError, match="contiguous"):
            device.lod.advance(np.ones((1, 1, 4, 10))[..., ::2], plan)
        with pytest.raises(InputError, match="f64"):
            device.lod.advance(good.astype(np.float32), plan)


def test_what_does_not_diffuse_stays_exactly_where_it_is():
    u = np.zeros((1, 3, 12, 13))
    u[0, 1, 3, 4] = 1.0
    start = u.copy()
    cpu.advance(u, cpu.plan(problem((3, 12, 13), (0.0,))), 3)
    assert np.array_equal(u, start)
