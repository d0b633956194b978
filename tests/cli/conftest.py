"""A laboratory that takes no time: the command line is tested apart from what it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import exocosm.experiment
import exocosm.report
from exocosm.cli import main
from exocosm.errors import InputError


@dataclass(frozen=True)
class Info:
    name: str = "tiny-study"
    title: str = "A [bold] title"
    systems: tuple[str, ...] = ("S4", "S10")
    setup: str = "dish"
    run_time: str = "1 min"


@dataclass(frozen=True)
class Study:
    name: str
    settings: dict[str, str]
    seed: int


@dataclass(frozen=True)
class Result:
    folder: Path
    state: str


@dataclass
class Laboratory:
    """Stands in for experiment and report; `calls` holds what it was asked for."""

    state: str = "done"
    during: Callable[[Path], None] = lambda folder: None
    study_seed: int = 1
    calls: list[dict[str, Any]] = field(default_factory=list)

    def load_study(self, name: str, settings: dict[str, str]) -> Study:
        if name == "nonsense":
            raise InputError(f"Expected `study` to be one of ['tiny-study'], found {name!r}.")
        return Study(name, settings, self.study_seed)

    def run(
        self, study: Study, *, out: Path, progress: Callable[[int, int, str], None], **asked: Any
    ) -> Result:
        self.calls.append({"study": study, "out": out, **asked})
        self.during(out)
        progress(1, 2, "arm one")
        (out / "study.yaml").write_text("name: tiny-study\n")
        progress(2, 2, "arm two")
        return Result(out, self.state)

    def write(self, folder: Path) -> Path:
        (folder / "report.html").write_text("<html></html>")
        return folder / "report.html"

    def summarise(self, folder: Path) -> str:
        return "Nothing happened, as expected."


@pytest.fixture
def laboratory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Laboratory:
    """A fake laboratory, working in an empty folder."""
    laboratory = Laboratory()
    for name in ("load_study", "run"):
        monkeypatch.setattr(exocosm.experiment, name, getattr(laboratory, name), raising=False)
    monkeypatch.setattr(exocosm.experiment, "studies", lambda: [Info()], raising=False)
    for name in ("write", "summarise"):
        monkeypatch.setattr(exocosm.report, name, getattr(laboratory, name), raising=False)
    monkeypatch.chdir(tmp_path)
    return laboratory


@pytest.fixture
def exocosm_says(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command line; return exit code, standard output and standard error."""

    def say(*words: str) -> tuple[int, str, str]:
        code = main(list(words))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return say
