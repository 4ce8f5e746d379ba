"""The parts of a report: figures at the top, charts, tables."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.core.messages import Instant, Joined, Message, Value, message
from fbads_pipeline.domain.metrics.registry import written_unit
from fbads_pipeline.domain.reports.facts import (
    AccountTarget,
    CampaignFigures,
    DayFigures,
    Figures,
    HitRate,
    MetricAbout,
    PeriodFigures,
    ReportAccount,
    ReportedAnomaly,
    ReportedSuggestion,
)
from fbads_pipeline.domain.reports.report import Cell, Chart, Figure, GapKind, Good, Period, Table, TableColumn, Unit
from fbads_pipeline.domain.reports.template import FIGURES
from fbads_pipeline.domain.reports.unreported import is_unreported, shown_cell, unreported_text

_SHOWN = ("spend", "impressions", "clicks", "ctr", "cpm", "conversions", "cpa", "purchase_value", "roas")
BRIEF = ("spend", "conversions", "cpa", "roas", "ctr")
_CHARTED: tuple[tuple[str, Unit], ...] = (("spend", "money"), ("conversions", "count"), ("cpa", "money"))
_RANKED = 5
_MOST_ROWS = 40
_MOST_EVENTS = 15
_LEAST_OF_AVERAGE = Decimal("0.25")
# Meta goes on attributing conversions to past days, so that these change in one direction: more of them, and cheaper.
_MATURING = frozenset({"conversions", "cpa", "purchase_value", "roas"})
_STATUSES = frozenset({"ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES"})

About = Mapping[str, MetricAbout]


def figures(
    now: PeriodFigures,
    before: PeriodFigures,
    about: About,
    currency: str,
    names: Sequence[str] = FIGURES,
    target: AccountTarget | None = None,
) -> list[Figure]:
    """The numbers at the top, beside what they should be. Spend is neither good nor bad by itself, nor is a fall that
    may be mere delay."""
    is_provisional = any(one.is_provisional for one in now.days)
    made = [
        Figure(
            name,
            about[name].label,
            written_unit(name, about[name].unit),
            now.total.get(name),
            before.total.get(name),
            "none" if name == "spend" else _good(about, name),
            currency,
            is_provisional and name in _MATURING,
            _absent(name, now, about, currency),
            _target_of(name, target),
        )
        for name in names
        if now.total.get(name) is not None or before.total.get(name) is not None or is_unreported(name, now.total)
    ]
    return [replace(one, good="none") if one.is_provisional and _is_worse(one) else one for one in made]


def charts(
    now: PeriodFigures, before: PeriodFigures, period: Period, currency: str, unread: Collection[date] = ()
) -> list[Chart]:
    """Spend, conversions and CPA, each day beside the one of the period before. unread: days that were not read."""
    days = [period.first + timedelta(days=n) for n in range(period.days)]
    here = {one.day: one for one in now.days}
    distance = period.first - period.before.first
    there = {one.day + distance: one for one in before.days}
    made = []
    for metric, unit in _CHARTED:
        values = [_of(here.get(day), metric) for day in days]
        earlier = [_of(there.get(day), metric) for day in days]
        is_provisional = [metric != "spend" and day in here and here[day].is_provisional for day in days]
        if any(value is not None for value in values):
            title = message(f"reports.chart.{metric}")
            gaps = chart_gaps(metric, {day: one.figures for day, one in here.items()}, unread)
            made.append(Chart(title, unit, days, values, earlier, is_provisional, currency, gaps=gaps))
    return made


def chart_gaps(metric: str, days: Mapping[date, Figures], unread: Collection[date]) -> dict[date, GapKind]:
    """Day → why it has no value of that metric: it was not read, or Meta did not report it."""
    gaps: dict[date, GapKind] = {day: "not_reported" for day, one in days.items() if is_unreported(metric, one)}
    return gaps | {day: "not_read" for day in unread if day not in days}


def best_and_worst(now: PeriodFigures, about: About, currency: str) -> tuple[Table, Table]:
    """By CPA, among campaigns that spend something; what spends without a conversion is the worst of all."""
    sold, idle = ranked(now.campaigns)
    best = sold[:_RANKED]
    worst = [one for one in (*idle, *reversed(sold)) if one not in best][:_RANKED]
    return (
        _ranked_table(message("reports.table.best"), best, about, currency),
        _ranked_table(message("reports.table.worst"), worst, about, currency),
    )


def ranked(campaigns: Sequence[CampaignFigures]) -> tuple[list[CampaignFigures], list[CampaignFigures]]:
    """Campaigns that spent at least a quarter of the average: those that sold by CPA, those that sold nothing by spend.
    One whose conversions Meta did not report is neither."""
    spent = [(one, one.figures.get("spend") or Decimal(0)) for one in campaigns]
    least = sum((spend for _, spend in spent), Decimal(0)) / max(len(spent), 1) * _LEAST_OF_AVERAGE
    big = [(one, spend) for one, spend in spent if spend and spend >= least]
    sold = [(cpa, one.campaign_id, one) for one, _ in big if (cpa := one.figures.get("cpa")) is not None]
    idle = [(-spend, one.campaign_id, one) for one, spend in big if one.figures.get("conversions") == 0]
    return [one for *_, one in sorted(sold, key=_first_two)], [one for *_, one in sorted(idle, key=_first_two)]


def campaign_table(
    now: PeriodFigures, before: PeriodFigures, about: About, currency: str, shown: Sequence[str] = _SHOWN
) -> Table:
    """Every campaign, the biggest spender first, with those figures and the change of its spend."""
    earlier = {one.campaign_id: one.figures for one in before.campaigns}
    columns = [
        _text("campaign", is_wide=True),
        _text("status"),
        *_columns(about, shown),
        TableColumn(_column("spend_change"), "change"),
        TableColumn(_column("score"), "score"),
    ]
    rows = [
        [
            plain_name(one.name, one.campaign_id),
            campaign_status(one.status),
            *(
                shown_cell(name, written_unit(name, about[name].unit), currency, one.figures, one.below)
                for name in shown
            ),
            _change(one.figures, earlier.get(one.campaign_id)),
            one.score,
        ]
        for one in now.campaigns
    ]
    empty = message("reports.empty.campaigns")
    return Table(message("reports.table.campaigns"), columns, rows, currency, empty, _MOST_ROWS)


def campaign_status(status: str | None) -> Value:
    """Meta's effective status as people read it; one that we do not know as Meta writes it."""
    return message(f"reports.status.{status.lower()}") if status in _STATUSES else status or ""


def day_table(
    now: PeriodFigures,
    about: About,
    currency: str,
    unread: Collection[date] = (),
    shown: Sequence[str] = _SHOWN,
) -> Table:
    """The account day by day: what the charts draw, which days are provisional, and which were not read."""
    columns = [TableColumn(_column("day"), "day"), *_columns(about, shown), _text("provisional")]
    yes = message("reports.yes")
    rows: dict[date, list[Cell]] = {
        one.day: [
            one.day,
            *(shown_cell(name, written_unit(name, about[name].unit), currency, one.figures) for name in shown),
            yes if one.is_provisional else "",
        ]
        for one in now.days
    }
    for day in unread:
        if day in rows:
            rows[day][-1] = message("reports.day_partly_read")
        else:
            rows[day] = [day, *(None for _ in shown), message("reports.day_not_read")]
    return Table(message("reports.table.days"), columns, [rows[day] for day in sorted(rows)], currency)


def anomaly_table(
    found: Sequence[ReportedAnomaly], account: ReportAccount, *, is_read: bool = True, learning: Message | None = None
) -> Table:
    """What happened, when on the account's clock, what was at stake, whether it is over, who was notified. is_read:
    every day was read, so that none found means that there were none. learning: why none could be found yet."""
    columns = [
        _text("when"),
        _text("campaign"),
        _text("what", is_wide=True),
        _text("severity"),
        TableColumn(_column("at_stake"), "money"),
        _text("status"),
    ]
    rows: list[list[Cell]] = [
        [
            Instant(one.since, account.timezone_name),
            plain_name(one.campaign_name, ""),
            one.text,
            message(f"reports.severity.{one.severity}"),
            one.at_stake,
            Joined(
                (message(f"reports.anomaly.{one.status.lower()}"), message(f"reports.notified.{one.notified}")), ", "
            ),
        ]
        for one in found
    ]
    empty = learning or message("reports.empty.anomalies" if is_read else "reports.empty.unread_anomalies")
    return Table(message("reports.table.anomalies"), columns, rows, account.currency, empty, _MOST_EVENTS)


def suggestion_table(made: Sequence[ReportedSuggestion]) -> Table:
    """What was proposed, why, and what a person decided."""
    columns = [
        TableColumn(_column("day"), "day"),
        _text("campaign"),
        _text("action"),
        _text("why", is_wide=True),
        _text("status"),
    ]
    rows: list[list[Cell]] = [
        [
            one.day,
            plain_name(one.campaign_name, ""),
            suggestion_kind(one.kind),
            one.reason,
            message(f"reports.decision.{one.status.lower()}"),
        ]
        for one in made
    ]
    empty = message("reports.empty.suggestions")
    return Table(message("reports.table.suggestions"), columns, rows, None, empty, _MOST_EVENTS)


def suggestion_kind(kind: str) -> Message:
    """PAUSE, BUDGET_UP, BUDGET_DOWN or REALLOCATE as people read it."""
    return message(f"reports.action.{kind.lower()}")


def hit_rate_table(rates: Sequence[HitRate]) -> Table:
    """Followed suggestions by kind; no rate where none could be evaluated."""
    columns = [
        _text("action", is_wide=True),
        *(TableColumn(_column(name), "count") for name in ("followed", "evaluated", "hits")),
        TableColumn(_column("rate"), "ratio"),
    ]
    rows: list[list[Cell]] = [
        [
            suggestion_kind(one.kind),
            one.followed,
            one.evaluated,
            one.hits,
            Decimal(one.hits) / one.evaluated if one.evaluated else None,
        ]
        for one in rates
    ]
    return Table(message("reports.table.hit_rate"), columns, rows, None, message("reports.empty.hit_rate"))


def account_table(rows: Sequence[Sequence[Cell]], about: About, currency: str) -> Table:
    """Accounts of one currency, as `account_row` makes them."""
    columns = [
        _text("account", is_wide=True),
        *_columns(about, BRIEF),
        TableColumn(_column("spend_change"), "change"),
    ]
    return Table(message("reports.table.accounts"), columns, rows, currency, most_shown=_MOST_ROWS)


def account_row(account: ReportAccount, now: PeriodFigures, before: PeriodFigures, about: About) -> list[Cell]:
    """One account among others of its currency."""
    units = {name: written_unit(name, about[name].unit) for name in BRIEF}
    values = [shown_cell(name, units[name], account.currency, now.total, now.below) for name in BRIEF]
    return [plain_name(account.name, account.account_id), *values, _change(now.total, before.total)]


def _ranked_table(title: Message, campaigns: Sequence[CampaignFigures], about: About, currency: str) -> Table:
    columns = [_text("campaign", is_wide=True), *_columns(about, BRIEF)]
    rows: list[list[Cell]] = [
        [
            plain_name(one.name, one.campaign_id),
            *(
                shown_cell(name, written_unit(name, about[name].unit), currency, one.figures, one.below)
                for name in BRIEF
            ),
        ]
        for one in campaigns
    ]
    return Table(title, columns, rows, currency, is_half=True)


def _absent(name: str, now: PeriodFigures, about: About, currency: str) -> Message | None:
    if not is_unreported(name, now.total):
        return None
    return unreported_text(name, written_unit(name, about[name].unit), currency, now.below)


def _target_of(name: str, target: AccountTarget | None) -> Decimal | None:
    if target is None:
        return None
    return {"cpa": target.cpa, "roas": target.roas}.get(name)


def _column(name: str) -> Message:
    return message(f"reports.column.{name}")


def _text(name: str, *, is_wide: bool = False) -> TableColumn:
    return TableColumn(_column(name), "text", is_wide=is_wide)


def _columns(about: About, names: Sequence[str]) -> list[TableColumn]:
    return [TableColumn(about[name].label, written_unit(name, about[name].unit), _good(about, name)) for name in names]


def _good(about: About, name: str) -> Good:
    goods: Mapping[str, Good] = {"up": "up", "down": "down"}
    return goods.get(about[name].good, "none")


def _of(day: DayFigures | None, metric: str) -> Decimal | None:
    return None if day is None else day.figures.get(metric)


def _first_two(ranked: tuple[Decimal, str, CampaignFigures]) -> tuple[Decimal, str]:
    return ranked[:2]


def _is_worse(figure: Figure) -> bool:
    return figure.change is not None and (figure.change < 0) == (figure.good == "up")


def _change(now: Figures, before: Figures | None) -> Decimal | None:
    spend, earlier = now.get("spend"), (before or {}).get("spend")
    return None if spend is None or not earlier else spend / earlier - 1
