"""Build step: compile the curated YAML to JSON, so that an installed package loads it fast."""

import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SRC = Path(__file__).resolve().parent / "src"


class CompileKnowledge(BuildHookInterface):
    """Write src/exocosm/knowledge/data/compiled.json before a wheel or an editable install is made."""

    def initialize(self, version, build_data):
        """Compile, and have the file taken into the wheel although git ignores it."""
        sys.path.insert(0, str(SRC))
        try:
            from exocosm.knowledge.base import shipped_files
            from exocosm.knowledge.compiled import COMPILED, write

            write(shipped_files())
        finally:
            sys.path.remove(str(SRC))
        build_data["artifacts"].append(COMPILED.relative_to(SRC.parent).as_posix())
