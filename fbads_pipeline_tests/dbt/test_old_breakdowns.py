"""Rows by a breakdown that went by age leave the marts, and nothing else changes."""

from datetime import timedelta

from fbads_pipeline.adapters.postgres.health.records import PostgresRecords
from fbads_pipeline_tests.support.model_warehouse import DAY, Warehouse, days

READ = """
insert into raw.reading_runs (account_id, level, breakdown, day, read_at, run_id, ok, state)
select account_id, 'campaign', 'age,gender', :day, '2026-10-05T12:00Z', 'r', true, 'read' from raw.accounts
"""
BY_DAY = "select distinct day from marts.campaign_breakdown_daily order by day"
READ_DAYS = "select distinct day from marts.reading_runs where breakdown = 'age,gender' order by day"


def test_old_days_leave_the_mart_of_breakdowns_and_count_as_not_read(warehouse: Warehouse) -> None:
    for day in days(4):
        warehouse.run(READ, day=day)
    others = warehouse.snapshot("campaign_daily", "account_daily", "ad_daily")
    assert [row[0] for row in warehouse.rows(BY_DAY)] == days(4)
    gone = PostgresRecords(warehouse.engine, warehouse.engine).drop_breakdowns(before=DAY + timedelta(days=2))
    assert gone == 2 * 2 * 2, "of two accounts and days two parts each"
    warehouse.built()
    assert [row[0] for row in warehouse.rows(BY_DAY)] == days(4)[2:]
    assert [row[0] for row in warehouse.rows(READ_DAYS)] == days(4)[2:]
    assert warehouse.snapshot("campaign_daily", "account_daily", "ad_daily") == others
