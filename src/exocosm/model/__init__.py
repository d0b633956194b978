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
from .release import (
    MODULATORS,
    STEPS,
    STEPS_OF_ROUTE,
    Control,
    Inhibition,
    Loading,
    Modulation,
    Modulator,
    Release,
    Step,
)
from .sizes import split_by_size
from .tissue import Domain, Field, Mechanics, Placement
from .uptake import Fate, Match, Uptake, UptakeModulation
from .vesicles import Cargo, MatrixBinding, VesicleKind

__all__ = [
    "MODULATORS",
    "STEPS",
    "STEPS_OF_ROUTE",
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
    "Fate",
    "Field",
    "Inhibition",
    "Link",
    "Loading",
    "Match",
    "MatrixBinding",
    "Mechanics",
    "Model",
    "Modulation",
    "Modulator",
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
    "Step",
    "Uptake",
    "UptakeModulation",
    "VesicleKind",
    "chosen",
    "split_by_size",
]
