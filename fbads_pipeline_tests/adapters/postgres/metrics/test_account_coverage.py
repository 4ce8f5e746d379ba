"""How far each account's last days are read, as the doctor says it."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.coverage import CoverageReader
from fbads_pipeline.cli.operations import doctor
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.metrics.coverage import AccountCoverage
from fbads_pipeline.settings import load_settings

NOW = datetime(2026, 11, 11, 2, tzinfo=UTC)  # still the tenth in São Paulo
TABLES = """
create table marts.accounts (account_id text, name text, timezone_name text);
insert into marts.accounts values ('42', 'Loja', 'America/Sao_Paulo'), ('43', 'Shop', 'UTC');
create table marts.day_coverage (account_id text, level text, day date, state text, is_read boolean);
insert into marts.day_coverage select '42', 'campaign', day::date, 'read', day <> '2026-11-01'
    from generate_series(date '2026-09-12', date '2026-11-09', interval '1 day') day;
insert into marts.day_coverage select '43', level, day::date, 'read', true
    from unnest(array['campaign', 'ad']) level,
    generate_series(date '2026-01-01', date '2026-11-11', interval '1 day') day
"""


@pytest.fixture
def engine(migrated_engine):
    with migrated_engine.begin() as connection:
        connection.execute(sa.text(TABLES))
    return migrated_engine


def day(text):
    return datetime.fromisoformat(text).date()


def test_of_each_account_the_complete_days_before_its_own_today(engine):
    assert CoverageReader(engine).of_each_account((28, 90), now=NOW) == [
        AccountCoverage("42", "Loja", 28, 27, DayRange(day("2026-11-01"), day("2026-11-01"))),
        AccountCoverage("42", "Loja", 90, 58, DayRange(day("2026-08-12"), day("2026-11-01"))),
        AccountCoverage("43", "Shop", 28, 28, None),
        AccountCoverage("43", "Shop", 90, 90, None),
    ]


def test_marts_that_are_not_built_have_none(migrated_engine):
    assert CoverageReader(migrated_engine).of_each_account((28,), now=NOW) is None


@pytest.mark.parametrize("is_built", [True, False])
def test_the_doctor_names_the_command_that_reads_the_others(migrated_url, migrated_engine, tmp_path, is_built):
    if is_built:
        with migrated_engine.begin() as connection:
            connection.execute(sa.text(TABLES))
    url = migrated_engine.url.render_as_string(hide_password=False)
    settings = load_settings(database_url=url, home=str(tmp_path), now=NOW)
    result = doctor._result("coverage", doctor._coverage, settings)
    assert (result.label, result.exit_code) == ("NOTE", 0), result.sentence
    if is_built:
        assert result.sentence == (
            "Loja (42): 27 of 28 and 58 of 90 days read: fbads backfill --from 2026-08-12 --to 2026-11-01 --account 42"
        )
    else:
        assert "fbads sync --from" in result.sentence
