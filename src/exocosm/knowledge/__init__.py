"""What is known: curated statements about vesicles with their evidence, and numbers from the literature."""

from .base import KnowledgeBase, load, shipped_files
from .citations import CitationProblem, check_citations
from .display import card
from .entities import CARGO_TYPES, Entity, EntityType
from .evidence import Context, Correction, Evidence, Quantity
from .explore import Comparison, Gaps, compare, crosstalk, gaps, neighbourhood
from .export import FORMATS, Format, format_named, save_as
from .finding import Finding, ReadOut
from .grounding import AmbiguousGroundingError, Grounding, NotInTableError, ground
from .names import AmbiguousNameError, UnknownNameError
from .own.joining import Conflict, Joined, joined
from .own.template import template
from .own.write_yaml import knowledge_yaml
from .parameters import ParameterRow, PriorRow, parameter_row, parameter_rows, prior_row, prior_rows
from .paths import SignedPath, Step, paths, shortcuts
from .phenotype import Marker, Phenotype
from .problems import KnowledgeFileError, Problem
from .quotes import QuoteProblem, check_quotes
from .read import KnowledgeFile, read_file
from .record import RecordError, to_plain
from .reference import Document, Reference
from .roles import Roles, roles_of
from .statement import Axis, Claim, Effect, Influence, Statement, Target
from .statistics import cargo_type, counts
from .validate import validate
from .yaml_tree import YamlTree, read_text

__all__ = [
    "CARGO_TYPES",
    "FORMATS",
    "AmbiguousGroundingError",
    "AmbiguousNameError",
    "Axis",
    "CitationProblem",
    "Claim",
    "Comparison",
    "Conflict",
    "Context",
    "Correction",
    "Document",
    "Effect",
    "Entity",
    "EntityType",
    "Evidence",
    "Finding",
    "Format",
    "Gaps",
    "Grounding",
    "Influence",
    "Joined",
    "KnowledgeBase",
    "KnowledgeFile",
    "KnowledgeFileError",
    "Marker",
    "NotInTableError",
    "ParameterRow",
    "Phenotype",
    "PriorRow",
    "Problem",
    "Quantity",
    "QuoteProblem",
    "ReadOut",
    "RecordError",
    "Reference",
    "Roles",
    "SignedPath",
    "Statement",
    "Step",
    "Target",
    "UnknownNameError",
    "YamlTree",
    "card",
    "cargo_type",
    "check_citations",
    "check_quotes",
    "compare",
    "counts",
    "crosstalk",
    "format_named",
    "gaps",
    "ground",
    "joined",
    "knowledge_yaml",
    "load",
    "neighbourhood",
    "parameter_row",
    "parameter_rows",
    "paths",
    "prior_row",
    "prior_rows",
    "read_file",
    "read_text",
    "roles_of",
    "save_as",
    "shipped_files",
    "shortcuts",
    "template",
    "to_plain",
    "validate",
]
