"""Exports, read back by other programs' readers or by hand."""

from __future__ import annotations

import base64
import csv
import json
import sys
import xml.etree.ElementTree as ElementTree
import zlib
from dataclasses import replace

import numpy as np
import pytest

from exocosm.cli import main
from exocosm.cli.export import NAMES
from exocosm.errors import InputError
from exocosm.export import FORMATS, write
from exocosm.trajectory import Frame, Trajectory


def frame(time: float, ids: list[int], z: float = 5.0) -> Frame:
    rng = np.random.default_rng(len(ids))
    n = len(ids)
    cells = {
        "id": np.array(ids),
        "parent": np.array([-1 if i < 3 else 0 for i in ids]),
        "birth": np.array([0.0 if i < 3 else 45.0 for i in ids]),
        "kind": np.array(ids) % 2,
        "position": np.column_stack([rng.random((n, 2)) * 40.0, np.full(n, z)]),
        "alive": np.array(ids) != 1,
        "radius": np.full(n, 8.0),
        "activity": rng.random((n, 2)),
        "cargo:miR-21": rng.random(n) * 100.0,
    }
    fields = {"oxygen": rng.random((2, 3, 4)), "vesicles:sEV": rng.random((2, 3, 4))}
    return Frame(time=time, cells=cells, fields=fields)


@pytest.fixture
def trajectory() -> Trajectory:
    arrays = {
        "cells": {"cargo:miR-21": {"unit": "copies", "meaning": "cytosolic amount"}},
        "fields": {"oxygen": {"unit": "mmHg", "meaning": "dissolved"}},
    }
    return Trajectory(
        frames=(frame(0.0, [0, 1, 2]), frame(60.0, [0, 2, 3, 4]), frame(90.0, [0, 2, 3, 4, 5])),
        kinds=("tumour", "immune"),
        nodes={"tumour": ("PTEN", "AKT1"), "immune": ("STAT3",)},
        spacing=(30.0, 20.0, 10.0),
        origin=(0.0, 1.0, 2.0),
        books=({"name": "sEV", "released": 3.0, "residual": 0.0},),
        attributes={"seed": 3, "model": "small", "arrays": arrays},
    )


def test_openvt_has_the_header_living_cells_and_lengths_in_diameters(trajectory, tmp_path):
    path = write(trajectory, "openvt", tmp_path / "cells.csv")
    text = path.read_text(encoding="utf-8")
    assert text.splitlines()[0] == "simID,time,cellID,cellType,x,y"
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["cellID"] for row in rows] == ["0", "2", *"0234", *"02345"]
    assert rows[2]["time"] == "1" and rows[-1]["time"] == "1.5"
    assert (rows[0]["simID"], rows[4]["cellType"]) == ("small", "immune")
    x = [float(row["x"]) for row in rows[2:6]]
    assert x == pytest.approx(trajectory.frames[1].cells["position"][:, 0] / 16.0, rel=1e-8)
    deep = replace(frame(0.0, [0, 2]), cells={**frame(0.0, [0, 2]).cells, "position": np.eye(3)[:2] * 9})
    write(replace(trajectory, frames=(deep,)), "openvt", tmp_path / "flat.csv")  # same height
    deep.cells["position"][1, 2] = 7.0
    with pytest.raises(InputError, match="three-dimensional"):
        write(replace(trajectory, frames=(deep,)), "openvt", tmp_path / "deep.csv")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cells.csv", "flat.csv"]


def vtk_array(element) -> np.ndarray:
    """Decode a compressed inline array, by the description of VTK's XML formats."""
    dtype = {"Float32": "<f4", "Float64": "<f8", "Int64": "<i8", "UInt8": "<u1"}[element.get("type")]
    text = "".join(part for part in (element.text, *(child.tail for child in element)) if part).strip()
    blocks = int(np.frombuffer(base64.b64decode(text[:12])[:8], "<u8")[0])
    head_bytes = 8 * (3 + blocks)
    head_text = 4 * -(-head_bytes // 3)
    head = np.frombuffer(base64.b64decode(text[:head_text]), "<u8")
    packed, at, content = base64.b64decode(text[head_text:]), 0, b""
    for size in head[3:]:
        content += zlib.decompress(packed[at : at + int(size)])
        at += int(size)
    return np.frombuffer(content, dtype)


def test_vtk_files_hold_points_arrays_and_images(trajectory, tmp_path):
    folder = write(trajectory, "vtk", tmp_path / "vtk")
    listed = ElementTree.parse(folder / "cells.pvd").getroot().iter("DataSet")
    assert [(float(d.get("timestep")), d.get("file")) for d in listed] == [
        (0.0, "cells_0000.vtu"), (60.0, "cells_0001.vtu"), (90.0, "cells_0002.vtu")
    ]  # fmt: skip
    root = ElementTree.parse(folder / "cells_0001.vtu").getroot()
    arrays = {a.get("Name"): a for a in root.iter("DataArray")}
    cells = trajectory.frames[1].cells
    points = vtk_array(arrays["position"]).reshape(-1, 3)
    np.testing.assert_array_equal(points, cells["position"].astype("f4"))
    np.testing.assert_array_equal(vtk_array(arrays["id"]), cells["id"])
    np.testing.assert_array_equal(vtk_array(arrays["types"]), 1)
    assert arrays["cargo:miR-21"].find("InformationKey").text == "copies"
    assert vtk_array(arrays["TimeValue"]).tolist() == [60.0]
    image = ElementTree.parse(folder / "fields_0001.vti").getroot().find("ImageData")
    assert image.get("WholeExtent") == "0 4 0 3 0 2"
    assert (image.get("Spacing"), image.get("Origin")) == ("10 20 30", "2 1 0")
    oxygen = next(a for a in image.iter("DataArray") if a.get("Name") == "oxygen")
    np.testing.assert_array_equal(vtk_array(oxygen).reshape(2, 3, 4), trajectory.frames[1].fields["oxygen"])


def test_vtk_files_are_read_by_vtk(trajectory, tmp_path):
    pyvista = pytest.importorskip("pyvista")
    folder = write(trajectory, "vtk", tmp_path / "vtk")
    cells, image = pyvista.read(folder / "cells_0002.vtu"), pyvista.read(folder / "fields_0002.vti")
    assert cells.n_points == cells.n_cells == 5
    levels = cells.point_data["activity:STAT3"]
    assert np.isnan(levels[[0, 1, 3]]).all() and np.isfinite(levels[[2, 4]]).all()
    unit = cells.point_data.GetArray("cargo:miR-21").GetInformation()
    assert "copies" in str(unit)
    assert image.dimensions == (5, 4, 3)
    np.testing.assert_array_equal(
        image.cell_data["oxygen"].reshape(2, 3, 4), trajectory.frames[2].fields["oxygen"]
    )


def test_a_large_array_is_cut_into_blocks(tmp_path):
    from exocosm.export.vtk import _array

    values = np.random.default_rng(1).random(300_000)
    np.testing.assert_array_equal(vtk_array(ElementTree.fromstring(_array("a", values))), values)
    whole = np.zeros(2**17)  # one full block
    np.testing.assert_array_equal(vtk_array(ElementTree.fromstring(_array("a", whole))), whole)


def stacked(trajectory: Trajectory) -> np.ndarray:
    return np.array([[f.fields[n] for n in f.fields] for f in trajectory.frames], "f4")


def test_ome_tiff_is_read_back_with_axes_sizes_and_channels(trajectory, tmp_path):
    tifffile = pytest.importorskip("tifffile")
    path = write(trajectory, "ome-tiff", tmp_path / "fields.ome.tif")
    with tifffile.TiffFile(path) as file:
        assert file.is_ome
        assert file.series[0].axes == "TCZYX"
        np.testing.assert_array_equal(file.series[0].asarray(), stacked(trajectory))
        pixels = tifffile.xml2dict(file.ome_metadata)["OME"]["Image"]["Pixels"]
    assert [c["Name"] for c in pixels["Channel"]] == ["oxygen [mmHg]", "vesicles:sEV"]
    assert (pixels["PhysicalSizeX"], pixels["PhysicalSizeY"], pixels["PhysicalSizeZ"]) == (10.0, 20.0, 30.0)
    assert [p["DeltaT"] for p in pixels["Plane"]][::4] == [0.0, 60.0, 90.0]


def test_ome_zarr_follows_the_specification(trajectory, tmp_path):
    import zarr

    models = pytest.importorskip("ome_zarr_models.v05.image")
    path = write(trajectory, "ome-zarr", tmp_path / "fields.zarr")
    group = zarr.open_group(str(path), mode="r")
    image = models.Image.from_zarr(group)
    assert [axis.name for axis in image.attributes.ome.multiscales[0].axes] == list("tczyx")
    np.testing.assert_array_equal(group["0"][:], stacked(trajectory))
    kept = group.attrs["exocosm"]
    assert kept["times_min"] == [0.0, 60.0, 90.0]
    assert kept["columns"]["oxygen"] == {"unit": "mmHg", "meaning": "dissolved"}


@pytest.mark.parametrize("ending", ["h5ad", "zarr"])
@pytest.mark.filterwarnings("ignore")  # those of anndata itself
def test_anndata_holds_cells_of_all_frames_with_their_lineage(trajectory, tmp_path, ending):
    anndata = pytest.importorskip("anndata")
    path = write(trajectory, "anndata", tmp_path / f"cells.{ending}")
    read = (anndata.read_h5ad if ending == "h5ad" else anndata.read_zarr)(path)
    assert read.shape == (12, 3)
    assert list(read.var_names) == ["PTEN", "AKT1", "STAT3"]
    last = read[(read.obs["frame"] == 2).to_numpy()]
    assert last.obs["kind"].tolist() == ["tumour", "tumour", "immune", "tumour", "immune"]
    np.testing.assert_array_equal(last.obsm["spatial"], trajectory.frames[2].cells["position"].astype("f4"))
    assert np.isnan(last.X[0, 2]) and np.isfinite(last.X[0, :2]).all()
    assert read.uns["exocosm"]["columns"]["cargo:miR-21"]["unit"] == "copies"
    family = read.uns["lineage"]
    assert family["id"].tolist() == [0, 1, 2, 3, 4, 5]
    assert family["last_seen"].tolist() == [90.0, 0.0, 90.0, 90.0, 90.0, 90.0]
    other = write(trajectory, "anndata", tmp_path / f"cargo.{ending}", x="cargo")
    read = (anndata.read_h5ad if ending == "h5ad" else anndata.read_zarr)(other)
    assert list(read.var_names) == ["miR-21"]


def test_parquet_tables_carry_units(trajectory, tmp_path):
    from pyarrow import parquet

    folder = write(trajectory, "parquet", tmp_path / "tables")
    cells = parquet.read_table(folder / "cells.parquet")
    assert cells.num_rows == 12
    assert cells.schema.field("cargo:miR-21").metadata == {
        b"unit": b"copies",
        b"meaning": b"cytosolic amount",
    }
    assert cells.schema.field("x").metadata[b"unit"] == "µm".encode()
    frame = cells.to_pandas().query("frame == 1")
    assert frame["kind"].tolist() == ["tumour", "tumour", "immune", "tumour"]
    np.testing.assert_array_equal(frame["y"], trajectory.frames[1].cells["position"][:, 1])
    wide = parquet.read_table(folder / "fields.parquet").to_pandas()
    first = wide[wide["frame"] == 0]
    np.testing.assert_array_equal(first["oxygen"].to_numpy(), trajectory.frames[0].fields["oxygen"].ravel())
    assert (first["x"].iloc[0], first["z"].iloc[-1]) == (7.0, 45.0)
    assert parquet.read_table(folder / "lineage.parquet")["parent"].to_pylist() == [-1, -1, -1, 0, 0, 0]
    assert parquet.read_table(folder / "books.parquet")["released"].to_pylist() == [3.0]
    long = write(trajectory, "parquet", tmp_path / "long", fields="long")
    rows = parquet.read_table(long / "fields.parquet").to_pandas()
    assert len(rows) == 3 * 2 * 24
    some = rows[(rows["frame"] == 0) & (rows["field"] == "oxygen")]
    np.testing.assert_array_equal(some["value"].to_numpy(), first["oxygen"].to_numpy())


def test_a_stored_trajectory_exports_like_one_in_memory(trajectory, tmp_path):
    trajectory.save(tmp_path / "run.zarr")
    stored = Trajectory.load(tmp_path / "run.zarr")
    for format in ("openvt", "vtk"):
        for name, made in (("memory", trajectory), ("stored", stored)):
            write(made, format, tmp_path / f"{name}-{format}")
    same = [(tmp_path / f"{name}-openvt").read_text() for name in ("memory", "stored")]
    assert same[0].count("\n") == same[1].count("\n")
    assert len(list((tmp_path / "stored-vtk").iterdir())) == 8


@pytest.mark.parametrize(
    ("format", "name", "said"),
    [("ods", "a.ods", "`format`"), ("vtk", "taken", "to be new"), ("anndata", "a.csv", r"\.h5ad or \.zarr")],
)
def test_what_cannot_be_exported_is_said(trajectory, tmp_path, format, name, said):
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match=said):
        write(trajectory, format, tmp_path / name)


@pytest.mark.parametrize(("format", "module"), [("anndata", "anndata"), ("ome-tiff", "tifffile")])
def test_a_missing_library_is_one_line_that_names_the_extra(
    trajectory, tmp_path, monkeypatch, format, module
):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(InputError, match=r"exocosm\[omics\]") as caught:
        write(trajectory, format, tmp_path / "a.h5ad")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_the_command_finds_the_arm(trajectory, tmp_path, capsys):
    assert set(NAMES) == set(FORMATS)
    run = tmp_path / "run"
    for arm in ("control", "gw4869"):
        trajectory.save(run / "frames" / f"{arm}.zarr")
    words = ["export", str(run), "--format", "openvt", "--out"]
    assert main([*words, str(tmp_path / "a.csv")]) == 2
    assert "--arm" in capsys.readouterr().err
    (run / "study.yaml").write_text("control: control\n")
    assert main([*words, str(tmp_path / "a.csv"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["frames"].endswith("control.zarr")
    assert main([*words, str(tmp_path / "b.csv"), "--arm", "gw4868"]) == 2
    assert "Did you mean 'gw4869'" in capsys.readouterr().err
    assert main(["export", str(tmp_path), "--format", "vtk", "--out", str(tmp_path / "c")]) == 2
    assert "found none" in capsys.readouterr().err
