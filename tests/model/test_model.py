"""Models as data: saved and read back, redrawn, changed, refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exocosm.errors import InputError
from exocosm.model import (
    AddCopies,
    AddDrug,
    AddVesicles,
    Behaviour,
    Cargo,
    CellKind,
    CustomDatum,
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
    Prior,
    Release,
    Response,
    Rule,
    Uptake,
    VesicleKind,
    ki67_advanced,
    standard_apoptosis,
    standard_necrosis,
    standard_volume,
)


def number(name: str, value: float = 1.0, *, spread: float = 2.0) -> Parameter:
    """A number known to within a factor `spread`; fixed where that is 1."""
    prior = (
        Prior(shape="lognormal", central=value, low=value / spread, high=value * spread)
        if spread > 1
        else Prior(central=value)
    )
    return Parameter(name=name, value=value, unit="1", prior=prior, confidence="assumed", source="test")


def vesicle(name: str, value: float = 1.0) -> VesicleKind:
    fields = ("diameter", "diameter_sigma", "free_diffusion", "hindrance", "loss", "wall_loss")
    return VesicleKind(
        name=name, markers=("CD63",), **{field: number(f"{field}:{name}", value) for field in fields}
    )


def network(value: float) -> Network:
    return Network(
        nodes=(
            Node(name="PTEN", kind="molecule", entity="hgnc:9588", resting=number("b"), tau=number("tau")),
            Node(name="growth", kind="phenotype", entity="", resting=number("b"), tau=number("tau")),
        ),
        edges=(Edge(source="PTEN", target="growth", sign=-1, weight=number("w", value), statements=("s",)),),
        links=(
            Link(
                kind="repression",
                cargo="miR-21",
                target="PTEN",
                sign=-1,
                half_effect=number("K", value),
                statements=(),
            ),
            Link(
                kind="sponge",
                cargo="lnc",
                target="miR-21",
                sign=-1,
                half_effect=number("K2"),
                statements=("t",),
            ),
        ),
        gain=number("gain", value),
    )


def cell(name: str, value: float, *, bare: bool) -> CellKind:
    loading = Loading(
        cargo="miR-21",
        copies=number(f"q:{name}", value),
        modulator=None if bare else "hypoxia",
        modulator_fold=None if bare else number("fold", 2.0),
    )
    extras = (
        {}
        if bare
        else {
            "responses": (Response(phenotype="growth", behaviour="cycle entry", sign=1, fold=number("F")),),
            "behaviours": (Behaviour(name="apoptosis", value=number("apoptosis", value)),),
            "modulations": (
                Modulation(
                    behaviour="cycle entry",
                    signal="drug",
                    zero=number("stop", 5.0, spread=1.0),
                    one=number("full", 38.0),
                ),
            ),
            "rules": (
                Rule(
                    signal="hypoxia",
                    direction="decreases",
                    behaviour="necrosis",
                    saturation=number("least", 0.0, spread=1.0),
                    half_max=number("half oxygen", 4.0),
                    power=number("power", 4.0),
                ),
            ),
            "cycle": ki67_advanced(),
            "volume": standard_volume(),
            "apoptosis": standard_apoptosis(),
            "necrosis": standard_necrosis(),
            "custom": (CustomDatum(name="oncoprotein", value=number("onco"), spread=0.25, low=0.0),),
            "polarisation": Polarisation(forward=number("fw"), backward=number("bw")),
            "drug_kill": DrugKill(drug="drug", half_kill=number("half"), hill=number("hill")),
        }
    )
    return CellKind(
        name=name,
        entity="",
        radius=number("radius"),
        hypoxia_start=number("hs"),
        hypoxia_full=number("hf"),
        releases=(
            Release(vesicle="sEV", rate=number("release"), burst=number("burst"), loadings=(loading,)),
        ),
        uptakes=(Uptake(route="all", matches=(Match(vesicle="sEV"),), clearance=number("k")),),
        fate=Fate(escape=number("esc", 0.5, spread=1.0)),
        endogenous=(Endogenous(cargo="miR-21", copies=number(f"C0:{name}", value)),),
        network=network(2.0),
        **extras,
    )


def model(
    names=("tumour",), *, value: float = 1.0, bare: bool = False, vesicles=("sEV",), shape=(1, 4, 5)
) -> Model:
    return Model(
        name="small",
        cell_kinds=tuple(cell(name, value, bare=bare) for name in names),
        vesicle_kinds=tuple(vesicle(name, value) for name in vesicles),
        cargoes=tuple(
            Cargo(name=c, kind="mirna", entity="", loss=number(f"loss:{c}")) for c in ("miR-21", "lnc")
        ),
        fields=(
            Field(
                name="drug",
                unit="mmol/L",
                diffusion=number("Dd"),
                loss=number("ld"),
                initial=number("i"),
                scheme="conservative",
            ),
        ),
        domain=Domain(shape=shape, spacing=number("spacing", value)),
        mechanics=Mechanics(repulsion=number("rep"), adhesion=number("adh"), reach=number("reach")),
        placements=tuple(
            Placement(kind=name, pattern="scattered", count=i, inner=None if bare else number("inner"))
            for i, name in enumerate(names)
        ),
        events=(
            AddDrug(field="drug", amount=number("dose"), time=3.0),
            AddVesicles(
                vesicle="sEV",
                recipient=names[0],
                per_recipient=number("n", value),
                loadings=(Loading(cargo="lnc", copies=number("ql")),),
                hypoxia=0.5,
            ),
            AddCopies(cargo="lnc", recipient=names[0], copies=number("mimic"), held=True),
        ),
    )


words = st.text(min_size=1, max_size=8).filter(
    lambda word: word.isprintable() and word == word.strip() and '"' not in word
)


@settings(max_examples=25)
@given(
    names=st.lists(words, min_size=1, max_size=3, unique=True),
    value=st.floats(1e-300, 1e300),
    bare=st.booleans(),
    more=st.lists(words.filter(lambda word: word != "sEV"), max_size=2, unique=True),
    shape=st.tuples(*[st.integers(1, 1000)] * 3),
)
def test_a_saved_model_reads_back_equal(tmp_path_factory, names, value, bare, more, shape):
    made = model(names, value=value, bare=bare, vesicles=("sEV", *more), shape=shape)
    path = tmp_path_factory.mktemp("model") / "model.json"
    made.save(path)
    read = Model.load(path)
    assert read == made
    assert [type(event) for event in read.events] == [AddDrug, AddVesicles, AddCopies]
    again = path.with_name("again.json")
    read.save(again)
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "other"}', '{"format": "exocosm-model-1"}', "\xff"]
)
def test_anything_else_is_refused(tmp_path, text):
    path = tmp_path / "model.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match="model"):
        Model.load(path)


def test_a_missing_file_and_a_damaged_one_are_refused(tmp_path):
    with pytest.raises(InputError, match="nowhere"):
        Model.load(tmp_path / "nowhere.json")
    path = tmp_path / "model.json"
    model().save(path)
    record = json.loads(path.read_text())
    record["placements"][0]["count"] = -3
    path.write_text(json.dumps(record))
    with pytest.raises(InputError, match="Could not read"):
        Model.load(path)


def test_every_number_is_listed_once_with_all_its_places():
    made = model(("tumour", "immune"))
    listed = made.parameters()
    assert listed["C0:tumour"][1] == ("small.cell_kinds.tumour.endogenous.copies",)
    assert len(listed["K"][1]) == 2  # one per cell kind
    assert {"gain", "dose", "spacing", "half", "inner", "loss:miR-21"} <= set(listed)


def test_two_numbers_under_one_name_are_refused():
    made = model(("tumour", "immune"))
    first, second = made.cell_kinds
    other = replace(second, radius=replace(second.radius, value=2.0))
    with pytest.raises(
        InputError, match="`radius` stands for two different numbers: 1 at .*tumour.* and 2 at"
    ):
        replace(made, cell_kinds=(first, other))


def values(made: Model) -> dict[str, float]:
    return {name: parameter.value for name, (parameter, _) in made.parameters().items()}


@given(seed=st.integers(0, 2**63 - 1), draw=st.integers(0, 1000))
@settings(max_examples=20)
def test_adding_numbers_changes_no_other_draw(seed, draw):
    small, large = model(), model(("tumour", "immune"), vesicles=("sEV", "MV"))
    one, other = values(small.drawn(seed, draw)), values(large.drawn(seed, draw))
    assert set(one) < set(other)
    assert all(other[name] == value for name, value in one.items())
    uncertain = [one[name] for name, (p, _) in small.parameters().items() if p.prior.shape != "fixed"]
    assert len(set(uncertain)) == len(uncertain)  # none is left at its central value, none shares a draw


def test_draws_have_the_median_and_spread_of_the_prior():
    made = model()
    drawn = sorted(math.log(values(made.drawn(1, draw))["gain"] / 2.0) for draw in range(400))
    # Median 0 with standard deviation 1.25 sigma/sqrt(400), sigma = ln 2/1.96; 5 % lie outside ±ln 2.
    assert abs(drawn[200]) < 4.0 * 1.25 * math.log(2.0) / 1.96 / 20.0
    outside = sum(abs(value) > math.log(2.0) for value in drawn)
    assert 4 <= outside <= 40  # binomial(400, 0.05): mean 20, standard deviation 4.4


def test_values_are_set_by_name_and_nothing_else_moves():
    made = model(("tumour", "immune"))
    changed = made.replaced(K=7.0, gain=3.0)
    before, after = values(made), values(changed)
    assert {name for name in before if before[name] != after[name]} == {"K", "gain"}
    assert {kind.network.links[0].half_effect.value for kind in changed.cell_kinds} == {7.0}
    assert changed.parameters()["K"][0].prior == made.parameters()["K"][0].prior
    with pytest.raises(InputError, match="No parameter `k_on`"):
        made.replaced(k_on=1.0)


def test_parts_are_found_by_name():
    made = model()
    assert made.cell_kind("tumour") is made.cell_kinds[0]
    assert made.vesicle_kind("sEV") is made.vesicle_kinds[0]
    assert made.cargo("lnc") is made.cargoes[1]
    assert made.field("drug") is made.fields[0]
    with pytest.raises(InputError, match=r"No cell kind `tumor` in this model. Known: \['tumour'\]"):
        made.cell_kind("tumor")


def kind_with(**changes):
    return lambda made: replace(made, cell_kinds=(replace(made.cell_kinds[0], **changes),))


def network_with(**changes):
    return lambda made: kind_with(network=replace(made.cell_kinds[0].network, **changes))(made)


def link(kind: str, cargo: str, target: str) -> Link:
    return Link(kind=kind, cargo=cargo, target=target, sign=-1, half_effect=number("K"), statements=())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: replace(m, vesicle_kinds=()), "vesicle class `sEV`"),
        (lambda m: replace(m, cargoes=m.cargoes[:1]), "cargo `lnc`"),
        (lambda m: replace(m, fields=()), "field `drug`"),
        (lambda m: replace(m, cell_kinds=m.cell_kinds * 2), "unique"),
        (lambda m: replace(m, cargoes=m.cargoes * 2), "unique"),
        (lambda m: replace(m, placements=(Placement(kind="x", pattern="disc", count=1),)), "cell kind `x`"),
        (lambda m: replace(m, events=(AddCopies(cargo="x", recipient="tumour", copies=number("c")),)), "`x`"),
        (lambda m: replace(m, events=(AddCopies(cargo="lnc", recipient="x", copies=number("c")),)), "`x`"),
        (lambda m: replace(m, events=(AddDrug(field="x", amount=number("c")),)), "field `x`"),
        (lambda m: replace(m, events=(replace(m.events[1], vesicle="x"),)), "vesicle class `x`"),
        (
            kind_with(uptakes=(Uptake(route="all", matches=(Match(vesicle="x"),), clearance=number("c")),)),
            "class `x`",
        ),
        (kind_with(endogenous=(Endogenous(cargo="x", copies=number("c")),)), "cargo `x`"),
        (
            kind_with(responses=(Response(phenotype="x", behaviour="apoptosis", sign=1, fold=number("c")),)),
            "`x`",
        ),
        (kind_with(drug_kill=DrugKill(drug="x", half_kill=number("a"), hill=number("h"))), "field `x`"),
        (network_with(links=(link("repression", "lnc", "x"),)), "No node `x`"),
        (network_with(links=(link("sponge", "lnc", "x"),)), "No cargo `x`"),
        (network_with(links=(link("sponge", "x", "lnc"),)), "No cargo `x`"),
    ],
)
def test_names_that_lead_nowhere_are_refused(change, said):
    with pytest.raises(InputError, match=said):
        change(model())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"shape": (1, 0, 5)}, "shape"),
        ({"shape": (4, 5)}, "shape"),
        ({"shape": (1, 2, 2), "well_mixed": True}, "well-mixed"),
        ({"shape": (1, 2, 2), "spacing": number("s", -1.0, spread=1.0)}, "spacing"),
    ],
)
def test_impossible_domains_are_refused(arguments, said):
    with pytest.raises(InputError, match=said):
        Domain(**{"spacing": number("s"), **arguments})


def test_a_domain_knows_its_size():
    box = Domain(shape=(1, 4, 5), spacing=number("s", 20.0))
    assert box.voxel_volume == 8000.0
    assert box.n_axes == 2
