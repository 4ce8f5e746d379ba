"""What scores and proposals are made from, and what they came to: one read and one transaction per account."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.scoring.adsets import read_adsets, save_adset_scores
from fbads_pipeline.adapters.postgres.scoring.histories import INPUTS, history_of, unread_days
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.core.days import local_day
from fbads_pipeline.domain.recommendations.inbox.stored_verdicts import StoredVerdict
from fbads_pipeline.domain.recommendations.inbox.withheld import WithheldVerdict
from fbads_pipeline.domain.recommendations.new_suggestions import REALLOCATE, WHOLE_ACCOUNT, confidence_of
from fbads_pipeline.domain.scoring.account_performance import (
    HISTORY_DAYS,
    AccountPerformance,
    AccountScores,
    EffectFollowUp,
    FittedModel,
    OpenAnomaly,
    PromisedEffect,
    StoredScore,
)

if TYPE_CHECKING:
    from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
    from fbads_pipeline.domain.recommendations.verdicts import Verdict

SQL = Statements(__package__, "scores.sql")
MODELS = Statements(__package__, "models.sql")
_LOCK = 0x66626164735F7363  # "fbads_sc"


class PostgresPerformance:
    """The port Performance on PostgreSQL; safe to use from several processes at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def read(self, account_id: str, *, now: datetime, days: int = HISTORY_DAYS) -> AccountPerformance | None:
        with reading(self._engine) as connection:
            account = connection.execute(INPUTS["account"], {"account": account_id}).one_or_none()
            if account is None or account.as_of is None:
                return None
            today = local_day(now, account.timezone_name)
            campaigns = connection.execute(INPUTS["campaigns"], {"account": account_id}).all()
            window = {"since": today - timedelta(days=days), "until": today - timedelta(days=1)}
            unread = unread_days(connection, account_id, window, level="campaign")
            history = history_of(connection, INPUTS["copy_history"], account_id, account, window, unread)
            named = {"account": account_id}
            return AccountPerformance(
                account_id=account_id,
                currency=account.currency,
                today=today,
                history=history.assign(status=history["campaign_id"].map({one[0]: one[1] for one in campaigns})),
                objectives={one.campaign_id: one.objective for one in campaigns},
                learning=frozenset(connection.execute(INPUTS["learning_campaigns"], named).scalars()),
                anomalies=[OpenAnomaly(*row) for row in connection.execute(INPUTS["open_anomalies"], named)],
                as_of=account.as_of,
                marts_version=account.marts_version,
                goal_family=account.goal_family,
                pending={row[0]: row[1] for row in connection.execute(INPUTS["pending_suggestions"], named)},
                unread=unread,
                names={one.campaign_id: one.name for one in campaigns if one.name},
                adsets=read_adsets(connection, account_id, account, window),
                goals={one.campaign_id: one.goal_family for one in campaigns if one.goal_family != account.goal_family},
            )

    def save(self, found: AccountScores, *, now: datetime) -> int:
        with self._engine.begin() as connection:
            connection.execute(SQL["lock"], {"key": _LOCK})
            named = {"account": found.account_id, "now": now}
            _incoming(connection, "scores", _score_rows(found))
            written = connection.execute(SQL["save_scores"], named).rowcount
            newest = connection.execute(SQL["newest_verdicts"], named).scalar_one()
            if newest <= found.marts_version:
                _incoming(connection, "trends", _trend_rows(found))
                connection.execute(SQL["save_trends"], named)
                connection.execute(SQL["delete_other_trends"], named)
                _incoming(connection, "verdicts", _verdict_rows(found))
                connection.execute(SQL["delete_verdicts"], named)
                connection.execute(SQL["save_verdicts"], named)
                _incoming(connection, "withheld_verdicts", _withheld_rows(found))
                connection.execute(SQL["save_withheld_verdicts"], named)
                connection.execute(SQL["delete_other_withheld_verdicts"], named)
                save_adset_scores(connection, found)
            return int(written)

    def current_verdicts(self) -> list[StoredVerdict]:
        with reading(self._engine) as connection:
            return [StoredVerdict(*row) for row in connection.execute(SQL["current_verdicts"])]

    def current_withheld(self) -> list[WithheldVerdict]:
        with reading(self._engine) as connection:
            return [WithheldVerdict(*row) for row in connection.execute(SQL["current_withheld_verdicts"])]

    def current_scores(self, account_ids: Sequence[str], *, since: date) -> list[StoredScore]:
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["current_scores"], {"accounts": list(account_ids), "since": since})
            return [StoredScore(*row) for row in rows]

    def model(self, account_id: str, version: str | None = None) -> "AccountModel | None":
        # numpy and pandas are loaded only where models and histories are read.
        from fbads_pipeline.domain.recommendations.model.account_model import AccountModel

        with reading(self._engine) as connection:
            values = {"account": account_id, "version": version}
            content = connection.execute(MODELS["model"], values).scalar_one_or_none()
            return None if content is None else AccountModel.from_json(content)

    def save_model(self, kept: FittedModel, *, now: datetime) -> None:
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
                connection.execute(MODELS["retire_model"], {"account": kept.account_id})
            connection.execute(MODELS["save_model"], values)

    def promised_effects(self, account_id: str) -> list[PromisedEffect]:
        with reading(self._engine) as connection:
            return [
                _decided(row) for row in connection.execute(MODELS["suggestions_to_evaluate"], {"account": account_id})
            ]

    def save_outcomes(self, followed: Sequence[EffectFollowUp], *, now: datetime) -> int:
        with self._engine.begin() as connection:
            return sum(
                connection.execute(MODELS["save_outcome"], {**_outcome_row(one), "now": now}).rowcount
                for one in followed
            )

    def hit_rates(self) -> list[Mapping[str, Any]]:
        with reading(self._engine) as connection:
            return [dict(row) for row in connection.execute(MODELS["hit_rates"]).mappings()]


def _incoming(connection: sa.Connection, name: str, rows: Iterable[Sequence[object]]) -> None:
    """The rows in `incoming_<name>`, a table of this transaction; values in the order of its COPY statement."""
    connection.execute(SQL[f"create_incoming_{name}"])
    if name == "scores":
        connection.execute(SQL["relax_incoming_scores"])
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    text.seek(0)
    connection.connection.cursor().copy_expert(SQL[f"copy_incoming_{name}"].text, text)


def _score_rows(found: AccountScores) -> Iterable[Sequence[object]]:
    for one in found.scores:
        parts = list(one.parts.values())
        points = [one.points.get(name) for name in one.parts]
        yield (
            *(found.account_id, one.campaign_id, found.day, one.total, one.low, one.high, *points, *parts),
            *(one.conversions, one.certainty, one.why_not, found.target_cpa[one.campaign_id], found.currency),
            *(found.model_version, found.marts_version),
        )


def _trend_rows(found: AccountScores) -> Iterable[Sequence[object]]:
    for one in found.trends:
        figures = (one.level, one.slope, one.p_falling, one.changed_on, one.shift)
        yield found.account_id, one.campaign_id, one.metric, found.day, *figures


def _verdict_rows(found: AccountScores) -> Iterable[Sequence[object]]:
    kinds = [(True, one) for one in found.proposals] + [(False, one) for one in found.for_breaches]
    for is_proposed, one in kinds:
        yield (
            *(found.account_id, one.campaign_id, one.action, one.factor, one.effect[0], one.expected, one.effect[1]),
            *(one.p_better, one.confidence, _json(one.evidence), is_proposed),
            *(found.day, found.currency, found.model_version, found.marts_version, ""),
        )
    for one, campaign, name in _of_adsets(found):
        evidence = {**one.evidence, "adset_name": name}
        yield (
            *(found.account_id, campaign, one.action, one.factor, one.effect[0], one.expected, one.effect[1]),
            *(one.p_better, one.confidence, _json(evidence), True),
            *(found.day, found.currency, found.model_version, found.marts_version, one.campaign_id),
        )
    if found.reallocation is not None:
        made = found.reallocation
        confidence = confidence_of(made.p_better)
        yield (
            *(found.account_id, WHOLE_ACCOUNT, REALLOCATE, 1.0, made.effect[0], made.expected, made.effect[1]),
            *(made.p_better, confidence, _json(made.evidence(found.names)), True),
            *(found.day, found.currency, found.model_version, found.marts_version, ""),
        )


def _of_adsets(found: AccountScores) -> "Iterable[tuple[Verdict, str, str | None]]":
    """What is proposed for ad sets, with the campaign and the name of each."""
    if found.adsets is not None:
        for one in found.adsets.proposals:
            yield one, found.adsets.campaigns[one.campaign_id], found.adsets.names.get(one.campaign_id)


def _withheld_rows(found: AccountScores) -> Iterable[Sequence[object]]:
    for campaign_id, reason in found.withheld.items():
        yield found.account_id, campaign_id, reason, found.day, found.marts_version


def _decided(row: sa.Row[Any]) -> PromisedEffect:
    return PromisedEffect(
        suggestion_id=row.suggestion_id,
        account_id=row.account_id,
        campaign_id=row.campaign_id,
        kind=row.kind,
        factor=row.factor,
        effect=(row.effect_low, row.effect_high),
        decided_on=row.decided_on,
        currency=row.currency,
        adset_id=row.adset_id,
        moves={one["campaign_id"]: one["new_budget"] / one["budget"] for one in row.moves or ()},
    )


def _outcome_row(one: EffectFollowUp) -> dict[str, object]:
    outcome = one.outcome
    return {
        "suggestion_id": one.promised.suggestion_id,
        "account_id": one.promised.account_id,
        "campaign_id": one.promised.campaign_id,
        "kind": one.promised.kind,
        "applied_on": one.promised.decided_on,
        "promised_low": one.promised.effect[0],
        "promised_high": one.promised.effect[1],
        "state": one.state,
        "observed": outcome.observed if outcome else None,
        "observed_low": outcome.low if outcome else None,
        "observed_high": outcome.high if outcome else None,
        "is_hit": outcome.is_hit if outcome else None,
        "currency": one.promised.currency,
    }


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
