"""The inbox over a home that the sandbox filled: nothing contradicts itself, on the page and in messages."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.metrics.marts import PostgresMarts
from fbads_pipeline.adapters.postgres.recommendations.reviews import PostgresReviews
from fbads_pipeline.adapters.postgres.scoring.performance import PostgresPerformance
from fbads_pipeline.adapters.postgres.server.analyst import ensure_role
from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.api.app import create_app
from fbads_pipeline.bootstrap.metrics import metric_expressions
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.services.recommendations.review_performance import review_performance
from fbads_pipeline.settings import load_settings
from fbads_pipeline_tests.api.conftest import Client
from fbads_pipeline_tests.support.fakes import FixedClock, PlainLimits
from fbads_pipeline_tests.support.rendering import text_of

NOW = datetime(2026, 11, 27, 15, tzinfo=UTC)  # the day after the home's own messages
# The home's figures begin on 14 November: before, nothing was delivered, and that was read.
READ_BEFORE = """
insert into raw.day_states (account_id, level, breakdown, day, state, attempted_at, read_at)
select account_id, 'campaign', '', day, 'read', :now, :now
from marts.accounts, generate_series(date '2026-09-20', date '2026-11-26', '1 day') as day
on conflict (account_id, level, breakdown, day) do update set read_at = excluded.read_at
"""
_MUTED = "1015812345678901"  # by the home's own mute
LIMITS = (Decimal(5), Decimal(30), Decimal(120))
MONEY = r"(?:R\$|US\$|\$|¥|€|JP¥)?\s?([\d.]+(?:,\d+)?)"
REPORTED = re.compile(rf"gastou \S*?{MONEY} e teve ([\d.]+(?:,\d+)?) convers\w+: CPA de \S*?{MONEY}\.\s")
CARD = re.compile(r'<li id="[^"]+" data-card[^>]*>.*?</li>', re.DOTALL)
OBSERVED = re.compile(r'<ul class="list observations">.*?</ul>', re.DOTALL)


@pytest.fixture
def home(home_copy, tmp_path, monkeypatch):
    """The home without its user, so that whoever is at this machine sees everything."""
    monkeypatch.setenv("FBADS_NOW", NOW.isoformat())
    database = Database(home_copy, tmp_path, fixed_now=NOW.isoformat())
    with database.owner.begin() as connection:
        connection.execute(sa.text("delete from ops.users"))
        connection.execute(sa.text("delete from ops.suggestions where status = 'PENDING'"))
        connection.execute(sa.text(READ_BEFORE), {"now": NOW})
    ensure_role(database.owner, database.analyst_password_file)
    yield database
    database.close()


def rows(home, query):
    with home.owner.connect() as connection:
        return [dict(row) for row in connection.execute(sa.text(query)).mappings()]


def review(home, cpa_limit, minutes=0):
    """A review some minutes into that day."""
    marts, reviews = PostgresMarts(home.owner, metric_expressions), PostgresReviews(home.owner)
    clock, limits = FixedClock(NOW + timedelta(minutes=minutes)), PlainLimits(cpa_limit=cpa_limit)
    performance = PostgresPerformance(home.owner)
    return review_performance(marts, reviews, performance, clock, limits, [Recipient("dry_run", "x")], days=7, most=3)


def number(text):
    return Decimal(text.replace(".", "").replace(",", "."))


@pytest.mark.parametrize("cpa_limit", LIMITS)
def test_no_card_contradicts_its_estimate_and_every_one_divides(home, cpa_limit):
    report = review(home, cpa_limit)
    assert report.suggestions.opened + report.suggestions.observed > 0, "nothing was found: this proves nothing"
    stored = rows(home, "select * from ops.suggestions where status in ('PENDING', 'WAITING')")
    for one in stored:
        assert one["effect_expected"] is None or (one["p_better"] >= 0.5 and one["effect_expected"] >= 0), one
        seen = one["evidence"]
        if one["kind"] == "REALLOCATE":
            before, after = (
                sum(Decimal(str(move[side])) for move in seen["moves"]) for side in ("budget", "new_budget")
            )
            assert after <= before + Decimal("0.01") * len(seen["moves"]), seen
            continue
        spend, conversions = Decimal(str(seen["spend"])), Decimal(str(seen["conversions"]))
        if seen["cpa"] is None:
            assert conversions == 0, seen
        else:
            assert abs(Decimal(str(seen["cpa"])) - spend / conversions) <= Decimal("0.006"), seen
    keys = [(one["account_id"], one["campaign_id"]) for one in stored]
    assert len(keys) == len(set(keys)), "one suggestion per campaign"
    for status in ("PENDING", "WAITING"):
        _page_agrees(home, status, [one for one in stored if one["status"] == status])
    _messages_agree(home)


def _page_agrees(home, status, stored):
    client = Client(create_app(load_settings(), home))
    page = client.get("/suggestions", status=status).text
    apart = OBSERVED.search(page)
    observed = rows(home, "select * from analysis.observations")
    assert bool(apart) == bool(observed and status == "PENDING")
    assert apart is None or (apart[0].count("<li>") == len(observed) and "<form" not in apart[0])
    cards = CARD.findall(OBSERVED.sub("", page))
    assert len(set(re.findall(r'href="/suggestions/([^"]+)"', page))) == len(stored)
    assert len(cards) == len(stored) == page.count('value="accept"')
    by_rule = sum(one["effect_expected"] is None for one in stored)
    assert sum("por regra" in one for one in cards) == by_rule
    evidence = (client.get(path).text for path in re.findall(r'href="(/suggestions/[^"]+)"', page))
    for card in (*cards, *evidence):
        text = re.sub(r"<[^>]+>", " ", card).replace("\u00a0", " ")
        chance = re.search(r"Chance de ser melhor do que nada fazer: (?:([<>]) )?(\d+) %", text)
        assert chance is None or (chance[1] != "<" and int(chance[2]) >= 50), text
        found = REPORTED.search(text)
        if found:
            spend, conversions, cpa = map(number, found.groups())
            assert abs(spend / conversions - cpa) <= max(Decimal("0.006"), Decimal("0.5") * (cpa == int(cpa))), text


def _messages_agree(home):
    """Each account's message names what is presented of it, in the order of the ranks, and nothing that is observed."""
    alerts = rows(
        home, "select account_id, facts, title from ops.alerts where rule = 'breaches' and window_start >= '2026-11-27'"
    )
    shown = rows(home, "select * from ops.suggestions where status = 'PENDING' order by account_id, rank")
    for alert in alerts:
        wanted = [one["campaign_id"] for one in shown if one["account_id"] == alert["account_id"]]
        named = [one["campaign_id"] for one in alert["facts"]["suggestions"]]
        assert named == wanted and len(named) <= 3
        counted = [int(one) for one in re.findall(r"\d+(?= sugest| campanha)", text_of(alert["title"]))]
        assert sum(counted) == len(named)
    assert alerts
    assert {one["account_id"] for one in alerts} == {one["account_id"] for one in shown} - {_MUTED}


def test_the_api_lists_observations_apart(home):
    review(home, Decimal(120))
    client = Client(create_app(load_settings(), home))
    answer = client.get("/api/v1/observations").json()
    observed = rows(home, "select account_id, campaign_id from analysis.observations order by 1, 2")
    assert observed and [(one["account_id"], one["campaign_id"]) for one in answer["data"]] == [
        (one["account_id"], one["campaign_id"]) for one in observed
    ]
    assert all("reason_pt" in one and "reason_en" in one for one in answer["data"])
    first = client.get("/api/v1/observations", limit=1).json()
    second = client.get("/api/v1/observations", limit=1, cursor=first["next_cursor"]).json()
    assert [one["data"][0]["campaign_id"] for one in (first, second)] == [one["campaign_id"] for one in observed[:2]]
    listed = client.get("/api/v1/suggestions", status="PENDING").json()["data"]
    assert all(one["basis"] in ("estimate", "rule") and one["rank"] >= 1 for one in listed)


def test_without_judged_decisions_the_page_says_so_and_with_them_how_often_it_was_right(home):
    client = Client(create_app(load_settings(), home))
    assert "Ainda sem decisões avaliadas." in client.get("/suggestions").text
    with home.owner.begin() as connection:
        (made,) = connection.execute(
            sa.text(
                "update ops.suggestions set status = 'ACCEPTED', decided_at = :now where suggestion_id ="
                " (select min(suggestion_id) from ops.suggestions) returning suggestion_id"
            ),
            {"now": NOW},
        ).scalars()
        connection.execute(
            sa.text(
                "insert into analysis.suggestion_outcomes values (:id, '1', '7', 'PAUSE', '2026-11-10', 10, 90,"
                " 'judged', 40, 5, 75, true, 'BRL', :now)"
            ),
            {"id": made, "now": NOW},
        )
    page = client.get("/suggestions", status="ACCEPTED").text.replace("\u00a0", " ")
    assert "Acerto das estimativas: 100% (1 de 1 decisão avaliada)." in page
    assert "Resultado: a semana mudou em R$ 40,00 (entre R$ 5,00 e R$ 75,00), dentro do previsto." in page


def test_a_day_that_was_never_read_stops_suggestions_and_scores_and_says_so(home):
    review(home, Decimal(30))
    with home.owner.begin() as connection:
        connection.execute(sa.text("update raw.day_states set read_at = null where day = '2026-11-22'"))
    report = review(home, Decimal(30), 30)
    assert (report.found.reviewed, report.found.breaches) == ({}, ())
    assert len(report.found.unread) == 4
    assert (report.suggestions.opened, report.suggestions.observed, report.announced) == (0, 0, 0)
    scores = rows(home, "select distinct on (account_id, campaign_id) why_not from analysis.scores order by"
                        " account_id, campaign_id, day desc")  # fmt: skip
    assert {one["why_not"] for one in scores} == {"not read"}
    assert {one["reason"] for one in rows(home, "select reason from analysis.withheld_verdicts")} >= {"not read"}
