"""What each campaign is assessed by: the targets that people set, else the limit of the settings."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from fbads_pipeline.adapters.postgres.clients.targets import SQL, PostgresTargets
from fbads_pipeline.domain.clients.conversion_worth import AccountWithCurrency, ConversionWorth
from fbads_pipeline.domain.clients.targets import Targets, ValuePerConversion, cpa_for_roas
from fbads_pipeline.domain.recommendations.targets import CpaLimit, CpaTarget, JudgedAccount, cpa_limit_in

# Days whose conversions tell what one is worth.
VALUE_DAYS = 28


class StoredCampaignTargets:
    """The ports CampaignTargets and ConversionWorths on PostgreSQL, for one run: each account's targets are read once.

    A ROAS target is assessed as the CPA that it allows: what a conversion of the campaign brings, divided by it.
    """

    def __init__(self, engine: sa.Engine, limits: CpaLimit) -> None:
        self._engine, self._limits = engine, limits
        self._store = PostgresTargets(engine)
        self._targets: dict[str, tuple[Targets, Mapping[str, str | None]]] = {}
        self._values: dict[tuple[str, str, date], ValuePerConversion] = {}

    def target_of(self, account: JudgedAccount, campaign_id: str, day: date) -> CpaTarget:
        """What the campaign is assessed by on that day, in the account's currency."""
        targets, names = self._of(account.account_id)
        default = cpa_limit_in(account.currency, self._limits)
        found = targets.of_campaign(
            campaign_id, names.get(campaign_id), day, currency=account.currency, default_cpa=default
        )
        if found.roas is None:
            return CpaTarget(found.cpa or default)
        value = self._value(account, day).of(campaign_id)
        return CpaTarget(default if value is None else cpa_for_roas(found.roas, value), found.roas)

    def worth_of(self, account: AccountWithCurrency, campaign_id: str, day: date) -> ConversionWorth | None:
        """What a conversion is worth by the target of the campaign on that day; None where none was set."""
        targets, names = self._of(account.account_id)
        found = targets.of_campaign(campaign_id, names.get(campaign_id), day, currency=account.currency)
        if found.roas is not None:
            return ConversionWorth(self._value(account, day).of(campaign_id), found.roas)
        return None if found.cpa is None else ConversionWorth(found.cpa)

    def _of(self, account_id: str) -> tuple[Targets, Mapping[str, str | None]]:
        if account_id not in self._targets:
            with self._engine.connect() as connection:
                rows = connection.execute(SQL["modelled_names"], {"account": account_id})
                names = {row.campaign_id: row.name for row in rows}
            self._targets[account_id] = self._store.of(account_id), names
        return self._targets[account_id]

    def _value(self, account: AccountWithCurrency, day: date) -> ValuePerConversion:
        key = (account.account_id, account.currency, day)
        if key not in self._values:
            of_account = {"account": account.account_id, "currency": account.currency, "until": day, "days": VALUE_DAYS}
            with self._engine.connect() as connection:
                rows = connection.execute(SQL["values_per_conversion"], of_account)
                reported = {
                    row.campaign_id: (Decimal(row.conversions), Decimal(row.amount))
                    for row in rows
                    if row.conversions is not None and row.amount is not None
                }
            self._values[key] = ValuePerConversion(reported)
        return self._values[key]
