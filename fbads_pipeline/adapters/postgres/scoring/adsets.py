"""Ad sets that hold their campaign's budget: what their scores and proposals are made from, and their scores."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.scoring.histories import history_of, unread_days
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.scoring.account_performance import AccountScores
from fbads_pipeline.domain.scoring.adsets import AdsetPerformance

SQL = Statements(__package__, "adsets.sql")


def read_adsets(
    connection: sa.Connection, account_id: str, account: Any, window: Mapping[str, date]
) -> AdsetPerformance | None:
    """None for an account whose campaigns hold all budgets themselves."""
    named = {"account": account_id}
    rows = connection.execute(SQL["with_budget"], named).all()
    if not rows:
        return None
    unread = unread_days(connection, account_id, window, level="adset")
    campaigns = {row.adset_id: row.campaign_id for row in rows}
    history = history_of(connection, SQL["copy_history"], account_id, account, window, unread, adsets=campaigns)
    status = {row.adset_id: row.status for row in rows}
    return AdsetPerformance(
        history=history.assign(status=history["campaign_id"].map(status)),
        campaigns=campaigns,
        names={row.adset_id: row.name for row in rows if row.name},
        learning=frozenset(row.adset_id for row in rows if row.is_learning),
        daily_budgets=frozenset(row.adset_id for row in rows if row.has_daily_budget),
        pending={row[0]: row[1] for row in connection.execute(SQL["pending"], named)},
        unread=unread,
    )


def save_adset_scores(connection: sa.Connection, found: AccountScores) -> None:
    """Make these the scores of the account's ad sets."""
    scores = () if found.adsets is None else found.adsets.scores
    ids = [one.campaign_id for one in scores]
    connection.execute(SQL["delete_other_scores"], {"account": found.account_id, "adsets": ids})
    if found.adsets is None or not scores:
        return
    campaigns = found.adsets.campaigns
    rows = [
        {
            "account_id": found.account_id,
            "adset_id": one.campaign_id,
            "campaign_id": campaigns[one.campaign_id],
            "day": found.day,
            "total": one.total,
            "low": one.low,
            "high": one.high,
            "conversions": one.conversions,
            "why_not": one.why_not,
            "target_cpa": found.target_cpa.get(campaigns[one.campaign_id]),
            "currency": found.currency,
            "marts_version": found.marts_version,
        }
        for one in scores
    ]
    connection.execute(SQL["save_score"], rows)
