"""cMaBoSS beside ours: the same network in its files, timed and asked for probabilities."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

# The compiled modules of the package, by the largest number of nodes each is made for.
_MODULES = {
    64: "cmaboss",
    128: "cmaboss_128n",
    256: "cmaboss_256n",
    512: "cmaboss_512n",
    1024: "cmaboss_1024n",
}


@dataclass(frozen=True)
class Paths:
    """Files of one network: two sets of settings, one to be timed and one to compare probabilities."""

    timed: tuple[str, str]
    compared: tuple[str, str]


def module_for(nodes: int) -> ModuleType | None:
    """Return the smallest module of cMaBoSS that holds `nodes` nodes, None where it is not installed."""
    name = next((name for most, name in _MODULES.items() if nodes <= most), None)
    try:
        return importlib.import_module(name) if name else None
    except ImportError:
        return None


@contextmanager
def files(
    rates: Mapping[str, Mapping[str, str]],
    parameters: Mapping[str, float],
    cells: int,
    time_units: int,
    threads: int,
) -> Iterator[Paths]:
    """Write a network for MaBoSS into a folder that goes away afterwards.

    In the run to be timed all nodes but one are internal and statistics are taken once per time unit, which
    is the quickest cMaBoSS can be asked for.
    """
    with tempfile.TemporaryDirectory() as folder:
        network = Path(folder) / "network.bnd"
        network.write_text("".join(_node(name, attributes) for name, attributes in rates.items()))
        quick, full = Path(folder) / "quick.cfg", Path(folder) / "full.cfg"
        settings = _settings(list(rates), parameters, cells, time_units, threads)
        internal = "".join(f"{name}.is_internal = TRUE;\n" for name in list(rates)[1:])
        quick.write_text(f"{settings}time_tick = 1;\n{internal}")
        full.write_text(f"{settings}time_tick = 0.1;\n")
        yield Paths((str(network), str(quick)), (str(network), str(full)))


def run(module: ModuleType, paths: tuple[str, str]) -> None:
    """Read the files and run them."""
    module.MaBoSSSim(network=paths[0], config=paths[1]).run()


def probabilities(module: ModuleType, paths: tuple[str, str]) -> dict[str, float]:
    """Return how likely each node is on, as a mean over the last tick of the run."""
    result = module.MaBoSSSim(network=paths[0], config=paths[1]).run()
    table, _, nodes, *_ = result.get_last_nodes_probtraj()
    return {name: float(p) for name, p in zip(nodes, table[-1], strict=True)}


def _node(name: str, attributes: Mapping[str, str]) -> str:
    lines = "".join(f"  {key} = {text};\n" for key, text in attributes.items())
    return f"Node {name} {{\n{lines}}}\n"


def _settings(
    names: list[str], parameters: Mapping[str, float], cells: int, time_units: int, threads: int
) -> str:
    lines = [f"${name} = {value!r};" for name, value in parameters.items()]
    lines += [f"[{name}].istate = 0.5 [0], 0.5 [1];" for name in names]
    lines += [
        f"max_time = {time_units};", f"sample_count = {cells};", f"thread_count = {threads};",
        "discrete_time = 0;", "use_physrandgen = FALSE;", "seed_pseudorandom = 100;",
        "display_traj = FALSE;", "statdist_traj_count = 0;",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"
