"""Verdicts, facts, overviews, shares and choices over the graded world."""

from dataclasses import replace
from decimal import Decimal

import pytest

from evaluation.chat.world import MINE, NOW
from fbads_pipeline.adapters.postgres.delivery.problems import PostgresDeliveryProblems
from fbads_pipeline.services.chat.answer_question import answer
from fbads_pipeline_tests.services.chat.conftest import EVERY, World

DAYS = "day between '2026-11-16' and '2026-11-22'"


def test_an_answer_begins_with_yes_or_no(world: World) -> None:
    now, before = (
        world.value(f"select sum(spend) from marts.account_daily where account_id = '100001' and day between {days}")
        for days in ("'2026-11-16' and '2026-11-22'", "'2026-11-09' and '2026-11-15'")
    )
    rose = now > before
    first = world.ask("o gasto subiu na semana passada?").text.splitlines()[0]
    assert first.startswith("Sim, subiu" if rose else "Não: caiu")
    first = world.ask("did spend fall last week?").text.splitlines()[0]
    assert first.startswith("No: up" if rose else "Yes, down")
    assert world.ask("o CPA ficou acima de 1000000 na semana passada?").text.startswith("Não.")
    assert world.ask("o CPA ficou acima de 0,01 na semana passada?").text.startswith("Sim.")
    assert world.ask("por que o gasto caiu na semana passada?").text.startswith("Não: subiu" if rose else "Sim, caiu")


def test_an_unfinished_month_is_compared_with_as_many_days(world: World) -> None:
    (citation, *_) = world.ask("gasto deste mês comparado com o mês passado").citations
    assert (citation.last_day - citation.first_day) == (citation.compared_last_day - citation.compared_first_day)
    assert f"{citation.compared_first_day}" == "2026-10-01"


def test_an_object_is_told_in_words(world: World) -> None:
    budget = world.ask("qual o orçamento da Frete Grátis?")
    assert (budget.kind, budget.text) == ("facts", "Frete Grátis: orçamento diário de R$ 200,00")
    state = world.ask("is Frete Grátis paused?").text
    assert state.startswith("Yes.\nFrete Grátis: paused, since") and state.endswith("at least")
    assert "PAUSED" not in world.ask("quais campanhas estão pausadas?").text
    changes = world.ask("o que mudou na Frete Grátis?").text
    assert "orçamento diário R$ 190,00 → R$ 200,00" in changes
    kept = world.ask("gasto de outubro da Frete Grátis", session="facts")
    assert world.ask("qual o id dela?", session="facts").text.endswith(kept.plan.objects[0].ids[0])


def test_an_overview_has_the_figures_that_people_start_with(world: World) -> None:
    made = world.ask("como foi a semana passada?", user=EVERY)
    assert made.kind == "overview" and {row["account"] for row in made.tables[0].rows} == set(MINE)
    spent = world.value(f"select sum(spend) from marts.account_daily where account_id = '100003' and {DAYS}")
    (row,) = [row for row in made.tables[0].rows if row["account"] == "100003"]
    assert Decimal(row["spend"]) == spent and row["spend_before"] is not None


def test_shares_of_all_campaigns_add_up_and_one_is_of_the_whole(world: World) -> None:
    every = world.ask("que fatia do gasto teve cada campanha na semana passada?").tables[0].rows
    assert abs(sum(row["spend_share"] for row in every) - 1) < Decimal("1e-9")
    one = world.ask("qual a participação da Remarketing Carrinho no gasto da semana passada?").tables[0].rows[0]
    assert one["spend_share"] == next(row["spend_share"] for row in every if row["campaign"] == one["campaign"])


def test_what_is_left_out_and_the_rest_make_the_whole(world: World) -> None:
    def spent(question: str) -> Decimal:
        return Decimal(world.ask(question).tables[0].rows[0]["spend"])

    whole, one = spent("gasto na semana passada"), spent("gasto da Frete Grátis em outubro")
    assert spent("gasto de outubro sem contar a Frete Grátis") + one == spent("gasto de outubro")
    assert whole > 0


def test_a_question_back_is_answered_whole_in_the_language_of_the_session(world: World) -> None:
    asked = world.ask("what is the worst campaign in october?", session="choices")
    assert asked.kind == "rank_metric" and "CPA" in asked.choices
    made = world.ask(str(asked.choices.index("CPA") + 1), session="choices")
    assert (
        made.language == "en" and made.plan.limit == 1 and made.plan.rank.metric == "cpa" and made.plan.rank.descending
    )
    assert (f"{made.citations[0].first_day}", f"{made.citations[0].last_day}") == ("2026-10-01", "2026-10-31")
    asked = world.ask("quantos cliques zumbis em outubro por país?", session="word")
    made = world.ask(asked.choices[-1], session="word")
    assert made.plan.dimensions == ("country",) and made.text.endswith("Não considerei: zumbis.")


def test_that_figures_may_change_is_said_once(world: World) -> None:
    for question in ("gasto por país ontem", "por que o CPA mudou na semana passada?"):
        assert world.ask(question).text.count("Provisório") == 1


def test_a_limit_of_the_session_that_a_new_question_does_not_have_is_named(whole_world):
    def told(*questions):
        session = questions[0] + str(len(questions))
        return [whole_world.ask(one, session=session).text for one in questions][-1]

    first = "gasto da Remarketing Carrinho na semana passada"
    assert "limite de antes: campanha: Remarketing Carrinho" in told(first, "qual foi o cpc de ontem em todas por dia?")
    assert "conta: Loja Aurora" in told(first, "qual foi o cpc de ontem na conta toda por dia?")
    for goes_on in ("e o ctr dela?", "tira o filtro", "gasto da Coleção Verão | Retargeting | 02 ontem", "por dia"):
        assert "limite de antes" not in told(first, goes_on), goes_on


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("spend for the first half of this month", "2026-11-01", "2026-11-15"),
        ("gasto da primeira quinzena deste mês", "2026-11-01", "2026-11-15"),
        ("purchases on sunday the 15th", "2026-11-15", "2026-11-15"),
        ("vendas no domingo dia 15", "2026-11-15", "2026-11-15"),
        ("spend between october 7 and 13", "2026-10-07", "2026-10-13"),
    ],
)
def test_two_ways_to_say_one_stretch_are_no_comparison(whole_world, question, first, last):
    made = whole_world.ask(question)
    (cited, *_) = made.citations
    assert (str(cited.first_day), str(cited.last_day), cited.compared_first_day) == (first, last, None)
    assert whole_world.ask("vendas na segunda dia 15").outcome == "asked", "a Monday the 15th is none"


def test_which_did_lists_those_that_did(whole_world):
    made = whole_world.ask("quais campanhas venderam ontem?")
    assert made.tables[0].rows and all(row["purchases"] > 0 for row in made.tables[0].rows)
    sold = (
        "select count(*) from marts.campaign_daily where day = '2026-11-22' and purchases > 0 and account_id = any(:of)"
    )
    assert len(made.tables[0].rows) == whole_world.value(sold, of=[MINE[0]])


def test_why_ranks_within_a_currency_and_names_rejections_and_balances(whole_world):
    made = whole_world.ask("por que o gasto subiu na semana passada?", user=EVERY)
    (parts,) = [one for one in made.tables if any(c.name == "contribution" and one.query.columns[1].name == "campaign"
                                                  for c in one.query.columns)]  # fmt: skip
    by_currency: dict[str, list[float]] = {}
    for row in parts.rows:
        by_currency.setdefault(row["currency"], []).append(abs(float(row["contribution"])))
    assert set(by_currency) == {"BRL", "USD"}, "the dearer currency does not push the other one out"
    assert all(some == sorted(some, reverse=True) and len(some) <= 5 for some in by_currency.values())
    chat = replace(whole_world.chat, problems=PostgresDeliveryProblems(whole_world.owner))
    insert = (
        "insert into ops.delivery_problems (problem_id, kind, entity, account_id, campaign_id, name, severity, facts,"
    )
    values = (
        " since, opened_at) values (md5(:of), 'ad_rejected', :of, :account, :campaign, 'x', 'critical', '{}', :at, :at)"
    )
    for of, account, campaign, at in (
        ("ad:1", MINE[0], f"{MINE[0]}005", "2026-11-18T12:00:00Z"),
        ("ad:2", MINE[2], f"{MINE[2]}001", "2026-11-18T12:00:00Z"),
        ("ad:3", MINE[0], f"{MINE[0]}005", "2026-11-23T12:00:00Z"),
    ):
        whole_world.run(insert + values, of=of, account=account, campaign=campaign, at=at)
    try:
        ask = "por que o gasto da {} caiu na semana passada?"
        told = [
            answer(chat, ask.format(one), user=EVERY, now=NOW) for one in ("Remarketing Carrinho", "Captação Webinar")
        ]
    finally:
        whole_world.run("truncate ops.delivery_problems cascade")
    assert told[0].text.count("reprovado") == 1 and "reprovado" not in told[1].text
    assert "ops.delivery_problems" in {one.source for one in told[0].citations}


def test_the_mean_of_objects_is_that_of_those_that_have_rows(world: World) -> None:
    made = world.ask("em média, cada campanha da loja aurora gastou quanto na semana passada?")
    sql = "select avg(one.spend) from (select sum(spend) as spend from marts.campaign_daily"
    sql += " where account_id = '100001' and day between '2026-11-16' and '2026-11-22' group by campaign_id) one"
    assert abs(Decimal(made.tables[0].rows[0]["spend"]) - world.value(sql)) < Decimal("1e-6")
    assert made.tables[0].rows[0]["parts"] == 5 and "média de 5" in made.text


def test_since_ever_begins_on_the_first_day_read_and_an_object_has_an_account(world: World) -> None:
    made = world.ask("quanto a loja aurora já gastou desde sempre?")
    first = world.value("select min(day) from marts.day_coverage where account_id = '100001'")
    assert made.citations[0].first_day == first and "não" not in made.text.lower()
    assert "Loja Aurora" in world.ask("em qual conta está a Frete Grátis?").text
