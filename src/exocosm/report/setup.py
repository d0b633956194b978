"""What was done, in the words of a methods section."""

from __future__ import annotations

from typing import Any

from .folder import RunFolder
from .tables import Table, table


def facts(folder: RunFolder) -> list[tuple[str, str]]:
    """Return (what, value) pairs of the set-up; what the run does not say is left out."""
    study = folder.study
    pairs = [
        (
            "Set-up",
            {"tissue": "tissue, cells in space", "dish": "dish, well mixed"}.get(
                str(study.get("setup")), study.get("setup")
            ),
        ),
        ("Duration", study.get("duration")),
        ("Control", folder.arms[folder.control]),
        ("Replicates per arm", study.get("replicates")),
        ("Seed", study.get("seed", folder.provenance.get("seed"))),
        ("Cells at the start", _cells(folder)),
        ("Size", _size(folder)),
        ("Vesicle classes", ", ".join(str(v.get("name")) for v in folder.model.get("vesicle_kinds") or ())),
        ("Drug", _drug(study.get("drug"))),
        ("Titration", _settings(study.get("titration"))),
        ("Systems of the source documents", ", ".join(map(str, study.get("systems") or ()))),
    ]
    return [(name, str(value)) for name, value in pairs if value not in (None, "")]


def arms(folder: RunFolder) -> Table:
    """The arms with their treatments."""
    rows = (
        [
            str(arm.get("label") or arm["name"]),
            str(arm.get("description") or ""),
            "; ".join(map(treatment, arm.get("treatments") or ())) or "none",
        ]
        for arm in folder.study.get("arms") or ()
    )
    return table(("arm", "what it is", "treatments"), rows)


def readouts(folder: RunFolder) -> Table:
    """What was measured."""
    from exocosm.plot import unit

    listed = folder.study.get("readouts") or ()
    rows = (
        [r.label, r.cell or "all", str(raw.get("node") or raw.get("quantity") or ""), unit(r.unit) or "1"]
        for r, raw in zip(folder.readouts, listed, strict=True)
    )
    return table(("read-out", "cell", "what is read", "unit"), rows)


def treatment(item: Any) -> str:
    """Describe a treatment: a plain word, or a kind with its settings."""
    if not isinstance(item, dict):
        return str(item)
    settings = dict(item)
    head = next(
        (str(settings.pop(key)) for key in ("kind", "type", "treatment", "name") if key in settings), ""
    )
    rest = _settings(settings)
    head = head.replace("_", " ")
    return f"{head} ({rest})" if head and rest else head or rest


def _settings(value: Any) -> str:
    if not isinstance(value, dict):
        return "" if value in (None, False, True) else str(value)
    # A switch that is on is named, one that is off is left out.
    return ", ".join(
        str(key).replace("_", " ") + ("" if entry is True else f" {_plain(entry)}")
        for key, entry in value.items()
        if entry is not None and entry is not False
    )


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " / ".join(map(_plain, value))
    if isinstance(value, dict):
        return f"{{{_settings(value)}}}"
    from exocosm.plot import number

    return number(value) if isinstance(value, float | int) and not isinstance(value, bool) else str(value)


def _drug(drug: Any) -> str:
    """Name the drug with its doses and times; the rest of its settings stands in study.yaml."""
    if not isinstance(drug, dict):
        return str(drug or "")
    told = ("doses", "concentrations", "time", "assay_time")
    rest = _settings({key: drug[key] for key in told if key in drug})
    return f"{drug.get('name', '')}" + (f" ({rest})" if rest else "")


def _cells(folder: RunFolder) -> str:
    counts: dict[str, int] = {}
    for placement in folder.model.get("placements") or ():
        counts[str(placement["kind"])] = counts.get(str(placement["kind"]), 0) + int(
            placement.get("count") or 0
        )
    if counts:
        return ", ".join(f"{count} × {kind}" for kind, count in counts.items() if count)
    return ", ".join(str(kind.get("name")) for kind in folder.model.get("cell_kinds") or ())


def _size(folder: RunFolder) -> str:
    domain = folder.model.get("domain")
    if not isinstance(domain, dict) or not domain.get("shape") or domain.get("well_mixed"):
        return ""
    spacing = domain.get("spacing")
    edge = spacing.get("value") if isinstance(spacing, dict) else spacing
    if not isinstance(edge, int | float):
        return ""
    z, y, x = (n * edge for n in domain["shape"])
    return f"{x:g} × {y:g} × {z:g} µm (x, y, z), voxels of {edge:g} µm"
