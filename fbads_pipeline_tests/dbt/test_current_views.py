"""A tick leaves views and seeds alone while they are current, and makes all of them anew when anything could differ."""

from fbads_pipeline.adapters.dbt.invocation import DbtOutcome
from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline_tests.support.model_warehouse import DAY, Warehouse, numbers


def views_built(outcome: DbtOutcome) -> int:
    return sum(node.unique_id.startswith(("model.fbads.stg_", "model.fbads.campaign_daily")) for node in outcome.nodes)


def test_a_tick_builds_facts_and_runs_tests_alone(warehouse: Warehouse) -> None:
    warehouse.insight("campaign", "1-1", DAY, **numbers(9))
    warehouse.changed("1", DAY)
    outcome = warehouse.build()
    assert (outcome.succeeded, outcome.views_are_current, views_built(outcome)) == (True, True, 0)
    kinds = {node.unique_id.split(".")[0] for node in outcome.nodes}
    assert kinds - {"operation"} == {"model", "test"}
    assert warehouse.value("select max(impressions) from marts.campaign_daily") == 9000
    assert warehouse.version() == 2


def test_a_view_that_was_replaced_comes_back_and_another_setting_is_another_state(warehouse: Warehouse) -> None:
    before = warehouse.snapshot()
    warehouse.run("drop view marts.maturity_curve; create view marts.maturity_curve as select 1 as one")
    outcome = Dbt(warehouse.url, goal_family="lead").build()
    assert (outcome.succeeded, outcome.views_are_current, views_built(outcome) > 0) == (True, False, True)
    assert warehouse.value("select bool_and(conversions = leads) from marts.campaign_daily")
    assert not warehouse.build().views_are_current
    assert warehouse.snapshot() == before


def test_a_build_that_failed_does_not_make_views_current(warehouse: Warehouse) -> None:
    warehouse.run("drop view marts.campaign_intraday")
    warehouse.stick_watermarks()
    warehouse.changed("1", DAY)
    assert not warehouse.build().succeeded
    warehouse.free_watermarks()
    outcome = warehouse.build()
    assert (outcome.succeeded, outcome.views_are_current) == (True, False)


def test_one_view_built_alone_keeps_those_above_it(warehouse: Warehouse) -> None:
    before = warehouse.snapshot()
    assert warehouse.build(["stg_accounts"]).views_are_current
    warehouse.run("drop view marts.maturity_curve")
    outcome = warehouse.build(["stg_accounts", "maturity_curve"])
    assert (outcome.succeeded, outcome.views_are_current) == (True, False), outcome.error
    assert warehouse.snapshot() == before


def test_a_full_refresh_that_fails_leaves_every_mart_in_place(warehouse: Warehouse) -> None:
    before = warehouse.snapshot()
    warehouse.run("drop view marts.maturity_curve")
    warehouse.stick_watermarks()
    assert not warehouse.build(full_refresh=True).succeeded
    del before["maturity_curve"]
    assert warehouse.snapshot(*before) == before
