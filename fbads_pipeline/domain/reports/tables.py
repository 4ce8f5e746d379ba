"""The parts of a report: figures at the top, charts, tables."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from fbads_pipeline.domain.core import formatting as words
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.reports.facts import (
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
from fbads_pipeline.domain.reports.labels import WORDS
from fbads_pipeline.domain.reports.report import Chart, Column, Figure, Good, Period, Table, Unit, Value

_TOP = ("spend", "conversions", "cpa", "roas", "ctr", "cpm")
_SHOWN = ("spend", "impressions", "clicks", "ctr", "cpm", "conversions", "cpa", "purchase_value", "roas")
BRIEF = ("spend", "conversions", "cpa", "roas", "ctr")
_FACTORS = frozenset({"roas"})
_RANKED = 5
_MOST_ROWS = 40
_LEAST_OF_AVERAGE = Decimal("0.25")
# Meta goes on attributing conversions to past days, so that these move in one direction: more of them, and cheaper.
_MATURING = frozenset({"conversions", "cpa", "purchase_value", "roas"})

About = Mapping[str, MetricAbout]


def figures(now: PeriodFigures, before: PeriodFigures, about: About, currency: str, language: Language) -> list[Figure]:
    """The numbers at the top. Spend is neither good nor bad by itself, nor is a fall that may be mere delay."""
    is_provisional = any(one.is_provisional for one in now.days)
    made = [
        Figure(
            name,
            _label(about, name, language),
            _unit(about, name),
            now.total.get(name),
            before.total.get(name),
            "none" if name == "spend" else _good(about, name),
            currency,
            is_provisional and name in _MATURING,
        )
        for name in _TOP
        if now.total.get(name) is not None or before.total.get(name) is not None
    ]
    return [replace(one, good="none") if one.is_provisional and _is_worse(one) else one for one in made]


def charts(now: PeriodFigures, before: PeriodFigures, period: Period, currency: str, language: Language) -> list[Chart]:
    """Spend, conversions and CPA, each day beside the one of the period before."""
    word = WORDS[language]
    days = [period.first + timedelta(days=n) for n in range(period.days)]
    here = {one.day: one for one in now.days}
    there = {one.day + timedelta(days=period.days): one for one in before.days}
    made = []
    kinds: tuple[tuple[str, str, Unit], ...] = (
        ("spend", "spend_chart", "money"),
        ("conversions", "results_chart", "count"),
        ("cpa", "cpa_chart", "money"),
    )
    for metric, title, unit in kinds:
        values = [_of(here.get(day), metric) for day in days]
        earlier = [_of(there.get(day), metric) for day in days]
        is_provisional = [metric != "spend" and day in here and here[day].is_provisional for day in days]
        if any(value is not None for value in values):
            made.append(Chart(word[title], unit, days, values, earlier, is_provisional, currency))
    return made


def best_and_worst(now: PeriodFigures, about: About, currency: str, language: Language) -> tuple[Table, Table]:
    """By CPA, among campaigns that spend something; what spends without a conversion is the worst of all."""
    sold, idle = ranked(now.campaigns)
    best = sold[:_RANKED]
    worst = [one for one in (*idle, *reversed(sold)) if one not in best][:_RANKED]
    word = WORDS[language]
    return (
        _ranked(word["best"], best, about, currency, language),
        _ranked(word["worst"], worst, about, currency, language),
    )


def ranked(campaigns: Sequence[CampaignFigures]) -> tuple[list[CampaignFigures], list[CampaignFigures]]:
    """Campaigns that spent at least a quarter of the average: those that sold by CPA, the others by spend."""
    spent = [(one, one.figures.get("spend") or Decimal(0)) for one in campaigns]
    least = sum((spend for _, spend in spent), Decimal(0)) / max(len(spent), 1) * _LEAST_OF_AVERAGE
    big = [(one, spend) for one, spend in spent if spend and spend >= least]
    sold = [(cpa, one.campaign_id, one) for one, _ in big if (cpa := one.figures.get("cpa")) is not None]
    idle = [(-spend, one.campaign_id, one) for one, spend in big if one.figures.get("cpa") is None]
    return [one for *_, one in sorted(sold, key=_first_two)], [one for *_, one in sorted(idle, key=_first_two)]


def campaign_table(
    now: PeriodFigures,
    before: PeriodFigures,
    about: About,
    currency: str,
    language: Language,
    shown: Sequence[str] = _SHOWN,
) -> Table:
    """Every campaign, the biggest spender first, with those figures and the change of its spend."""
    word = WORDS[language]
    earlier = {one.campaign_id: one.figures for one in before.campaigns}
    columns = [
        Column(word["campaign"], "text", is_wide=True),
        Column(word["status"], "text"),
        *_columns(about, shown, language),
        Column(word["change"], "change"),
        Column(word["score"], "score"),
    ]
    rows = [
        [
            _name(one.name, one.campaign_id),
            word.get(one.status or "", one.status or ""),
            *(one.figures.get(name) for name in shown),
            _change(one.figures, earlier.get(one.campaign_id)),
            one.score,
        ]
        for one in now.campaigns
    ]
    return Table(word["campaigns"], columns, rows, currency, word["no_campaigns"], _MOST_ROWS)


def day_table(now: PeriodFigures, about: About, currency: str, language: Language) -> Table:
    """The account day by day: what the charts draw, and which days are provisional."""
    word = WORDS[language]
    columns = [Column(word["day"], "day"), *_columns(about, _SHOWN, language), Column(word["provisional"], "text")]
    rows: list[list[Value]] = [
        [one.day, *(one.figures.get(name) for name in _SHOWN), word["yes"] if one.is_provisional else ""]
        for one in now.days
    ]
    return Table(word["by_day"], columns, rows, currency)


def anomaly_table(found: Sequence[ReportedAnomaly], currency: str, language: Language) -> Table:
    """What happened, what was at stake, whether it is over and whether people were told."""
    word = WORDS[language]
    columns = [
        Column(word["when"], "text"),
        Column(word["campaign"], "text"),
        Column(word["what"], "text", is_wide=True),
        Column(word["severity"], "text"),
        Column(word["at_stake"], "money"),
        Column(word["ended"], "text"),
    ]
    rows: list[list[Value]] = [
        [
            f"{words.day(one.since.date(), language)} {one.since:%H:%M}",
            _name(one.campaign_name, ""),
            words.plain_line(one.text_pt if language == "pt" else one.text_en),
            word[one.severity],
            one.at_stake,
            f"{word[one.status]}, {word[one.told]}",
        ]
        for one in found
    ]
    return Table(word["anomalies"], columns, rows, currency, word["no_anomalies"], 15)


def suggestion_table(made: Sequence[ReportedSuggestion], language: Language) -> Table:
    """What was proposed, why, and what a person decided."""
    word = WORDS[language]
    columns = [
        Column(word["day"], "day"),
        Column(word["campaign"], "text"),
        Column(word["kind"], "text"),
        Column(word["why"], "text", is_wide=True),
        Column(word["status"], "text"),
    ]
    rows: list[list[Value]] = [
        [
            one.day,
            _name(one.campaign_name, ""),
            word.get(one.kind, one.kind),
            words.plain_line(one.reason_pt if language == "pt" else one.reason_en),
            word.get(one.status, one.status),
        ]
        for one in made
    ]
    return Table(word["suggestions"], columns, rows, None, word["no_suggestions"], 15)


def hit_rate_table(rates: Sequence[HitRate], language: Language) -> Table:
    """Followed suggestions by kind; no rate where none could be judged."""
    word = WORDS[language]
    columns = [
        Column(word["kind"], "text", is_wide=True),
        Column(word["followed"], "count"),
        Column(word["judged"], "count"),
        Column(word["hits"], "count"),
        Column(word["rate"], "ratio"),
    ]
    rows: list[list[Value]] = [
        [
            word.get(one.kind, one.kind),
            one.followed,
            one.judged,
            one.hits,
            Decimal(one.hits) / one.judged if one.judged else None,
        ]
        for one in rates
    ]
    return Table(word["hit_rate"], columns, rows)


def account_table(rows: Sequence[Sequence[Value]], about: About, currency: str, language: Language) -> Table:
    """Accounts of one currency, as `account_row` makes them."""
    word = WORDS[language]
    columns = [
        Column(word["account"], "text", is_wide=True),
        *_columns(about, BRIEF, language),
        Column(word["change"], "change"),
    ]
    return Table(word["accounts"], columns, rows, currency, most_shown=_MOST_ROWS)


def account_row(account: ReportAccount, now: PeriodFigures, before: PeriodFigures) -> list[Value]:
    """One account among others of its currency."""
    values = [now.total.get(name) for name in BRIEF]
    return [_name(account.name, account.account_id), *values, _change(now.total, before.total)]


def _ranked(title: str, campaigns: Sequence[CampaignFigures], about: About, currency: str, language: Language) -> Table:
    columns = [Column(WORDS[language]["campaign"], "text", is_wide=True), *_columns(about, BRIEF, language)]
    rows: list[list[Value]] = [
        [_name(one.name, one.campaign_id), *(one.figures.get(name) for name in BRIEF)] for one in campaigns
    ]
    return Table(title, columns, rows, currency, is_half=True)


def _columns(about: About, names: Sequence[str], language: Language) -> list[Column]:
    return [Column(_label(about, name, language), _unit(about, name), _good(about, name)) for name in names]


def _label(about: About, name: str, language: Language) -> str:
    return about[name].label_pt if language == "pt" else about[name].label_en


def _unit(about: About, name: str) -> Unit:
    if name in _FACTORS:
        return "factor"
    units: Mapping[str, Unit] = {"money": "money", "ratio": "ratio"}
    return units.get(about[name].unit, "count")


def _good(about: About, name: str) -> Good:
    goods: Mapping[str, Good] = {"up": "up", "down": "down"}
    return goods.get(about[name].good, "none")


def _name(name: str | None, instead: str) -> str:
    return words.plain_name(name, instead)


def _of(day: DayFigures | None, metric: str) -> Decimal | None:
    return None if day is None else day.figures.get(metric)


def _first_two(ranked: tuple[Decimal, str, CampaignFigures]) -> tuple[Decimal, str]:
    return ranked[:2]


def _is_worse(figure: Figure) -> bool:
    return figure.change is not None and (figure.change < 0) == (figure.good == "up")


def _change(now: Figures, before: Figures | None) -> Decimal | None:
    spend, earlier = now.get("spend"), (before or {}).get("spend")
    return None if spend is None or not earlier else spend / earlier - 1
