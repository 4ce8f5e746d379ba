"""What objects were: raw keeps every state that a reading found, and the histories read it back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from fbads_pipeline.adapters.postgres.collection.raw import PostgresRawStore
from fbads_pipeline.adapters.postgres.server import migrate
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline_tests.support.meta_json import object_pages
from fbads_pipeline_tests.support.model_warehouse import DAY, Warehouse, days, numbers

NOON = datetime(2026, 10, 6, 12, tzinfo=UTC)
STATES = "select name, status, daily_budget, valid_from, valid_to, is_current from marts.campaign_history"


def read_campaign(warehouse: Warehouse, at: datetime, **fields: str) -> None:
    row = {"id": "77", "name": "Black Friday", "status": "ACTIVE", "effective_status": "ACTIVE", **fields}
    PostgresRawStore(warehouse.engine).apply_objects("1", "campaign", object_pages("1", "campaign", [row]), read_at=at)


def test_a_campaign_has_a_row_per_state_and_none_for_a_reading_that_changed_nothing(warehouse: Warehouse) -> None:
    later = [NOON + timedelta(hours=n) for n in range(4)]
    warehouse.add("campaigns", campaign_id="77", account_id="1", collected_at=NOON - timedelta(days=1))
    read_campaign(warehouse, later[0], daily_budget="5000")
    read_campaign(warehouse, later[1], daily_budget="5000", updated_time="2026-10-06T12:59:00+0000")
    read_campaign(warehouse, later[2], daily_budget="7500")
    read_campaign(warehouse, later[3], daily_budget="7500", name="Cyber \N{DIRECT HIT} 'Monday'", status="PAUSED")
    assert warehouse.rows(f"{STATES} where campaign_id = '77' order by valid_from") == [
        ("Black Friday", "ACTIVE", 50, later[0], later[2], False),
        ("Black Friday", "ACTIVE", 75, later[2], later[3], False),
        ("Cyber \N{DIRECT HIT} 'Monday'", "PAUSED", 75, later[3], None, True),
    ]


def test_the_histories_outlive_a_full_refresh(warehouse: Warehouse) -> None:
    read_campaign(warehouse, NOON, daily_budget="5000")
    read_campaign(warehouse, NOON + timedelta(hours=1), daily_budget="9000")
    warehouse.run("update raw.adsets set bid_amount_minor = 300, collected_at = :at", at=NOON)
    before = warehouse.snapshot()
    assert [len(before[mart]) for mart in ("account_history", "campaign_history", "adset_history")] == [2, 4, 4]
    warehouse.built(full_refresh=True)
    assert warehouse.snapshot() == before


def test_an_account_that_changes_its_currency_keeps_its_old_days_in_the_old_one(warehouse: Warehouse) -> None:
    warehouse.run("update raw.insights set currency = null where account_id = '1'")
    late = DAY + timedelta(days=20)
    account = Account("1", "Account 1", "USD", "America/New_York", 1, None)
    PostgresRawStore(warehouse.engine).save_accounts([account], NOON)
    warehouse.insight("account", "1", late, **numbers(1))
    warehouse.changed("1", *days(4), late)
    warehouse.model("account")
    currencies = (
        "select currency, min(day), max(day) from marts.account_daily where account_id = '1' group by 1 order by 1"
    )
    assert warehouse.rows(currencies) == [("BRL", DAY, days(4)[3]), ("USD", late, late)]
    events = "select currency, is_currency_change, is_zone_change from marts.account_history where account_id = '1'"
    assert warehouse.rows(f"{events} order by valid_from") == [("BRL", False, False), ("USD", True, True)]


@pytest.mark.parametrize("kind", ["campaign", "adset"])
def test_what_was_there_before_the_history_began_is_its_first_state(database_url: str, kind: str) -> None:
    engine = sa.create_engine(database_url)
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parents[1] / "migrations"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for name in ("'Old'", "null"):
            connection.execute(
                sa.text(
                    f"insert into raw.{kind}s ({kind}_id, account_id, name, collected_at) values"
                    f" (md5(coalesce({name}, 'stub')), '1', {name}, '2026-10-01T00:00Z')"
                )
            )
        command.upgrade(config, "head")
        kept = connection.execute(sa.text(f"select name, read_at from raw.{kind}_readings")).all()
    engine.dispose()
    assert [tuple(row) for row in kept] == [("Old", datetime(2026, 10, 1, tzinfo=UTC))]
