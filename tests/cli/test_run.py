import errno
import json
import re
from pathlib import Path

import pytest

from exocosm.errors import InputError, RunError


def test_a_run_ends_with_the_summary_and_the_place_of_the_report(laboratory, exocosm_says):
    code, out, err = exocosm_says("run", "tiny-study")
    assert code == 0
    assert "Nothing happened, as expected." in out
    assert str(Path("runs/tiny-study-seed1/report.html")) in out
    assert err.splitlines() == ["1/2 arm one", "2/2 arm two"]


def test_options_reach_the_experiment(laboratory, exocosm_says):
    exocosm_says(
        "run", "x", "--seed", "7", "--replicates", "3", "--threads", "2", "--set", "a=b=c", "--set", "d e= f"
    )
    call = laboratory.calls[0]
    assert (call["seed"], call["replicates"], call["threads"]) == (7, 3, 2)
    assert call["study"].settings == {"a": "b=c", "d e": " f"}


@pytest.mark.parametrize(("own", "given", "used"), [(5, [], 5), (0, [], 0), (5, ["--seed", "0"], 0)])
def test_the_seed_is_the_one_given_else_the_one_of_the_study(laboratory, exocosm_says, own, given, used):
    laboratory.study_seed = own
    exocosm_says("run", "tiny-study", *given)
    assert laboratory.calls[0]["seed"] == used
    assert laboratory.calls[0]["out"] == Path(f"runs/tiny-study-seed{used}")


def test_the_next_free_number_is_taken_for_the_default_folder(laboratory, exocosm_says):
    for _ in range(3):
        assert exocosm_says("run", "tiny-study")[0] == 0
    assert sorted(path.name for path in Path("runs").iterdir()) == [
        "tiny-study-seed1",
        "tiny-study-seed1-2",
        "tiny-study-seed1-3",
    ]


def test_a_name_with_slashes_stays_inside_the_runs_folder(laboratory, exocosm_says):
    exocosm_says("run", "../../a study/..")
    (folder,) = Path("runs").iterdir()
    assert folder.name == "a-study-seed1"


def test_a_named_folder_in_use_is_refused_and_left_alone(laboratory, exocosm_says):
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("all of it")
    code, out, err = exocosm_says("run", "tiny-study", "--out", "mine")
    assert (code, out) == (2, "")
    assert "'mine' in use" in err
    assert "nothing was overwritten" in err
    assert [path.name for path in Path("mine").iterdir()] == ["thesis.txt"]
    assert laboratory.calls == []


def test_a_named_folder_may_be_new_or_empty(laboratory, exocosm_says):
    Path("empty").mkdir()
    assert exocosm_says("run", "tiny-study", "--out", "empty")[0] == 0
    assert exocosm_says("run", "tiny-study", "--out", "new/deep")[0] == 0
    assert Path("new/deep/report.html").is_file()


def test_a_file_in_the_place_of_the_folder_is_bad_input(laboratory, exocosm_says):
    Path("file").write_text("")
    code, _, err = exocosm_says("run", "tiny-study", "--out", "file")
    assert code == 2
    assert "'file'" in err


def test_json_is_the_only_thing_on_standard_output(laboratory, exocosm_says):
    code, out, err = exocosm_says("run", "tiny-study", "--json")
    record = json.loads(out)
    assert code == record["exit_code"] == 0
    assert record["state"] == "done"
    assert Path(record["report"]).is_file()
    assert record["seed"] == 1
    assert err == ""


def test_quiet_prints_the_report_alone(laboratory, exocosm_says):
    assert exocosm_says("run", "tiny-study", "--quiet") == (
        0,
        f"{Path('runs/tiny-study-seed1/report.html')}\n",
        "",
    )


def interrupt_after_writing(folder):
    (folder / "study.yaml").write_text("")
    (folder / "tables").mkdir()
    raise KeyboardInterrupt


def test_ctrl_c_keeps_the_folder_and_says_what_is_there(laboratory, exocosm_says):
    laboratory.during = interrupt_after_writing
    code, out, err = exocosm_says("run", "tiny-study", "--out", "mine")
    assert (code, out) == (130, "")
    assert "study.yaml, tables/" in err
    assert "exocosm report mine" in err


def test_ctrl_c_before_anything_was_written_leaves_no_folder(laboratory, exocosm_says):
    laboratory.during = fail(KeyboardInterrupt())
    code, _, err = exocosm_says("run", "tiny-study", "--out", "mine")
    assert code == 130
    assert "before anything was written" in err
    assert not Path("mine").exists()


def test_a_run_that_stopped_in_good_order_is_interrupted_too(laboratory, exocosm_says):
    laboratory.state = "interrupted"
    code, out, err = exocosm_says("run", "tiny-study", "--json")
    assert code == 130
    assert json.loads(out)["state"] == "interrupted"
    assert "exocosm report" in err
    assert not Path("runs/tiny-study-seed1/report.html").exists()


def test_a_full_disk_ends_the_run_and_keeps_the_folder(laboratory, exocosm_says):
    def fill(folder):
        (folder / "study.yaml").write_text("")
        raise OSError(errno.ENOSPC, "No space left on device", str(folder / "tables"))

    laboratory.during = fill
    code, _, err = exocosm_says("run", "tiny-study", "--out", "mine")
    assert code == 2
    assert "disk is full" in err
    assert "kept in mine (study.yaml)" in err
    assert Path("mine/study.yaml").exists()


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.EACCES, "no permission"), (errno.EPERM, "no permission"), (errno.EROFS, "read-only")],
)
def test_a_forbidden_place_is_bad_input_in_one_line(laboratory, exocosm_says, number, said):
    def refuse(folder):
        raise OSError(number, "refused", "/somewhere/else")

    laboratory.during = refuse
    code, _, err = exocosm_says("run", "tiny-study")
    assert code == 2
    assert said in err
    assert "'/somewhere/else'" in err
    assert len(err.splitlines()) == 1
    assert not any(Path("runs").iterdir())


def fail(error):
    def during(folder):
        raise error

    return during


def test_bad_input_found_late_leaves_no_empty_folder_of_ours(laboratory, exocosm_says):
    laboratory.during = fail(InputError("Expected `arms` to be two or more, found 1."))
    Path("given").mkdir()
    assert exocosm_says("run", "tiny-study", "--out", "given")[0] == 2
    assert exocosm_says("run", "tiny-study", "--out", "new")[0] == 2
    assert Path("given").is_dir()
    assert not Path("new").exists()


def test_a_failed_run_has_code_1(laboratory, exocosm_says):
    laboratory.during = fail(RunError("More than 20 % of the draws were rejected."))
    code, out, err = exocosm_says("run", "tiny-study", "--json")
    assert code == json.loads(out)["exit_code"] == 1
    assert err == "exocosm: More than 20 % of the draws were rejected.\n"


def test_an_unforeseen_error_is_one_line_and_a_log(laboratory, exocosm_says):
    laboratory.during = fail(ZeroDivisionError("division by zero\nand more"))
    code, _, err = exocosm_says("run", "tiny-study")
    assert code == 1
    assert len(err.splitlines()) == 1
    assert "ZeroDivisionError: division by zero" in err
    log = Path(re.search(r"details are in (\S+\.log)", err).group(1))
    assert "Traceback" in log.read_text()
    assert "exocosm run tiny-study" in log.read_text()
    log.unlink()


def test_debug_shows_the_traceback(laboratory, exocosm_says):
    laboratory.during = fail(ZeroDivisionError("division by zero"))
    code, _, err = exocosm_says("run", "tiny-study", "--debug")
    assert code == 1
    assert "Traceback" in err
    assert ".log" not in err


def test_used_up_memory_is_said_plainly(laboratory, exocosm_says):
    laboratory.during = fail(MemoryError())
    code, _, err = exocosm_says("run", "tiny-study")
    assert code == 1
    assert "memory" in err
    assert "log" not in err


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["run", "nonsense"],
        ["run", "x", "--seed", "-1"],
        ["run", "x", "--seed", "1.5"],
        ["run", "x", "--seed", str(2**64)],
        ["run", "x", "--replicates", "0"],
        ["run", "x", "--threads", "none"],
        ["run", "x", "--set", "duration"],
        ["run", "x", "--set", "=24 h"],
        ["run", "x", "--set", "a=1", "--set", "a=2"],
        ["run", "x", "--se", "7"],
    ],
)
def test_bad_words_are_bad_input_and_make_no_folder(laboratory, exocosm_says, words):
    code, out, err = exocosm_says(*words)
    assert (code, out) == (2, "")
    assert err.startswith("exocosm: ")
    assert not Path("runs").exists()


def test_report_is_written_again(laboratory, exocosm_says):
    exocosm_says("run", "tiny-study", "--out", "mine")
    Path("mine/report.html").unlink()
    code, out, _ = exocosm_says("report", "mine", "--json")
    assert code == 0
    assert json.loads(out)["report"] == str(Path("mine/report.html"))
    assert Path("mine/report.html").is_file()
    assert "Report:" in exocosm_says("report", "mine")[1]


def test_report_refuses_a_folder_that_no_run_made(laboratory, exocosm_says, tmp_path):
    code, _, err = exocosm_says("report", str(tmp_path))
    assert code == 2
    assert "study.yaml" in err
