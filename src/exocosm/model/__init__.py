"""What is simulated: pure data, no loops, saved as JSON."""

from .cells import (
    CellKind,
    Cycle,
    DrugKill,
    Endogenous,
    Necrosis,
    Polarisation,
    Response,
)
from .events import AddCopies, AddDrug, AddVesicles, Event
from .model import Model
from .network import Edge, Link, Network, Node, Omission
from .parameter import Parameter, Prior, chosen
from .tissue import Domain, Field, Mechanics, Placement
from .vesicles import Cargo, Control, Loading, Release, Uptake, VesicleKind

__all__ = [
    "AddCopies",
    "AddDrug",
    "AddVesicles",
    "Cargo",
    "CellKind",
    "Control",
    "Cycle",
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
    "Necrosis",
    "Network",
    "Node",
    "Omission",
    "Parameter",
    "Placement",
    "Polarisation",
    "Prior",
    "Release",
    "Response",
    "Uptake",
    "VesicleKind",
    "chosen",
]
