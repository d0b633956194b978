"""What is known: curated statements about vesicles with their evidence, and numbers from the literature."""

from .base import KnowledgeBase, load, shipped_files
from .display import card
from .entities import CARGO_TYPES, Entity, EntityType
from .finding import Finding, ReadOut
from .names import AmbiguousNameError, UnknownNameError
from .parameters import ParameterRow, PriorRow, parameter_row, parameter_rows, prior_row, prior_rows
from .paths import SignedPath, Step, paths, shortcuts
from .phenotype import Marker, Phenotype
from .problems import KnowledgeFileError, Problem
from .quotes import QuoteProblem, check_quotes
from .read import KnowledgeFile, read_file
from .record import RecordError, to_plain
from .reference import Document, Reference
from .statement import Axis, Context, Correction, Effect, Evidence, Influence, Statement, Target
from .validate import validate
from .yaml_tree import YamlTree, read_text

__all__ = [
    "CARGO_TYPES",
    "AmbiguousNameError",
    "Axis",
    "Context",
    "Correction",
    "Document",
    "Effect",
    "Entity",
    "EntityType",
    "Evidence",
    "Finding",
    "Influence",
    "KnowledgeBase",
    "KnowledgeFile",
    "KnowledgeFileError",
    "Marker",
    "ParameterRow",
    "Phenotype",
    "PriorRow",
    "Problem",
    "QuoteProblem",
    "ReadOut",
    "RecordError",
    "Reference",
    "SignedPath",
    "Statement",
    "Step",
    "Target",
    "UnknownNameError",
    "YamlTree",
    "card",
    "check_quotes",
    "load",
    "parameter_row",
    "parameter_rows",
    "paths",
    "prior_row",
    "prior_rows",
    "read_file",
    "read_text",
    "shipped_files",
    "shortcuts",
    "to_plain",
    "validate",
]
