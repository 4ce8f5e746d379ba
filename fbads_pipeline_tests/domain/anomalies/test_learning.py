"""What is said of an account whose detectors do not know enough yet."""

import pytest

from fbads_pipeline.domain.anomalies.learning import HALF_HOUR_DAYS_NEEDED, AccountLearning
from fbads_pipeline.domain.anomalies.settings import DetectionSettings
from fbads_pipeline_tests.support.rendering import text_of


@pytest.mark.parametrize(
    ("days", "half_hours", "is_watched", "said"),
    [
        (9, 2, False, "Aprendendo: 9 de 14 dias lidos; antes disso nenhuma anomalia"),
        (9, 5, True, "Aprendendo: 9 de 14 dias lidos; antes disso os dias inteiros"),
        (60, 2, True, "Aprendendo: 2 de 5 dias de leituras a cada meia hora"),
        (14, 5, True, None),
    ],
)
def test_what_is_not_watched_yet_is_said(days, half_hours, is_watched, said):
    one = AccountLearning("1", days, half_hours)
    note = one.note()
    assert one.is_watched == is_watched
    assert (note is None) == (said is None) == (not one.is_learning)
    assert note is None or text_of(note).startswith(said)


def test_the_half_hour_detectors_wait_for_the_days_that_are_said():
    assert DetectionSettings().known_days == HALF_HOUR_DAYS_NEEDED
