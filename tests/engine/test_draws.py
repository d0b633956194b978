"""Draws for many cells at once are those of the laws, one by one, to the bit."""

import numpy as np

from exocosm.engine.draws import bounded_normals, poissons, uniforms
from exocosm.engine.laws.random import CUSTOM, uniform
from exocosm.engine.laws.sampling import normal, poisson

IDS = np.arange(3, 3000, 7)


def test_uniform_and_poisson_draws_are_those_of_the_laws():
    one_by_one = [uniform(5, CUSTOM, 0, int(i), 2) for i in IDS]
    assert uniforms(5, CUSTOM, IDS, 2).tolist() == one_by_one
    means = 10.0 ** np.linspace(-2, 3, IDS.size)
    counts = [poisson(float(m), 5, CUSTOM, 0, int(i)) for m, i in zip(means, IDS, strict=True)]
    assert poissons(5, CUSTOM, IDS, means).tolist() == counts


def test_a_normal_draw_is_the_first_between_its_bounds():
    found = bounded_normals(5, CUSTOM, IDS, 1.0, 0.5, 0.8, 1.7)
    assert found.min() >= 0.8 and found.max() <= 1.7
    tried = 1.0 + 0.5 * np.array([[normal(5, CUSTOM, 0, int(i), a) for a in range(40)] for i in IDS])
    first = np.argmax((tried >= 0.8) & (tried <= 1.7), axis=1)
    # Logarithm and cosine of two compilers may differ in the last bit.
    np.testing.assert_allclose(found, tried[np.arange(IDS.size), first], rtol=4e-16)


def test_the_middle_is_taken_where_nothing_fits():
    assert bounded_normals(5, CUSTOM, IDS[:3], 1.0, 1e-9, 5.0, 6.0).tolist() == [1.0, 1.0, 1.0]
