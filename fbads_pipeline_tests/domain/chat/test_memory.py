"""How long the chat remembers."""

from datetime import UTC, datetime

from fbads_pipeline.domain.chat.memory import REMEMBERED_EXCHANGES, oldest_kept


def test_exchanges_are_remembered_for_thirty_days_and_ten_at_a_time():
    assert oldest_kept(datetime(2026, 11, 30, 12, tzinfo=UTC)) == datetime(2026, 10, 31, 12, tzinfo=UTC)
    assert REMEMBERED_EXCHANGES == 10
