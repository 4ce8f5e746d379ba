"""Every decision has its five fields and is listed."""

import re

import pytest

from fbads_pipeline_tests.support.paths import ROOT

DECISIONS = ROOT / "docs" / "decisions"
FILES = sorted(DECISIONS.glob("*/*.md"))


@pytest.mark.parametrize("file", [pytest.param(one, id=one.stem) for one in FILES])
def test_a_decision_has_date_status_context_choice_and_alternatives(file):
    text = file.read_text()
    number = file.name[:4]
    assert text.startswith(f"# {number}. ")
    assert re.search(r"^- Date: 20\d\d-\d\d-\d\d$", text, re.MULTILINE)
    assert re.search(r"^- Status: (accepted(; .+)?|superseded by .+)$", text, re.MULTILINE)
    sections = re.findall(r"^## (.*)\n\n(.+)", text, re.MULTILINE)
    assert [title for title, first_line in sections if first_line.strip()] == ["Context", "Choice", "Alternatives"]


def test_every_decision_is_listed_under_its_title():
    listed = re.findall(r"^- \[(\d{4})\]\(([^)]+)\) (.*)$", (DECISIONS / "README.md").read_text(), re.MULTILINE)
    titles = [(one.name[:4], str(one.relative_to(DECISIONS)), one.read_text().splitlines()[0][8:]) for one in FILES]
    assert sorted(listed) == sorted(titles)


def test_no_two_decisions_have_the_same_number():
    numbers = [one.name[:4] for one in FILES]
    assert len(set(numbers)) == len(numbers)
