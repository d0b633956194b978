import json

import pytest

from exocosm import knowledge


@pytest.fixture(scope="module")
def base():
    return knowledge.load()


def statements_in(page):
    data = page.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    return [statement["id"] for statement in json.loads(data)["statements"]]


def test_page_writes_the_whole_base(exocosm_says, base, tmp_path):
    file = tmp_path / "base.html"
    code, out, err = exocosm_says("kb", "page", "-o", str(file))
    assert (code, err) == (0, "")
    assert f"{len(base)} statements written to {file}" in out
    assert statements_in(file.read_text(encoding="utf-8")) == [statement.id for statement in base]


def test_page_writes_what_the_filters_choose(exocosm_says, base, tmp_path):
    file = tmp_path / "some.html"
    code, out, _ = exocosm_says("kb", "page", "hypoxia", "--kind", "axis", "-o", str(file), "--json")
    found = base.find(text="hypoxia", kind="axis")
    assert code == 0
    said = json.loads(out)
    assert said["statements"] == len(found) > 0
    assert said["written"] == str(file)
    assert said["bytes"] == file.stat().st_size
    assert statements_in(file.read_text(encoding="utf-8")) == [statement.id for statement in found]


def test_page_without_a_place_to_write_is_bad_input(exocosm_says, tmp_path):
    assert exocosm_says("kb", "page")[0] == 2
    code, _, err = exocosm_says("kb", "page", "-o", str(tmp_path / "no" / "base.html"))
    assert code == 2
    assert "no file or folder" in err


def test_figures_are_written_as_png_and_svg(exocosm_says, tmp_path):
    folder = tmp_path / "new" / "figures"
    code, out, err = exocosm_says("kb", "figures", "--kind", "axis", "-o", str(folder))
    stems = ("crosstalk", "cargo-types", "belief")
    names = [f"{stem}.{ending}" for stem in stems for ending in ("png", "svg")]
    assert (code, err) == (0, "")
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    assert all(str(folder / name) in out for name in names)
    assert all((folder / name).read_bytes().startswith(b"\x89PNG") for name in names if name.endswith("png"))
    assert all("<svg" in (folder / name).read_text("utf-8") for name in names if name.endswith("svg"))


def test_figures_as_json_name_the_files(exocosm_says, base, tmp_path):
    code, out, _ = exocosm_says("kb", "figures", "-o", str(tmp_path), "--json")
    said = json.loads(out)
    assert code == 0
    assert said["statements"] == len(base)
    assert len(said["written"]) == 6
