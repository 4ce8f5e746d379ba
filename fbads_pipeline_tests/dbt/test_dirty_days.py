"""Decision 5: the marts follow raw by account-days, in one transaction per model, and end where a full refresh ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.dbt.invocation import DbtOutcome
from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline_tests.support.model_warehouse import DAY, LEVELS, STORED, Warehouse, days, numbers

FACTS = tuple(f"int_{grain}_daily" for grain in STORED)


def test_the_first_build_takes_every_row_of_raw(warehouse: Warehouse) -> None:
    for level in LEVELS:
        in_raw = warehouse.value("select count(*) from raw.insights where level = :l and breakdown = ''", l=level)
        assert warehouse.value(f"select count(*) from marts.{level}_daily") == in_raw > 0
    broken_down = warehouse.value("select count(*) from raw.insights where breakdown <> ''")
    assert warehouse.value("select count(*) from marts.campaign_breakdown_daily") == broken_down > 0
    last = warehouse.value("select max(seq) from raw.changed_days")
    assert warehouse.watermarks() == sorted((model, last) for model in FACTS)


def test_incremental_history_equals_a_full_refresh(warehouse: Warehouse) -> None:
    warehouse.insight("campaign", "1-1", DAY, **numbers(9))
    warehouse.insight("campaign", "1-2", days(5)[4], **numbers(3))
    warehouse.insight("campaign", "1-1", DAY, breakdown="country", breakdown_value="BR", **numbers(9))
    warehouse.changed("1", DAY, days(5)[4])
    warehouse.model(*STORED)
    warehouse.run("delete from raw.insights where account_id = '2' and level = 'ad' and object_id like '%-2'")
    warehouse.run("delete from raw.insights where account_id = '2' and breakdown_value = '25-34,male'")
    warehouse.changed("2", *days(4))
    warehouse.insight("ad", "1-9-9-9", DAY, **{**numbers(1), "actions": {}, "impressions": None})
    warehouse.changed("1", DAY)
    warehouse.model(*STORED)
    warehouse.run("delete from raw.insights where day = :d", d=days(2)[1])
    warehouse.changed("1", days(2)[1])
    warehouse.changed("2", days(2)[1])
    warehouse.run("update raw.campaigns set name = 'renamed', daily_budget_minor = null where campaign_id = '1-1'")
    warehouse.model(*STORED)
    incremental = warehouse.snapshot()
    assert not [row for row in incremental["campaign_daily"] if days(2)[1] in row], "an emptied day stayed"
    warehouse.built(full_refresh=True)
    assert warehouse.snapshot() == incremental


def test_only_days_listed_as_changed_are_touched(warehouse: Warehouse) -> None:
    warehouse.run("update raw.insights set spend = 999")
    warehouse.changed("1", DAY)
    warehouse.model("ad")
    touched = warehouse.rows("select distinct account_id, day from marts.ad_daily where spend = 999")
    assert touched == [("1", DAY)]


@pytest.mark.parametrize("full_refresh", [False, True])
def test_a_build_killed_before_the_watermark_leaves_all_as_it_was_and_the_next_one_heals(
    warehouse: Warehouse, full_refresh: bool
) -> None:
    before, marks = warehouse.snapshot(), warehouse.watermarks()
    warehouse.run("update raw.insights set clicks = 77 where day = :d and account_id = '1'", d=DAY)
    warehouse.changed("1", DAY)
    warehouse.stick_watermarks()
    outcome = warehouse.build(full_refresh=full_refresh)
    assert not outcome.succeeded
    assert "stuck" in outcome.error
    assert (warehouse.snapshot(), warehouse.watermarks()) == (before, marks)
    warehouse.free_watermarks()
    warehouse.built()
    assert warehouse.rows("select distinct account_id, day from marts.campaign_daily where clicks = 77") == [("1", DAY)]
    assert warehouse.version() == 2


def test_a_first_build_killed_before_the_watermark_leaves_no_table(warehouse: Warehouse) -> None:
    warehouse.run("".join(f"drop table intermediate.{model} cascade;" for model in FACTS))
    warehouse.stick_watermarks()
    assert not warehouse.build([*FACTS, "ad_daily"]).succeeded
    assert warehouse.value("select to_regclass('intermediate.int_ad_daily')") is None
    warehouse.free_watermarks()
    warehouse.model("ad")
    assert warehouse.value("select count(*) from marts.ad_daily") == 16


def test_a_range_can_be_rebuilt_without_any_change_in_raw(warehouse: Warehouse) -> None:
    warehouse.run("update raw.insights set spend = 5")
    first, last = days(3)[1], days(3)[2]
    warehouse.built(variables={"rebuild_from": str(first), "rebuild_to": str(last)})
    assert warehouse.rows("select distinct day from marts.ad_daily where spend = 5 order by day") == [(first,), (last,)]
    assert warehouse.version() == 2


def test_another_definition_rebuilds_every_day(warehouse: Warehouse) -> None:
    warehouse.run("update raw.insights set spend = 5")
    warehouse.run("update intermediate.watermarks set definition = 'an older release' where model = 'int_adset_daily'")
    warehouse.model("adset", "ad")
    assert warehouse.value("select count(*) from marts.adset_daily where spend <> 5") == 0
    assert warehouse.value("select count(*) from marts.ad_daily where spend = 5") == 0


def test_a_dirty_day_is_found_by_the_primary_key_of_raw(warehouse: Warehouse) -> None:
    plan = "\n".join(
        row[0]
        for row in warehouse.rows(
            "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;"
            " explain select m.* from (values ('1', date '2026-10-01')) as dirty (account_id, day)"
            " join intermediate.int_insight_measures as m using (account_id, day) where m.level = 'ad'"
        )
    )
    condition = next(line for line in plan.splitlines() if "Index Cond" in line)
    assert all(column in condition for column in ("account_id", "level", "breakdown", "day")), plan


def test_days_of_all_accounts_are_found_by_an_index(warehouse: Warehouse) -> None:
    plan = warehouse.rows(
        "set enable_seqscan = off; set enable_bitmapscan = off;"
        " explain select campaign_id, sum(spend) from marts.campaign_daily where day > date '2026-10-02' group by 1"
    )
    assert any("int_campaign_daily_by_day" in line for (line,) in plan), plan


def test_an_idle_build_writes_no_fact_and_no_view_and_publishes_nothing(warehouse: Warehouse) -> None:
    relations = (
        "select c.oid, c.relfilenode, c.xmin from pg_class c where relkind in ('r', 'v')"
        " and relnamespace in ('staging'::regnamespace, 'intermediate'::regnamespace, 'marts'::regnamespace) order by 1"
    )
    facts = "select ctid, xmin from intermediate.int_ad_daily order by 1"
    published = "select version, seq from intermediate.publications"
    before = warehouse.rows(relations), warehouse.rows(facts), warehouse.rows(published)
    assert before[2] == [(1, warehouse.value("select max(seq) from raw.changed_days"))]
    warehouse.built()
    assert (warehouse.rows(relations), warehouse.rows(facts), warehouse.rows(published)) == before


def test_builds_of_one_database_wait_for_each_other(warehouse: Warehouse) -> None:
    with warehouse.engine.connect() as other, ThreadPoolExecutor(1) as pool:
        other.execute(sa.text("select pg_advisory_lock(hashtext('fbads.dbt'))"))
        build = pool.submit(warehouse.build, ["stg_ads"])
        with pytest.raises(TimeoutError):
            build.result(timeout=1)
        other.execute(sa.text("select pg_advisory_unlock_all()"))
        assert build.result(timeout=60).succeeded


def test_a_build_that_waits_in_vain_fails_and_says_for_whom(warehouse: Warehouse) -> None:
    with warehouse.engine.connect() as other:
        other.execute(sa.text("select pg_advisory_lock(hashtext('fbads.dbt'))"))
        holder = other.execute(sa.text("select pg_backend_pid()")).scalar_one()
        outcome = Dbt(warehouse.url, wait_seconds=0.3).build(["stg_ads"])
    assert not outcome.succeeded
    assert outcome.error.startswith("another build of this database did not end within 0.005 minutes")
    assert f"process {holder}, connected since 2" in outcome.error


def test_a_build_whose_server_goes_away_fails_in_a_sentence(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_until_it_is_gone(dbt: Dbt, command: list[str], **options: Any) -> DbtOutcome:
        own = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'fbads-dbt-lock'"
        warehouse.rows(f"{own} and datname = current_database()")
        return DbtOutcome(True)

    monkeypatch.setattr(Dbt, "_run", run_until_it_is_gone)
    outcome = warehouse.build()
    assert not outcome.succeeded
    assert outcome.error.startswith("the database went away in the middle of the build (")


def test_a_day_of_an_unknown_campaign_keeps_its_row_and_its_name_is_missing(warehouse: Warehouse) -> None:
    late = DAY + timedelta(days=9)
    warehouse.insight("campaign", "1-404", late, **numbers(1))
    warehouse.changed("1", late)
    outcome = warehouse.build()
    assert outcome.succeeded
    assert {node.unique_id.split(".")[2] for node in outcome.nodes if node.status == "warn"} >= {
        "campaign_daily_objects_are_known"
    }
    assert warehouse.rows("select campaign_id, currency from marts.campaign_daily where day = :d", d=late) == [
        ("1-404", "BRL")
    ]


def test_views_above_one_that_is_made_anew_come_back(warehouse: Warehouse) -> None:
    before = warehouse.snapshot()
    warehouse.run(
        "drop view staging.stg_accounts cascade;"
        " create view staging.stg_accounts as select 'of an older release'::text as account_id, 1 as another;"
        " create view marts.accounts as select account_id from staging.stg_accounts"
    )
    warehouse.built()
    assert warehouse.snapshot() == before
