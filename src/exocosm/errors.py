"""The exceptions users meet, and checks that raise them at the door.

Every message names the argument, shows the value and says what would work.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from numbers import Real


class ExocosmError(Exception):
    """Anything Exocosm reports on purpose; the message is meant for the user."""


class InputError(ExocosmError, ValueError):
    """The input cannot be used as it is (exit code 2 on the command line)."""


class RunError(ExocosmError, RuntimeError):
    """The input was fine, and the run failed all the same (exit code 1 on the command line)."""


class _Expect:
    """Checks in the form ``expect.positive(rate=rate)``; several arguments can be checked at once."""

    @staticmethod
    def finite(**values: float) -> None:
        """Raise InputError unless each value is a finite number."""
        for name, value in values.items():
            _number(name, value)

    @staticmethod
    def positive(**values: float) -> None:
        """Raise InputError unless each value is a finite number above 0."""
        for name, value in values.items():
            if not _number(name, value) > 0:
                raise InputError(f"Expected `{name}` to be positive, found {value!r}. Give a number above 0.")

    @staticmethod
    def non_negative(**values: float) -> None:
        """Raise InputError unless each value is a finite number, 0 or above."""
        for name, value in values.items():
            if not _number(name, value) >= 0:
                raise InputError(
                    f"Expected `{name}` to be 0 or above, found {value!r}. Give 0 or a positive number."
                )

    @staticmethod
    def fraction(**values: float) -> None:
        """Raise InputError unless each value lies in [0, 1]."""
        for name, value in values.items():
            if not 0 <= _number(name, value) <= 1:
                raise InputError(
                    f"Expected `{name}` to be a fraction, found {value!r}. Give a number between 0 and 1."
                )

    @staticmethod
    def one_of(known: Iterable[object], /, **values: object) -> None:
        """Raise InputError unless each value is among `known`; a likely misspelling is named."""
        choices = list(known)
        for name, value in values.items():
            if value not in choices:
                raise InputError(
                    f"Expected `{name}` to be one of {_listed(choices)}, found {value!r}."
                    f"{did_you_mean(value, choices)}"
                )


expect = _Expect()


def did_you_mean(value: object, known: Iterable[object]) -> str:
    """Return " Did you mean 'x'?" for the known name closest to `value`, or an empty string."""
    names = {str(choice).lower(): choice for choice in known}
    close = difflib.get_close_matches(str(value).lower(), names, n=1)
    return f" Did you mean {names[close[0]]!r}?" if close else ""


def _number(name: str, value: object) -> float:
    # True and False are numbers to Python, and a mistake everywhere a quantity is meant.
    if isinstance(value, bool) or type(value).__name__ == "bool_" or not isinstance(value, Real):
        raise InputError(f"Expected `{name}` to be a number, found {value!r}. Give a number such as 1.5.")
    number = float(value)
    if not math.isfinite(number):
        raise InputError(f"Expected `{name}` to be finite, found {value!r}. Give an ordinary number.")
    return number


def _listed(choices: list[object], limit: int = 20) -> str:
    names = sorted(repr(choice) for choice in choices)
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return "[" + ", ".join(names[:limit]) + "]" + more
