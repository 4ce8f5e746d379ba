"""Rows of a large account: 200 campaigns, 2,000 ad sets and 14,000 ads, each with 26 actions a day."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa

SINCE, UNTIL = date(2026, 10, 1), date(2026, 10, 2)
LEVELS = {"account": 1, "campaign": 200, "adset": 2000, "ad": 14000}
_COUNTED = (
    *("link_click", "landing_page_view", "post_engagement", "page_engagement", "video_view", "post_reaction"),
    *("comment", "post", "omni_purchase", "purchase", "offsite_conversion.fb_pixel_purchase", "omni_add_to_cart"),
    *("add_to_cart", "offsite_conversion.fb_pixel_add_to_cart", "omni_view_content", "view_content"),
    *(
        "offsite_conversion.fb_pixel_view_content",
        "omni_initiated_checkout",
        "initiate_checkout",
        "onsite_web_purchase",
    ),
)
_VALUED = tuple(name for name in _COUNTED if "purchase" in name or "cart" in name)[:6]
_RAW = """
insert into raw.accounts (account_id, name, currency, timezone_name, account_status, collected_at)
values ('1', 'Loja', 'BRL', 'America/Sao_Paulo', 1, now());
insert into raw.insights (account_id, level, day, object_id, campaign_id, adset_id, ad_id, impressions, reach,
    frequency, clicks, inline_link_clicks, spend, actions, action_values, collected_at)
select '1', :level, day::date, case :level when 'account' then '1' else left(:level, 1) || n end,
    case when :level <> 'account' then 'c' || n % 200 end,
    case when :level in ('adset', 'ad') then 'a' || n % 2000 end, case when :level = 'ad' then 'a' || n end,
    1000, 800, 1.25, 30, 20, 10.5,
    (select jsonb_agg(jsonb_build_object('action_type', t, 'value', '3', '7d_click', '2', '1d_view', '1'))
        from unnest(cast(:counted as text[])) as t),
    (select jsonb_agg(jsonb_build_object('action_type', t, 'value', '30.25', '7d_click', '20.25', '1d_view', '10'))
        from unnest(cast(:valued as text[])) as t), now()
from generate_series(0, :objects - 1) as n
cross join generate_series(cast(:since as date), cast(:until as date), interval '1 day') as day;
insert into raw.reading_runs (account_id, level, breakdown, day, read_at, run_id, ok, state)
select '1', :level, '', day::date, now(), 'bench', true, 'read'
from generate_series(cast(:since as date), cast(:until as date), interval '1 day') as day
"""
CHANGED = """
insert into raw.changed_days (account_id, day)
select '1', day::date from generate_series(cast(:since as date), cast(:until as date), interval '1 day') as day
"""
SPAN = {"since": SINCE, "until": UNTIL}


def fill(made: sa.Engine) -> None:
    """Two days of the account at every level, read by the run `bench`."""
    accounts, insights, runs = (one for one in _RAW.split(";\n") if one.strip())
    values: dict[str, Any] = {**SPAN, "counted": list(_COUNTED), "valued": list(_VALUED)}
    with made.begin() as connection:
        connection.execute(sa.text(accounts))
        for level, objects in LEVELS.items():
            connection.execute(sa.text(insights), {**values, "level": level, "objects": objects})
            connection.execute(sa.text(runs), {**SPAN, "level": level})
        connection.execute(sa.text(CHANGED), SPAN)
    with made.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("analyze"))


def answer(days: int, ads: int, more: int = 0) -> Iterator[dict[str, Any]]:
    """Rows of insights as Meta sends them, for so many days of November 2026 and ads; more: added to impressions."""
    for number in range(days * ads):
        ad, day = number % ads, f"2026-11-{1 + number // ads:02}"
        yield {
            "account_id": "1",
            "campaign_id": str(100 + ad % 200),
            "adset_id": str(1000 + ad % 600),
            "ad_id": str(10_000 + ad),
            "account_currency": "BRL",
            "impressions": str(1000 + ad % 977 + more),
            "reach": "700",
            "frequency": "1.428571",
            "clicks": "33",
            "inline_link_clicks": "20",
            "spend": "12.34",
            "actions": [{"action_type": one, "value": str(3 + ad % 7), "7d_click": "2"} for one in _COUNTED[:5]],
            "action_values": [{"action_type": _COUNTED[8], "value": "30.25"}],
            "outbound_clicks": [{"action_type": "outbound_click", "value": "14"}],
            "date_start": day,
            "date_stop": day,
        }
