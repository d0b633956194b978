"""Free vesicles and the cargo in them over one step: spread alike, decay alike, booked apart."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from .compiled import Compiled
from .state import State

_CLOSED = (0,) * 6


def spread(compiled: Compiled, state: State, backend: SimpleNamespace, dt: float) -> None:
    """Diffuse vesicles and the cargo in them for `dt` [min], and book what decays."""
    domain = compiled.model.domain
    total_loss = compiled.loss + compiled.wall_loss
    for v, loss in enumerate(total_loss):
        plan = backend.transport.plan(
            domain.shape, domain.spacing.value, dt, float(compiled.diffusion[v]), _CLOSED
        )
        to_wall = compiled.wall_loss[v] / loss if loss > 0 else 0.0
        kept = float(np.exp(-loss * dt))
        for amount, decayed, wall in (
            (state.fields["vesicles"][v : v + 1], *_lines(state.vesicle_books, slice(v, v + 1))),
            (state.fields["cargo"][v], *_lines(state.cargo_books, v)),
        ):
            gone, none = np.zeros(len(amount)), np.zeros((len(amount), 6))
            backend.transport.move(amount, plan, none, np.full(len(amount), kept), gone, none, none)
            decayed += gone * (1 - to_wall)
            wall += gone * to_wall


def _lines(books: dict[str, np.ndarray], at: int | slice) -> tuple[np.ndarray, np.ndarray]:
    return books["decayed"][at], books["wall"][at]
