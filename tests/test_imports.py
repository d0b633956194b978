"""The picture in ARCHITECTURE.md, kept true: imports point downwards only."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import exocosm

SOURCE = Path(exocosm.__file__).parent

LEVEL = {
    "cli": 7,
    "studio": 7,
    "report": 6,
    "plot": 5,
    "export": 5,
    "findings": 4,
    "experiment": 3,
    "assembly": 2,
    "engine": 2,
    "body": 2,
    "omics": 2,
    "knowledge": 1,
    "model": 1,
}
GROUND = {"errors", "durable", "lock", "units", "identifiers", "provenance", "frames", "trajectory"}
ROOT = {"__init__", "__main__"}  # the public names and `python -m exocosm`; they stand outside the picture

# What each package may import besides the ground modules.
MAY_IMPORT = {
    "knowledge": set(),
    "model": set(),
    "assembly": {"knowledge", "model"},
    "engine": {"model"},
    "body": {"model"},
    "omics": {"knowledge", "model"},
    "experiment": {"knowledge", "model", "assembly", "engine", "body"},
    "findings": {"knowledge", "model", "assembly", "engine", "experiment"},
    # Any result object, never a running engine.
    "plot": {"knowledge", "model", "assembly", "experiment", "findings"},
    "export": set(),  # a trajectory is all it reads
    "report": {"knowledge", "model", "assembly", "experiment", "findings", "plot"},
    "cli": set(LEVEL) - {"cli", "studio"},
    "studio": set(LEVEL) - {"cli", "studio"},
}

HEAVY = [
    "anndata",
    "tifffile",
    "duckdb",
    "numba",
    "pandas",
    "matplotlib",
    "scipy",
    "pyarrow",
    "zarr",
    "statsmodels",
    "networkx",
    "pint",
    "rich",
]


def module_name(path: Path) -> tuple[str, ...]:
    """``src/exocosm/model/cells.py`` → ("exocosm", "model", "cells"); a package's file ends in "__init__"."""
    return ("exocosm", *path.relative_to(SOURCE).with_suffix("").parts)


def imported_modules(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (line, dotted name in parts) of each import of something in exocosm."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, tuple(alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            base = tuple(node.module.split(".")) if node.module else ()
            if node.level:
                base = module_name(path)[: -node.level] + base
            for alias in node.names:
                yield node.lineno, (*base, alias.name)


def crossings(path: Path) -> Iterator[tuple[int, str, str, tuple[str, ...]]]:
    """Yield (line, from, to, name) of each import that leaves its package."""
    here = module_name(path)[1]
    for line, name in imported_modules(path):
        if name[0] != "exocosm" or len(name) < 2:
            continue
        # A public name stands for its package: `from exocosm import simulate` is an import of engine.
        there = exocosm._HOME.get(name[1], name[1])
        if there != here and not there.startswith("__"):
            yield line, here, there, name


def source_files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def all_crossings() -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [
        (f"{path.relative_to(SOURCE)}:{line}", here, there, name)
        for path in source_files()
        for line, here, there, name in crossings(path)
        if here not in ROOT
    ]


def test_every_package_has_its_place_in_the_picture():
    found = {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert found <= set(LEVEL)
    assert {path.stem for path in SOURCE.glob("*.py")} <= GROUND | ROOT


def test_the_table_itself_points_downwards():
    for package, others in MAY_IMPORT.items():
        assert all(LEVEL[other] < LEVEL[package] for other in others)


def test_imports_point_downwards_only():
    wrong = [
        f"{where} imports exocosm.{there}"
        for where, here, there, _ in all_crossings()
        if here in LEVEL and there not in GROUND and there not in MAY_IMPORT[here]
    ]
    assert not wrong, "\n".join(wrong)


def test_ground_modules_rest_on_errors_and_frames_on_whole_files():
    below = {"frames": {"durable"}, "trajectory": {"frames"}}
    wrong = [
        f"{where} imports exocosm.{there}"
        for where, here, there, _ in all_crossings()
        if here in GROUND and there not in {"errors"} | below.get(here, set())
    ]
    assert not wrong, "\n".join(wrong)


def test_borders_are_crossed_at_the_door():
    """Between packages `from exocosm.model import Model`: never reach for a module inside another package."""
    modules = {module_name(path)[1:] for path in source_files()} | {
        module_name(path)[1:-1] for path in source_files() if path.name == "__init__.py"
    }
    wrong = [
        f"{where} reaches into exocosm.{there}"
        for where, here, there, name in all_crossings()
        if there in LEVEL and len(name) > 3 and name[1:3] in modules
    ]
    assert not wrong, "\n".join(wrong)


def test_inside_a_package_imports_are_relative():
    wrong = [
        f"{path.relative_to(SOURCE)}:{node.lineno} imports {node.module} by its full name"
        for path in source_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and node.level == 0
        and path.parent != SOURCE
        and (node.module or "").startswith(".".join(module_name(path)[:-1]))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_test_sees_an_upward_import(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "cells.py").write_text(
        "from exocosm import simulate\nfrom ..knowledge import load\nfrom exocosm.errors import expect\n"
    )
    monkeypatch.setattr(sys.modules[__name__], "SOURCE", tmp_path)
    assert [(line, there) for line, _, there, _ in crossings(tmp_path / "model" / "cells.py")] == [
        (1, "engine"),
        (2, "knowledge"),
        (3, "errors"),
    ]


@pytest.mark.parametrize(
    "code",
    [
        "import exocosm",
        "import exocosm.cli",
        "from exocosm.cli.entry import build_parser; build_parser().format_help()",
        "from exocosm.cli import main; assert main(['studies', '--help']) == 0",
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(code):
    check = f"import sys\n{code}\nprint('loaded:', *sorted({{*sys.modules}} & set({HEAVY})))"
    result = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1].strip() == "loaded:"


def test_public_names_are_listed_and_an_unknown_one_is_refused():
    assert set(exocosm._HOME) < set(exocosm.__all__) == set(dir(exocosm))
    with pytest.raises(AttributeError, match="simulat"):
        _ = exocosm.simulat
