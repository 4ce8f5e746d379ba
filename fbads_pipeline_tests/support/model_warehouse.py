"""A database with raw rows to build marts from, and the words the tests use about it."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.dbt.invocation import DbtOutcome
from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline.adapters.postgres.server.embedded import EmbeddedPostgres
from fbads_pipeline_tests.support.postgres_fixture import replace_database

# Always the same, because dbt keeps its parse per connection: another name costs 2 s.
NAME_OF_DATABASE = "model_warehouse"
DAY = date(2026, 10, 1)
DIMENSIONS = ("accounts", "campaigns", "adsets", "ads")
DAILY_MARTS = ("account_daily", "campaign_daily", "adset_daily", "ad_daily", "campaign_breakdown_daily")
HISTORIES = ("account_history", "campaign_history", "adset_history")
# Views whose grain follows from how they are made, so that no test looks at it in every build.
SALES = ("account_sales_daily", "campaign_sales_daily", "adset_sales_daily", "ad_sales_daily", "orders", "orders_daily")
UNTESTED = ("actions_daily", "action_windows_daily", "campaign_daily_versions", "day_coverage", "maturity_curve")
UNTESTED += ("reading_runs", *SALES, "campaign_names", "results_daily", "pixels", "pixel_events_hourly")
OTHERS = ("account_reconciliation", "budget_pacing", "campaign_daily_reporting", "campaign_intraday")
MARTS = (*DIMENSIONS, *DAILY_MARTS, *HISTORIES, *OTHERS, *UNTESTED)
NAME = 'Campanha "A" \N{DIRECT HIT}'
LEVELS = ("account", "campaign", "adset", "ad")
STORED = (*LEVELS, "campaign_breakdown")
_KEY = ("account_id", "level", "day", "object_id")


@contextmanager
def warehouse_of(server: EmbeddedPostgres, template: str) -> Iterator["Warehouse"]:
    """A copy of that database under the one name, in the place of the copy before."""
    replace_database(server, NAME_OF_DATABASE, template=template)
    made = Warehouse(server.url(NAME_OF_DATABASE))
    yield made
    made.dispose()


class Warehouse:
    """Two accounts (BRL, JPY) with a campaign, an ad set and two ads each, over four days; `build` runs dbt."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = sa.create_engine(url)
        self.dbt = Dbt(url)

    def run(self, sql: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(sql), values)

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(sql), values)]

    def value(self, sql: str, **values: Any) -> Any:
        return self.rows(sql, **values)[0][0]

    def build(self, *args: Any, **options: Any) -> DbtOutcome:
        return self.dbt.build(*args, **options)

    def built(self, *args: Any, **options: Any) -> None:
        """Build, and nothing may go wrong."""
        outcome = self.build(*args, **options)
        assert outcome.succeeded, outcome.error

    def add(self, table: str, **row: Any) -> None:
        """One row into the raw table."""
        marks = ", ".join(f"cast(:{name} as jsonb)" if name.startswith("action") else f":{name}" for name in row)
        self.run(f"insert into raw.{table} ({', '.join(row)}) values ({marks})", **row)

    def changed(self, account_id: str, *days: date) -> None:
        for day in days:
            self.run("insert into raw.changed_days (account_id, day) values (:a, :d)", a=account_id, d=day)

    def insight(self, level: str, object_id: str, day: date, account_id: str = "1", **columns: Any) -> None:
        """One raw row at the level, in the place of an earlier one; what is not said is null or empty."""
        parts = object_id.split("-")
        row: dict[str, Any] = {
            "account_id": account_id,
            "level": level,
            "day": day,
            "object_id": object_id,
            "campaign_id": "-".join(parts[:2]) if level != "account" else None,
            "adset_id": "-".join(parts[:3]) if level in ("adset", "ad") else None,
            "ad_id": object_id if level == "ad" else None,
            "collected_at": "2026-10-05T12:00:00Z",
            **columns,
        }
        for name in ("actions", "action_values"):
            row[name] = json.dumps([{"action_type": t, "value": v} for t, v in (row.get(name) or {}).items()])
        key = {"breakdown": "", "breakdown_value": "", **row}
        self.run(
            "delete from raw.insights where account_id = :account_id and level = :level and day = :day"
            " and object_id = :object_id and breakdown = :breakdown and breakdown_value = :breakdown_value",
            **{name: key[name] for name in (*_KEY, "breakdown", "breakdown_value")},
        )
        self.add("insights", **row)

    def model(self, *grains: str) -> None:
        """Build the daily marts of these grains (of STORED) alone: half a second instead of one."""
        self.built([name for grain in grains for name in (f"int_{grain}_daily", f"{grain}_daily")])

    def snapshot(self, *marts: str) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of these marts, or of every one."""
        return {mart: sorted(self.rows(f"select * from marts.{mart}"), key=repr) for mart in marts or MARTS}

    def watermarks(self) -> list[tuple[Any, ...]]:
        return self.rows("select model, seq from intermediate.watermarks order by model")

    def version(self) -> int:
        return int(self.value("select coalesce(max(version), 0) from intermediate.publications"))

    def stick_watermarks(self) -> None:
        """Let the last statement of every daily model fail, as a kill between the rows and the watermark would."""
        self.run(
            "create function public.stick() returns trigger language plpgsql as $$ begin raise 'stuck'; end $$;"
            " create trigger stuck before update on intermediate.watermarks execute function public.stick()"
        )

    def free_watermarks(self) -> None:
        self.run("drop trigger stuck on intermediate.watermarks; drop function public.stick()")

    def dispose(self) -> None:
        self.engine.dispose()


def days(count: int, since: date = DAY) -> list[date]:
    return [since + timedelta(days=n) for n in range(count)]


def furnish(warehouse: Warehouse) -> None:
    """The raw rows of the two accounts: objects, four days of insights at every level, the days listed as changed."""
    for account, currency, zone in (("1", "BRL", "America/Sao_Paulo"), ("2", "JPY", "Asia/Tokyo")):
        campaign, adset = f"{account}-1", f"{account}-1-1"
        ads = (f"{adset}-1", f"{adset}-2")
        ids = {"account_id": account, "collected_at": "2026-10-05T12:00:00Z"}
        warehouse.add(
            "accounts", **ids, name=f"Account {account}", currency=currency, timezone_name=zone, account_status=1
        )
        warehouse.add("campaigns", **ids, campaign_id=campaign, name=NAME, status="ACTIVE", daily_budget_minor=12345)
        warehouse.add("adsets", **ids, campaign_id=campaign, adset_id=adset, name="Set")
        for ad in ads:
            warehouse.add("ads", **ids, campaign_id=campaign, adset_id=adset, ad_id=ad, name="Ad")
        for number, day in enumerate(days(4), start=1):
            for level, object_id in (("account", account), ("campaign", campaign), ("adset", adset)):
                warehouse.insight(level, object_id, day, account, **numbers(2 * number))
            for ad in ads:
                warehouse.insight("ad", ad, day, account, **numbers(number))
            for sex in ("female", "male"):
                part = {"breakdown": "age,gender", "breakdown_value": f"25-34,{sex}"}
                warehouse.insight("campaign", campaign, day, account, **part, **numbers(number))
        warehouse.changed(account, *days(4))


def numbers(size: int) -> dict[str, Any]:
    """The measures of a row, `size` times as large as the smallest."""
    return {
        "impressions": 1000 * size,
        "reach": 700 * size,
        "frequency": "1.43",
        "clicks": 25 * size,
        "inline_link_clicks": 20 * size,
        "spend": f"{10.5 * size}",
        "actions": {"omni_purchase": f"{3 * size}", "purchase": f"{2 * size}", "lead": f"{size}"},
        "action_values": {"omni_purchase": f"{30.25 * size}"},
    }


def statuses(outcome: DbtOutcome, names: Iterable[str]) -> dict[str, str]:
    """Name of a node → its status."""
    short = {node.unique_id.split(".")[2]: node.status for node in outcome.nodes}
    return {name: short[name] for name in names}
