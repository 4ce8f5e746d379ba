"""The role fbads_analyst reads the marts after every build, and nothing else."""

from collections.abc import Iterator

import psycopg2
import pytest
import sqlalchemy as sa

from fbads_pipeline_tests.support.model_warehouse import MARTS, Warehouse


@pytest.fixture
def analyst(warehouse: Warehouse) -> Iterator[sa.Engine]:
    """A login of the role; the role belongs to the server, so one that was there already stays."""
    had = warehouse.rows("select from pg_roles where rolname = 'fbads_analyst'")
    if not had:
        warehouse.run("create role fbads_analyst")
    warehouse.run("drop owned by fbads_analyst")
    warehouse.run("create role model_reader login password 'reader' in role fbads_analyst")
    url = sa.make_url(warehouse.url).set(username="model_reader", password="reader")
    engine = sa.create_engine(url)
    yield engine
    engine.dispose()
    warehouse.run("drop role model_reader")
    warehouse.run("drop owned by fbads_analyst")
    if not had:
        warehouse.run("drop role fbads_analyst")


def reads(engine: sa.Engine, table: str) -> bool:
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(f"select * from {table} limit 1"))
    except sa.exc.ProgrammingError as refused:
        assert isinstance(refused.orig, psycopg2.errors.InsufficientPrivilege)
        return False
    return True


def test_the_analyst_reads_every_mart_after_a_full_refresh_and_nothing_else(
    warehouse: Warehouse, analyst: sa.Engine
) -> None:
    assert not reads(analyst, "marts.campaigns")
    warehouse.run("drop view marts.campaign_daily cascade")
    warehouse.built(full_refresh=True)
    assert all(reads(analyst, f"marts.{mart}") for mart in (*MARTS, "campaign_daily_as_known(now())"))
    for table in ("raw.insights", "intermediate.int_ad_daily", "staging.stg_insights", "ops.alerts"):
        assert not reads(analyst, table), table


def test_a_mart_that_is_made_anew_can_be_read_at_once(warehouse: Warehouse, analyst: sa.Engine) -> None:
    warehouse.built()
    warehouse.run("drop view marts.accounts; create view marts.accounts as select 1 as one")
    assert reads(analyst, "marts.accounts")
