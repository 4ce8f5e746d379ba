"""Messages are rendered in the reader's language."""

import pytest

from fbads_pipeline.adapters.translation.translator import localizer, translator
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


def test_a_figure_of_double_precision_is_a_cell_and_what_is_no_value_is_refused_instead_of_reading_none():
    cells = localizer("pt")
    shown = [cells.cell(42.9, "score"), cells.cell(float("nan"), "score"), cells.cell(0.5, "count")]
    assert shown == ["43", "–", "0,5"]
    with pytest.raises(TypeError, match="list is no value"):
        cells.render([])
