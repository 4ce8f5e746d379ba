"""Notes of readings: each sentence once, with the accounts that it is about."""

from datetime import UTC, datetime, timedelta

from fbads_pipeline.adapters.postgres.collection.collect_notes import CollectNotes
from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.domain.collection.account_reports import AccountReport

NOW = datetime(2026, 11, 10, 15, tzinfo=UTC)


def test_notes_of_recent_runs_are_told_once_with_their_accounts(migrated_engine):
    store = PostgresRawStore(migrated_engine)
    for run, account_id, hours, notes in (
        ("old", "1", 30, ["no reach"]),
        ("daily", "1", 10, ["no activities", "no reach"]),
        ("daily", "2", 10, ["no reach"]),
        ("tick", "1", 1, []),
    ):
        report = AccountReport(account_id, NOW - timedelta(hours=hours), notes=notes)
        store.save_report(run, report)
    found = CollectNotes(migrated_engine)
    assert found.since(NOW - timedelta(hours=26)) == {"no activities": ["1"], "no reach": ["1", "2"]}
    assert found.since(NOW - timedelta(hours=5)) == {}
