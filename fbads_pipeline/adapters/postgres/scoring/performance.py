"""What scores and proposals are made from, and what they came to: one read and one transaction per account."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
import sqlalchemy as sa
from psycopg2 import sql as literal

from fbads_pipeline.adapters.postgres.anomalies.anomalies_sql import LEARNING
from fbads_pipeline.adapters.postgres.scoring import performance_sql as sql
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.core.money import minor_units
from fbads_pipeline.domain.scoring.account_performance import (
    HISTORY_DAYS,
    AccountPerformance,
    AccountScores,
    Decided,
    Followed,
    KeptModel,
    OpenAnomaly,
    StoredScore,
    StoredVerdict,
)

if TYPE_CHECKING:
    import pandas as pd

    from fbads_pipeline.domain.recommendations.model.account_model import AccountModel

_LOCK = 0x66626164735F7363  # "fbads_sc"
_COLUMNS = ("campaign_id", "date", "impressions", "clicks", "spend", "conversions")


class PostgresPerformance:
    """The port Performance on PostgreSQL; safe to use from several processes at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def read(self, account_id: str, *, now: datetime, days: int = HISTORY_DAYS) -> AccountPerformance | None:
        with self._engine.connect() as connection:
            account = connection.execute(sa.text(sql.ACCOUNT), {"account": account_id}).one_or_none()
            if account is None or account.as_of is None:
                return None
            today = local_day(now, account.timezone_name)
            campaigns = connection.execute(sa.text(sql.CAMPAIGNS), {"account": account_id}).all()
            history = _history(connection, account_id, account, today, days)
            named = {"account": account_id}
            return AccountPerformance(
                account_id=account_id,
                currency=account.currency,
                today=today,
                history=history.assign(status=history["campaign_id"].map({one[0]: one[1] for one in campaigns})),
                objectives={one.campaign_id: one.objective for one in campaigns},
                learning=frozenset(connection.execute(sa.text(LEARNING), named).scalars()),
                anomalies=[OpenAnomaly(*row) for row in connection.execute(sa.text(sql.ANOMALIES), named)],
                as_of=account.as_of,
                marts_version=account.marts_version,
                goal_family=account.goal_family,
                standing={row[0]: row[1] for row in connection.execute(sa.text(sql.STANDING), named)},
            )

    def save(self, found: AccountScores, *, now: datetime) -> int:
        with self._engine.begin() as connection:
            connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            named = {"account": found.account_id, "now": now}
            _incoming(connection, "scores", sql.SCORE_COLUMNS, _score_rows(found))
            written = connection.execute(sa.text(sql.SAVE_SCORES), named).rowcount
            newest = connection.execute(sa.text(sql.NEWEST_VERDICTS), named).scalar_one()
            if newest <= found.marts_version:
                _incoming(connection, "trends", sql.TREND_COLUMNS, _trend_rows(found))
                connection.execute(sa.text(sql.SAVE_TRENDS), named)
                connection.execute(sa.text(sql.FORGET_TRENDS), named)
                _incoming(connection, "verdicts", sql.VERDICT_COLUMNS, _verdict_rows(found))
                connection.execute(sa.text(sql.FORGET_VERDICTS), named)
                connection.execute(sa.text(sql.SAVE_VERDICTS), named)
            return int(written)

    def current_verdicts(self) -> list[StoredVerdict]:
        with self._engine.connect() as connection:
            return [StoredVerdict(*row) for row in connection.execute(sa.text(sql.CURRENT_VERDICTS))]

    def current_scores(self, account_ids: Sequence[str], *, since: date) -> list[StoredScore]:
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text(sql.CURRENT_SCORES), {"accounts": list(account_ids), "since": since})
            return [StoredScore(*row) for row in rows]

    def model(self, account_id: str, version: str | None = None) -> "AccountModel | None":
        from fbads_pipeline.domain.recommendations.model.account_model import AccountModel

        which = "is_current" if version is None else "version = :version"
        named = {"account": account_id, **({} if version is None else {"version": version})}
        with self._engine.connect() as connection:
            content = connection.execute(sa.text(sql.MODEL.format(which=which)), named).scalar_one_or_none()
            return None if content is None else AccountModel.from_json(content)

    def keep_model(self, kept: KeptModel, *, now: datetime) -> None:
        model = kept.model
        values = {
            "account": kept.account_id,
            "version": model.version,
            "first_day": model.first_day,
            "last_day": model.last_day,
            "campaigns": model.campaigns,
            "seed": model.seed,
            "content": _json(model.as_json()),
            "evaluation": _json(model.evaluation),
            "is_current": kept.is_current,
            "reason": kept.reason,
            "now": now,
        }
        with self._engine.begin() as connection:
            if kept.is_current:
                connection.execute(sa.text(sql.RETIRE_MODEL), {"account": kept.account_id})
            connection.execute(sa.text(sql.KEEP_MODEL), values)

    def decided(self, account_id: str) -> list[Decided]:
        with self._engine.connect() as connection:
            return [_decided(row) for row in connection.execute(sa.text(sql.DECIDED), {"account": account_id})]

    def save_outcomes(self, followed: Sequence[Followed], *, now: datetime) -> int:
        with self._engine.begin() as connection:
            return sum(
                connection.execute(sa.text(sql.SAVE_OUTCOME), {**_outcome_row(one), "now": now}).rowcount
                for one in followed
            )

    def hit_rates(self) -> list[Mapping[str, Any]]:
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(sql.HIT_RATES)).mappings()]


def _history(connection: sa.Connection, account_id: str, account: Any, today: date, days: int) -> "pd.DataFrame":
    """As in `suggestions.suggest`, but for the status."""
    import pandas as pd

    from fbads_pipeline.domain.recommendations.budgets import BudgetEdit, BudgetState, daily_budgets

    driver: Any = connection.connection
    statement = literal.SQL(sql.HISTORY).format(
        account=literal.Literal(account_id),
        since=literal.Literal(today - timedelta(days=days)),
        until=literal.Literal(today - timedelta(days=1)),
        currency=literal.Literal(account.currency),
    )
    text = io.BytesIO()
    driver.cursor().copy_expert(statement.as_string(driver.driver_connection), text)
    text.seek(0)
    rows = pd.read_csv(text, header=None, names=list(_COLUMNS), dtype={"campaign_id": str})
    rows = rows.assign(date=pd.to_datetime(rows["date"], format="%Y-%m-%d"))
    named = {"account": account_id, "zone": account.timezone_name}
    states = [BudgetState(*row) for row in connection.execute(sa.text(sql.BUDGET_STATES), named)]
    units = {**named, "minor_units": minor_units(account.currency)}
    edits = [BudgetEdit(*row) for row in connection.execute(sa.text(sql.BUDGET_EDITS), units)]
    has_log = bool(connection.execute(sa.text(sql.HAS_LOG), named).scalar_one())
    return rows.assign(daily_budget=daily_budgets(rows, states, edits, has_log=has_log))


def _incoming(connection: sa.Connection, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """The rows in a table of this transaction."""
    connection.execute(sa.text(sql.INCOMING.format(name=name)))
    if name == "scores":
        connection.execute(sa.text(sql.RELAX))
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    text.seek(0)
    connection.connection.cursor().copy_expert(sql.COPY.format(name=name, columns=", ".join(columns)), text)


def _score_rows(found: AccountScores) -> Iterable[Sequence[object]]:
    for one in found.scores:
        parts = list(one.parts.values())
        points = [one.points.get(name) for name in one.parts]
        yield (
            *(found.account_id, one.campaign_id, found.day, one.total, one.low, one.high, *points, *parts),
            *(one.conversions, one.certainty, one.why_not, found.target_cpa, found.currency),
            *(found.model_version, found.marts_version),
        )


def _trend_rows(found: AccountScores) -> Iterable[Sequence[object]]:
    for one in found.trends:
        figures = (one.level, one.slope, one.p_falling, one.changed_on, one.shift)
        yield found.account_id, one.campaign_id, one.metric, found.day, *figures


def _verdict_rows(found: AccountScores) -> Iterable[Sequence[object]]:
    kinds = [(True, one) for one in found.proposals] + [(False, one) for one in found.beside]
    for is_proposed, one in kinds:
        yield (
            *(found.account_id, one.campaign_id, one.action, one.factor, one.effect[0], one.expected, one.effect[1]),
            *(one.p_better, one.confidence, one.reason_pt, one.reason_en, one.would_change_pt, one.would_change),
            *(_json(one.evidence), is_proposed, found.day, found.currency, found.model_version, found.marts_version),
        )


def _decided(row: sa.Row[Any]) -> Decided:
    return Decided(
        suggestion_id=row.suggestion_id,
        account_id=row.account_id,
        campaign_id=row.campaign_id,
        kind=row.kind,
        factor=row.factor,
        effect=(row.effect_low, row.effect_high),
        decided_on=row.decided_on,
        currency=row.currency,
    )


def _outcome_row(one: Followed) -> dict[str, object]:
    outcome = one.outcome
    return {
        "suggestion_id": one.decided.suggestion_id,
        "account_id": one.decided.account_id,
        "campaign_id": one.decided.campaign_id,
        "kind": one.decided.kind,
        "applied_on": one.decided.decided_on,
        "promised_low": one.decided.effect[0],
        "promised_high": one.decided.effect[1],
        "state": one.state,
        "observed": outcome.observed if outcome else None,
        "observed_low": outcome.low if outcome else None,
        "observed_high": outcome.high if outcome else None,
        "is_hit": outcome.is_hit if outcome else None,
        "currency": one.decided.currency,
    }


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
