"""Names of microRNAs taken apart, so that strands are kept apart: miR-151a-3p is not miR-151a-5p."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_NAME = re.compile(
    r"(?:(?P<species>[a-z]{3})-)?(?P<family>mir|microrna|mirna|let)-?(?P<number>\d+[a-z]?(?:-\d)?)(?:-(?P<strand>[35])p)?",
    re.IGNORECASE,
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))


@dataclass(frozen=True)
class MirnaName:
    """The parts of a miRNA name; species and strand are None where the name leaves them open."""

    stem: str  # mir-151a, let-7a
    species: str | None
    strand: str | None  # "3" or "5"

    def covers(self, other: MirnaName) -> bool:
        """Say whether `other` is this miRNA, what this name leaves open being open.

        miR-151a covers hsa-miR-151a-3p and hsa-miR-151a-5p; miR-151a-3p covers neither miR-151a nor
        miR-151a-5p.
        """
        return (
            self.stem == other.stem
            and self.species in (None, other.species)
            and self.strand in (None, other.strand)
        )


@lru_cache(maxsize=4096)
def parse_mirna(name: str) -> MirnaName | None:
    """Take a miRNA name apart (hsa-miR-151a-3p, let-7a, microRNA-21), or return None for any other name."""
    match = _NAME.fullmatch(name.strip().translate(_DASHES))
    if match is None:
        return None
    family = "let" if match["family"].lower() == "let" else "mir"
    species = match["species"]
    return MirnaName(
        f"{family}-{match['number'].lower()}", species.lower() if species else None, match["strand"]
    )
