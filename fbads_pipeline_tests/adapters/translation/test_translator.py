"""Messages are rendered in the reader's language."""

import pytest

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.core.messages import LegacyText


@pytest.mark.parametrize(
    ("texts", "pt", "en"),
    [
        ({"pt": "O gasto caiu.", "en": "Spend has fallen."}, "O gasto caiu.", "Spend has fallen."),
        ({"en": "Spend has fallen."}, "Spend has fallen.", "Spend has fallen."),
        ({"pt": "O gasto caiu."}, "O gasto caiu.", "O gasto caiu."),
    ],
)
def test_a_text_from_before_the_catalogues_reads_as_it_was_stored(texts, pt, en):
    legacy = LegacyText(texts)
    assert (translator().render(legacy, "pt"), translator().render(legacy, "en")) == (pt, en)
