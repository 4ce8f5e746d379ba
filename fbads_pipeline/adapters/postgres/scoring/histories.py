"""Histories of campaigns and of ad sets, as scores and estimates want them."""

import io
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.statements import Statements
from fbads_pipeline.domain.core.money import minor_units

if TYPE_CHECKING:
    import pandas as pd

INPUTS = Statements(__package__, "score_inputs.sql")
_COLUMNS = ("campaign_id", "date", "impressions", "clicks", "spend", "conversions")


def unread_days(
    connection: sa.Connection, account_id: str, window: Mapping[str, date], *, level: str
) -> frozenset[date]:
    """Days of the window that were never read well at that level."""
    values = {"account": account_id, "level": level, **window}
    return frozenset(connection.execute(INPUTS["unread_days"], values).scalars())


def history_of(
    connection: sa.Connection,
    copy: sa.TextClause,
    account_id: str,
    account: Any,
    window: Mapping[str, date],
    unread: frozenset[date],
    *,
    adsets: Mapping[str, str] | None = None,
) -> "pd.DataFrame":
    """As in `suggestions.suggest`, but for the status, and without the rows of days that were never read well: they may
    be a part of what was delivered. adsets: ad set → campaign, where the rows are of ad sets, whose own budgets count.
    """
    # pandas is heavy: imported where it is needed.
    import pandas as pd

    from fbads_pipeline.domain.recommendations.budgets import BudgetEdit, BudgetState, daily_budgets

    values = {"account": account_id, "currency": account.currency, **window}
    # COPY takes no parameters: they are written into the statement as quoted literals.
    statement = copy.bindparams(**values).compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    text = io.BytesIO()
    connection.connection.cursor().copy_expert(str(statement), text)
    text.seek(0)
    rows = pd.read_csv(text, header=None, names=list(_COLUMNS), dtype={"campaign_id": str})
    rows = rows.assign(date=pd.to_datetime(rows["date"], format="%Y-%m-%d"))
    if unread:
        rows = rows[~rows["date"].dt.date.isin(unread)].reset_index(drop=True)
    named = {"account": account_id, "timezone": account.timezone_name}
    states = [BudgetState(*row) for row in connection.execute(INPUTS["budget_states"], named)]
    if adsets is not None:
        states = [one._replace(campaign_id=one.object_id) for one in states if one.object_id in adsets]
    units = {**named, "minor_units": minor_units(account.currency)}
    edits = [BudgetEdit(*row) for row in connection.execute(INPUTS["budget_edits"], units)]
    has_log = bool(connection.execute(INPUTS["has_change_log"], named).scalar_one())
    return rows.assign(daily_budget=daily_budgets(rows, states, edits, has_log=has_log))
