"""What is simulated: pure data, no loops, saved as JSON."""

from .behaviours import MAX_PHASES, Behaviour, Modulation, Response, Rule, behaviours_of, signals_of
from .cells import CellKind, CustomDatum, DrugKill, Endogenous, Polarisation
from .cycles import (
    Cycle,
    Death,
    Phase,
    Remains,
    Volume,
    cycling_quiescent,
    flow_cytometry,
    flow_cytometry_separated,
    ki67_advanced,
    ki67_basic,
    live,
    standard_apoptosis,
    standard_necrosis,
    standard_volume,
)
from .events import AddCopies, AddDrug, AddVesicles, Event
from .model import Model
from .network import Edge, Link, Network, Node, Omission
from .parameter import Parameter, Prior, chosen
from .tissue import Domain, Field, Mechanics, Placement, Start
from .vesicles import Cargo, Control, Loading, Release, Uptake, VesicleKind

__all__ = [
    "MAX_PHASES",
    "AddCopies",
    "AddDrug",
    "AddVesicles",
    "Behaviour",
    "Cargo",
    "CellKind",
    "Control",
    "CustomDatum",
    "Cycle",
    "Death",
    "Domain",
    "DrugKill",
    "Edge",
    "Endogenous",
    "Event",
    "Field",
    "Link",
    "Loading",
    "Mechanics",
    "Model",
    "Modulation",
    "Network",
    "Node",
    "Omission",
    "Parameter",
    "Phase",
    "Placement",
    "Polarisation",
    "Prior",
    "Release",
    "Remains",
    "Response",
    "Rule",
    "Start",
    "Uptake",
    "VesicleKind",
    "Volume",
    "behaviours_of",
    "chosen",
    "cycling_quiescent",
    "flow_cytometry",
    "flow_cytometry_separated",
    "ki67_advanced",
    "ki67_basic",
    "live",
    "signals_of",
    "standard_apoptosis",
    "standard_necrosis",
    "standard_volume",
]
