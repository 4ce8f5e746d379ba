"""Users' own rules over the marts: figures through the catalogue of metrics, matches stored for the cool-down."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.adapters.postgres.alerts.rule_query import RuleMetric, readings_query
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.alerts.rules import GUARDS, RuleReading, UserRule
from fbads_pipeline.domain.metrics.declared import METRICS

SQL = Statements(__package__, "rules.sql")

_LOCK = 0x66626164735F7275  # "fbads_ru"


class PostgresRules:
    """The port Rules on PostgreSQL. catalogue: gives metric → SQL expression when the first rule is read."""

    def __init__(self, engine: sa.Engine, catalogue: Callable[[], Mapping[str, str]]) -> None:
        self._engine = engine
        self._catalogue = catalogue

    def readings(self, rule: UserRule, *, now: datetime, as_known: bool = False) -> list[RuleReading]:
        if as_known and rule.level != "campaign":
            raise ValueError(f"{rule.level} has no memory of what was known when")
        metric = RuleMetric(self._catalogue()[rule.metric], METRICS[rule.metric].columns)
        query = readings_query(rule.level, metric, as_known=as_known, is_of_change=rule.is_of_change)
        # Today alone is a window of one day that ends today; complete days end yesterday.
        window = {"now": now, "days": rule.days or 1, "offset": 1 if rule.days else 0}
        with reading(self._engine) as connection:
            if not connection.execute(SQL["are_marts_built"]).scalar_one():
                return []
            return [_reading(row) for row in connection.execute(query, window).mappings()]

    def announce(
        self,
        rule: UserRule,
        crossed: Sequence[RuleReading],
        *,
        compose: Callable[[Sequence[RuleReading]], Alert],
        recipients: Sequence[Recipient],
        now: datetime,
    ) -> int:
        receiving = [one for one in recipients if rule.channel in (None, one.channel)]
        if not receiving or not crossed:
            return 0
        written = 0
        with self._engine.begin() as connection:
            connection.execute(SQL["lock"], {"key": _LOCK})
            fresh = _fresh(connection, rule, crossed, now)
            for _, group in groupby(fresh, key=lambda one: one.account_id):
                found = list(group)
                alert = compose(found)
                written += write_alert(connection, alert, receiving, now)
                connection.execute(SQL["keep_hit"], [_hit(rule, one, alert, now) for one in found])
        return written


def _fresh(
    connection: sa.Connection, rule: UserRule, crossed: Sequence[RuleReading], now: datetime
) -> list[RuleReading]:
    """Those that are neither cooling down nor muted."""
    window = {"rule": rule.key, "since": rule.cooling_since(now)}
    cooling = {tuple(row) for row in connection.execute(SQL["cooling_down"], window)}
    return [
        one
        for one in crossed
        if (one.account_id, one.object_id) not in cooling and not _is_muted(connection, rule, one, now)
    ]


def _is_muted(connection: sa.Connection, rule: UserRule, one: RuleReading, now: datetime) -> bool:
    campaign = one.object_id if rule.level == "campaign" else None
    values = {"account_id": one.account_id, "campaign_id": campaign, "rule": rule.key, "now": now}
    return bool(connection.execute(SQL["is_muted"], values).scalar_one())


def _reading(row: sa.RowMapping) -> RuleReading:
    plain = {name: value for name, value in row.items() if name not in GUARDS}
    return RuleReading(**plain, sums={name: row[name] for name in GUARDS})


def _hit(rule: UserRule, one: RuleReading, alert: Alert, now: datetime) -> dict[str, object]:
    return {
        "rule": rule.key,
        "account_id": one.account_id,
        "object_id": one.object_id,
        "now": now,
        "value": one.value,
        "alert_id": alert.alert_id,
    }
