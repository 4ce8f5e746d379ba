"""Who saw a campaign, and where: its breakdowns over the chosen days."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends

from fbads_pipeline.adapters.postgres.metrics.analytics import Scope
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.dependencies import AnalyticsDep, ClockDep, at_once
from fbads_pipeline.api.pages.metrics.grid_view import figure_cell, label_of
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.states import known_figure, with_parts
from fbads_pipeline.domain.reports.report import Period

_BREAKDOWNS: Mapping[str, Sequence[str]] = {
    "audience": ("age", "gender"),
    "placement": ("publisher_platform", "platform_position"),
}
# Meta's products, which have one name in every language; positions of one are called without it.
_PLATFORMS = {
    "facebook": "Facebook",
    "instagram": "Instagram",
    "messenger": "Messenger",
    "audience_network": "Audience Network",
    "threads": "Threads",
    "whatsapp": "WhatsApp",
}
_GENDERS = frozenset({"female", "male", "unknown"})
_SHOWN, _MOST = ("spend", "ctr", "conversions", "cpa"), 20


class Audience:
    """A dependency: the breakdowns of one campaign."""

    def __init__(self, analytics: AnalyticsDep, clock: ClockDep) -> None:
        self._analytics, self._clock = analytics, clock

    def tables(self, campaign: Mapping[str, Any], period: Period, t: Localizer) -> list[dict[str, Any]]:
        """A table per breakdown that has rows, the dearest part first; days of a breakdown that were not all read are
        said to be so."""
        account = campaign["account_id"]
        scope = Scope(frozenset({account}), self._clock.now(), account, campaign["campaign_id"], period)
        found = self._analytics.parts_of_each(scope, with_parts(_SHOWN, METRICS), list(_BREAKDOWNS.values()), _MOST)
        made = []
        for name, by in _BREAKDOWNS.items():
            rows = [row for row in found if row["breakdown"] == ",".join(by)]
            if not rows:
                continue
            (days,) = self._analytics.coverage(scope, "campaign", ",".join(by)).now or (None,)
            read = 0 if days is None or days.days is None else len(days.days) - len(days.unread)
            is_whole = days is not None and days.is_complete
            made.append(
                {
                    "title": t(f"pages.campaign.{name}"),
                    "note": "" if is_whole else t("pages.campaign.part_read", read=str(read), asked=str(period.days)),
                    "heads": [label_of(one, t) for one in _SHOWN],
                    "rows": [_row(row, by, t) for row in rows],
                }
            )
        return made


AudienceDep = Annotated[Audience, Depends(at_once(Audience))]


def _row(row: Mapping[str, Any], by: Sequence[str], t: Localizer) -> dict[str, Any]:
    known = {one: known_figure(METRICS[one], row, is_read=True) for one in _SHOWN}
    return {
        "name": " · ".join(_words([str(row[one] or "–") for one in by], t)),
        "cells": [figure_cell(known[one], one, row["currency"], t) for one in _SHOWN],
    }


def _words(parts: Sequence[str], t: Localizer) -> list[str]:
    first, *others = parts
    if first not in _PLATFORMS:
        return [part_word(one, t) for one in parts]
    return [part_word(first, t), *(part_word(one.removeprefix(f"{first}_"), t).capitalize() for one in others)]


def part_word(value: str, t: Localizer) -> str:
    """A part as people call it, where it has a word of its own."""
    if value in _PLATFORMS:
        return _PLATFORMS[value]
    return t(f"pages.audience.{value}") if value in _GENDERS else plain_line(value.replace("_", " "))
