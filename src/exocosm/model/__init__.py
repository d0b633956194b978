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
from .fields import (
    AutomaticStep,
    Boundaries,
    Face,
    FaceFlow,
    Field,
    FixedStep,
    Flow,
    Hindrance,
    Pattern,
    fixed_everywhere,
)
from .model import Model
from .network import Edge, Link, Network, Node, Omission
from .parameter import Parameter, Prior, chosen
from .tissue import Domain, Mechanics, Placement
from .vesicles import Cargo, Control, Loading, Release, Uptake, VesicleKind

__all__ = [
    "AddCopies",
    "AddDrug",
    "AddVesicles",
    "AutomaticStep",
    "Boundaries",
    "Cargo",
    "CellKind",
    "Control",
    "Cycle",
    "Domain",
    "DrugKill",
    "Edge",
    "Endogenous",
    "Event",
    "Face",
    "FaceFlow",
    "Field",
    "FixedStep",
    "Flow",
    "Hindrance",
    "Link",
    "Loading",
    "Mechanics",
    "Model",
    "Necrosis",
    "Network",
    "Node",
    "Omission",
    "Parameter",
    "Pattern",
    "Placement",
    "Polarisation",
    "Prior",
    "Release",
    "Response",
    "Uptake",
    "VesicleKind",
    "chosen",
    "fixed_everywhere",
]
