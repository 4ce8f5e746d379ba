"""What the right answer to an item is: a short notation, and the SQL that it stands for, written apart from the chat's.

spend|1116-1122                    spend of 16 to 22 November 2026, one row per currency
cpa|1122|campaign=100001001        of one campaign
roas|1101-1123|by=campaign|top=5   the five best; `low=5` the five lowest; `nth=2` the second best alone
spend|1116-1122|by=campaign|having=spend > 500
spend|1123|vs=1116-1122            two stretches: now and before
#objects:10 · #pacing              a list, with its number of rows
!unknown_metric,not_understood     one of these refusals · ?object,date one of these questions back
=greeting                          an answer of that kind, without figures
=facts~100001001                   and with these letters in its text, whatever their case
spend/leads|1122 · share:spend|…   a quotient of two sums · each row's share of the sum of all
spend|1122|not_campaign=100001001  without these
spend|1001-1031|weekdays=6+7      only of these days of the week, Monday is 1
spend|1122|not_platform=instagram  without that part of a breakdown
spend|1123|vs=1122|clock=1         of either day until the hour that today has come to; by=hour: of whole days alone
spend|1122|hours=6-12             of those hours of each day alone, on the clocks of the account
spend|1121-1122|between=112122-112202   from 22 h of 21 November until 2 h of the next day, on the clocks of the account
spend|1122|mean=campaign          the mean over the campaigns that have rows
spend|1122|objective=OUTCOME_SALES+OUTCOME_LEADS   of either
cpa|1122|by=campaign|having=cpa > of:100001001   above that campaign's own; `whole`: above that of all together
spend|1122 // ?object              either
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.chat.world import MINE, NOW

_FORMULAS = {
    "ctr": "sum(clicks)::numeric / nullif(sum(impressions), 0)",
    "link_ctr": "sum(link_clicks)::numeric / nullif(sum(impressions), 0)",
    "cpc": "sum(spend) / nullif(sum(clicks), 0)",
    "cpm": "1000 * sum(spend) / nullif(sum(impressions), 0)",
    "cpa": "sum(spend) / nullif(sum(conversions), 0)",
    "roas": "sum(purchase_value) / nullif(sum(spend), 0)",
    "conversion_rate": "sum(conversions) / nullif(sum(clicks), 0)",
    "average_order_value": "sum(purchase_value) / nullif(sum(purchases), 0)",
    "cost_per_appointment": "sum(spend) / nullif(sum(appointments), 0)",
    "outbound_ctr": "sum(outbound_clicks)::numeric / nullif(sum(impressions), 0)",
    "hook_rate": "sum(video_views) / nullif(sum(impressions), 0)",
    "reach": "max(reach)",
    "frequency": "max(frequency)",
}
_OF_MONEY = {"spend", "purchase_value", "conversion_value", "cpc", "cpm", "cpa", "roas", "average_order_value"}
_OF_MONEY |= {"cost_per_appointment", "cost", "tax"}
_AMOUNTS = _OF_MONEY - {"roas"}
# Between two parts of a breakdown; that of "65+" belongs to it.
_PLUS = re.compile(r"\+(?=[^+])")
_KEYS = {
    "account": "account_id",
    "campaign": "campaign_id",
    "adset": "adset_id",
    "ad": "ad_id",
    "platform": "publisher_platform",
    "weekday": "extract(isodow from day)::integer",
    "week": "date_trunc('week', day)::date",
    "month": "date_trunc('month', day)::date",
    "objective": "(select regexp_replace(objective, '^OUTCOME_', '') from marts.campaigns c where c.campaign_id = "
    "f.campaign_id)",
    "position": "case when platform_position like '%stor%' then 'stories'"
    " when platform_position like '%feed%' then 'feed' else platform_position end",
    "placement": "concat_ws(' · ', publisher_platform, platform_position)",
    "hour": "extract(hour from from_at at time zone (select timezone_name from marts.accounts a where a.account_id = "
    "f.account_id))::integer",
}
_BREAKDOWNS = {"age": "age,gender", "gender": "age,gender", "country": "country"}
_BREAKDOWNS |= dict.fromkeys(("platform", "placement", "position"), "publisher_platform,platform_position")


@dataclass(frozen=True)
class Expected:
    """The notation, read. sql: one row per group: its keys first, then the figures."""

    outcome: str
    kinds: frozenset[str] = frozenset()
    sql: str = ""
    keys: int = 0
    rows: int | None = None
    text: str = ""


def read_all(notation: str) -> list[Expected]:
    """What is right, each by itself enough."""
    return [read(one.strip()) for one in notation.split("//")]


def read(notation: str) -> Expected:
    """The notation of one item, or of one side of it."""
    mark, rest = notation[0], notation[1:]
    if mark == "!":
        return Expected("refused", frozenset(rest.split(",")))
    if mark == "?":
        return Expected("asked", frozenset(rest.split(",")))
    if mark == "=":
        kinds, _, text = rest.partition("~")
        return Expected("answered", frozenset(kinds.split(",")), text=text)
    if mark == "#":
        kind, _, count = rest.partition(":")
        return Expected("answered", frozenset([kind]), rows=int(count) if count else None)
    return _figures(notation)


def _figures(notation: str) -> Expected:
    metrics, days, *rest = notation.split("|")
    options = dict(part.split("=", 1) for part in rest)
    names = [_column(one, days, options) for one in metrics.removeprefix("why ").split(",")]
    by = options["by"].split(",") if "by" in options else []
    if "mean" in options:
        rows = _sums(names, days, options, [options["mean"]])
        means = ", ".join(f"avg({name})" for name in names)
        return Expected("answered", frozenset(["figures"]), sql=f"select {means} from ({rows}) one group by currency")
    sql = _sums(names, days, options, by)
    if "vs" in options:
        both = ", ".join(_present(name, side) for side in ("a", "b") for name in names)
        keys = "".join(f"coalesce(a.{key}, b.{key}), " for key in by)
        join = "using (" + ", ".join(["currency", *by]) + ")"
        sql = f"select {keys}{both} from ({sql}) a full join ({_sums(names, options['vs'], options, by)}) b {join}"
    else:
        sql = f"select {', '.join([*by, *names])} from ({sql}) one"
        sql = _ranked(sql, names, options, by, days)
    kind = "why" if metrics.startswith("why ") else "figures"
    return Expected("answered", frozenset([kind]), sql=sql, keys=len(by))


def _column(metric: str, days: str, options: dict[str, str]) -> str:
    """The metric as a column's name; a quotient and a share are declared as formulas on the way."""
    if "/" in metric:
        above, below = metric.split("/")
        name = f"{above}_per_{below}"
        _FORMULAS[name] = f"sum({above})::numeric / nullif(sum({below}), 0)"
        if (above in _OF_MONEY) != (below in _OF_MONEY):
            _OF_MONEY.add(name)
        return name
    if metric.startswith("share:"):
        summed = metric.removeprefix("share:")
        first, _, last = days.partition("-")
        accounts = ", ".join(repr(one) for one in options.get("account", "+".join(MINE)).split("+"))
        whole = f"select sum(w.{summed}) from marts.campaign_daily w where w.currency = f.currency"
        whole += f" and w.day between '{_day(first)}' and '{_day(last or first)}' and w.account_id in ({accounts})"
        _FORMULAS[f"share_of_{summed}"] = f"sum({summed})::numeric / ({whole})"
        _OF_MONEY.add(f"share_of_{summed}")
        return f"share_of_{summed}"
    return metric


def _present(name: str, side: str) -> str:
    return f"{side}.{name}" if name in _FORMULAS else f"coalesce({side}.{name}, 0)"


def _ranked(sql: str, names: Sequence[str], options: dict[str, str], by: Sequence[str], days: str) -> str:
    count = options.get("top") or options.get("low") or options.get("nth")
    if count is None:
        return sql
    direction = "asc" if "low" in options else "desc"
    sign = "=" if "nth" in options else "<="
    metric = options.get("rank", names[0])
    part = "partition by currency " if metric in _AMOUNTS else ""
    inner = _sums(names, days, options, by)
    return (
        f"select {', '.join([*by, *names])} from (select *, row_number() over ({part}order by {metric} {direction},"
        f" {', '.join(by)}) as place from ({inner}) two where {metric} is not null) three where place {sign} {count}"
    )


def _sums(names: Sequence[str], days: str, options: dict[str, str], by: Sequence[str]) -> str:
    first, _, last = days.partition("-")
    where = [f"day between '{_day(first)}' and '{_day(last or first)}'"]
    where.append(f"account_id in ({', '.join(repr(one) for one in options.get('account', '+'.join(MINE)).split('+'))})")
    for level in ("campaign", "adset", "ad"):
        if level in options:
            where.append(f"{level}_id in ({', '.join(repr(one) for one in options[level].split('+'))})")
        if f"not_{level}" in options:
            where.append(f"{level}_id not in ({', '.join(repr(one) for one in options[f'not_{level}'].split('+'))})")
    if "status" in options:
        where.append(
            f"campaign_id in (select campaign_id from marts.campaigns where effective_status = '{options['status']}')"
        )
    if "objective" in options:
        named = ", ".join(repr(one) for one in options["objective"].split("+"))
        where.append(f"campaign_id in (select campaign_id from marts.campaigns where objective in ({named}))")
    segments = [one for one in ("age", "gender", "country", "platform", "placement") if one in options]
    without = [one for one in ("age", "gender", "country", "platform") if f"not_{one}" in options]
    where += [f"{_KEYS.get(one, one)} in ('" + _PLUS.sub("', '", options[one]) + "')" for one in segments]
    where += [f"{_KEYS.get(one, one)} <> '{options[f'not_{one}']}'" for one in without]
    where += _clock(by, options)
    breakdown = {_BREAKDOWNS[one] for one in (*by, *segments, *without) if one in _BREAKDOWNS}
    where += [f"breakdown = '{one}'" for one in breakdown]
    money = any(name in _OF_MONEY for name in names)
    values = [f"{_value(name, options)} as {name}" for name in names]
    keys = [f"{_KEYS.get(one, one)} as {one}" for one in by]
    groups = (["currency"] if money else []) + [str(number) for number in range(2, 2 + len(by))]
    sql = f"select {'currency' if money else repr('') + ' as currency'}, {', '.join([*keys, *values])}"
    sql += f" from marts.{_mart(by, options, bool(breakdown))} f where {' and '.join(where)}"
    sql += f" group by {', '.join(groups)}" if groups else ""
    having = f"count(*) > 0 and {_bound(options['having'], where)}" if "having" in options else "count(*) > 0"
    return f"{sql} having {having}"


def _clock(by: Sequence[str], options: dict[str, str]) -> list[str]:
    """Days of the week; hours until the one that today has come to; of several days by hour those that are over."""
    where = []
    if "weekdays" in options:
        where.append(f"extract(isodow from day) in ({options['weekdays'].replace('+', ', ')})")
    if "clock" in options:
        zone = "(select timezone_name from marts.accounts a where a.account_id = f.account_id)"
        where.append(f"until_at <= (day + ('{NOW}'::timestamptz at time zone {zone})::time) at time zone {zone}")
    if "hours" in options:
        first, last = options["hours"].split("-")
        zone = "(select timezone_name from marts.accounts a where a.account_id = f.account_id)"
        where.append(f"from_at >= (day + interval '{first} hours') at time zone {zone}")
        where.append(f"until_at <= (day + interval '{last} hours') at time zone {zone}")
    if "between" in options:
        zone = "(select timezone_name from marts.accounts a where a.account_id = f.account_id)"
        first, last = (f"timestamp '{_day(one[:4])} {one[4:]}:00'" for one in options["between"].split("-"))
        where += [f"from_at >= {first} at time zone {zone}", f"until_at <= {last} at time zone {zone}"]
    if "hour" in by:
        where.append("day < '2026-11-23'")
    return where


def _value(name: str, options: dict[str, str]) -> str:
    text = _FORMULAS.get(name, f"sum({name})")
    return f"({text})::numeric / {options['days']}" if "days" in options and name not in _FORMULAS else text


def _bound(text: str, where: Sequence[str]) -> str:
    name, sign, value = text.split()
    if value == "whole" or value.startswith("of:"):
        other = [f"campaign_id = '{value.removeprefix('of:')}'"] if value != "whole" else where[1:]
        value = f"(select {_FORMULAS.get(name, f'sum({name})')} from marts.campaign_daily g where "
        value += " and ".join([where[0], *other, *(["g.currency = f.currency"] if name in _AMOUNTS else [])]) + ")"
    return f"coalesce({_FORMULAS[name]}, null) {sign} {value}" if name in _FORMULAS else f"sum({name}) {sign} {value}"


def _mart(by: Sequence[str], options: dict[str, str], is_broken_down: bool) -> str:
    if is_broken_down:
        return "campaign_breakdown_daily"
    if "hour" in by or {"clock", "hours", "between"} & options.keys():
        return "campaign_intraday"
    for level, mart in (("ad", "ad_daily"), ("adset", "adset_daily")):
        if level in (*by, options.get("mean")) or level in options or f"not_{level}" in options:
            return mart
    needs = {"campaign", "not_campaign", "objective"} & {*by, *options, options.get("mean")} or "status" in options
    return "campaign_daily" if needs else "account_daily"


def _day(text: str) -> str:
    return f"2026-{text[:2]}-{text[2:]}"
