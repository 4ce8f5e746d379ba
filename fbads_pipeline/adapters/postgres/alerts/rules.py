"""Users' own rules over the marts: values through the metric catalogue, what was said kept for the cool-down."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.alerts.outbox_writer import write_alert
from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.alerts.rules import GUARDS, RuleLevel, RuleReading, UserRule

_LOCK = 0x66626164735F7275  # "fbads_ru"
_OBJECTS: Mapping[RuleLevel, tuple[str, str]] = {
    "account": ("account_daily", "account_id"),
    "campaign": ("campaign_daily", "campaign_id"),
    "adset": ("adset_daily", "adset_id"),
    "ad": ("ad_daily", "ad_id"),
}
_NAMES: Mapping[RuleLevel, str] = {
    "account": "select account_id as object_id, name, true as is_active from marts.accounts",
    "campaign": "select campaign_id, name, effective_status = 'ACTIVE' from marts.campaigns",
    "adset": "select adset_id, name, effective_status = 'ACTIVE' from marts.adsets",
    "ad": "select ad_id, name, effective_status = 'ACTIVE' from marts.ads",
}
# As the marts knew them at that moment; campaigns alone have such a memory.
_AS_KNOWN = """(
    select * from marts.campaign_daily_versions
    where known_from <= :now and (known_to > :now or known_to is null) and not is_removed
)"""

# An object whose window holds two currencies is not judged: its amounts do not add up.
_READINGS = """
with days as (
    select
        account_id, name,
        (cast(:now as timestamptz) at time zone coalesce(timezone_name, 'UTC'))::date as today
    from marts.accounts
),
facts as (
    select
        daily.*, daily.{id} as object_id, days.name as account_name,
        daily.day > days.today - :days - :offset as is_now,
        days.today - :days - :offset + 1 as first_day,
        days.today - :offset as last_day
    from {source} as daily
    join days on days.account_id = daily.account_id
        and daily.day > days.today - :offset - :days * 2 and daily.day <= days.today - :offset
),
sums as (
    select
        account_id, account_name, object_id, is_now, min(currency) as currency, first_day, last_day,
        {expression} as value, {guards}
    from facts
    group by account_id, account_name, object_id, is_now, first_day, last_day
    having count(distinct currency) = 1
),
names (object_id, name, is_active) as ({names})
select
    now.account_id, now.account_name, now.object_id, names.name as object_name, now.currency, now.first_day,
    now.last_day, now.value, before.value as before, {guard_names}
from sums as now
join names on names.object_id = now.object_id and names.is_active
left join sums as before
    on before.account_id = now.account_id and before.object_id = now.object_id and not before.is_now
    and before.currency = now.currency
where now.is_now
order by now.account_id, now.object_id
"""
_SAID = """
select account_id, object_id from ops.rule_hits
where rule = :rule and matched_at > cast(:now as timestamptz) - make_interval(secs => :cooldown)
"""
_MUTED = "select ops.is_muted(:account, :campaign, array['rules', cast(:rule as text)], :now)"
_KEEP = """
insert into ops.rule_hits (rule, account_id, object_id, matched_at, value, alert_id)
values (:rule, :account_id, :object_id, :now, :value, :alert_id)
on conflict do nothing
"""


class PostgresRules:
    """The port Rules on PostgreSQL. catalogue: gives metric → SQL expression when the first rule is read."""

    def __init__(self, engine: sa.Engine, catalogue: Callable[[], Mapping[str, str]]) -> None:
        self._engine = engine
        self._catalogue = catalogue

    def readings(self, rule: UserRule, *, now: datetime, as_known: bool = False) -> list[RuleReading]:
        table, column = _OBJECTS[rule.level]
        if as_known and rule.level != "campaign":
            raise ValueError(f"{rule.level} has no memory of what was known when")
        query = _READINGS.format(
            id=column,
            source=_AS_KNOWN if as_known else f"marts.{table}",
            expression=self._catalogue()[rule.metric],
            names=_NAMES[rule.level],
            guards=", ".join(f"sum({name})::numeric as {name}" for name in GUARDS),
            guard_names=", ".join(f"now.{name}" for name in GUARDS),
        )
        # Today alone is a window of one day that ends today; complete days end yesterday.
        named = {"now": now, "days": rule.days or 1, "offset": 1 if rule.days else 0}
        with self._engine.connect() as connection:
            if connection.execute(sa.text("select to_regclass('marts.campaign_daily')")).scalar() is None:
                return []
            return [_reading(row) for row in connection.execute(sa.text(query), named).mappings()]

    def announce(
        self,
        rule: UserRule,
        crossed: Sequence[RuleReading],
        *,
        compose: Callable[[Sequence[RuleReading]], Alert],
        recipients: Sequence[Recipient],
        now: datetime,
    ) -> int:
        """Without recipients nothing is said, and all of it waits for some."""
        hearers = [one for one in recipients if rule.channel in (None, one.channel)]
        if not hearers or not crossed:
            return 0
        written = 0
        with self._engine.begin() as connection:
            connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            fresh = _fresh(connection, rule, crossed, now)
            for _, group in groupby(fresh, key=lambda one: one.account_id):
                found = list(group)
                alert = compose(found)
                written += write_alert(connection, alert, hearers, now)
                connection.execute(sa.text(_KEEP), [_hit(rule, one, alert, now) for one in found])
        return written


def _fresh(
    connection: sa.Connection, rule: UserRule, crossed: Sequence[RuleReading], now: datetime
) -> list[RuleReading]:
    """Those that are neither cooling down nor muted."""
    named = {"rule": rule.key, "now": now, "cooldown": rule.cooldown.total_seconds()}
    said = {tuple(row) for row in connection.execute(sa.text(_SAID), named)}
    return [
        one
        for one in crossed
        if (one.account_id, one.object_id) not in said and not _is_muted(connection, rule, one, now)
    ]


def _is_muted(connection: sa.Connection, rule: UserRule, one: RuleReading, now: datetime) -> bool:
    campaign = one.object_id if rule.level == "campaign" else None
    named = {"account": one.account_id, "campaign": campaign, "rule": rule.key, "now": now}
    return bool(connection.execute(sa.text(_MUTED), named).scalar_one())


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
