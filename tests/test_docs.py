"""What the documentation shows is true: its Python runs, its commands parse, its links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from exocosm.cli.entry import build_parser

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_BLOCK = re.compile(
    r"(?P<mark><!-- not run: [^\n]+ -->\n)? *```(?P<kind>\w+)\n(?P<code>.*?)\n *```", re.DOTALL
)


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    kind: str
    code: str
    run: bool

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(kind: str) -> list[Block]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in _BLOCK.finditer(text):
            line = text.count("\n", 0, match.start("kind")) + 1
            found.append(Block(page, line, match["kind"], match["code"], run=match["mark"] is None))
    return [block for block in found if block.kind == kind]


def commands() -> list[tuple[str, list[str]]]:
    """Return (place, words after "exocosm") for each command shown, with or without a prompt."""
    found = []
    for block in blocks("console") + blocks("bash"):
        for line in block.code.splitlines():
            words = shlex.split(line.strip().removeprefix("$ ").replace("\\", "/"), comments=True)
            if words and words[0] in {"exocosm", ".venv/bin/exocosm"}:
                found.append((f"{block}: {line}", words[1 : words.index(">")] if ">" in words else words[1:]))
    return found


@pytest.mark.parametrize("block", [block for block in blocks("python") if block.run], ids=str)
def test_python_of_the_documentation_runs(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # Compiled under its page's name and line, so that a traceback points there.
    source = "\n" * block.line + block.code
    exec(compile(source, str(block.page), "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize(("place", "words"), commands(), ids=[place for place, _ in commands()])
def test_commands_of_the_documentation_parse(place, words):
    assert build_parser().parse_args(words).command


def test_the_documentation_shows_code_and_commands_at_all():
    assert len([block for block in blocks("python") if block.run]) >= 4
    assert len(commands()) >= 15


def test_every_command_is_in_the_reference():
    text = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    for option in re.findall(r"--[a-z]+", build_parser().format_help()):
        assert option in text or option in {"--help", "--version", "--out", "--cargo"}
    for verb in ("run", "resume", "studies", "kb", "findings", "report", "export", "doctor"):
        assert f"\n## {verb}\n" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_page_is_in_the_navigation():
    import yaml

    def pages(entry):
        if isinstance(entry, str):
            return {entry}
        return {
            page for part in (entry.values() if isinstance(entry, dict) else entry) for page in pages(part)
        }

    listed = pages(yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"])
    there = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert listed == {page for page in there if not page.startswith("decisions/")}


@pytest.fixture
def hook():
    spec = importlib.util.spec_from_file_location("docs_hook", ROOT / "docs" / "hooks" / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_priors_holds_every_prior(hook):
    from exocosm.knowledge import prior_rows

    page = (ROOT / "docs" / "reference" / "priors.md").read_text(encoding="utf-8")
    built = hook.on_page_markdown(page)
    assert hook.PLACE in page
    assert hook.PLACE not in built
    priors = prior_rows()
    assert len(priors) > 10
    assert built.count("<tr>") == len(priors) + 1
    for prior in priors:
        assert f"<code>{prior.id}</code>" in built


def test_the_table_of_priors_escapes_what_it_shows(hook, tmp_path):
    (tmp_path / "priors.yaml").write_text("priors: [{id: a, unit: '<b>&', value: 0.000001}]")
    table = hook.priors_table(tmp_path / "priors.yaml")
    assert "&lt;b&gt;&amp;" in table
    assert "1e-06" in table


def test_decisions_join_the_navigation(hook, tmp_path, monkeypatch):
    (tmp_path / "one.md").write_text("# One")
    monkeypatch.setattr(hook, "DECISIONS", tmp_path)
    assert hook.on_config({"nav": []})["nav"] == [{"Decisions": ["decisions/one.md"]}]


def test_the_version_is_the_same_everywhere():
    import exocosm

    assert f"\nversion: {exocosm.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {exocosm.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
