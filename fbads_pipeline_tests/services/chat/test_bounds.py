"""Bounds that are figures themselves, hours and currencies: the rows are those that SQL finds in the graded world."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.chat.world import CAMPAIGNS, MINE
from fbads_pipeline.domain.chat.plan import Objects, Plan, RelativePeriod, Threshold, from_json, to_json
from fbads_pipeline_tests.services.chat.conftest import EVERY, World

_RATIOS = {
    "cpa": "sum(spend) / nullif(sum(conversions), 0)",
    "ctr": "sum(clicks)::numeric / nullif(sum(impressions), 0)",
    "cpc": "sum(spend) / nullif(sum(clicks), 0)",
}
_SUMS = {"spend": "sum(spend)", "clicks": "sum(clicks)"}
_MONEY = ("cpa", "cpc", "spend")
_WEEK = "day between '2026-11-16' and '2026-11-22'"
_NAMED = {f"{account}{place:03d}": name for account in MINE for place, (name, *_) in enumerate(CAMPAIGNS[account], 1)}


def _rows(world: World, sql: str) -> set[str]:
    return set(world.value(f"select coalesce(array_agg(campaign_id), '{{}}') from ({sql}) found"))


@settings(max_examples=25, deadline=None)
@given(
    metric=st.sampled_from([*_RATIOS, *_SUMS]),
    above=st.booleans(),
    of=st.sampled_from(sorted(one for one, name in _NAMED.items() if name.isascii() and name[0].isalpha())),
)
def test_rows_beyond_another_campaigns_own_figure_are_those_of_its_currency(whole_world: World, metric, above, of):
    made = whole_world.ask(
        f'campanhas com {metric} {"maior" if above else "menor"} que o da campanha "{_NAMED[of]}" na semana passada',
        user=EVERY,
    )
    assert made.outcome == "answered", made.text
    value = {**_RATIOS, **_SUMS}[metric]
    own = whole_world.value(f"select {value} from marts.campaign_daily where campaign_id = '{of}' and {_WEEK}")
    if own is None:
        assert "não há com o que comparar" in made.text and not any(
            one.query.parameters.get("rows") == 50 for one in made.tables
        )
        return
    money = (
        f"and currency = (select currency from marts.campaigns where campaign_id = '{of}')" if metric in _MONEY else ""
    )
    wanted = _rows(
        whole_world,
        f"select campaign_id from marts.campaign_daily where {_WEEK} and account_id in {MINE} {money} group by 1"
        f" having {value} {'>' if above else '<'} {own}",
    )
    assert {row["campaign"] for row in made.tables[0].rows} == wanted
    assert (made.tables[0].groups, of in wanted) == (len(wanted), False)
    assert _NAMED[of] in made.text and len(made.citations) == 2, "what the bound was read from is cited too"


@pytest.mark.parametrize("metric", [*_RATIOS, *_SUMS])
def test_rows_beyond_the_average_are_measured_by_their_own_account(whole_world: World, metric):
    made = whole_world.ask(f"campanhas com {metric} acima da média na semana passada", user=EVERY)
    value = {**_RATIOS, **_SUMS}[metric]
    mine = f"from marts.campaign_daily where {_WEEK} and account_id in {MINE}"
    rows = f"select account_id, campaign_id, {value} as v {mine} group by 1, 2"
    if metric in _SUMS:
        averages = f"select account_id, avg(v) as a from ({rows}) each group by 1"
    else:
        averages = f"select account_id, {value} as a {mine} group by 1"
    wanted = _rows(
        whole_world, f"select r.campaign_id from ({rows}) r join ({averages}) x using (account_id) where r.v > x.a"
    )
    assert {row["campaign"] for row in made.tables[0].rows} == wanted != set()
    assert all(name in made.text for name in ("Loja Aurora", "Aurora Academy", "Northwind Store"))


@settings(max_examples=15, deadline=None)
@given(
    of=st.sampled_from(sorted(one for one, name in _NAMED.items() if name.isascii() and name[0].isalpha())),
    goal=st.sampled_from([("purchases", "custo por venda"), ("leads", "custo por lead")]),
)
def test_what_an_event_costs_is_that_of_the_campaign_whatever_its_account_goes_for(whole_world: World, of, goal):
    column, words = goal
    made = whole_world.ask(f'{words} da campanha "{_NAMED[of]}" em outubro', user=EVERY)
    october = f"campaign_id = '{of}' and day between '2026-10-01' and '2026-10-31'"
    cost = whole_world.value(f"select sum(spend) / nullif(sum({column}), 0) from marts.campaign_daily where {october}")
    ((value,),) = ([row[one.name] for one in made.tables[0].of("value")] for row in made.tables[0].rows)
    assert value == cost, made.text


def test_an_average_that_some_row_leaves_out_is_not_known(world: World):
    world.not_reported("spend", "campaign", where="campaign_id = '100001001' and day = '2026-11-20'")
    made = world.ask("campanhas que gastaram acima da média na semana passada")
    assert "não há média com que comparar" in made.text
    known = world.ask("campanhas que gastaram acima da média na semana passada", user=EVERY)
    assert "Loja Aurora" not in known.text.splitlines()[-1] and "Aurora Academy" in known.text
    ratio = world.ask("campanhas com cpc acima da média na semana passada")
    assert "Loja Aurora: R$" in ratio.text and ratio.tables[0].left_out == 1, "the account's own ratio is known"
    own = world.ask('campanhas que gastaram mais que a campanha "Coleção Verão | Prospecting | 01" na semana passada')
    assert "não há com o que comparar" in own.text


def test_hours_of_several_days_are_compared_only_where_all_were_read(world: World):
    question = "cliques de ontem à noite comparado com anteontem à noite"
    (row,) = world.ask(question).tables[0].rows
    zone = "(select timezone_name from marts.accounts a where a.account_id = i.account_id)"
    evening = f"account_id = '100001' and extract(hour from from_at at time zone {zone}) >= 18"
    for name, day in (("clicks", "2026-11-22"), ("clicks_before", "2026-11-21")):
        wanted = world.value(f"select sum(clicks) from marts.campaign_intraday i where {evening} and day = '{day}'")
        assert row[name] == wanted
    older = world.ask("cliques de 20/10 à noite comparado com 19/10 à noite")
    assert "de hora em hora" in older.text and not older.tables[0].of("value")
    half = world.ask("cliques de ontem à noite comparado com 20/10 à noite")
    assert "Variação" not in half.text and not half.tables[0].of("before")


def test_hours_of_today_that_are_still_to_come_are_no_zero(whole_world: World):
    made = whole_world.ask("cliques de hoje à noite")
    assert "ainda não chegaram" in made.text and "12:00" in made.text and ": 0" not in made.text


def test_a_currency_limits_every_kind_of_answer(whole_world: World):
    for question in ("gasto de ontem em dólar", "quais contas são em dólar", "resumo de ontem em dólar"):
        made = whole_world.ask(question, user=EVERY)
        assert made.outcome == "answered" and "R$" not in made.text and "Loja Aurora" not in made.text, question
    assert whole_world.ask("gasto de ontem em dólar").kind == "other_currency", "she sees no such account"


def test_bounds_hours_and_currencies_are_kept_with_the_plan():
    bound = Threshold("cpa", "above", Decimal(0), of=Objects("campaign", ("1",), "X"))
    mean = Threshold("spend", "below", Decimal(0), is_average=True, values=(("1", Decimal("2.50")),))
    made = Plan("figures", thresholds=(bound, mean), period=RelativePeriod("day", 1), hours=(6, 12), currency="BRL")
    assert from_json(to_json(made)) == made
