"""Readers watch publications: a state of the marts counts once it passed every blocking test."""

from fbads_pipeline_tests.model.house import DAY, House, days, numbers, statuses


def test_a_failed_blocking_test_stops_the_publication_until_the_row_is_mended(house: House) -> None:
    house.insight("campaign", "1-1", DAY, **{**numbers(2), "impressions": -5})
    house.changed("1", DAY)
    outcome = house.build()
    assert not outcome.succeeded
    assert statuses(outcome, ["campaign_daily_counts_are_never_negative"]) == {
        "campaign_daily_counts_are_never_negative": "fail"
    }
    assert house.version() == 1
    house.changed("2", DAY)
    assert not house.build().succeeded, "the wrong day was forgotten because another one changed"
    assert house.version() == 1
    house.insight("campaign", "1-1", DAY, **numbers(2))
    house.changed("1", DAY)
    house.built()
    assert house.version() == 2


def test_a_warning_names_what_is_odd_and_does_not_stop_it(house: House) -> None:
    house.insight("ad", "1-1-1-1", DAY, **{**numbers(1), "spend": "-0.01"})
    house.insight("account", "2", DAY, "2", **numbers(5))
    house.changed("1", DAY)
    house.changed("2", DAY)
    outcome = house.build()
    assert outcome.succeeded
    odd = ["ad_daily_spend_is_never_negative", "ads_add_up_to_campaigns", "campaigns_add_up_to_accounts"]
    assert statuses(outcome, odd) == dict.fromkeys(odd, "warn")
    assert house.version() == 2


def test_a_build_of_some_models_publishes_nothing_and_the_next_whole_one_does(house: House) -> None:
    house.insight("campaign", "1-1", DAY, **numbers(7))
    house.changed("1", DAY)
    house.model("campaign")
    assert house.value("select max(impressions) from marts.campaign_daily") == 8000
    assert house.version() == 1
    house.built()
    assert house.version() == 2


def test_tests_look_at_every_row_when_asked(house: House) -> None:
    house.run("update intermediate.int_ad_daily set impressions = -1 where day = :d", d=days(4)[3])
    name = "ad_daily_counts_are_never_negative"
    assert statuses(house.build([name]), [name]) == {name: "pass"}
    assert statuses(house.build([name], variables={"check_everything": True}), [name]) == {name: "fail"}


def test_a_goal_counts_at_once_and_for_every_day(house: House) -> None:
    house.run("insert into staging.account_goals values ('1', 'lead')")
    goals = (
        "select distinct account_id, conversions = leads, conversions = purchases from marts.account_daily order by 1"
    )
    assert house.rows(goals) == [("1", True, False), ("2", False, True)]
    assert house.rows("select account_id, goal_family from marts.accounts order by 1") == [
        ("1", "lead"),
        ("2", "purchase"),
    ]


def test_a_goal_that_is_no_family_is_named(house: House) -> None:
    house.run("insert into staging.account_goals values ('1', 'puchase')")
    assert statuses(house.build(["account_goals_are_families"]), ["account_goals_are_families"]) == {
        "account_goals_are_families": "fail"
    }
