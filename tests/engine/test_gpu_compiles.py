"""Every kernel can be translated for an H100: what the simulator, which is plain Python, cannot show.

Needs numba-cuda with its compiler (`pip install "exocosm[gpu]"`), and no card.
"""

import importlib
import importlib.util
from types import SimpleNamespace

import numba
import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("numba_cuda") is None or bool(numba.config.ENABLE_CUDASIM),
    reason="numba-cuda is not installed, or the simulator is on",
)

# f and g: float64 and float32, i: int64, b: bool; a digit says how many dimensions, none a number.
SIGNATURES = {
    "adi": {"_add": "f1 f1"},
    "balance": {"_balance": "f3 f f3 f3 f3 f1 f1 f3 f3 f3"},
    "implicit": {"_solve": "f4 f3 f3 f3 f3 f2 i f3"},
    "lod": {"_put": "f1 i1 f1", "_act": "g1 g1 g1", "_prepare": "f1 f1 f g1 g1"},
    "signalling": {
        "_free": "i1 i2 i1 i1 f1 f2",
        "_act_on_slots": "i1 i2 f1 f2 f1 i1 i1 i1 f1 f1 f2 f2",
        "_gather": "i1 i1 f2 f2",
        "_scatter": "i1 i1 f2 f2",
        "_mask": "i1 i1 b2 f2 f2 f2 f2",
        "_relax": "f2 f1 f1 f1 i1 i1 f1 i1 i1 i1 i1 f2 f2 f2 f2 f2",
    },
    "steady": {
        "_start": "f1 f1 f1 f1",
        "_weigh": "f1 f1 f1 f1 f1 i f1",
        "_turn": "f1 f1 f1 i",
        "_advance": "f1 f1 f1 f1 f1 f1 f1 i f1",
        "_relate": "f1 f1 f1",
    },
    "sums": {
        "_fold": "f2 f2",
        "_finish": "f2 f1 i",
        "_fold_largest": "f2 f2",
        "_finish_largest": "f2 f1 i",
    },
    "sweeps": {"_along_columns": "g3 i g2 g2", "_along_lines": "f2 i f2 f2", "_turn_over": "f3 f3"},
    "transport": {
        "_decay": "f2 f1",
        "_leave": "f2 i i f1 f2",
        "_spread_lines": "f2 i f2 f2",
        "_spread_columns": "f3 i f2 f3",
        "_fill_hindered": "f1 f f f1",
    },
}


def kernels(part: str) -> dict:
    """Return the kernels that a module of the back end defines."""
    module = importlib.import_module(f"exocosm.engine.backends.gpu.{part}")
    return {
        name: value
        for name, value in vars(module).items()
        if hasattr(value, "py_func") and value.py_func.__module__ == module.__name__
    }


def signature(words: str) -> tuple:
    from numba.cuda import types

    scalars = {"f": types.float64, "g": types.float32, "i": types.int64, "b": types.boolean}
    return tuple(
        types.Array(scalars[word[0]], int(word[1]), "C") if len(word) > 1 else scalars[word]
        for word in words.split()
    )


@pytest.mark.parametrize("part", SIGNATURES)
def test_kernels_compile_for_an_h100(part, monkeypatch):
    from numba import cuda
    from numba.cuda import dispatcher

    # A law that a kernel calls is compiled for the card that is there; say that it is an H100.
    monkeypatch.setattr(dispatcher, "get_current_device", lambda: SimpleNamespace(compute_capability=(9, 0)))
    found = kernels(part)
    assert set(found) == set(SIGNATURES[part])
    for name, kernel in found.items():
        ptx, _ = cuda.compile_ptx(kernel.py_func, signature(SIGNATURES[part][name]), cc=(9, 0))
        assert ".target sm_90" in ptx and "atom." not in ptx
