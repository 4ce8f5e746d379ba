"""A tick leaves the views alone while they stand, and looks at all of them when anything could be otherwise."""

from fbads_pipeline.adapters.dbt.runner import Dbt, DbtOutcome
from fbads_pipeline_tests.support.model_warehouse import DAY, House, numbers


def views_built(outcome: DbtOutcome) -> int:
    return sum(node.unique_id.startswith(("model.fbads.stg_", "model.fbads.campaign_daily")) for node in outcome.nodes)


def test_a_tick_asks_for_facts_seeds_and_tests_alone(house: House) -> None:
    house.insight("campaign", "1-1", DAY, **numbers(9))
    house.changed("1", DAY)
    outcome = house.build()
    assert (outcome.succeeded, outcome.views_stood, views_built(outcome)) == (True, True, 0)
    kinds = {node.unique_id.split(".")[0] for node in outcome.nodes}
    assert kinds >= {"model", "seed", "test"}
    assert house.value("select max(impressions) from marts.campaign_daily") == 9000
    assert house.version() == 2


def test_a_view_that_was_replaced_comes_back_and_another_setting_is_another_state(house: House) -> None:
    before = house.snapshot()
    house.run("drop view marts.maturity_curve; create view marts.maturity_curve as select 1 as one")
    outcome = Dbt(house.url, goal_family="lead").build()
    assert (outcome.succeeded, outcome.views_stood, views_built(outcome) > 0) == (True, False, True)
    assert house.value("select bool_and(conversions = leads) from marts.campaign_daily")
    assert not house.build().views_stood
    assert house.snapshot() == before


def test_a_build_that_failed_is_no_proof_that_views_stand(house: House) -> None:
    house.run("drop view marts.campaign_intraday")
    house.stick_watermarks()
    house.changed("1", DAY)
    assert not house.build().succeeded
    house.free_watermarks()
    outcome = house.build()
    assert (outcome.succeeded, outcome.views_stood) == (True, False)
