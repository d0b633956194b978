"""Spellings of one name brought together: case, dashes, Greek letters, accents, British and American."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"
_SPELT = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "omicron",
    "pi",
    "rho",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
]
_GREEK = {ord(letter): spelt for letter, spelt in zip(_LETTERS, _SPELT, strict=True)} | {ord("ς"): "sigma"}
# HGNC writes the Latin letter: TGFB1, IFNG, PPARA.
_LATIN = str.maketrans(dict(zip(_LETTERS, "abgdezhqiklmnxoprstufcyo", strict=True)))
_GREEK_APART = {letter: f" {spelt} " for letter, spelt in _GREEK.items()}
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_QUOTES = str.maketrans(dict.fromkeys("’‘′`´", "'"))

# British spellings of words that names of diseases and processes are made of, and the American ones.
_AMERICAN = {
    "tumour": "tumor",
    "signalling": "signaling",
    "oesophag": "esophag",
    "oestr": "estr",
    "oedema": "edema",
    "aemi": "emi",
    "haem": "hem",
    "leukaem": "leukem",
    "faec": "fec",
    "caec": "cec",
    "foet": "fet",
    "gynaec": "gynec",
    "orthopaed": "orthoped",
    "diarrhoea": "diarrhea",
    "sulph": "sulf",
    "fibre": "fiber",
}
_BRITISH = re.compile("|".join(_AMERICAN))

# A dash inside a name; the dash of "(-)-menthol" or "CD4-" is a sign and stays.
_SEPARATOR = re.compile(r"(?<=[\w)\]*])[-_](?=[\w(\[])|\s+|_")
_BLANK_TO_DROP = re.compile(r"(?<!\d) | (?!\d)")  # kept between digits: miR-1-3p is not miR-13p
_LETTER_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")


def fold(name: str) -> str:
    """Return the form under which a name is searched.

    The shipped table is sorted by it: after a change here the table has to be made again.

    >>> fold("NF-κB"), fold("T cell") == fold("t-cell"), fold("Sjögren’s syndrome")
    ('nf kappab', True, "sjogren's syndrome")
    """
    return _joined(_plain(name).translate(_GREEK))


def respellings(name: str) -> tuple[str, ...]:
    """Return further folded forms of a name with a digit or a Greek letter: CD-63 → cd63, IL-10Rα → il10ra.

    Only there is a dash or a blank mere typography. Names of letters alone have none: CAR-T is not CART.
    """
    plain = _joined(_plain(name))
    if not any(letter.isdigit() or letter in _LETTERS for letter in plain):
        return ()
    forms = []
    for text in (plain.translate(_GREEK), plain.translate(_GREEK_APART), plain.translate(_LATIN)):
        spaced = _joined(text)
        forms += [spaced, _BLANK_TO_DROP.sub("", spaced), _joined(_LETTER_DIGIT.sub(" ", spaced))]
    return tuple(form for form in dict.fromkeys(forms) if form != fold(name))


def _plain(name: str) -> str:
    dashed = name.translate(_DASHES).translate(_QUOTES)
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", dashed).casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return _BRITISH.sub(lambda match: _AMERICAN[match[0]], bare)


def _joined(text: str) -> str:
    return " ".join(_SEPARATOR.sub(" ", text).split())
