"""Versions, provenance, questions; an import is kept whole or not at all."""

import hashlib
import os
import signal
import subprocess
import sys

import pytest

from exocosm import __version__, knowledge
from exocosm.errors import InputError
from exocosm.knowledge import catalogue
from exocosm.knowledge.catalogue import convert, database, importing

from .conftest import TABLES

PROTEINS = "EXOCARTA_PROTEIN_MRNA_DETAILS_5.txt"


def test_importing_again_makes_a_version_and_the_older_one_stays(opened, table):
    first = opened.add(table(PROTEINS))
    assert (first.source, first.version, first.same_as) == ("exocarta-proteins", 1, None)
    again = opened.add(table(PROTEINS))
    assert (again.version, again.same_as) == (2, 1)
    third = opened.add(table(PROTEINS, TABLES[PROTEINS] + "9\tprotein\t928\tCD9\tHomo sapiens\t7\tFACS\n"))
    assert (third.version, third.same_as) == (3, None)
    assert set(opened.find().version) == {3}
    assert len(opened.find()) == 4
    assert len(opened.find(source="exocarta-proteins", version=1)) == 3
    assert list(opened.sources().version) == [1, 2, 3]


def test_dropped_versions_are_gone_and_their_numbers_never_used_again(opened, table):
    for _ in range(3):
        opened.add(table(PROTEINS))
    assert opened.drop("exocarta-proteins", 3) == 1
    assert set(opened.find().version) == {2}
    assert opened.add(table(PROTEINS)).version == 4
    assert opened.drop("exocarta-proteins") == 3
    assert opened.find().empty
    assert opened.sources().empty
    kept = opened.sources(dropped=True)
    assert list(kept.version) == [1, 2, 3, 4]
    assert kept.dropped_at.notna().all()


def test_provenance_says_where_the_records_come_from(opened, table):
    path = table(PROTEINS)
    report = opened.add(path, name="mine", licence="free for academic use")
    ((known,),) = [opened.sources().to_dict("records")]
    data = path.read_bytes()
    expected = {
        "source": "mine",
        "file": PROTEINS,
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
        "format": "exocarta",
        "release": "5",
        "licence": "free for academic use",
        "exocosm": __version__,
        "rows": 3,
        "records": 3,
        "malformed": 0,
    }
    assert {name: known[name] for name in expected} == expected
    assert report.sha256 == expected["sha256"]
    assert abs(known["imported_at"].timestamp() - path.stat().st_mtime) < 24 * 3600


def test_a_release_can_be_named(opened, table):
    assert opened.add(table("mine.csv"), release="spring").release == "spring"


def test_equal_records_are_kept_once_and_counted(opened, table):
    text = (
        TABLES["mine.csv"] + "PD-L1,protein,human,plasma,3.5,ng/mL,\nPD-L1,protein,human,plasma,3.6,ng/mL,\n"
    )
    report = opened.add(table("mine.csv", text + "PD-L1,protein,human,plasma,3.5,ng/mL,\n"))
    assert (report.rows, report.records, report.duplicates) == (6, 4, 2)
    assert list(opened.find(name="PD-L1").line) == [2, 6]


def test_a_hundred_malformed_rows_are_described_and_all_are_counted(opened, table):
    bad = "".join(f"x{i},nonsense,,,,,\n" for i in range(250))
    report = opened.add(table("mine.csv", TABLES["mine.csv"] + bad))
    assert report.n_malformed == 250
    assert [one.line for one in report.malformed] == list(range(5, 105))
    assert len(opened.malformed("mine")) == 100


# Asking


def test_another_name_of_the_same_thing_finds_it(opened, table):
    opened.add(table("mine.csv"))
    assert list(opened.find(name="CD274").name) == ["PD-L1"]
    assert list(opened.find(name="pd-l1").name) == ["PD-L1"]
    assert opened.find(name="CD9").empty
    assert opened.find(name="no such thing").empty


def test_a_name_without_strand_finds_both_and_one_with_strand_one(opened, table):
    rows = "".join(f"{name},miRNA,human,,,,\n" for name in ("hsa-miR-151a-3p", "miR-151a-5p", "miR-151b"))
    opened.add(table("mine.csv", "name,type,species,sample,value,unit,id\n" + rows))
    assert list(opened.find(name="miR-151a").name) == ["hsa-miR-151a-3p", "miR-151a-5p"]
    assert list(opened.find(name="hsa-miR-151a-5p").name) == ["miR-151a-5p"]
    assert list(opened.find(name="miR-151a-3p").name) == ["hsa-miR-151a-3p"]


def test_filters_are_joined_by_and(opened, table):
    opened.add(table(PROTEINS))
    opened.add(table("mine.csv"))
    assert list(opened.find(species="mouse").name) == ["Cd63"]
    assert list(opened.find(species="Homo sapiens", source="mine").name) == ["PD-L1", "something new"]
    assert list(opened.find(type="mRNA").name) == ["Cd63"]
    assert opened.find(name="CD63", species="human", type="miRNA").empty


def test_influences_are_found_by_both_ends(opened, table):
    opened.add(table("my arrows.csv"))
    assert list(opened.influences(name="STAT3").target) == ["MRC1", "XRCC4"]
    assert list(opened.influences(name="CD206").source) == ["STAT3"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"source": "min"}, r"no source 'min'\. Did you mean 'mine'\? It has mine\."),
        ({"source": "mine", "version": 7}, "has no version 7. It has 1"),
        ({"version": 1}, "Expected `source` with `version=1`"),
        ({"name": " "}, "Expected `name`"),
    ],
)
def test_what_is_not_there_is_said(opened, table, asked, words):
    opened.add(table("mine.csv"))
    with pytest.raises(InputError, match=words):
        opened.find(**asked)


def test_dropping_what_is_not_there_is_refused(opened, table):
    opened.add(table("mine.csv"))
    with pytest.raises(InputError, match="has no version 2"):
        opened.drop("mine", 2)
    with pytest.raises(InputError, match="no source 'yours'"):
        opened.drop("yours")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201])
def test_a_name_must_be_one(opened, table, name):
    with pytest.raises(InputError, match="Expected `name`"):
        opened.add(table("mine.csv"), name=name)


def test_the_curated_base_is_the_same_with_a_full_catalogue(opened, table, shipped):
    before = shipped.sha256
    for file in TABLES:
        opened.add(table(file))
    assert knowledge.load().sha256 == before


# Whole or not at all


class Stop(KeyboardInterrupt):
    pass


@pytest.mark.parametrize("error", [Stop(), MemoryError(), OSError(5, "no"), ValueError("a defect")])
def test_an_import_that_stops_leaves_the_catalogue_as_it_was(place, table, monkeypatch, error):
    with catalogue.Catalogue(place) as opened:
        opened.add(table("mine.csv"))
        before = opened.find(), opened.sources()
        monkeypatch.setattr(convert, "BATCH", 2)
        done = []

        def write(self, batch, write=importing.TableImport._write):
            write(self, batch)
            done.append(batch)
            if len(done) == 2:
                raise error

        monkeypatch.setattr(importing.TableImport, "_write", write)
        expected = catalogue.CatalogueError if isinstance(error, MemoryError) else type(error)
        with pytest.raises(expected):
            opened.add(table(PROTEINS))
        assert len(done) == 2
        assert opened.find().equals(before[0])
    monkeypatch.undo()
    with catalogue.Catalogue(place) as opened:
        assert opened.find().equals(before[0])
        assert opened.sources().equals(before[1])
        assert opened.add(table("mine.csv")).version == 2


_KILLED = """
import os, sys
from exocosm.knowledge import catalogue
from exocosm.knowledge.catalogue import convert, importing
convert.BATCH = 2
write = importing.TableImport._write
def then_die(self, batch):
    write(self, batch)
    {die}
importing.TableImport._write = then_die
try:
    with catalogue.Catalogue(sys.argv[1]) as opened:
        opened.add(sys.argv[2])
except catalogue.CatalogueError as error:
    print(error)
"""


def test_a_killed_import_leaves_the_catalogue_as_it_was(place, table):
    with catalogue.Catalogue(place) as opened:
        opened.add(table("mine.csv"))
        before = opened.find()
    code = _KILLED.format(die="os.kill(os.getpid(), 9)" if os.name != "nt" else "os._exit(9)")
    died = subprocess.run([sys.executable, "-c", code, str(place), str(table(PROTEINS))], capture_output=True)
    assert died.returncode in (-9, 9)
    with catalogue.Catalogue(place) as opened:
        assert opened.find().equals(before)
        assert list(opened.sources().source) == ["mine"]


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="the system has no limit for the size of files")
def test_a_full_disk_is_said_and_leaves_the_catalogue_as_it_was(place, table):
    with catalogue.Catalogue(place) as opened:
        opened.add(table("mine.csv"))
        before = opened.find()
    many = "name,sample\n" + "".join(f"name-{i * 7919},{hash(i) * 104729}\n" for i in range(150_000))
    limit = f"""import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({place.stat().st_size + 50_000},) * 2)
from exocosm.knowledge.catalogue import convert
convert.BATCH = 50_000
"""
    code = limit + _KILLED.format(die="pass").replace("convert.BATCH = 2", "")
    words = [sys.executable, "-c", code, str(place), str(table("many.csv", many))]
    failed = subprocess.run(words, capture_output=True, text=True)
    assert "could not be written" in failed.stdout, failed.stderr
    assert "is as it was" in failed.stdout or "It is as it was before" in failed.stdout
    with catalogue.Catalogue(place) as opened:
        assert opened.find().equals(before)


def test_a_file_that_changes_while_it_is_read_is_refused(opened, table, monkeypatch):
    path = table("mine.csv")

    def grow(self, batch, write=importing.TableImport._write):
        write(self, batch)
        path.write_text(path.read_text() + "CD9,protein,human,,,,\n")

    monkeypatch.setattr(importing.TableImport, "_write", grow)
    with pytest.raises(catalogue.TableError, match="was changed while it was read"):
        opened.add(path)
    assert opened.sources().empty


# Places


def test_a_new_catalogue_with_nothing_in_it_is_not_left_behind(place, table):
    with catalogue.Catalogue(place):
        pass
    assert not place.exists()
    with pytest.raises(catalogue.TableError), catalogue.Catalogue(place) as opened:
        opened.add(table("t.csv", b""))
    assert not place.exists()


def test_folders_are_made(tmp_path, table):
    place = tmp_path / "a" / "b" / "c.duckdb"
    with catalogue.Catalogue(place) as opened:
        opened.add(table("mine.csv"))
    assert place.exists()


def test_what_is_no_catalogue_is_refused_and_not_touched(tmp_path, table):
    import duckdb

    for name, words in (("mine.csv", "is named like a table"), ("mine.db", "is no catalogue of Exocosm")):
        path = table(name, TABLES["mine.csv"] * 50)
        before = path.read_bytes()
        with pytest.raises(catalogue.CatalogueError, match=words), catalogue.Catalogue(path):
            pass
        assert path.read_bytes() == before
    with pytest.raises(catalogue.CatalogueError), catalogue.Catalogue(tmp_path / "new.csv"):
        pass
    assert not (tmp_path / "new.csv").exists()
    other = tmp_path / "other.duckdb"
    connection = duckdb.connect(str(other))
    connection.execute("CREATE TABLE mine (a INTEGER)")
    connection.close()
    with pytest.raises(catalogue.CatalogueError, match="no catalogue of Exocosm"), catalogue.Catalogue(other):
        pass


def test_a_catalogue_of_a_later_exocosm_is_refused(place, table):
    import duckdb

    with catalogue.Catalogue(place) as opened:
        opened.add(table("mine.csv"))
    connection = duckdb.connect(str(place))
    connection.execute("UPDATE exocosm_catalogue SET version = 99, made_by = '9.0'")
    connection.close()
    with pytest.raises(catalogue.CatalogueError, match=r"made by Exocosm 9\.0"), catalogue.Catalogue(place):
        pass


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file" / "catalogue.duckdb", tmp_path):
        with pytest.raises(catalogue.CatalogueError, match="Name another place"), catalogue.Catalogue(place):
            pass


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="a place that nobody can write, root included")
def test_a_read_only_place_is_said():
    with pytest.raises(catalogue.CatalogueError), catalogue.Catalogue("/proc/self/catalogue.duckdb"):
        pass


def test_reading_where_nothing_was_imported_says_what_to_do(place):
    with (
        pytest.raises(catalogue.CatalogueError, match="exocosm kb import FILE"),
        catalogue.Catalogue(place, read_only=True),
    ):
        pass


def test_two_programs_cannot_write_at_once_and_the_second_is_told(place, table):
    code = "import sys; from exocosm.cli import main; sys.exit(main(sys.argv[1:]))"
    with catalogue.Catalogue(place) as opened:
        opened.add(table("mine.csv"))
        words = [sys.executable, "-c", code, "kb", "catalogue", "--catalogue", str(place)]
        second = subprocess.run(words, capture_output=True, text=True)
    assert second.returncode == 2
    assert "is in use by another program" in second.stderr


def test_a_second_opening_in_the_same_program_is_told_too(place, table):
    with catalogue.Catalogue(place) as opened:
        opened.add(table("mine.csv"))
        with pytest.raises(catalogue.CatalogueInUseError), catalogue.Catalogue(place, read_only=True):
            pass


def test_a_closed_catalogue_says_so(place):
    closed = catalogue.Catalogue(place)
    with pytest.raises(catalogue.CatalogueError, match="is closed"):
        closed.sources()


def test_without_duckdb_the_user_is_told_what_to_install(place, monkeypatch):
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(InputError, match=r'pip install "exocosm\[kb\]"'), catalogue.Catalogue(place):
        pass
    assert not place.exists()


def test_the_default_place_follows_the_system(monkeypatch, tmp_path):
    for name in ("EXOCOSM_CATALOGUE", "XDG_DATA_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(database.sys, "platform", "linux")
    monkeypatch.setattr(database.Path, "home", lambda: tmp_path)
    assert catalogue.default_path() == tmp_path / ".local" / "share" / "exocosm" / "catalogue.duckdb"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert catalogue.default_path() == tmp_path / "xdg" / "exocosm" / "catalogue.duckdb"
    monkeypatch.setattr(database.sys, "platform", "win32")
    monkeypatch.setenv("APPDATA", str(tmp_path / "roaming"))
    assert catalogue.default_path() == tmp_path / "roaming" / "exocosm" / "catalogue.duckdb"
    monkeypatch.setenv("EXOCOSM_CATALOGUE", str(tmp_path / "c.duckdb"))
    assert catalogue.default_path() == tmp_path / "c.duckdb"


def test_nothing_of_this_is_loaded_with_the_knowledge_base():
    code = (
        "import sys, exocosm.knowledge; print([n for n in sys.modules if 'duckdb' in n or '.catalogue' in n])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
