"""What a history of campaigns and days suggests: the posterior's verdicts, and apart from them the plain limits."""

from collections.abc import Collection
from datetime import date

import pandas as pd

from fbads_pipeline.domain.recommendations import breaches as limits_of
from fbads_pipeline.domain.recommendations.breach_windows import windows_of
from fbads_pipeline.domain.recommendations.breaches import Breach, BreachLimits
from fbads_pipeline.domain.recommendations.model.account_model import AccountModel
from fbads_pipeline.domain.recommendations.model.campaign_history import TargetCpa
from fbads_pipeline.domain.recommendations.verdicts import Verdict, verdicts_on


def suggest(
    history: pd.DataFrame,
    *,
    today: date,
    target_cpa: TargetCpa,
    withheld: Collection[str] = (),
    model: AccountModel | None = None,
) -> list[Verdict]:
    """The posterior's verdicts, at most one per campaign, ordered by campaign; equal input, equal output.

    history: one row per campaign and day before `today` as reported now, columns campaign_id, date, impressions,
    clicks, spend, conversions, daily_budget, status; recent conversions may still be arriving, and a campaign whose
    conversions are null on a day of the window gets no verdict. target_cpa: in the currency of spend, the same for all
    or by campaign. withheld: campaigns with an open anomaly or a tracking break. model: None learns from history.
    Raises ValueError in one sentence: missing columns, a date that is none, a target that is not positive.
    """
    return verdicts_on(history, today=today, target_cpa=target_cpa, withheld=withheld, model=model)


def breaches(history: pd.DataFrame, *, today: date, limits: BreachLimits, currency: str = "BRL") -> list[Breach]:
    """The plain limits, apart from `suggest`: over the seven days before `today`, in the same history."""
    return limits_of.breaches(windows_of(history, today=today, currency=currency), limits)
