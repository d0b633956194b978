"""B1 to B6 as one command runs them: figures beside their peers, checks, memory, and the machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from exocosm import provenance
from exocosm.errors import InputError, did_you_mean

from .b1 import b1
from .b2 import b2
from .b5_fields import b5b, b5c
from .b5_networks import b5a
from .b6 import b6, million
from .bandwidth import scale_bandwidth
from .measure import (
    PEERS_BANDWIDTH,
    Line,
    checksum_of_record,
    float64_alone,
    forget_peak,
    load,
    on_threads,
    peak_memory,
    timed,
)
from .tumour_runs import B3, B4, b3, b4

Part = tuple[list[Line], list[dict[str, Any]]]  # lines, and the records they come from


def report(
    name: str, *, threads: int | None = None, dtype: str = "f64", quick: bool = False
) -> dict[str, Any]:
    """Run one benchmark and return its record: `lines` beside peers, `checks`, memory, time, bandwidth.

    Peers were timed on another machine (see `measure`), so ratios hold as far as the machines are alike; the
    bandwidth of both is in the record.

    Parameters
    ----------
    name : "B1" to "B6"
    threads : None for all that Numba may use
    dtype : "f64", and for B1 "f32" too
    quick : a smaller part of the workload; what is extrapolated from it says so

    Raises
    ------
    InputError : for another name, number of threads or type
    """
    if name not in PARTS:
        raise InputError(f"No benchmark {name!r}. There are {', '.join(PARTS)}.{did_you_mean(name, PARTS)}")
    if name != "B1":
        float64_alone(dtype)
    forget_peak()
    with on_threads(threads) as number, timed() as seconds:
        lines, records = PARTS[name](number, dtype, quick)
    return {
        "benchmark": name,
        "threads": number,
        "dtype": dtype,
        "quick": quick,
        "lines": [line.record() for line in lines],
        "checks": [check for record in records for check in _checks(record)],
        "checksum": checksum_of_record([record.get("checksum") or record.get("sums") for record in records]),
        "seconds in all, compilation too": vars(seconds),
        "peak memory [bytes]": peak_memory(),
        "in-place scale [GB/s]": {
            "here": scale_bandwidth(threads=number),
            "peers": PEERS_BANDWIDTH.get(number),
        },
        "load average": load(),
        "records": records,
        **{key: provenance.collect()[key] for key in ("versions", "platform", "started")},
    }


def _b1(threads: int, dtype: str, quick: bool) -> Part:
    cases = [(100, 1)] if quick else [(100, 1), (100, 4), (100, 10), (100, 32), (200, 4)]
    records = [b1(grid=grid, substrates=s, threads=threads, dtype=dtype) for grid, s in cases]
    return [
        Line(
            what=f"{r['grid']}³ voxels x {r['substrates']}",
            value=r["ns"]["median"],
            unit="ns per voxel, substrate and step",
            peer="lstmfppai" if "peer" in r else "",
            peer_value=r["peer"]["ns"] if "peer" in r else None,
            note=f"x{r['peer']['ratio_at_equal_bandwidth']:.2f} at equal bandwidth" if "peer" in r else "",
        )
        for r in records
    ], records


def _b2(threads: int, dtype: str, quick: bool) -> Part:
    cases = [(10_085, 60)] if quick else [(10_085, 600), (100_553, 600), (502_618, 120)]
    records = [b2(cells=cells, steps=steps, threads=threads, dtype=dtype) for cells, steps in cases]
    lines = []
    for r in records:
        peer = r["peers"].get("PhysiCell 1.14.2", {})
        lines.append(
            Line(
                what=f"{r['cells']:,} cells",
                value=r["microseconds per cell and step"]["median"],
                processor=r["processor microseconds per cell and step"]["median"],
                unit="µs per cell and step",
                peer="PhysiCell 1.14.2" if peer else "",
                peer_value=peer.get("recorded [us]"),
            )
        )
    return lines, [{**r, "checksum": repr(r["end"])} for r in records]


def _tumours(records: list[dict[str, Any]]) -> Part:
    lines = []
    for r in records:
        seconds = r["seconds for those"]
        for peer, value in r["peers' seconds"].items() or [("", None)]:
            lines.append(
                Line(
                    what=f"{r['benchmark']}: {r['claim']}",
                    value=seconds["clock"],
                    processor=seconds["processor"],
                    unit=f"s for {r['minutes compared']:g} min",
                    peer=peer,
                    peer_value=value,
                )
            )
    return lines, records


def _b3(threads: int, dtype: str, quick: bool) -> Part:
    minutes = 6.0 if quick else 24.0
    return _tumours([b3(threads=threads, scheme=scheme, minutes=minutes) for scheme in ("lod", "adi")])


def _b4(threads: int, dtype: str, quick: bool) -> Part:
    records = []
    for voxels in (75,) if quick else (75, 100):
        minutes = 6.0 if quick else 60.0 if voxels == 75 else 12.0
        records += [
            b4(threads=threads, scheme=scheme, minutes=minutes, voxels=voxels) for scheme in ("lod", "adi")
        ]
    return _tumours(records)


def _b5(threads: int, dtype: str, quick: bool) -> Part:
    networks = [b5a(nodes=n, edges=3 * n, threads=threads) for n in ((60,) if quick else (60, 100))]
    repeats = 1 if quick else 5
    oxygen, vesicles = b5b(repeats=repeats, threads=threads), b5c(repeats=repeats, threads=threads)
    lines = []
    for r in networks:
        boolean, best = r["boolean"], r["logic_ode"]["us_per_cell_step"]
        times = boolean["us_per_cell_and_unit"]["in_one_call"]
        recorded = boolean["recorded_cmaboss_us_per_cell_and_unit"]
        lines.append(
            Line(
                what=f"stochastic Boolean, {r['nodes']} nodes",
                value=times["clock"],
                processor=times["processor"],
                unit="µs per cell and time unit",
                peer="" if recorded is None else "cMaBoSS",
                peer_value=recorded,
            )
        )
        lines.append(
            Line(
                what=f"logic ODE, {r['nodes']} nodes",
                value=best["clock"],
                processor=best["processor"],
                unit="µs per cell and step",
            )
        )
    for what, record in (("oxygen in a spheroid", oxygen), ("vesicle field", vesicles)):
        for scheme, found in record["schemes"].items():
            lines.append(
                Line(
                    what=f"{what}: {scheme}",
                    value=found["seconds"],
                    unit="s",
                    note=_accuracy(found),
                )
            )
    return lines, [*networks, oxygen, vesicles]


def _accuracy(found: dict[str, float]) -> str:
    return f"largest error {found['largest error']:.3g}, time over LOD {found['time over LOD']:.3g}"


def _b6(threads: int, dtype: str, quick: bool) -> Part:
    records = [b6(threads=threads, steps=5 if quick else None)]
    if not quick:
        records.append(million(threads=threads))
    lines = []
    for r, what in zip(records, ("everything, 24 h", "a million cells, 24 h"), strict=False):
        day, rate = r["seconds for 24 h"], r["cells x hours per second"]
        share = f", extrapolated from {r['simulated minutes']:g} min" if r["extrapolated"] else ""
        lines.append(
            Line(
                what=what,
                value=day["clock"],
                processor=day["processor"],
                unit="s",
                note=f"{rate['clock']:,.0f} cells x hours per second{share}",
            )
        )
    small = {str(n): b6(threads=n, small=True, steps=3)["checksum"] for n in {1, min(2, threads)}}
    records[0]["checksums of a small run by threads"] = small
    return lines, records


PARTS: dict[str, Callable[[int, str, bool], Part]] = {
    "B1": _b1, "B2": _b2, "B3": _b3, "B4": _b4, "B5": _b5, "B6": _b6,
}  # fmt: skip


def _checks(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Compare what a record says with what is known of the workload."""
    found: list[dict[str, Any]] = []

    def check(what: str, value: Any, expected: str, ok: bool) -> None:
        found.append({"what": what, "found": value, "expected": expected, "ok": ok})

    if "expected_sums" in record and record["dtype"] == "f64":
        for steps, expected in record["expected_sums"].items():
            value = record["sums"][steps]
            check(f"sum after {steps} steps", value, f"{expected:.3f}", abs(value - expected) < 5e-4)
    if record.get("benchmark") == "B2":
        slow = record["end"]["momentum"] / record["end"]["speed"]
        check("momentum over speed", slow, "below 1e-12", slow < 1e-12)
    if "claim" in record:
        workload = B3 if record["benchmark"] == "B3" else B4[int(record["benchmark"].split()[1])]
        cells = record["cells"]["start"]
        check("cells at the start", cells, f"{workload.cells:,}", cells == workload.cells)
    if "largest residual of the books" in record:
        for what in ("books", "dissolved substances"):
            worst = record[f"largest residual of {'the ' if what == 'books' else ''}{what}"]
            check(f"largest residual of {what}", worst, "below 1e-9", worst < 1e-9)
        memory = record["peak memory over what is allowed"]
        check("memory over 1 KB per cell and 24 B per voxel and field", memory, "below 1", memory < 1.0)
    if "peak memory allowed [bytes]" in record:
        peak, allowed = record["peak memory of the process [bytes]"], record["peak memory allowed [bytes]"]
        check("peak memory of a million cells", peak, f"at most {allowed}", peak <= allowed)
    if "checksums of a small run by threads" in record:
        sums = record["checksums of a small run by threads"]
        check("same bits on 1 and 2 threads", sums, "one checksum", len(set(sums.values())) == 1)
    return found
