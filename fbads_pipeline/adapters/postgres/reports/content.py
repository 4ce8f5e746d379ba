"""What a report shows beside campaigns and days: the way to the purchase, creatives with their pictures, the audience,
targets."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.anomalies.anomalies import PostgresAnomalies
from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets
from fbads_pipeline.adapters.postgres.delivery.creatives import PostgresCreatives
from fbads_pipeline.adapters.postgres.metrics.readiness import has_tables
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.reports.figures import AccountFigures
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.anomalies.learning import AccountLearning
from fbads_pipeline.domain.delivery.creatives import Creative
from fbads_pipeline.domain.reports.content import BREAKDOWNS, MOST_CREATIVES, PART_METRICS
from fbads_pipeline.domain.reports.facts import (
    AccountTarget,
    AudiencePart,
    Figures,
    ReportAccount,
    ReportedCreative,
    ReportPicture,
)
from fbads_pipeline.domain.reports.report import Period

SQL = Statements(__package__, "content.sql")
_VERDICTS = ("best", "worst", "unclear")


class PostgresReportContent:
    """The port ReportContent on PostgreSQL. expressions: as of PostgresReportFacts."""

    def __init__(self, engine: sa.Engine, expressions: Callable[[], Mapping[str, str]]) -> None:
        self._engine, self._expressions = engine, expressions
        self._creatives, self._targets = PostgresCreatives(engine), PostgresTargets(engine)
        self._anomalies = PostgresAnomalies(engine)

    def totals(self, account_id: str, period: Period, metrics: Sequence[str]) -> Figures:
        queries = AccountFigures(self._expressions(), metrics, account_id, period)
        with reading(self._engine) as connection:
            row = connection.execute(queries.total()).mappings().one()
        return {name: None if row[name] is None else Decimal(row[name]) for name in metrics}

    def audience(self, account_id: str, period: Period) -> list[AudiencePart]:
        queries = AccountFigures(self._expressions(), PART_METRICS, account_id, period, mart="campaign_breakdown_daily")
        with reading(self._engine) as connection:
            if not has_tables(connection, "marts.campaign_breakdown_daily"):
                return []
            rows = connection.execute(queries.parts(tuple(BREAKDOWNS))).mappings().all()
        return [
            AudiencePart(
                row["breakdown"],
                row["breakdown_value"],
                {name: None if row[name] is None else Decimal(row[name]) for name in PART_METRICS},
            )
            for row in rows
        ]

    def creatives(self, account_id: str, period: Period) -> list[ReportedCreative]:
        found = self._creatives.creatives(frozenset({account_id}), since=period.first, until=period.last)
        known = [one for one in found if one.spend and one.verdict in _VERDICTS]
        of_verdict = [[one for one in known if one.verdict == verdict] for verdict in _VERDICTS]
        return [
            self._creative(one, has_place=index < MOST_CREATIVES)
            for some in of_verdict
            for index, one in enumerate(some)
        ]

    def other_currencies(self, account_id: str, period: Period) -> list[str]:
        values = {"account": account_id, "first": period.first, "last": period.last}
        with reading(self._engine) as connection:
            return list(connection.execute(SQL["other_currencies"], values).scalars())

    def learning(self, account_id: str) -> AccountLearning | None:
        return next(iter(self._anomalies.learning([account_id])), None)

    def target(self, account: ReportAccount, period: Period) -> AccountTarget:
        known = self._targets.of(account.account_id).of_account(period.last, currency=account.currency)
        return AccountTarget(known.cpa, known.lowest_roas)

    def _creative(self, one: Creative, *, has_place: bool) -> ReportedCreative:
        picture = None
        if has_place and one.has_picture:
            kept = self._creatives.picture(one.account_id, one.key, frozenset({one.account_id}))
            if kept is not None:
                picture = ReportPicture(kept.media_type, kept.body, kept.width, kept.height)
        figures: Figures = {
            "spend": one.spend,
            "impressions": one.impressions,
            "clicks": one.clicks,
            "ctr": one.click_rate,
            "conversions": one.conversions,
            "cpa": one.cost_per_conversion,
        }
        title = one.title or one.body or one.key
        return ReportedCreative(title, one.ads, figures, one.verdict, picture)  # type: ignore[arg-type]
