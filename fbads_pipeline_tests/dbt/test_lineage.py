"""The dbt assets in Dagster: keys that join the lineage, partitions, checks, and what a run builds."""

from typing import Any

import dagster as dg
import pytest

from fbads_pipeline.adapters.dbt.invocation import DbtOutcome
from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets
from fbads_pipeline.adapters.postgres.clients.taxes import PostgresTaxes
from fbads_pipeline.defs.shared.partitions import ACCOUNT_DAYS, BACKFILL
from fbads_pipeline.defs.transform.assets import models
from fbads_pipeline.domain.clients.tax import TaxTable
from fbads_pipeline_tests.support.fakes import NOW, FixedClock
from fbads_pipeline_tests.support.model_warehouse import DAY, LEVELS, MARTS, STORED, UNTESTED, Warehouse, numbers

BETWEEN = (
    *("insight_measures", "breakdown_measures", "reading_measures", "reading_intervals", "days_by_age"),
    *("budgets", "budget_spend", "spend_by_day", "delivery_limits"),
    *("order_attributions", "new_order_attributions", "order_campaign_names", "order_ad_names"),
)
SEEDS = ("account_goals", "account_action_types", "currency_minor_units", "exchange_rates")
MEMORY = (
    "account_goals",
    "day_states",
    *("account_readings", "account_periods", "campaign_readings", "adset_readings", "insight_readings"),
    *("reading_runs", "breakdown_insights", "exchange_rates", "account_caps", "orders", "order_accounts"),
)
ORDERS = ("orders", "order_sources", "order_source_accounts", "order_coverage", "order_refunds", "naming_of_accounts")
RAW = ("accounts", "campaigns", "adsets", "ads", "insights")


class Listening(Dbt):
    """dbt, and what it was asked."""

    asked: list[dict[str, Any]]

    def build(self, *args: Any, **options: Any) -> DbtOutcome:
        self.asked = [*getattr(self, "asked", []), {"select": list(args[0]), **options}]
        return super().build(*args, **options)


def run(warehouse: Warehouse, selection: list[str], **options: Any) -> tuple[dg.ExecuteInProcessResult, Listening]:
    @dg.multi_asset(
        specs=[dg.AssetSpec(["raw", table], partitions_def=ACCOUNT_DAYS) for table in RAW],
        backfill_policy=BACKFILL,
        can_subset=True,
    )
    def raw(context: dg.AssetExecutionContext) -> Any:
        for key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key)

    dbt = Listening(warehouse.url)
    found = {
        "dbt": dbt,
        "taxes": PostgresTaxes(warehouse.engine, TaxTable([])),
        "target_store": PostgresTargets(warehouse.engine),
        "clock": FixedClock(NOW),
    }
    with dg.DagsterInstance.ephemeral() as instance:
        job = dg.Definitions(assets=[raw, models], resources=found).resolve_implicit_global_asset_job_def()
        keys = [dg.AssetKey(name.split("/")) for name in selection] or None
        result = job.execute_in_process(asset_selection=keys, instance=instance, raise_on_error=False, **options)
    return result, dbt


def materialized(result: dg.ExecuteInProcessResult) -> set[str]:
    return {event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key}


def test_the_keys_join_the_lineage() -> None:
    expected = (
        {f"marts/{mart}" for mart in MARTS}
        | {f"intermediate/int_{grain}_daily" for grain in STORED}
        | {f"intermediate/int_{name}" for name in BETWEEN}
        | {f"staging/{name}" for name in SEEDS}
        | {f"staging/stg_{name}" for name in (*RAW, *MEMORY)}
    )
    assert {key.to_user_string() for key in models.keys} == expected
    outside = {dep.to_user_string() for deps in models.asset_deps.values() for dep in deps} - expected
    assert outside == {
        "ops/targets",
        "ops/campaign_goals",
        "ops/naming_of_accounts",
        *(f"raw/{table}" for table in RAW),
        *(f"ops/{table}" for table in ORDERS),
    }


def test_no_asset_of_the_room_is_an_orphan() -> None:
    upstream = {dep for deps in models.asset_deps.values() for dep in deps}
    for key in models.keys:
        assert key.path[0] == "marts" or key in upstream, key


def test_every_asset_says_whose_it_is() -> None:
    for spec in models.specs:
        assert spec.group_name == "model"
        assert list(spec.owners) == ["team:data"]
        assert spec.kinds == {"dbt", "postgres"}
        assert spec.partitions_def in (ACCOUNT_DAYS, None)
    assert models.backfill_policy == BACKFILL


def test_a_backfill_of_insights_reaches_every_daily_model_by_way_of_assets_with_days() -> None:
    of_shops = {dg.AssetKey(["marts", "orders_daily"])}  # of orders, which are no insights
    days = {spec.key for spec in models.specs if spec.partitions_def} | {dg.AssetKey(["raw", "insights"])}
    days -= of_shops
    reached = {dg.AssetKey(["raw", "insights"])}
    while more := {key for key, deps in models.asset_deps.items() if key in days - reached and deps & reached}:
        reached |= more
    assert {key for key in models.keys if key.path[-1].endswith("_daily")} - of_shops <= reached
    assert reached == days


def test_dbt_tests_are_asset_checks_and_only_wrong_numbers_block() -> None:
    checks = {f"{spec.asset_key.to_user_string()}:{spec.name}": spec.blocking for spec in models.check_specs}
    for mart in set(MARTS) - set(UNTESTED):
        assert checks[f"marts/{mart}:{mart}_grain_is_unique"] is True
    for level in LEVELS:
        assert checks[f"marts/{level}_daily:{level}_daily_counts_are_never_negative"] is True
        assert checks[f"marts/{level}_daily:{level}_daily_spend_is_never_negative"] is False
        assert checks[f"marts/{level}_daily:{level}_daily_objects_are_known"] is False
    assert checks["marts/campaign_daily:campaigns_add_up_to_accounts"] is False
    assert checks["marts/ad_daily:ads_add_up_to_campaigns"] is False


def test_every_check_says_whose_it_is_and_what_it_stops() -> None:
    specs = list(models.check_specs)
    assert specs
    for spec in specs:
        assert spec.metadata["owner"] == "team:data", spec.name
        assert spec.metadata["severity"] == ("ERROR" if spec.blocking else "WARN")
        assert ("keeps the marts from being published" in (spec.description or "")) is spec.blocking


def test_a_tick_builds_everything_once_without_rebuilding_its_days(warehouse: Warehouse) -> None:
    result, dbt = run(warehouse, [], partition_key=str(DAY))
    assert result.success
    assert dbt.asked == [{"select": [], "variables": {}}]
    assert materialized(result) >= {key.to_user_string() for key in models.keys}
    evaluations = result.get_asset_check_evaluations()
    assert len(evaluations) == len(list(models.check_specs))
    assert all(evaluation.passed for evaluation in evaluations)


def test_a_backfill_of_marts_alone_rebuilds_its_range(warehouse: Warehouse) -> None:
    warehouse.run("update raw.insights set spend = 5")
    keys = ["intermediate/int_campaign_daily", "marts/campaign_daily"]
    tags = {"dagster/asset_partition_range_start": "2026-10-02", "dagster/asset_partition_range_end": "2026-10-03"}
    result, dbt = run(warehouse, keys, tags=tags)
    assert result.success
    assert dbt.asked[0]["variables"] == {"rebuild_from": "2026-10-02", "rebuild_to": "2026-10-03"}
    assert materialized(result) == set(keys)
    rebuilt = warehouse.rows("select distinct day::text from marts.campaign_daily where spend = 5 order by 1")
    assert rebuilt == [("2026-10-02",), ("2026-10-03",)]


def test_models_without_days_are_built_alone_as_in_the_steps_of_a_backfill(warehouse: Warehouse) -> None:
    result, dbt = run(warehouse, ["staging/account_goals", "staging/stg_campaigns", "marts/campaigns"])
    assert result.success
    assert dbt.asked[0]["variables"] == {}
    assert materialized(result) == {"staging/account_goals", "staging/stg_campaigns", "marts/campaigns"}


def test_a_blocking_check_is_red_and_fails_the_run(warehouse: Warehouse) -> None:
    warehouse.insight("campaign", "1-1", DAY, **{**numbers(2), "clicks": -5})
    warehouse.changed("1", DAY)
    result, _ = run(warehouse, [], partition_key=str(DAY))
    red = [evaluation for evaluation in result.get_asset_check_evaluations() if not evaluation.passed]
    blocking = [one for one in red if one.severity == dg.AssetCheckSeverity.ERROR]
    assert [one.check_name for one in blocking] == ["campaign_daily_counts_are_never_negative"]
    assert "Got 1 result" in (blocking[0].description or "")
    assert not result.success


def test_a_model_that_fails_fails_the_run_with_dbts_reason(warehouse: Warehouse) -> None:
    warehouse.stick_watermarks()
    result, _ = run(warehouse, ["raw/ads", "marts/ads", "intermediate/int_ad_daily"], partition_key=str(DAY))
    assert not result.success
    failure = next(event for event in result.all_events if event.is_step_failure)
    assert "stuck" in str(failure.step_failure_data.error)
    assert materialized(result) == {"raw/ads", "marts/ads"}


def test_a_database_that_is_down_fails_the_run_in_one_paragraph(warehouse: Warehouse) -> None:
    outcome = Dbt("postgresql+psycopg2://fbads:secret@127.0.0.1:1/nothing").build([])
    assert not outcome.succeeded
    assert "refused" in outcome.error
    assert "secret" not in outcome.error


@pytest.mark.parametrize("name", ["FBADS_DBT_PASSWORD", "FBADS_DBT_HOST"])
def test_dbt_leaves_the_environment_as_it_was(warehouse: Warehouse, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    monkeypatch.setenv(name, "mine")
    before = os.getcwd()
    warehouse.built(["stg_ads"])
    assert (os.environ[name], os.getcwd()) == ("mine", before)
