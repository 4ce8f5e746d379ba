"""A tick leaves the views alone while they stand, and looks at all of them when anything could be otherwise."""

from fbads_pipeline.adapters.dbt.runner import Dbt, DbtOutcome
from fbads_pipeline_tests.support.model_warehouse import DAY, Warehouse, numbers


def views_built(outcome: DbtOutcome) -> int:
    return sum(node.unique_id.startswith(("model.fbads.stg_", "model.fbads.campaign_daily")) for node in outcome.nodes)


def test_a_tick_asks_for_facts_seeds_and_tests_alone(warehouse: Warehouse) -> None:
    warehouse.insight("campaign", "1-1", DAY, **numbers(9))
    warehouse.changed("1", DAY)
    outcome = warehouse.build()
    assert (outcome.succeeded, outcome.views_stood, views_built(outcome)) == (True, True, 0)
    kinds = {node.unique_id.split(".")[0] for node in outcome.nodes}
    assert kinds >= {"model", "seed", "test"}
    assert warehouse.value("select max(impressions) from marts.campaign_daily") == 9000
    assert warehouse.version() == 2


def test_a_view_that_was_replaced_comes_back_and_another_setting_is_another_state(warehouse: Warehouse) -> None:
    before = warehouse.snapshot()
    warehouse.run("drop view marts.maturity_curve; create view marts.maturity_curve as select 1 as one")
    outcome = Dbt(warehouse.url, goal_family="lead").build()
    assert (outcome.succeeded, outcome.views_stood, views_built(outcome) > 0) == (True, False, True)
    assert warehouse.value("select bool_and(conversions = leads) from marts.campaign_daily")
    assert not warehouse.build().views_stood
    assert warehouse.snapshot() == before


def test_a_build_that_failed_is_no_proof_that_views_stand(warehouse: Warehouse) -> None:
    warehouse.run("drop view marts.campaign_intraday")
    warehouse.stick_watermarks()
    warehouse.changed("1", DAY)
    assert not warehouse.build().succeeded
    warehouse.free_watermarks()
    outcome = warehouse.build()
    assert (outcome.succeeded, outcome.views_stood) == (True, False)
