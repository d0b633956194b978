"""What a daughter gets of the whole things in and on its mother: each goes either way by chance."""

from __future__ import annotations

import numpy as np

from .laws.random import HANDED_DOWN
from .laws.sampling import binomial

_VESICLES = {"docked": "docked_copies", "endosome": "endosome_copies"}
_STREAMS = ("bodies", *_VESICLES, *_VESICLES.values())


def inherited(
    cells: dict[str, np.ndarray], mothers: np.ndarray, step: int, seed: int
) -> dict[str, np.ndarray]:
    """Draw the daughters' share of what `mothers` (m,) hold, by array name.

    Bodies and vesicles go to either daughter with probability 1/2; copies go with the vesicles they are in.
    """
    shares = {name: _drawn(cells, name, mothers, 0.5, step, seed) for name in ("bodies", *_VESICLES)}
    for vesicles, copies in _VESICLES.items():
        held = cells[vesicles][mothers]
        share = np.divide(shares[vesicles], held, where=held > 0, out=np.zeros(held.shape))
        shares[copies] = _drawn(cells, copies, mothers, share[:, :, None], step, seed)
    return shares


def _drawn(
    cells: dict[str, np.ndarray],
    name: str,
    mothers: np.ndarray,
    share: float | np.ndarray,
    step: int,
    seed: int,
) -> np.ndarray:
    held = cells[name][mothers]
    drawn, shares = np.zeros_like(held), np.broadcast_to(share, held.shape)
    width = max(1, held[:1].size)
    for at in zip(*np.nonzero(held), strict=True):
        stream = int(np.ravel_multi_index(at[1:], held.shape[1:]))
        cell = int(cells["id"][mothers[at[0]]])
        entity = (cell * len(_STREAMS) + _STREAMS.index(name)) * width + stream
        drawn[at] = binomial(int(held[at]), float(shares[at]), seed, HANDED_DOWN, step, entity)
    return drawn
