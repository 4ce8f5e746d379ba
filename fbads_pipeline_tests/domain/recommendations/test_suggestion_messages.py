"""The grouped message of an account and day."""

import json
from dataclasses import replace

import pytest

from fbads_pipeline.domain.core.messages import LegacyText
from fbads_pipeline.domain.recommendations.suggestion_messages import compose_suggestions
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES, a_suggestion, announced, news
from fbads_pipeline_tests.support.rendering import body_of, title_of


def many(number):
    return [announced(a_suggestion(str(one), spend=str(1000 - one)), f"Campanha {one}") for one in range(number)]


def test_one_message_says_what_since_when_how_much_why_and_what_to_do():
    alert = compose_suggestions(news(*many(2)))
    assert title_of(alert) == "Loja 1: 2 campanhas fora dos limites, R$ 1.999 gastos"
    assert body_of(alert) == (
        "Novidades de 23/11/2026. Em jogo: R$ 1.999,00, gastos por estas campanhas de 16/11 a 22/11/2026.\n"
        "\n"
        "1. Campanha 0 — pausar (por regra, confiança baixa)\n"
        "De 16/11 a 22/11/2026 gastou R$ 1.000,00: CTR de 0,62% (62 cliques em 10.000 impressões),"
        " abaixo do limite de 1%.\n"
        "2. Campanha 1 — pausar (por regra, confiança baixa)\n"
        "De 16/11 a 22/11/2026 gastou R$ 999,00: CTR de 0,62% (62 cliques em 10.000 impressões),"
        " abaixo do limite de 1%.\n"
        "\n"
        "O que fazer: confira cada campanha nas sugestões e aceite a pausa ou rejeite."
        " Os limites são simples e a confiança é baixa; nada muda na Meta sem a sua decisão."
    )


def test_the_same_in_english():
    alert = compose_suggestions(news(), link="https://ads.example/suggestions")
    assert title_of(alert, "en") == "Loja 1: 1 campaign past the limits, R$100 spent"
    first, *_, last, link = body_of(alert, "en").splitlines()
    assert first == "New on 23 Nov 2026. At stake: R$100.00, spent by this campaign from 16 Nov to 22 Nov 2026."
    assert last.startswith("What to do: look at each campaign")
    assert link == "Decide: https://ads.example/suggestions"


def test_ten_are_listed_and_the_rest_is_counted():
    alert = compose_suggestions(news(*many(13)))
    assert "10. Campanha 9" in body_of(alert)
    assert "Campanha 10" not in body_of(alert)
    assert "… e mais 3 campanhas." in body_of(alert)
    assert "… and 3 more." in body_of(alert, "en")
    assert len(alert.facts["suggestions"]) == 13, "the facts hold what the words leave out"


def test_the_lines_of_each_suggestion_are_known_with_the_version_to_decide():
    one = replace(announced(a_suggestion("1")), note=LegacyText({"pt": "Nota.", "en": "Note."}), version=3)
    alert = compose_suggestions(news(one, announced(a_suggestion("2"), "B")))
    parts = alert.facts["parts"]
    assert [(part["suggestion_id"], part["version"]) for part in parts] == [("s1-1", 3), ("s1-2", 1)]
    for body in (body_of(alert), body_of(alert, "en")):
        lines = body.splitlines()
        shown = [lines[part["line"] : part["line"] + part["lines"]] for part in parts]
        assert [(said[0].split(" — ")[0], len(said)) for said in shown] == [("1. Verão", 3), ("2. B", 2)]
        assert all("regra" in said[0] or "by rule" in said[0] for said in shown)


def test_the_last_days_are_drawn_from_zero():
    one = replace(announced(a_suggestion()), daily_spend=(1, 2, 4, 8, 8), daily_results=(0, 0, 0, 0, 1))
    assert "\n5 dias: gasto ▂▃▅██ · resultados ▁▁▁▁█\n" in body_of(compose_suggestions(news(one)))
    few = replace(one, daily_spend=(1, 2, 3, 4))
    assert "dias:" not in body_of(compose_suggestions(news(few)))


def test_the_biggest_spender_comes_first():
    body = body_of(compose_suggestions(news(*reversed(many(3)))))
    assert [line.split(" — ")[0] for line in body.splitlines() if line[:2] in ("1.", "2.", "3.")] == [
        "1. Campanha 0",
        "2. Campanha 1",
        "3. Campanha 2",
    ]


def test_the_greatest_certain_gain_comes_first_and_what_is_by_rule_last():
    plain, *_ = many(1)
    likely = replace(plain, campaign_name="Provável", effect_low=-50.0, effect_expected=900.0)
    certain = replace(plain, campaign_name="Certa", effect_low=10.0, effect_expected=100.0)
    more = replace(plain, campaign_name="Maior", effect_low=5.0, effect_expected=200.0)
    lines = body_of(compose_suggestions(news(plain, likely, certain, more))).splitlines()
    titles = [line for line in lines if line[:2] in ("1.", "2.", "3.", "4.")]
    assert [line.split(" — ")[0] for line in titles] == ["1. Maior", "2. Certa", "3. Provável", "4. Campanha 0"]
    assert titles[2].endswith("pausar (confiança baixa)") and titles[3].endswith("pausar (por regra, confiança baixa)")


def test_what_waits_is_counted_and_not_named():
    alert = compose_suggestions(replace(news(*many(1)), held_back=12))
    assert "Mais 12 sugestões aguardam a sua vez." in body_of(alert)
    assert "12 more suggestions wait their turn." in body_of(alert, "en")
    assert "1 campanha fora dos limites" in title_of(alert), "what waits is no news"


def test_amounts_of_two_currencies_are_never_added():
    mixed = [announced(a_suggestion("1", spend="10")), announced(a_suggestion("2", spend="900", currency="USD"))]
    assert "Em jogo: US$ 900,00 + R$ 10,00," in body_of(compose_suggestions(news(*mixed)))


def test_the_same_news_is_the_same_alert_and_another_day_another_one():
    assert compose_suggestions(news(*many(3))) == compose_suggestions(news(*many(3)))
    assert compose_suggestions(news()).dedupe_key == "1|breaches|1|2026-11-23|warning"
    other = compose_suggestions(news(day=news().day.replace(day=24)))
    assert other.alert_id != compose_suggestions(news()).alert_id


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.parametrize("language", ["pt", "en"])
def test_a_strangers_name_adds_no_line_and_no_invisible_character(name, language):
    tame = compose_suggestions(news(account_name="Loja 1"))
    alert = compose_suggestions(news(announced(a_suggestion(), name), account_name=name))
    assert len(body_of(alert, language).splitlines()) == len(body_of(tame, language).splitlines())
    assert all(line.isprintable() for line in (title_of(alert, language), *body_of(alert, language).splitlines()))
    assert len(title_of(alert, language)) <= 60
    json.dumps(alert.facts).encode()


def test_an_account_and_a_campaign_without_names_are_called_by_their_ids():
    alert = compose_suggestions(news(announced(a_suggestion(), None), account_name=None))
    assert title_of(alert).startswith("conta 1: ")
    assert "1. campanha 7" in body_of(alert)
