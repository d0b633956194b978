"""Small models made by hand, without the knowledge base. Numbers are chosen to make effects visible."""

from __future__ import annotations

from dataclasses import replace

from exocosm.model import (
    Behaviour,
    Boundaries,
    Cargo,
    CellKind,
    Death,
    Domain,
    DrugKill,
    Edge,
    Endogenous,
    Fate,
    Field,
    Link,
    Loading,
    Match,
    Mechanics,
    Model,
    Modulation,
    Network,
    Node,
    Parameter,
    Placement,
    Polarisation,
    Release,
    Response,
    Uptake,
    VesicleKind,
    chosen,
    fixed_everywhere,
    live,
)


def number(name: str, value: float, unit: str = "") -> Parameter:
    return chosen(name, value, unit, why="made up for a test")


def node(name: str, resting: float = 0.3, tau: float = 100.0, kind: str = "molecule") -> Node:
    return Node(
        name=name, kind=kind, entity="", resting=number(f"b:{name}", resting), tau=number(f"tau:{name}", tau)
    )


def edge(source: str, target: str, sign: int = 1, weight: float = 1.0) -> Edge:
    return Edge(
        source=source,
        target=target,
        sign=sign,
        weight=number(f"w:{source}>{target}", weight),
        statements=("made-up",),
    )


def link(kind: str, cargo: str, target: str, half: float, sign: int = -1) -> Link:
    return Link(
        kind=kind,
        cargo=cargo,
        target=target,
        sign=sign,
        half_effect=number(f"K:{cargo}>{target}", half),
        statements=("made-up",),
    )


def network(nodes=(), edges=(), links=(), gain: float = 2.0) -> Network:
    return Network(nodes=tuple(nodes), edges=tuple(edges), links=tuple(links), gain=number("gain", gain))


def vesicle(
    name: str = "sEV", *, diffusion: float = 20.0, loss: float = 0.001, wall: float = 0.0005
) -> VesicleKind:
    return VesicleKind(
        name=name,
        markers=("CD63",),
        diameter=number(f"d:{name}", 0.08, "um"),
        diameter_sigma=number(f"s:{name}", 0.6),
        free_diffusion=number(f"D:{name}", diffusion, "um**2/min"),
        hindrance=number(f"h:{name}", 1.0),
        loss=number(f"loss:{name}", loss, "1/min"),
        wall_loss=number(f"wall:{name}", wall, "1/min"),
    )


def cargo(name: str, loss: float = 0.001) -> Cargo:
    return Cargo(name=name, kind="miRNA", entity="", loss=number(f"cargo loss:{name}", loss, "1/min"))


def cell(
    name: str,
    *,
    sends: dict[str, float] | None = None,
    rate: float = 3.0,
    burst: float = 5.0,
    takes: float = 800.0,
    escape: float = 0.5,
    holds: dict[str, float] | None = None,
    net: Network | None = None,
    vesicles: tuple[str, ...] = ("sEV",),
    does: dict[str, float] | None = None,
    breathes: bool = True,
    dead_time: float = 0.0,
    **more,
) -> CellKind:
    does = ({"oxygen uptake": 10.0} if breathes else {}) | (does or {})
    remains = Death(duration=number(f"dead time:{name}", dead_time, "min"))
    loadings = tuple(Loading(cargo=c, copies=number(f"q:{name}:{c}", q)) for c, q in (sends or {}).items())
    return CellKind(
        name=name,
        entity="",
        radius=number(f"r:{name}", 8.0, "um"),
        hypoxia_start=number("hypoxia start", 15.0, "mmHg"),
        hypoxia_full=number("hypoxia full", 4.0, "mmHg"),
        releases=tuple(
            Release(
                vesicle=v,
                rate=number(f"rate:{name}:{v}", rate, "1/min"),
                burst=number(f"burst:{name}:{v}", burst),
                loadings=loadings,
            )
            for v in vesicles
            if rate > 0
        ),
        uptakes=tuple(
            Uptake(
                route=f"all of {v}",
                matches=(Match(vesicle=v),),
                clearance=number(f"k:{name}:{v}", takes, "um**3/min"),
            )
            for v in vesicles
            if takes > 0
        ),
        fate=more.pop("fate", Fate(escape=number(f"escape:{name}", escape))),
        endogenous=tuple(
            Endogenous(cargo=c, copies=number(f"C0:{name}:{c}", amount))
            for c, amount in (holds or {}).items()
        ),
        network=net or network(),
        behaviours=tuple(
            Behaviour(name=what, value=number(f"{what}:{name}", value)) for what, value in does.items()
        ),
        **{"apoptosis": remains, "necrosis": remains} | more,
    )


def ramp(
    behaviour: str, zero: float, one: float, signal: str = "oxygen", *, clipped: bool = True
) -> Modulation:
    return Modulation(
        behaviour=behaviour,
        signal=signal,
        zero=number(f"{behaviour} none at", zero),
        one=number(f"{behaviour} full at", one),
        clipped=clipped,
    )


def dividing(rate: float, name: str = "division") -> dict:
    """Make a live cycle that oxygen slows, as keywords of a cell."""
    return {
        "cycle": live(number(name, rate, "1/min")),
        "modulations": (ramp("cycle entry", 5.0, 38.0),),
    }


def model(
    kinds, placements, cargoes=(), *, shape=(1, 10, 10), spacing=20.0, dish=False, vesicles=None, **more
) -> Model:
    return Model(
        name="small",
        cell_kinds=tuple(kinds),
        vesicle_kinds=tuple(vesicles or (vesicle(),)),
        cargoes=tuple(cargo(name) if isinstance(name, str) else name for name in cargoes),
        fields=more.pop("fields", (oxygen(clamped=dish),)),
        domain=Domain(shape=shape, spacing=number("spacing", spacing, "um"), well_mixed=dish),
        mechanics=Mechanics(
            repulsion=number("repulsion", 10.0), adhesion=number("adhesion", 0.4), reach=number("reach", 1.25)
        ),
        placements=tuple(placements),
        **more,
    )


def oxygen(*, clamped: bool = False, boundary: float | None = 38.0) -> Field:
    return Field(
        name="oxygen",
        unit="mmHg",
        diffusion=number("D oxygen", 1e5, "um**2/min"),
        loss=number("oxygen loss", 0.1, "1/min"),
        initial=number("oxygen start", 38.0, "mmHg"),
        boundaries=Boundaries()
        if boundary is None
        else fixed_everywhere(number("oxygen border", boundary, "mmHg")),
        clamped=clamped,
    )


def drug_field() -> Field:
    return Field(
        name="drug",
        unit="mmol/L",
        diffusion=number("D drug", 0.0, "um**2/min"),
        loss=number("drug loss", 0.01, "1/min"),
        initial=number("drug start", 0.0, "mmol/L"),
        scheme="conservative",
    )


def talking_tissue(shape=(1, 12, 12), count: int = 30, **more) -> Model:
    """Donors in the middle, recipients around, a network with a loop, growth and polarisation."""
    net = network(
        [node("A"), node("B"), node("C"), node("P", kind="phenotype")],
        [edge("A", "B"), edge("B", "C", -1), edge("C", "A", 1, 0.5), edge("C", "P")],
        [link("repression", "miR-x", "A", 50.0), link("sponge", "lnc-y", "miR-x", 80.0)],
    )
    donor = cell(
        "donor",
        sends={"miR-x": 0.4, "lnc-y": 0.2},
        holds={"miR-x": 900.0, "lnc-y": 300.0},
        does={"apoptosis": 0.0005},
        dead_time=60.0,
        **dividing(0.003),
    )
    recipient = cell(
        "recipient",
        rate=1.0,
        holds={"miR-x": 20.0, "lnc-y": 5.0},
        net=net,
        polarisation=Polarisation(
            forward=number("forward", 0.001, "1/min"), backward=number("backward", 0.0005, "1/min")
        ),
        responses=(Response(phenotype="P", behaviour="polarisation", sign=1, fold=number("F", 3.0)),),
    )
    return model(
        [donor, recipient],
        [
            Placement(kind="donor", pattern="disc", count=count),
            Placement(kind="recipient", pattern="scattered", count=count // 2),
        ],
        ["miR-x", "lnc-y"],
        shape=shape,
        **more,
    )


def drugged_dish(half_kill: float = 0.1, count: int = 200) -> Model:
    """Dividing cells in one well, killed at division by a drug."""
    growing = cell(
        "growing",
        rate=0.0,
        takes=0.0,
        dead_time=60.0,
        **dividing(0.002),
        drug_kill=DrugKill(drug="drug", half_kill=number("half kill", half_kill), hill=number("hill", 2.0)),
    )
    return model(
        [growing],
        [Placement(kind="growing", pattern="dish", count=count)],
        shape=(1, 1, 1),
        spacing=1000.0,
        dish=True,
        fields=(oxygen(clamped=True, boundary=None), drug_field()),
    )


def with_events(base: Model, *events) -> Model:
    return replace(base, events=tuple(events))
