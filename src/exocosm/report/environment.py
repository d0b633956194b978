"""How templates are filled in: everything is escaped, and a name that is missing is an error."""

from __future__ import annotations

from importlib.resources import files
from typing import Any


def template(name: str) -> Any:
    """Return a template of the report by its name."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("exocosm.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def part(name: str) -> str:
    """Return a file beside the templates as it is, such as a style sheet."""
    return files("exocosm.report").joinpath("templates", name).read_text(encoding="utf-8")
