"""Figures that Meta left out: no answer takes them for zero, ranks or compares by them."""

import re
from datetime import date
from decimal import Decimal

import pytest

from evaluation.chat.world import MINE
from fbads_pipeline.api.schemas.chat import table_json
from fbads_pipeline_tests.services.chat.conftest import EVERY, World

WEEK = "account_id = '100001' and day between '2026-11-16' and '2026-11-22'"
CAMPAIGN = "100001001"  # Coleção Verão | Prospecting | 01


def money(amount: Decimal) -> str:
    return f"R$\xa0{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def test_a_total_that_lacks_one_day_is_not_the_sum_of_the_others_but_that_of_the_ads(world: World) -> None:
    bought = world.value(f"select sum(purchases) from marts.ad_daily where {WEEK}")
    world.not_reported("purchases", "account", "campaign", where="account_id = '100001' and day = '2026-11-18'")
    made = world.ask("quantas compras tive na semana passada?")
    assert f": não informado pela Meta neste nível: {bought} nos anúncios." in made.text
    assert made.tables[0].rows[0]["purchases"] is None
    assert made.tables[1].query.source == "marts.ad_daily"
    assert made.tables[1].rows[0]["purchases"] == bought
    assert f"not reported by Meta at this level: {bought} in the ads." in world.ask("purchases last week").text


def test_a_ratio_says_which_part_of_it_is_not_reported(world: World) -> None:
    cpa = world.value(f"select sum(spend) / sum(conversions) from marts.ad_daily where {WEEK}")
    world.not_reported("conversions", "account", "campaign", where=WEEK)
    made = world.ask("qual o CPA na semana passada?")
    assert "não pode ser calculado, pois a Meta não informou Conversões neste nível" in made.text
    assert f"pelos anúncios seria {money(cpa)}" in made.text.replace("R$ ", "R$\xa0")
    roas = world.value(f"select sum(purchase_value) / sum(spend) from marts.ad_daily where {WEEK}")
    world.not_reported("purchase_value", "account", where=WEEK)
    assert f"by the ads it would be {roas:.2f}" in world.ask("ROAS last week").text


def test_nothing_to_divide_by_is_another_thing_than_nothing_reported(world: World) -> None:
    world.run(f"update marts.account_daily set conversions = 0 where {WEEK}")
    assert "sem conversões" in world.ask("qual o CPA na semana passada?").text


@pytest.mark.parametrize("lacking", ["figures", "days"])
def test_a_level_below_that_is_not_complete_stands_in_for_nothing(world: World, lacking: str) -> None:
    sold = world.value(f"select sum(purchases) from marts.adset_daily where {WEEK}")
    world.not_reported("purchases", "account", "campaign", where=WEEK)
    if lacking == "days":
        world.unread(date(2026, 11, 18), date(2026, 11, 18), levels="ad")
    else:
        world.not_reported("purchases", "ad", where=f"ad_id = '{CAMPAIGN}11' and day = '2026-11-18'")
    made = world.ask("quantas compras tive na semana passada?")
    assert f"não informado pela Meta neste nível: {sold} nos conjuntos de anúncios." in made.text
    world.not_reported("purchases", "adset", where=WEEK)
    assert "não informado pela Meta neste nível." in world.ask("quantas compras tive na semana passada?").text


def test_a_cell_of_a_list_is_no_zero_and_the_whole_is_not_the_sum_of_the_rest(world: World) -> None:
    one = f"{WEEK} and campaign_id = '{CAMPAIGN}'"
    bought = world.value(f"select sum(purchases) from marts.ad_daily where {one}")
    world.not_reported("purchases", "campaign", where=one)
    made = world.ask("compras por campanha na semana passada")
    (row,) = [row for row in made.tables[0].rows if row["campaign"] == CAMPAIGN]
    assert row["purchases"] is None
    assert made.tables[0].rows[-1]["campaign"] == CAMPAIGN
    assert f"Prospecting | 01: não informado pela Meta neste nível: {bought} nos anúncios" in made.text
    world.not_reported("purchases", "account", where=WEEK)
    assert "Compras, de 16/11 a 22/11/2026: não informado" in world.ask("compras por campanha na semana passada").text


@pytest.mark.parametrize(
    "question",
    ["piores campanhas por compras na semana passada", "melhores campanhas por compras na semana passada",
     "campanhas sem compras na semana passada", "campanhas com menos de 1000 compras na semana passada",
     "top 50 campanhas por CPA na semana passada"],
)  # fmt: skip
def test_what_is_not_reported_is_neither_best_nor_worst_nor_below_a_bound(world: World, question: str) -> None:
    one = f"{WEEK} and campaign_id = '{CAMPAIGN}'"
    world.not_reported("purchases", "campaign", where=one)
    world.not_reported("conversions", "campaign", where=one)
    made = world.ask(question)
    assert CAMPAIGN not in {row["campaign"] for row in made.tables[0].rows}
    assert made.tables[0].groups == len({row["campaign"] for row in made.tables[0].rows}) or made.tables[0].is_truncated
    assert "Fora da lista: 1, porque a Meta não informou o número neste nível." in made.text


def test_a_list_that_everything_is_left_out_of_is_no_empty_list(world: World) -> None:
    world.not_reported("purchases", "campaign")
    made = world.ask("campanhas sem compras na semana passada")
    campaigns = world.value(f"select count(distinct campaign_id) from marts.campaign_daily where {WEEK}")
    assert made.tables[0].rows == () and made.tables[0].left_out == campaigns
    assert f"Fora da lista: {campaigns}" in made.text


def test_a_change_from_or_to_what_is_not_reported_is_none(world: World) -> None:
    world.not_reported("purchases", "account", where=WEEK)
    made = world.ask("compras da semana passada vs semana anterior")
    row = made.tables[0].rows[0]
    assert (row["purchases"], row["purchases_change"], row["purchases_change_ratio"]) == (None, None, None)
    assert row["purchases_before"] is not None
    assert "sem comparação" in made.text
    assert "Contribuição" not in world.ask("por que as compras caíram na semana passada?").text


def test_contributions_are_not_told_where_one_of_them_is_not_reported(world: World) -> None:
    question = "por que as compras mudaram na semana passada?"
    assert "Contribuição por campanha" in world.ask(question).text
    world.not_reported("purchases", "campaign", where=f"{WEEK} and campaign_id = '{CAMPAIGN}'")
    assert "Contribuição por campanha" not in world.ask(question).text


def test_two_currencies_each_have_their_own_state(world: World) -> None:
    world.not_reported("purchase_value", "account", where=f"account_id = '{MINE[2]}'")
    by_currency = {row["currency"]: row for row in world.ask("receita na semana passada", user=EVERY).tables[0].rows}
    assert by_currency["USD"]["purchase_value"] is None
    assert by_currency["BRL"]["purchase_value"] is not None


def test_reach_that_is_not_reported_is_not_taken_from_the_ads(world: World) -> None:
    world.not_reported("reach", "account")
    text = world.ask("alcance ontem").text
    assert "não informado pela Meta neste nível." in text
    assert re.search(r"\d+ nos anúncios", text) is None


def test_programs_see_why_a_figure_is_null(world: World) -> None:
    world.not_reported("conversions", "account", where=WEEK)
    table = table_json(world.ask("CPA na semana passada").tables[0])
    (row,) = table["rows"]
    assert (row["cpa"], row["cpa_unreported"]) == (None, "conversions")
    assert {"name": "cpa_unreported", "role": "unreported", "metric": "cpa", "unit": None, "dimension": None} in table[
        "columns"
    ]
