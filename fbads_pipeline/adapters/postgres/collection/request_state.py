"""What collecting remembers between runs and shares between processes: quotas, strategies, warnings."""

from collections.abc import Mapping

import sqlalchemy as sa

from fbads_pipeline.domain.collection.levels import Grain, QuotaUse, RequestStrategy

_QUOTAS = """
select account_id, percent, free_at from ops.api_quotas
where app = :app and seen_at > clock_timestamp() - interval '1 hour'
"""
_WRITE_QUOTA = """
insert into ops.api_quotas (app, account_id, percent, free_at) values (:app, :key, :percent, :free_at)
on conflict (app, account_id) do update set
    percent = excluded.percent, free_at = excluded.free_at, seen_at = clock_timestamp()
"""
_HABIT = """
select refused_days, page_rows, is_report from ops.request_strategies
where account_id = :account and level = :level and breakdown = :breakdown
  and learnt_at > clock_timestamp() - interval '7 days'
"""
_KEEP_HABIT = """
insert into ops.request_strategies (account_id, level, breakdown, refused_days, page_rows, is_report)
values (:account, :level, :breakdown, :refused_days, :page_rows, :is_report)
on conflict (account_id, level, breakdown) do update set
    refused_days = excluded.refused_days, page_rows = excluded.page_rows, is_report = excluded.is_report,
    learnt_at = clock_timestamp()
"""
_WARN = """
insert into ops.api_warnings (version, message) values (:version, :message)
on conflict (version, message) do update set seen_at = clock_timestamp()
"""


class PostgresQuotas:
    """The port Quotas: one row per app and account, the last word of whoever asked last."""

    def __init__(self, engine: sa.Engine, app: str) -> None:
        self._engine, self._app = engine, app

    def read(self) -> Mapping[str, QuotaUse]:
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text(_QUOTAS), {"app": self._app})
            return {row.account_id: QuotaUse(float(row.percent), row.free_at) for row in rows}

    def write(self, key: str, use: QuotaUse) -> None:
        values = {"app": self._app, "key": key, "percent": use.percent, "free_at": use.free_at}
        with self._engine.begin() as connection:
            connection.execute(sa.text(_WRITE_QUOTA), values)


class PostgresRequestStrategies:
    """The port RequestStrategies; what was learnt counts for seven days."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._known: dict[tuple[str, Grain], RequestStrategy] = {}

    def of(self, account_id: str, grain: Grain) -> RequestStrategy:
        if (account_id, grain) not in self._known:
            values = {"account": account_id, "level": grain.level, "breakdown": grain.breakdown}
            with self._engine.connect() as connection:
                row = connection.execute(sa.text(_HABIT), values).one_or_none()
            self._known[account_id, grain] = RequestStrategy(*row) if row else RequestStrategy()
        return self._known[account_id, grain]

    def keep(self, account_id: str, grain: Grain, strategy: RequestStrategy) -> None:
        self._known[account_id, grain] = strategy
        values = {"account": account_id, "level": grain.level, "breakdown": grain.breakdown, **vars(strategy)}
        with self._engine.begin() as connection:
            connection.execute(sa.text(_KEEP_HABIT), values)


class PostgresWarnings:
    """What Meta says of an API version that ends, for the operator."""

    def __init__(self, engine: sa.Engine, version: str) -> None:
        self._engine, self._version = engine, version

    def __call__(self, message: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.text(_WARN), {"version": self._version, "message": message})
