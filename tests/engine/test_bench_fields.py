"""The field benchmarks measure what they say: exact solutions known from elsewhere, errors in reach."""

import pytest

from exocosm.engine.bench.b5_fields import b5b, b5c, spatial_checks


def test_oxygen_in_the_spheroid_has_the_recorded_value_in_the_middle():
    found = b5b(repeats=1, threads=1, minutes=0.5)
    assert found["exact centre [mmHg]"] == pytest.approx(10.688, abs=1e-3)
    schemes = found["schemes"]
    assert schemes["steady, residual 0.01 mmHg"]["largest error"] <= 0.16
    # Half a minute is not the steady state: by then all schemes in time agree on how far it is.
    far = schemes["LOD, dt 0.01"]["error in the middle"]
    assert far > 1.0
    assert schemes["ADI, dt 0.05"]["error in the middle"] == pytest.approx(far, rel=0.2)
    assert all(scheme["seconds"] > 0.0 for scheme in schemes.values())


def test_the_vesicle_field_is_within_a_thousandth_at_one_minute():
    schemes = b5c(repeats=1, threads=1)["schemes"]
    assert schemes["exact in time, dt 1"]["largest error"] <= 1e-3 < schemes["LOD, dt 1"]["largest error"]
    assert schemes["LOD, dt 0.1"]["largest error"] < schemes["LOD, dt 1"]["largest error"]


def test_spatial_checks_find_no_negative_value_and_the_orders_of_theory():
    found = spatial_checks()
    for checks in found["point release"].values():
        assert checks["exact in time"]["minimum"] >= 0.0
        assert checks["exact in time"]["books"] < 1e-12
        assert checks["exact in time"]["error"] < 1e-12
    assert found["order in dx"] == pytest.approx(2.0, abs=0.1)
    assert found["order in dt, LOD"] == pytest.approx(1.0, abs=0.1)
