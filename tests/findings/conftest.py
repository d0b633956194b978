"""The shipped base as cases, some of them with their effects."""

import pytest

from exocosm import knowledge
from exocosm.findings import Setting, cases_of
from exocosm.findings.score import effects_of

SETTING = Setting(draws=24)


@pytest.fixture(scope="session")
def shipped():
    return knowledge.load()


@pytest.fixture(scope="session")
def everything(shipped):
    """The vocabulary and all cases of the shipped base."""
    return cases_of(shipped)


@pytest.fixture(scope="session")
def some_cases(everything):
    """Twenty-four cases that something leads from and to."""
    _, cases = everything
    return [case for case in cases if case.inputs and case.asked and not case.out_of_scope][:24]


@pytest.fixture(scope="session")
def effects(everything, some_cases):
    return effects_of(everything[0], some_cases, SETTING)
