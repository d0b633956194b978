import io
import os
import subprocess
import sys

import pytest

import exocosm
from exocosm.cli import main
from exocosm.cli.output import one_line, print_json, print_table, progress


def test_version_and_help_end_with_0(exocosm_says):
    assert exocosm_says("--version") == (0, f"exocosm {exocosm.__version__}\n", "")
    code, out, _ = exocosm_says("--help")
    assert code == 0
    for command in ("run", "studies", "kb", "report", "doctor"):
        assert f"\n    {command} " in out


@pytest.mark.parametrize("command", ["run", "studies list", "kb search", "kb validate", "report", "doctor"])
def test_every_command_explains_itself(exocosm_says, command):
    code, out, _ = exocosm_says(*command.split(), "--help")
    assert code == 0
    assert f"usage: exocosm {command}" in out


def test_no_command_prints_the_help_and_counts_as_bad_input(exocosm_says):
    code, out, err = exocosm_says()
    assert (code, out) == (2, "")
    assert "usage: exocosm" in err


@pytest.mark.parametrize("words", [["rnu"], ["kb"], ["studies"], ["kb", "find"], ["--no-such-option"]])
def test_misspelt_commands_are_bad_input_with_a_hint(exocosm_says, words):
    code, out, err = exocosm_says(*words)
    assert (code, out) == (2, "")
    assert "--help`." in err


def test_python_dash_m_is_the_same_command():
    result = subprocess.run([sys.executable, "-m", "exocosm", "--version"], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, f"exocosm {exocosm.__version__}\n")


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="the processor time of a child is known on POSIX only")
def test_help_comes_at_once():
    # Processor time, not the clock: other work on the machine must not fail the test. The least of three.
    times = []
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-m", "exocosm", "--help"], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        times.append(usage.ru_utime + usage.ru_stime)
    assert min(times) < 0.5


def test_a_reader_that_stops_early_is_no_error():
    # The reading end is closed before the first line is written, as with `| head -0`.
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "exocosm", "kb", "search"]
    result = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert result.returncode == 0
    assert "Error" not in result.stderr


def test_a_console_without_greek_letters_still_gets_its_line(monkeypatch):
    raw = io.BytesIO()
    console = io.TextIOWrapper(raw, encoding="ascii")
    monkeypatch.setattr(sys, "stdout", console)
    assert main(["kb", "show", "hsa-miR-1246"]) == 0
    assert b"NF-?B" in raw.getvalue()


def test_tables_are_tab_separated_in_a_pipe(capsys):
    print_table(["a", "b"], [["x\ty", ["one", "two"]], [None, 3]])
    assert capsys.readouterr().out == "a\tb\nx y\tone, two\n\t3\n"


def test_tables_for_a_person_show_brackets_as_they_are(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_table(["name"], [["[bold]Ca[2+][/bold]"]])
    assert "[bold]Ca[2+][/bold]" in capsys.readouterr().out


def test_control_characters_never_reach_a_terminal():
    assert one_line("a\x1b[31mb\nc\x07") == "a [31mb c"


def test_json_has_no_nan_and_is_plain_ascii(capsys):
    print_json({"value": float("nan"), "limit": float("inf"), "unit": "µm", "set": {2, 1}})
    out = capsys.readouterr().out
    assert out.isascii()
    assert "NaN" not in out
    assert '"value": null' in out
    assert '"limit": null' in out


def test_progress_shows_a_bar_at_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress(shown=True) as show:
        show(1, 4, "[arm] one")
        show(4, 4, "[arm] two")
    printed = capsys.readouterr()
    assert "[arm]" in printed.err
    assert printed.out == ""


def test_progress_in_a_log_has_one_line_per_finished_run(capsys):
    with progress(shown=True) as show:
        for done in (0, 1, 1, 2):
            show(done, 2, f"run {done}")
    assert capsys.readouterr().err == "1/2 run 1\n2/2 run 2\n"


def test_progress_in_a_log_goes_on_with_the_next_part(capsys):
    with progress(shown=True) as show:
        for part in ("verdicts", "null A"):
            for done in (1, 2):
                show(done, 2, part)
    assert capsys.readouterr().err == "1/2 verdicts\n2/2 verdicts\n1/2 null A\n2/2 null A\n"


def test_progress_is_silent_when_asked(capsys):
    with progress(shown=False) as show:
        show(1, 1, "run")
    assert capsys.readouterr().err == ""
