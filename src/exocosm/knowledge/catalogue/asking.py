"""What a name asked for stands for among imported records."""

from __future__ import annotations

from exocosm.errors import InputError

from ..grounding import AmbiguousGroundingError, NotInTableError, ground
from ..mirna import MirnaName, parse_mirna
from .grounder import Grounder


def meant_by(name: str) -> tuple[list[str], list[str]]:
    """Return the spellings, in lower case, and the identifiers that a name stands for.

    A name that can mean several things stands for its spelling alone. A miRNA named without its strand
    stands for both strands, as in the curated base; one named with it never for the other.

    Raises
    ------
    InputError : if the name is empty
    """
    asked = name.strip()
    if not asked:
        raise InputError(f"Expected `name` to be the name of something, found {name!r}.")
    mirna = parse_mirna(asked)
    if mirna is not None and mirna.species in (None, "hsa"):
        return _mirna(asked, mirna)
    try:
        return [asked.lower()], [ground(asked).id]
    except (NotInTableError, AmbiguousGroundingError):
        return [asked.lower()], []


def _mirna(asked: str, mirna: MirnaName) -> tuple[list[str], list[str]]:
    bare = asked.lower().removeprefix("hsa-")
    stem = "hsa-" + mirna.stem.replace("mir", "miR")
    strands = [mirna.strand] if mirna.strand else ["5", "3"]
    forms = [(f"{stem}-{strand}p", "miRNA") for strand in strands]
    if mirna.strand is None:
        forms.append((stem, "miRNA"))
    found = Grounder().meanings(forms).values()
    return [bare, f"hsa-{bare}"], sorted({identifier for identifier, _ in found if identifier is not None})
