import math

import numpy as np
import pytest

from exocosm.errors import ExocosmError, InputError, RunError, did_you_mean, expect


def test_input_errors_can_be_caught_as_value_errors():
    with pytest.raises(ValueError, match="rate"):
        expect.positive(rate=-1.0)
    assert issubclass(InputError, ExocosmError)
    assert issubclass(RunError, RuntimeError)
    assert not issubclass(RunError, InputError)


@pytest.mark.parametrize(
    ("check", "passes", "fails"),
    [
        (expect.positive, [1e-300, 1, 2.5, np.float32(3.0), np.int64(4)], [0, -1.0, 0.0]),
        (expect.non_negative, [0, 0.0, 1e9], [-1e-12, -1]),
        (expect.fraction, [0, 1, 0.5], [-0.1, 1.0000001, 2]),
        (expect.finite, [-5, 0, 1e308], []),
    ],
)
def test_checks_let_good_values_pass_and_name_bad_ones(check, passes, fails):
    for value in passes:
        check(rate=value)
    for value in [*fails, math.nan, math.inf, -math.inf, "1", None, True, np.bool_(True), [1]]:
        with pytest.raises(InputError) as caught:
            check(rate=value)
        assert "`rate`" in str(caught.value)
        assert repr(value) in str(caught.value)


def test_message_names_argument_value_and_remedy():
    with pytest.raises(InputError) as caught:
        expect.positive(radius=6.0, rate=-1.0)
    assert str(caught.value) == "Expected `rate` to be positive, found -1.0. Give a number above 0."


def test_one_of_lists_the_choices_and_guesses_what_was_meant():
    expect.one_of(["tissue", "dish"], setup="dish")
    with pytest.raises(InputError) as caught:
        expect.one_of(["tissue", "dish"], setup="Tisue")
    assert str(caught.value) == (
        "Expected `setup` to be one of ['dish', 'tissue'], found 'Tisue'. Did you mean 'tissue'?"
    )


def test_one_of_does_not_flood_the_screen():
    with pytest.raises(InputError, match="and 980 more"):
        expect.one_of(range(1000), number=-1)


def test_nothing_is_suggested_when_nothing_is_close():
    assert did_you_mean("zzz", ["tissue", "dish"]) == ""
