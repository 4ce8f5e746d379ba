"""Expectations on raw rows: good rows pass, and each bad row fails its own expectation and no other, by Great
Expectations and by SQL alike."""

import subprocess
import sys

import psutil
import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.quality.expectations import EXPECTATIONS
from fbads_pipeline.adapters.quality.raw_rows import (
    _PREPARED,
    check_raw_rows,
    check_raw_rows_in_subprocess,
    prepare_subprocess,
)
from fbads_pipeline.adapters.quality.raw_rows_sql import _CONDITIONS, check_raw_rows_in_sql

GOOD = """
insert into raw.accounts values ('42', 'x', 'BRL', 'America/Sao_Paulo', 1, null, now());
insert into raw.campaigns (campaign_id, account_id, daily_budget_minor, collected_at) values ('7', '42', 100, now());
insert into raw.adsets (adset_id, campaign_id, account_id, collected_at) values ('71', '7', '42', now());
insert into raw.ads (ad_id, adset_id, campaign_id, account_id, collected_at) values ('711', '71', '7', '42', now());
insert into raw.insights (account_id, level, day, object_id, campaign_id, currency, impressions, reach, clicks, spend,
    collected_at) values
    ('42', 'campaign', '2026-11-01', '7', '7', 'BRL', 100, 90, 3, 1.50, now()),
    ('42', 'campaign', '2026-11-01', '8', '8', 'BRL', null, null, null, null, now());
insert into raw.reading_runs (account_id, level, day, read_at, run_id, ok) values
    ('42', 'campaign', '2026-11-01', now(), 'r1', true);
insert into ops.collect_runs (run_id, account_id, status, started_at, ended_at)
    values ('r1', '42', 'done', now(), now());
"""
BAD = {
    "object_ids_are_digits": "update raw.insights set object_id = 'x7' where object_id = '7'",
    "currencies_are_known": "update raw.insights set currency = null where object_id = '7'",
    "delivery_figures_come_together": "update raw.insights set spend = null where object_id = '7'",
    "impressions_are_never_negative": "update raw.insights set impressions = -1, clicks = null, reach = null"
    " where object_id = '7'",
    "spend_is_never_negative": "update raw.insights set spend = -0.01 where object_id = '7'",
    "clicks_need_impressions": "update raw.insights set clicks = 101 where object_id = '7'",
    "reach_needs_impressions": "update raw.insights set reach = 101 where object_id = '7'",
    "currencies_are_iso_codes": "update raw.accounts set currency = 'R$'",
    "budgets_are_never_negative": "update raw.campaigns set daily_budget_minor = -1",
    "campaigns_are_named": "update raw.adsets set campaign_id = null",
    "adsets_are_named": "update raw.ads set adset_id = null",
}
HELD_BY_THE_TABLE = {"levels_are_known", "grain_is_unique"}


def execute(engine, script):
    with engine.begin() as connection:
        connection.execute(sa.text(script))


def failures(engine):
    """Of Great Expectations, after SQL has given the same results: verdicts, counts, samples."""
    results = check_raw_rows(engine, "r1")
    assert list(map(comparable, check_raw_rows_in_sql(engine, "r1"))) == list(map(comparable, results))
    return {one.expectation.name: one for one in results if not one.passed}


def comparable(result):
    """Samples in any order, and of an error that there is one: each names it in words of its own."""
    return result.expectation, result.passed, result.rows, result.failed, sorted(result.sample), bool(result.error)


@pytest.fixture
def read_rows(migrated_engine):
    execute(migrated_engine, GOOD)
    return migrated_engine


def test_good_rows_pass_every_expectation(read_rows):
    assert check_raw_rows_in_sql(read_rows, "r1") == check_raw_rows(read_rows, "r1")
    results = check_raw_rows(read_rows, "r1")
    assert [result.expectation for result in results] == list(EXPECTATIONS)
    assert [result.error for result in results if not result.passed] == []
    assert results[0].rows == 2


def test_every_expectation_has_a_row_that_breaks_it_or_a_constraint_that_holds_it():
    assert {one.name for one in EXPECTATIONS} == set(BAD) | HELD_BY_THE_TABLE


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_row_fails_its_own_expectation_and_no_other(read_rows, name):
    execute(read_rows, BAD[name])
    found = failures(read_rows)
    assert set(found) == {name}
    assert found[name].failed == 1


def test_expectations_that_the_table_holds_itself_fail_once_it_does_not(read_rows):
    execute(read_rows, "alter table raw.insights drop constraint insights_pkey, drop constraint insights_level_check")
    execute(read_rows, "insert into raw.insights select * from raw.insights where object_id = '7'")
    assert set(failures(read_rows)) == {"grain_is_unique"}
    execute(read_rows, "update raw.insights set level = 'creative'; update raw.reading_runs set level = 'creative'")
    assert set(failures(read_rows)) == {"grain_is_unique", "levels_are_known"}


def test_rows_that_this_run_did_not_read_are_not_checked(read_rows):
    execute(read_rows, "update raw.insights set spend = -1; update raw.reading_runs set run_id = 'r0'")
    assert failures(read_rows) == {}


def test_nothing_read_is_nothing_wrong(migrated_engine):
    assert failures(migrated_engine) == {}


def test_an_expectation_that_cannot_be_evaluated_has_not_passed(read_rows):
    execute(read_rows, "alter view raw.insights_of_run rename column reach to reached")
    found = failures(read_rows)
    assert "reach_needs_impressions" in found
    assert found["reach_needs_impressions"].error
    by_sql = {one.expectation.name: one.error for one in check_raw_rows_in_sql(read_rows, "r1")}
    assert "reach" in by_sql["reach_needs_impressions"]
    assert by_sql["object_ids_are_digits"] is None, "the others of its table are evaluated"


@pytest.mark.parametrize(
    ("bounds", "broken"),
    [({"min_value": 1}, [0]), ({"max_value": 10}, [11]), ({"min_value": 1, "max_value": 10}, [0, 11])],
)
def test_each_bound_of_a_range_holds_in_sql(migrated_engine, bounds, broken):
    rows = sa.values(sa.column("n", sa.Integer), name="rows").data([(0,), (1,), (10,), (11,), (None,)])
    condition = _CONDITIONS["ExpectColumnValuesToBeBetween"]({"column": "n", **bounds})
    with migrated_engine.connect() as connection:
        assert connection.scalars(sa.select(rows.c.n).where(condition).order_by(rows.c.n)).all() == broken


def test_nothing_is_left_in_the_temporary_folder(read_rows, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    check_raw_rows(read_rows, "r1")
    assert list(tmp_path.iterdir()) == []


def test_a_run_id_cannot_carry_sql(read_rows):
    for check in (check_raw_rows, check_raw_rows_in_sql):
        with pytest.raises(ValueError, match="is not a run id"):
            check(read_rows, "r1' or true --")


@pytest.mark.parametrize(
    "several",
    [
        "; ".join(statement for name, statement in sorted(BAD.items()) if "clicks = null" not in statement),
        "update raw.insights set impressions = -5, reach = null, clicks = 3, spend = -2, object_id = object_id || 'x'",
        "update raw.insights set impressions = null, spend = null, reach = 5, clicks = 5;"
        " update raw.accounts set currency = 'brl'",
        "insert into raw.insights (account_id, level, day, object_id, impressions, spend, collected_at)"
        " select account_id, level, day, 'x' || n, -n, -n, now() from raw.insights, generate_series(1, 4) n"
        " where object_id = '7'",
    ],
)
def test_several_at_once_are_counted_and_sampled_alike(read_rows, several):
    execute(read_rows, several)
    assert failures(read_rows)


def test_the_subprocess_returns_the_same_results(read_rows):
    execute(read_rows, BAD["spend_is_never_negative"])
    assert check_raw_rows_in_subprocess(read_rows, "r1") == check_raw_rows(read_rows, "r1")
    assert not all(one.passed for one in check_raw_rows_in_subprocess(read_rows, "r1"))


def test_one_that_was_prepared_is_asked_and_is_gone_afterwards(read_rows):
    prepare_subprocess()
    prepare_subprocess()
    (prepared,) = _PREPARED
    assert check_raw_rows_in_subprocess(read_rows, "r1") == check_raw_rows(read_rows, "r1")
    assert prepared.returncode == 0 and not _PREPARED


def test_one_that_nobody_asks_ends_with_its_program():
    program = (
        "from fbads_pipeline.adapters.quality import raw_rows as r; r.prepare_subprocess(); print(r._PREPARED[0].pid)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert not psutil.pid_exists(int(done.stdout))


def test_a_subprocess_that_fails_gives_the_reason_without_the_password():
    nowhere = sa.create_engine("postgresql+psycopg2://u:canary@127.0.0.1:1/d")
    with pytest.raises(RuntimeError) as failed:
        check_raw_rows_in_subprocess(nowhere, "r1")
    assert "canary" not in str(failed.value)
