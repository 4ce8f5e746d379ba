"""Today's hours of one account, beside what is usual by each of them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from fbads_pipeline.adapters.postgres.metrics.overview import OverviewReader
from fbads_pipeline.adapters.rendering.hours_svg import draw_hours, hour_text
from fbads_pipeline.adapters.translation.translator import Localizer
from fbads_pipeline.api.pages.frame.page_frame import PageFrame
from fbads_pipeline.domain.clients.hours import DAYS_NEEDED, HISTORY_DAYS, UsualByHour, usual_at, usual_hours
from fbads_pipeline.domain.core.days import DayRange


def hours_view(overview: OverviewReader, frame: PageFrame, t: Localizer) -> dict[str, Any] | None:
    """Of the chosen account: the chart with its table, and what is usual until its last reading. None without a reading
    of today."""
    account = frame.account
    if account is None:
        return None
    today, currency = frame.today(account), account["currency"]
    curves = overview.curves(account["account_id"], DayRange(today - timedelta(days=HISTORY_DAYS), today))
    now = next((one for one in curves if one.day == today), None)
    points = [] if now is None else [(minutes, value) for minutes, value in now.points if value is not None]
    if not points:
        return None
    before = [one for one in curves if one.day != today]
    usual, until = usual_hours(before), usual_at(before, points[-1][0])
    label = t("pages.hours.title")
    return {
        "title": label,
        "svg": Markup(draw_hours(points, usual, currency, label, t)),
        "until": "" if until is None else _until(until, points[-1][1], currency, t),
        "learning": "" if usual else t("pages.hours.learning", days=str(_known(before)), needed=str(DAYS_NEEDED)),
        "rows": [
            {
                "hour": hour_text(minutes),
                "now": t.cell(value, "money", currency),
                "usual": _range(usual_at(before, minutes), currency, t),
            }
            for minutes, value in points
        ],
    }


def _known(curves: list[Any]) -> int:
    """Days that were read while they ran."""
    return sum(len(one.points) > 1 for one in curves)


def _until(usual: UsualByHour, spent: Decimal, currency: str, t: Localizer) -> str:
    key = "above" if spent > usual.high else "below" if spent < usual.low else "within"
    return t(f"pages.hours.{key}", range=_range(usual, currency, t))


def _range(usual: UsualByHour | None, currency: str, t: Localizer) -> str:
    if usual is None:
        return t.cell(None, "money", currency)
    return f"{t.cell(usual.low, 'money', currency)} – {t.cell(usual.high, 'money', currency)}"
