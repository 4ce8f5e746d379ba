"""Days that were never read: no answer takes them for days without spend."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluation.chat.world import MINE, NOW, TODAY
from fbads_pipeline.api.schemas.chat import answer_json
from fbads_pipeline.domain.anomalies.learning import AccountLearning
from fbads_pipeline.services.chat import figures
from fbads_pipeline.services.chat.answer_question import answer
from fbads_pipeline.services.chat.turn import ChatUser
from fbads_pipeline_tests.services.chat.conftest import AURORA, EVERY, World

OCTOBER = "day between '2026-10-01' and '2026-10-31' and account_id = '100001'"
FIGURE = re.compile(r"R\$|BRL|USD")


def test_a_month_of_which_every_day_was_read_is_the_sum_of_its_days(world: World) -> None:
    made = world.ask("quanto gastei em outubro?")
    spend = world.value(f"select sum(spend) from marts.account_daily where {OCTOBER}")
    assert made.tables[0].rows[0]["spend"] == spend
    assert "lidos" not in made.text and "backfill" not in made.text
    assert answer_json(made)["coverage"] == {
        "asked": 31, "read": 31, "missing": [], "today_read_at": None, "compared": None
    }  # fmt: skip


def test_a_month_with_nine_days_read_names_the_gap_in_its_sentence(world: World) -> None:
    world.unread(date(2026, 10, 10), date(2026, 10, 31))
    made = world.ask("quanto gastei em outubro?")
    sentence, *others = made.text.splitlines()
    assert "9 de 31 dias lidos (sem leitura: de 10/10 a 31/10/2026): R$" in sentence
    assert others[0] == "Para ler os dias que faltam: fbads backfill --from 2026-10-10 --to 2026-10-31"
    assert made.outcome == "answered"
    assert made.tables[-1].query.source == "marts.day_coverage"
    assert answer_json(made)["coverage"]["missing"] == [
        {"account_id": "100001", "days": [{"since": date(2026, 10, 10), "until": date(2026, 10, 31)}]}
    ]
    english = world.ask("how much did I spend in october?").text
    assert "9 of 31 days read (not read: from 10 Oct to 31 Oct 2026): R$" in english.splitlines()[0]


def test_a_month_of_which_no_day_was_read_has_no_figure(world: World) -> None:
    world.unread(date(2026, 10, 1), date(2026, 10, 31))
    made = world.ask("quanto gastei em outubro?")
    assert (made.outcome, made.kind) == ("refused", "not_read")
    assert "nenhum dia desse período foi lido" in made.text
    assert "fbads backfill --from 2026-10-01 --to 2026-10-31" in made.text
    assert FIGURE.search(made.text) is None
    assert [table.query.source for table in made.tables] == ["marts.day_coverage"]
    assert "no day of this period was read" in world.ask("how much did I spend in october?").text


def test_a_level_that_the_settings_leave_out_is_not_collected_rather_than_unread(world: World) -> None:
    world.unread(date(2025, 1, 1), date(2026, 12, 31), levels="ad")
    without_ads = World(replace(world.chat, levels=("account", "campaign", "adset")), world.owner)
    made = without_ads.ask("gasto por anúncio em outubro")
    assert made.kind == "not_read" and "FBADS_LEVELS não inclui “ad”" in made.text
    assert "backfill" not in made.text and FIGURE.search(made.text) is None
    assert "fbads backfill" in world.ask("gasto por anúncio em outubro").text
    assert "R$" in without_ads.ask("gasto por campanha em outubro").text


def test_a_day_that_was_read_before_its_end_alone_has_no_total(world: World) -> None:
    world.run("update marts.day_coverage set is_read = false where day = '2026-11-22'")
    made = world.ask("quanto gastei ontem?")
    assert made.kind == "not_read" and "lido por inteiro" in made.text
    assert FIGURE.search(made.text) is None


@pytest.mark.parametrize("first", [date(2026, 11, 12), date(2026, 11, 19)])
def test_nothing_is_compared_with_days_that_were_not_read(world: World, first: date) -> None:
    world.unread(first, first)
    made = world.ask("quanto gastei na semana passada vs semana anterior")
    assert "Sem comparação: um dos períodos não foi lido por inteiro." in made.text
    assert f"sem leitura: em {first:%d/%m/%Y}" in made.text
    assert f"fbads backfill --from {first} --to {first}" in made.text
    assert "antes" not in made.text and "%" not in made.text
    assert not made.tables[0].of("change")


def test_without_the_gate_a_part_would_be_compared_with_a_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above."""
    monkeypatch.setattr(figures, "answerable", lambda plan, coverage: plan)
    with pytest.raises(AssertionError):
        test_nothing_is_compared_with_days_that_were_not_read(world, date(2026, 11, 12))


def test_what_moved_most_is_not_told_where_days_lack(world: World) -> None:
    world.unread(date(2026, 11, 12), date(2026, 11, 12))
    made = world.ask("qual campanha teve a maior queda de CTR na semana passada?")
    assert made.kind == "not_read" and "Sem comparação" in made.text
    why = world.ask("por que o gasto caiu na semana passada?")
    assert "Sem comparação" in why.text and "Contribuição" not in why.text


def test_an_average_per_day_needs_every_day(world: World) -> None:
    world.unread(date(2026, 11, 19), date(2026, 11, 19))
    made = world.ask("gasto médio por dia na semana passada")
    spend = world.value("select sum(spend) from marts.account_daily where account_id = '100001'"
                        " and day between '2026-11-16' and '2026-11-22'")  # fmt: skip
    assert made.tables[0].rows[0]["spend"] == spend
    assert "Sem média por dia" in made.text and "(média por dia)" not in made.text


def test_the_level_that_is_read_is_the_level_that_is_judged(world: World) -> None:
    world.unread(date(2026, 11, 19), date(2026, 11, 19), levels="ad")
    assert "dias lidos" not in world.ask("quanto gastei na semana passada?").text
    ads = world.ask("gasto por anúncio na semana passada")
    assert "6 de 7 dias lidos" in ads.text
    assert ads.coverage is not None and not ads.coverage.is_complete


def test_a_follow_up_is_judged_by_its_own_days(world: World) -> None:
    world.unread(date(2026, 11, 10), date(2026, 11, 10))
    assert "dias lidos" not in world.ask("quanto gastei na semana passada?", session="a").text
    assert "6 de 7 dias lidos" in world.ask("e na semana anterior?", session="a").text
    world.unread(date(2026, 11, 9), date(2026, 11, 15))
    assert world.ask("quanto gastei de 9/11 a 15/11?", session="c").kind == "not_read"
    assert "dias lidos" not in world.ask("e na semana passada?", session="c").text


def test_of_several_accounts_each_one_that_lacks_days_is_named(world: World) -> None:
    world.unread(date(2026, 11, 19), date(2026, 11, 19))
    world.unread(date(2026, 11, 17), date(2026, 11, 18), account=MINE[2])
    text = world.ask("quanto gastei na semana passada?", user=EVERY).text
    assert "18 de 21 dias de conta lidos" in text
    assert "- Loja Aurora: 6 de 7 dias lidos (sem leitura: em 19/11/2026)" in text
    assert "- Northwind Store: 5 de 7 dias lidos" in text
    assert "Academy" not in text
    alone = world.ask("quanto gastei na semana passada na Aurora Academy?", user=EVERY)
    assert "lidos" not in alone.text


def test_a_period_that_begins_before_the_first_reading_says_so(world: World) -> None:
    world.run("delete from marts.day_coverage where day < '2026-11-01'")
    world.run("delete from marts.account_daily where day < '2026-11-01'")
    assert "23 de 54 dias lidos" in world.ask("quanto gastei desde 1 de outubro?").text
    assert world.ask("quanto gastei em setembro?").kind == "not_read"


def test_days_that_meta_has_no_longer_are_not_offered(world: World) -> None:
    made = world.ask("quanto gastei de 01/01/2023 a 31/01/2023?")
    assert made.kind == "not_read" and "a Meta guarda 37 meses" in made.text
    assert "backfill" not in made.text


def test_today_is_read_until_its_last_reading(world: World) -> None:
    read_at = "2026-11-23T12:30Z"
    world.run("update marts.day_coverage set read_at = :at where day = '2026-11-23'", at=read_at)
    assert "Hoje, dados até a leitura de 23/11/2026 09:30" in world.ask("quanto gastei hoje?").text
    assert "up to the reading of 23 Nov 2026, 09:30" in world.ask("spend this month").text
    assert "leitura" not in world.ask("quanto gastei ontem?").text


@pytest.mark.parametrize("question", ["alguma anomalia?", "tem algo errado?", "any anomalies?", "is anything wrong?"])
def test_no_anomaly_is_no_all_clear_where_days_lack(world: World, question: str) -> None:
    assert world.ask(question).text in (
        "Nenhuma anomalia nesse período ou aberta agora.", "No anomaly in that period or open now."
    )  # fmt: skip
    world.unread(TODAY - timedelta(days=27), TODAY - timedelta(days=9))
    text = world.ask(question).text
    assert "9 de 28 dias lidos" in text or "9 of 28 days read" in text
    assert "não quer dizer que está tudo bem" in text or "does not mean that all is well" in text
    assert "aberta agora" not in text and "open now" not in text


def test_budgets_of_an_account_with_days_that_lack_are_left_out(world: World) -> None:
    world.unread(date(2026, 11, 5), date(2026, 11, 5))
    alone = world.ask("vou estourar o orçamento?")
    assert alone.kind == "not_read" and FIGURE.search(alone.text) is None
    both = world.ask("vou estourar o orçamento?", user=EVERY)
    assert "Sem o ritmo das contas com dias não lidos neste mês: 68 de 69" in both.text
    assert MINE[0] not in both.tables[0].query.parameters["account_ids"]


QUESTIONS = (
    "quanto gastei na semana passada?",
    "spend last week",
    "CPA por campanha na semana passada",
    "top 3 campanhas por gasto na semana passada",
    "campanhas com gasto acima de R$ 10 na semana passada",
    "gasto por dia na semana passada",
    "gasto da semana passada vs semana anterior",
    "gasto médio por dia na semana passada",
    "por que o gasto mudou na semana passada?",
    "impressões por idade na semana passada",
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    missing=st.sets(st.integers(0, 6), min_size=1),
    question=st.sampled_from(QUESTIONS),
    user=st.sampled_from([AURORA, EVERY]),
)
def test_whatever_days_are_missing_no_answer_shows_a_figure_without_naming_the_gap(
    whole_world: World, missing: set[int], question: str, user: ChatUser
) -> None:
    lacking = [date(2026, 11, 16) + timedelta(days=number) for number in sorted(missing)]
    values = {"days": lacking, "accounts": list(user.account_ids or ())}
    where = "where day = any(:days) and account_id = any(:accounts)"
    change = (
        f"update marts.day_coverage set is_read = {{0}} {where}; update marts.reading_runs set is_ok = {{0}} {where}"
    )
    whole_world.run(change.format("false"), **values)
    try:
        made = whole_world.ask(question, user=user)
    finally:
        whole_world.run(change.format("true"), **values)
    accounts = len(user.account_ids or ())
    coverage = answer_json(made)["coverage"]
    assert coverage["asked"] == 7 * accounts
    assert coverage["read"] == (7 - len(missing)) * accounts
    found = [
        one["since"] + timedelta(days=number)
        for one in coverage["missing"][0]["days"]
        for number in range((one["until"] - one["since"]).days + 1)
    ]
    assert found == lacking
    assert not any(table.of("change") for table in made.tables)
    read, asked = (7 - len(missing)) * accounts, 7 * accounts
    if read:
        assert f"{read} de {asked} dias" in made.text or f"{read} of {asked} " in made.text
    else:
        assert made.kind == "not_read"
        assert {table.query.source for table in made.tables} <= {"marts.day_coverage", "marts.reading_runs"}


class Learned:
    """Detectors that know some days of every account. Implements the port DetectorLearning."""

    def __init__(self, days: int, half_hour_days: int) -> None:
        self._known = days, half_hour_days

    def learning(self, account_ids: Collection[str] | None = None) -> list[AccountLearning]:
        return [AccountLearning(one, *self._known) for one in account_ids or ()]


def test_no_anomaly_is_no_all_clear_while_the_detectors_learn(world: World) -> None:
    def asked(days: int, half_hour_days: int, user: ChatUser = AURORA) -> str:
        learning = replace(world.chat, learning=Learned(days, half_hour_days))
        return answer(learning, "tem algo errado?", user=user, now=NOW).text

    assert asked(3, 0) == (
        "Ainda não dá para dizer que está tudo bem: faltam dias para avaliar.\n"
        "Aprendendo: 3 de 14 dias lidos; antes disso nenhuma anomalia pode ser encontrada."
    )
    assert asked(20, 2).startswith("Nenhuma anomalia nesse período ou aberta agora.\nAprendendo: 2 de 5 dias")
    assert asked(20, 6) == "Nenhuma anomalia nesse período ou aberta agora."
    assert "- Northwind Store: Aprendendo: 3 de 14" in asked(3, 0, EVERY)


def test_days_whose_newest_reading_was_no_good_one_are_said(world: World) -> None:
    world.run("update marts.day_coverage set state = 'doubtful' where day = '2026-11-19'")
    text = world.ask("quanto gastei na semana passada?").text
    assert "Em 1 dos dias a leitura mais nova não foi boa" in text and "dias lidos" not in text
    assert "On 1 of the days the newest reading was no good one" in world.ask("spend last week").text


def test_a_breakdown_is_judged_by_its_own_readings(world: World) -> None:
    world.run(
        "delete from marts.reading_runs where breakdown = 'age,gender' and day between '2026-11-18' and '2026-11-19'"
    )
    ages = world.ask("gasto por idade na semana passada")
    assert "5 de 7 dias lidos (sem leitura: de 18/11 a 19/11/2026)" in ages.text
    assert "fbads sync --from 2026-11-18 --to 2026-11-19" in ages.text
    assert "dias lidos" not in world.ask("gasto por país na semana passada").text
    world.run("update marts.reading_runs set read_at = '2026-11-22T20:00Z' where day = '2026-11-22'")
    assert world.ask("gasto por país ontem").kind == "not_read"
    world.run("update marts.reading_runs set is_ok = false, state = 'failed' where day = '2026-11-20'")
    assert "5 de 7 dias lidos" in world.ask("gasto por país na semana passada").text


def test_what_moved_a_figure_is_told_by_what_was_read_in_full(world: World) -> None:
    question = "por que o gasto caiu na semana passada?"
    assert "Contribuição por posicionamento" in world.ask(question).text
    world.run("delete from marts.reading_runs where day = '2026-11-18'")
    text = world.ask(question).text
    assert "Contribuição por campanha" in text and "Contribuição por posicionamento" not in text
    world.unread(date(2026, 11, 12), date(2026, 11, 12), levels="campaign")
    assert "Contribuição" not in world.ask(question).text


def test_a_budget_that_has_no_pace_says_why_and_takes_no_part_in_a_sum(world: World) -> None:
    assert "nesse ritmo fecha em R$" in world.ask("quanto sobrou de verba este mês?").text.splitlines()[1]
    world.run(
        "update marts.budget_pacing set why_no_pace = 'hours_of_viewers', pacing_today = null, projected_today = null,"
        " projected_month = null, planned_month = null, pacing_month = 2 where campaign_id ="
        " (select min(campaign_id) from marts.budget_pacing"
        " where account_id = '100001' and effective_status = 'ACTIVE')"
    )
    everything, first, *_ = world.ask("quanto sobrou de verba este mês?").text.splitlines()[1:]
    assert "Todos os orçamentos" in everything and "nesse ritmo fecha em R$" not in everything
    assert "sem ritmo: a programação segue o fuso horário de quem vê o anúncio" in first
