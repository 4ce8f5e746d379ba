"""The pictures of the pages: every page is on one, they stay small, and the docs show each with its words."""

import re
from string import Formatter

from checks.screenshots import IMAGES, LANGUAGES, MOST_BYTES, MOST_PICTURES, SHEETS
from fbads_pipeline.api.pages.rendering import NAVIGATION
from fbads_pipeline_tests.support.paths import ROOT

PAGE = ROOT / "docs" / "reference" / "pages.md"
NAMES = {f"{sheet}.{language}.png" for sheet in SHEETS for language in LANGUAGES}


def test_every_page_of_the_navigation_is_on_a_picture():
    shown = {path.partition("?")[0] for paths in SHEETS.values() for path in paths}
    assert {path for pages in NAVIGATION.values() for path in pages} <= shown
    named = {name for paths in SHEETS.values() for path in paths for _, name, _, _ in Formatter().parse(path) if name}
    assert named == {"account", "campaign", "ad", "suggestion"}


def test_the_pictures_are_few_and_small():
    assert len(NAMES) <= MOST_PICTURES
    assert {one.name for one in IMAGES.iterdir()} == NAMES
    for one in IMAGES.iterdir():
        assert one.read_bytes().startswith(b"\x89PNG") and one.stat().st_size <= MOST_BYTES, one.name


def test_the_docs_show_each_with_its_words():
    shown = re.findall(r"!\[([^\]]{20,})\]\(\.\./images/pages/([a-z]+\.[a-z]+\.png)\)", PAGE.read_text())
    assert {name for _, name in shown} == NAMES and len(shown) == len(NAMES)
