"""The README says what is true."""

import re

import pytest

from fbads_pipeline.cli.main import COMMANDS
from fbads_pipeline.settings import Settings
from fbads_pipeline_tests.support.paths import ROOT

README = (ROOT / "README.md").read_text()


def test_every_setting_stands_in_the_table_with_its_default_and_meaning():
    table = dict(re.findall(r"^\| `(FBADS_[A-Z_0-9]+)` \| (.*) \|$", README, re.MULTILINE))
    assert set(table) == {f"FBADS_{name.upper()}" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = field.default
        said = (";" if name == "breakdowns" else ",").join(default) if isinstance(default, tuple) else default
        said = "" if said is None else str(said)
        shown = f"`{said}`" if said else ""
        assert table[f"FBADS_{name.upper()}"] == f"{shown} | {field.description}"


def test_every_command_that_it_names_exists():
    named = set(re.findall(r"^(?:\| `)?fbads ([a-z]+)", README, re.MULTILINE))
    assert named
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README))
def test_every_link_leads_somewhere(link):
    assert link.startswith("http") or (ROOT / link).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z0-9]+(?:-[a-z0-9]+)*)", README))))
def test_every_make_target_that_it_names_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
