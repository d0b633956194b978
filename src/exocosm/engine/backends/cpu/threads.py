"""How many threads a piece of work is worth. Results are the same for any number."""

from collections.abc import Iterator
from contextlib import contextmanager

import numba

MANY_CELLS = 2000  # worth more than one thread


@contextmanager
def threads_for(items: int, enough: int) -> Iterator[None]:
    """Let kernels use all threads from `enough` items up, and one below.

    Little work gains nothing from a second thread, and on a busy machine waits long for it.
    """
    before = numba.get_num_threads()
    numba.set_num_threads(before if items >= enough else 1)
    try:
        yield
    finally:
        numba.set_num_threads(before)
