"""One process at a time in a run folder."""

import subprocess
import sys

import pytest

from exocosm.errors import InputError
from exocosm.lock import locked


def test_a_folder_in_use_is_refused_and_free_again_after_a_kill(tmp_path):
    folder = tmp_path / "run" / "checkpoints"
    held = subprocess.Popen(
        [sys.executable, "-c", f"""
from pathlib import Path
from exocosm.lock import locked
with locked(Path({str(folder)!r})):
    print("held", flush=True)
    input()
"""],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with held:
        assert held.stdout.readline() == "held\n"
        with pytest.raises(InputError, match=r"run' is in use by a process that runs"), locked(folder):
            pass
        held.kill()
    with locked(folder):
        pass
