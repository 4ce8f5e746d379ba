"""What each campaign is assessed by: the targets that people set, else the limit of the settings."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.clients.targets import SQL, PostgresTargets
from fbads_pipeline.adapters.postgres.reading import reading
from fbads_pipeline.domain.clients.conversion_worth import AccountWithCurrency, ConversionWorth
from fbads_pipeline.domain.clients.targets import Targets, ValuePerConversion, cpa_for_roas
from fbads_pipeline.domain.recommendations.targets import CpaLimit, CpaTarget, JudgedAccount, cpa_limit_in

# Days whose conversions tell what one is worth.
VALUE_DAYS = 28


class StoredCampaignTargets:
    """The ports CampaignTargets and ConversionWorths on PostgreSQL, for one run: each account's targets are read once.

    A ROAS target is assessed as the CPA that it allows: what a conversion of the campaign brings, divided by it; a
    margin as the ROAS that breaks even. What a conversion brings is learned from campaigns of the same goal.
    """

    def __init__(self, engine: sa.Engine, limits: CpaLimit) -> None:
        self._engine, self._limits = engine, limits
        self._store = PostgresTargets(engine)
        self._targets: dict[str, tuple[Targets, Mapping[str, str | None], Mapping[str, str]]] = {}
        self._values: dict[tuple[str, str, date], Mapping[str, ValuePerConversion]] = {}

    def target_of(self, account: JudgedAccount, campaign_id: str, day: date) -> CpaTarget:
        """What the campaign is assessed by on that day, in the account's currency."""
        targets, names, _ = self._of(account.account_id)
        default = cpa_limit_in(account.currency, self._limits)
        found = targets.of_campaign(
            campaign_id, names.get(campaign_id), day, currency=account.currency, default_cpa=default
        )
        roas = found.lowest_roas
        if roas is None:
            return CpaTarget(found.cpa or default)
        value = self._value(account, campaign_id, day)
        return CpaTarget(default if value is None else cpa_for_roas(roas, value), roas)

    def worth_of(self, account: AccountWithCurrency, campaign_id: str, day: date) -> ConversionWorth | None:
        """What a conversion is worth by the target of the campaign on that day; None where none was set."""
        targets, names, _ = self._of(account.account_id)
        found = targets.of_campaign(campaign_id, names.get(campaign_id), day, currency=account.currency)
        roas = found.lowest_roas
        if roas is not None:
            return ConversionWorth(self._value(account, campaign_id, day), roas)
        return None if found.cpa is None else ConversionWorth(found.cpa)

    def _of(self, account_id: str) -> tuple[Targets, Mapping[str, str | None], Mapping[str, str]]:
        """The account's targets, and its campaigns' names and goals."""
        if account_id not in self._targets:
            with reading(self._engine) as connection:
                rows = connection.execute(SQL["modelled_names"], {"account": account_id}).all()
            names = {row.campaign_id: row.name for row in rows}
            goals = {row.campaign_id: row.goal_family for row in rows}
            self._targets[account_id] = self._store.of(account_id), names, goals
        return self._targets[account_id]

    def _value(self, account: AccountWithCurrency, campaign_id: str, day: date) -> Decimal | None:
        """What a conversion of the campaign brings; None where nothing tells that. Of the account as a whole (no
        campaign) only where all its campaigns have one goal."""
        by_goal = self._values_by_goal(account, day)
        goal = self._of(account.account_id)[2].get(campaign_id)
        if goal is None and len(by_goal) == 1:
            (goal,) = by_goal
        return None if goal is None or goal not in by_goal else by_goal[goal].of(campaign_id)

    def _values_by_goal(self, account: AccountWithCurrency, day: date) -> Mapping[str, ValuePerConversion]:
        """Goal → what one of its conversions brings."""
        key = (account.account_id, account.currency, day)
        if key not in self._values:
            of_account = {"account": account.account_id, "currency": account.currency, "until": day, "days": VALUE_DAYS}
            with reading(self._engine) as connection:
                rows = connection.execute(SQL["values_per_conversion"], of_account)
                reported: dict[str, dict[str, tuple[Decimal, Decimal]]] = {}
                for row in rows:
                    if row.conversions is not None and row.amount is not None:
                        figures = Decimal(row.conversions), Decimal(row.amount)
                        reported.setdefault(row.goal, {})[row.campaign_id] = figures
            self._values[key] = {goal: ValuePerConversion(some) for goal, some in reported.items()}
        return self._values[key]
