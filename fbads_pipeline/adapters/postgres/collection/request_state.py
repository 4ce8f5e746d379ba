"""What collecting remembers between runs and shares between processes: quotas, request strategies, warnings."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.collection.levels import Grain
from fbads_pipeline.domain.collection.quotas import QUOTA_USE_LASTS, QuotaUse
from fbads_pipeline.domain.collection.request_strategy import STRATEGY_LASTS, RequestStrategy

SQL = Statements(__package__, "request_state.sql")


class PostgresQuotas:
    """The port Quotas: one row per app and account, as the process that called last saw it."""

    def __init__(self, engine: sa.Engine, app: str) -> None:
        self._engine, self._app = engine, app

    def read(self) -> Mapping[str, QuotaUse]:
        with reading(self._engine) as connection:
            rows = connection.execute(SQL["quotas"], {"app": self._app, "lasts": QUOTA_USE_LASTS})
            return {row.account_id: QuotaUse(float(row.percent), row.free_at) for row in rows}

    def write(self, key: str, use: QuotaUse) -> None:
        values = {"app": self._app, "key": key, "percent": use.percent, "free_at": use.free_at}
        with self._engine.begin() as connection:
            connection.execute(SQL["write_quota"], values)


class PostgresRequestStrategies:
    """The port RequestStrategies; read once per process and grain."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._known: dict[tuple[str, Grain], RequestStrategy] = {}

    def of(self, account_id: str, grain: Grain) -> RequestStrategy:
        if (account_id, grain) not in self._known:
            values = {**_key(account_id, grain), "lasts": STRATEGY_LASTS}
            with reading(self._engine) as connection:
                row = connection.execute(SQL["request_strategy"], values).one_or_none()
            self._known[account_id, grain] = _strategy(row) if row else RequestStrategy()
        return self._known[account_id, grain]

    def keep(self, account_id: str, grain: Grain, strategy: RequestStrategy) -> None:
        self._known[account_id, grain] = strategy
        with self._engine.begin() as connection:
            values = {**vars(strategy), "refused_fields": list(strategy.refused_fields)}
            connection.execute(SQL["keep_request_strategy"], {**_key(account_id, grain), **values})


class PostgresVersionWarnings:
    """Keeps what Meta says of an API version that ends, for the operator."""

    def __init__(self, engine: sa.Engine, version: str) -> None:
        self._engine, self._version = engine, version

    def __call__(self, message: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(SQL["save_warning"], {"version": self._version, "message": message})


def _strategy(row: sa.Row[Any]) -> RequestStrategy:
    return RequestStrategy(row.refused_days, row.page_rows, row.is_report, tuple(row.refused_fields))


def _key(account_id: str, grain: Grain) -> dict[str, object]:
    return {"account": account_id, "level": grain.level, "breakdown": grain.breakdown}
