"""The contract of the port Marts, for the fake of the tests and for PostgreSQL."""

from datetime import date

import pytest

from fbads_pipeline.adapters.postgres.metrics.marts import PostgresMarts
from fbads_pipeline_tests.support.fakes import NOW, FakeMarts, a_window, an_account
from fbads_pipeline_tests.support.sample_marts import EXPRESSIONS, SampleMarts

YESTERDAY = date(2026, 11, 22)
FIGURES = {"impressions": 7000, "clicks": 350, "spend": "70", "conversions": "7"}


@pytest.fixture(params=["fake", "postgres"])
def marts(request):
    """Campaigns 8 of account 2 and 7 of account 1 are active, 9 of account 1 is paused; published three times."""
    if request.param == "fake":
        windows = [a_window(*one, **FIGURES) for one in (("8", "2"), ("7", "1"), ("9", "1"))]
        fake = FakeMarts(*windows, accounts=[an_account("2"), an_account("1")])
        fake.paused, fake.unread = {"9"}, {"2"}
        return fake
    tables = SampleMarts(request.getfixturevalue("migrated_engine"))
    for account in ("2", "1"):
        tables.account(account)
    for campaign, account, status in (("8", "2", "ACTIVE"), ("7", "1", "ACTIVE"), ("9", "1", "PAUSED")):
        tables.campaign(campaign, account, status=status)
        tables.days(campaign, YESTERDAY, account)
    tables.unread(date(2026, 11, 20), account_id="2")
    for _ in range(3):
        tables.publish()
    return PostgresMarts(tables.engine, lambda: EXPRESSIONS)


def test_the_version_is_that_of_the_last_publication(marts):
    assert marts.version() == 3


def test_an_account_of_which_a_day_of_the_window_was_never_read_is_named(marts):
    assert marts.accounts_with_unread_days(days=7, now=NOW) == {"2"}


def test_accounts_are_ordered_by_id(marts):
    assert marts.accounts() == [an_account("1"), an_account("2")]


def test_active_campaigns_have_a_window_each_ordered_by_account(marts):
    assert marts.campaign_windows(days=7, now=NOW) == [a_window("7", "1", **FIGURES), a_window("8", "2", **FIGURES)]


def test_paused_and_unknown_campaigns_are_inactive(marts):
    assert marts.inactive(["9", "8", "404", "7"]) == ["404", "9"]
    assert marts.inactive([]) == []
