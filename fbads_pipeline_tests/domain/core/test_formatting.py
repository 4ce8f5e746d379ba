"""Names that strangers wrote, as one line of text."""

import pytest

from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_strangers_name_is_one_short_line_without_commands(name):
    shown = plain_name(name, "instead")
    assert 0 < len(shown) <= 80
    assert shown.isprintable()
    assert not set(shown) & set("\u202e\u2066\u2069\x1b\0")


def test_names_in_any_script_stay_as_they_are():
    for name in ("Promoção de Verão", "夏のセール", "👩\u200d💻 dev", "می\u200cخواهم", "חורף"):
        assert plain_name(name, "") == name


def test_a_name_without_anything_to_see_is_replaced():
    assert plain_name("\u202e\0 \t", "campaign 7") == "campaign 7"
    assert plain_name(None, "campaign 7") == "campaign 7"
