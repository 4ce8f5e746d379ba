"""The few things that are worth most money now, each with its buttons."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends

from fbads_pipeline.adapters.postgres.metrics.visible import Row
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import PagesDep, SuggestionsDep, at_once
from fbads_pipeline.api.pages.frame.frame_view import account_name
from fbads_pipeline.api.pages.frame.page_frame import PageFrame
from fbads_pipeline.api.pages.view import anomaly_items, stored_text
from fbads_pipeline.domain.clients.overview import RESULT_DAYS, ClientDay
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.core.messages import Money
from fbads_pipeline.domain.recommendations.new_suggestions import REALLOCATE

_STEPS = 3
# Of each account its first ones, more than are shown: some of them are snoozed.
_RANKED_TO, _LOOKED_AT = 6, 3000


class FirstSteps:
    """A dependency: suggestions by what they are expected to bring, then what costs most, three in all."""

    def __init__(self, suggestions: SuggestionsDep, pages: PagesDep) -> None:
        self._suggestions, self._pages = suggestions, pages

    def of(
        self, frame: PageFrame, days: Sequence[ClientDay], anomalies: Sequence[Row], t: Localizer, *, may: bool
    ) -> list[dict[str, Any]]:
        """anomalies: the dearest first; they fill what suggestions leave. Amounts of several currencies are compared as
        parts of what their accounts spend. may: whether the visitor may decide."""
        rows = self._suggestions.suggestions(
            status="PENDING",
            account_id=None,
            accounts=frame.ids,
            after=None,
            limit=_LOOKED_AT,
            by_rank=True,
            ranked_to=_RANKED_TO,
            has_texts=False,
        )
        weights = _weights(days)
        open_rows = [
            one
            for one in rows
            if one["expires_at"] > frame.now and (one["snoozed_until"] is None or one["snoozed_until"] <= frame.now)
        ]
        open_rows.sort(key=lambda one: -_worth(one, weights))
        first = open_rows[:_STEPS]
        names = self._pages.names([one["campaign_id"] for one in first])
        accounts = {one["account_id"]: account_name(one) for one in frame.chosen}
        steps = [_suggestion(one, names, accounts, t, may=may) for one in first]
        known = {one["campaign_id"] for one in first}
        others = [one for one in anomalies if one["campaign_id"] not in known]
        return [*steps, *(_anomaly(one) for one in anomaly_items(others, t)[: _STEPS - len(steps)])]


FirstStepsDep = Annotated[FirstSteps, Depends(at_once(FirstSteps))]


def _weights(days: Sequence[ClientDay]) -> Mapping[str, Decimal]:
    """Account → by what its amounts are divided: 1 in one currency, else what it spent in a week."""
    if len({one.currency for one in days}) < 2:
        return {}
    found = {}
    for day in days:
        for account in day.accounts:
            spent = ClientDay(None, "", account.currency, [account]).total("spend", RESULT_DAYS, 1)
            found[account.account_id] = spent or Decimal(0)
    return found


def _worth(row: Row, weights: Mapping[str, Decimal]) -> float:
    expected = row["effect_expected"]
    if expected is None:
        return -1.0
    weight = float(weights.get(row["account_id"], Decimal(1)))
    return float(expected) / weight if weight > 0 else 0.0


def _suggestion(
    row: Row, names: Mapping[str, str | None], accounts: Mapping[str, str], t: Localizer, *, may: bool
) -> dict[str, Any]:
    currency = str(row["evidence"].get("currency", ""))
    expected = row["effect_expected"]
    name = plain_name(names.get(row["campaign_id"]), row["campaign_id"])
    if row["kind"] == REALLOCATE:
        name = t("recommendations.campaigns", count=len(row["evidence"]["moves"]))
    elif row["adset_id"]:
        name = f"{name} › {plain_name(row['evidence'].get('adset_name'), row['adset_id'])}"
    worth = ""
    if expected is not None and currency:
        amount = Money(Decimal(repr(round(float(expected), 2))), currency)
        worth = t("pages.steps.worth", money=amount)
    return {
        "kind": t(f"pages.suggestions.kind.{row['kind'].lower()}"),
        "name": name,
        "about": accounts.get(row["account_id"], ""),
        "worth": worth,
        "text": stored_text(row, "reason", t),
        "link": f"/suggestions/{row['suggestion_id']}",
        "suggestion_id": row["suggestion_id"] if may else "",
        "version": row["version"],
    }


def _anomaly(one: Mapping[str, str]) -> dict[str, Any]:
    return {
        "kind": one["severity_label"],
        "name": one["name"],
        "about": one["since"],
        "worth": one["at_stake"],
        "text": one["text"],
        "link": f"/campaigns/{one['campaign_id']}",
        "suggestion_id": "",
        "version": 0,
    }
