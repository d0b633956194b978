"""Effect words → directions: "stabilised", "↑" and "+" are up, by the table `effect_words.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from exocosm.errors import InputError, did_you_mean

Direction = Literal["up", "down", "none"]
Level = Literal["up", "down", "present"]

_FOLDED = str.maketrans({**dict.fromkeys("‐‑‒–—−", "-"), "\ufe0f": None})


def direction(text: str) -> Direction:
    """Return the direction that an effect word stands for.

    Raises
    ------
    InputError : for a word that the table does not list, with the closest ones
    """
    for one in _DIRECTIONS:
        if _plain(text) in _words()[one]:
            return one
    raise _not_understood("effect", text, _DIRECTIONS)


def cargo_level(text: str) -> Level:
    """Return whether a row speaks of more of a cargo, of less, or of its presence (also without a word).

    Raises
    ------
    InputError : for a word that says none of this
    """
    if not text.strip():
        return "present"
    for one in _LEVELS:
        if _plain(text) in _words()[one]:
            return one
    raise _not_understood("cargo level", text, _LEVELS)


def effect_words() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the rows of the table, each a word with its other forms: up, down, none, and present."""
    import yaml

    text = files("exocosm.findings").joinpath("effect_words.yaml").read_text(encoding="utf-8")
    return {
        section: tuple((row["word"], *row["also"]) for row in rows)
        for section, rows in yaml.safe_load(text).items()
    }


_DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
_LEVELS: tuple[Level, ...] = get_args(Level)


@cache
def _words() -> dict[str, dict[str, str]]:
    """Return section → word as it is compared → word as listed."""
    return {
        section: {_plain(word): word for row in rows for word in row}
        for section, rows in effect_words().items()
    }


def _plain(text: str) -> str:
    """Spell a word the way words are compared; a symbol that is repeated counts once.

    A leading apostrophe keeps spreadsheets from taking "-" or "=" for a formula and is no part of the word.
    """
    word = text.strip().removeprefix("'").translate(_FOLDED).casefold()
    if any(letter.isalpha() for letter in word):
        return "".join(word.replace("-", " ").replace("_", " ").split())
    symbols = "".join(word.split())
    return symbols[:1] if len(set(symbols)) == 1 else symbols


def _not_understood(what: str, text: str, sections: tuple[str, ...]) -> InputError:
    known = [word for one in sections for word in _words()[one].values()]
    return InputError(f"{what} {text!r} is not understood.{did_you_mean(text, known)}")
