"""A campaign may have another goal than its account: it counts by its own, and what differs is never added."""

from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline_tests.support.model_warehouse import DAY, Warehouse


def test_a_campaign_counts_by_the_goal_of_its_own_and_conversions_of_several_goals_are_never_added(
    warehouse: Warehouse,
) -> None:
    leads = warehouse.value("select campaign_id from marts.campaigns where account_id = '1'")
    warehouse.insight(
        *("campaign", "1-shop", DAY), impressions=500, spend=90, actions={"omni_purchase": "3", "lead": "1"}
    )
    warehouse.changed("1", DAY)
    warehouse.model("campaign")
    assert warehouse.rows(_ACCOUNTS) == [("1", False, "purchase"), ("2", False, "purchase")]
    assert warehouse.rows(_SUMS)[0] == ("1", False, False, False)
    warehouse.run("insert into ops.campaign_goals values ('1', :campaign, 'lead')", campaign=leads)
    for mart in ("campaign_daily", "adset_daily", "ad_daily", "campaign_daily_versions", "campaign_breakdown_daily"):
        found = warehouse.rows(
            "select bool_and(conversions is not distinct from leads), bool_and(conversion_goal = 'lead')"
            f" from marts.{mart} where campaign_id = :one",
            one=leads,
        )
        assert found in ([(True, True)], [(None, None)]), mart
    assert warehouse.rows(
        "select conversions, cpa, conversion_goal from marts.campaign_daily where campaign_id = '1-shop'"
    ) == [(3, 30, "purchase")]
    assert warehouse.rows("select account_id, goal_family from marts.campaigns order by 1") == [
        ("1", "lead"),
        ("2", "purchase"),
    ]
    assert warehouse.rows(_ACCOUNTS) == [("1", True, "purchase"), ("2", False, "purchase")]
    assert warehouse.rows(_SUMS) == [("1", True, True, False), ("2", False, False, False)]
    assert warehouse.rows(
        "select account_id, count(conversions) = 0, count(cpa) = 0, count(conversion_goal) = 0, count(purchases) > 0"
        " from marts.account_daily group by 1 order by 1"
    ) == [("1", True, True, True, True), ("2", False, False, False, True)]
    # Of one goal each adds up.
    assert warehouse.rows(
        f"select conversion_goal, ({METRICS['conversions'].expression}) is null from marts.campaign_daily"
        " where account_id = '1' group by 1 order by 1"
    ) == [("lead", False), ("purchase", False)]


_ACCOUNTS = "select account_id, has_several_goals, goal_family from marts.accounts order by account_id"
_SUMS = (
    f"select account_id, ({METRICS['conversions'].expression}) is null, ({METRICS['cpa'].expression}) is null,"
    f" ({METRICS['purchases'].expression}) is null from marts.campaign_daily group by 1 order by 1"
)
