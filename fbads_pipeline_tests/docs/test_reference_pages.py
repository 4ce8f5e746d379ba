"""The reference pages of settings and commands say what the code says."""

import re

import pytest

from checks.reference_pages import commands, commands_page, settings_page
from fbads_pipeline.settings import Settings
from fbads_pipeline_tests.support.paths import ROOT

REFERENCE = ROOT / "docs" / "reference"


def test_every_setting_is_in_the_table_with_its_default_and_meaning():
    page = (REFERENCE / "settings.md").read_text()
    table = dict(re.findall(r"^\| `(FBADS_[A-Z_0-9]+)` \| (.*) \|$", page, re.MULTILINE))
    assert set(table) == {f"FBADS_{name.upper()}" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = field.default
        text = (";" if name == "breakdowns" else ",").join(default) if isinstance(default, tuple) else default
        text = "" if text is None else str(text)
        shown = f"`{text}`" if text else ""
        assert table[f"FBADS_{name.upper()}"] == f"{shown} | {field.description}"


def test_every_command_and_option_is_in_the_reference():
    page = (REFERENCE / "cli.md").read_text()
    for name, command in commands().items():
        assert name in page
        for option in (one for parameter in command.params for one in parameter.opts if one.startswith("--")):
            assert f"`{option}`" in page


@pytest.mark.parametrize(("name", "page"), [("settings.md", settings_page), ("cli.md", commands_page)])
def test_the_reference_is_what_make_docs_writes(name, page):
    assert (REFERENCE / name).read_text() == page(), f"docs/reference/{name} is out of date: run `make docs`"
