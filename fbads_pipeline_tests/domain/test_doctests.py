"""The examples of the statistical functions give what they show."""

import doctest
from importlib import import_module
from pkgutil import walk_packages

import pytest

import fbads_pipeline.domain.anomalies
import fbads_pipeline.domain.recommendations
import fbads_pipeline.domain.scoring

PACKAGES = (fbads_pipeline.domain.anomalies, fbads_pipeline.domain.recommendations, fbads_pipeline.domain.scoring)
MODULES = sorted(
    module.name for package in PACKAGES for module in walk_packages(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_give_what_they_show(name):
    assert doctest.testmod(import_module(name)).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    examples = [one for name in MODULES for one in finder.find(import_module(name)) if one.examples]
    assert len(examples) >= 17
