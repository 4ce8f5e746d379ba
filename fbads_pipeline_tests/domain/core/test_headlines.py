"""Titles on a lock screen: at most 60 characters, whole figures, the client always there."""

import random
import re
import unicodedata
from decimal import Decimal

import pytest

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.core.formatting import plain_line
from fbads_pipeline.domain.core.headlines import LONGEST_TITLE, graphemes, shortened_name
from fbads_pipeline.domain.core.messages import (
    Day,
    Headline,
    Joined,
    Message,
    Money,
    Name,
    from_json,
    message,
    to_json,
)
from fbads_pipeline_tests.support.fakes import HOSTILE_NAMES, NOW

FAMILY, FLAG, ACCENTED = "👩‍👩‍👧‍👦", "🇧🇷", "e\u0301"
NAMES = [
    *HOSTILE_NAMES,
    "Loja Ipê",
    "x" * 400,
    "ソーシャルコマース株式会社さくら商店" * 22,
    "متجر الأزياء الراقية للنساء والرجال" * 11,
    FAMILY * 60,
    FLAG * 60,
    ACCENTED * 200,
    "1015812345678901",
    "9" * 400,
    "Promo 12.500,00 " * 25,
    "R$ 2.100 | Verão 2026 | Prospecting | 01 | Broad | Advantage+",
]
AMOUNTS = [Decimal(one) for one in ("0.01", "99.99", "100", "2100.49", "12345678.9", "999999999999.99")]
CURRENCIES = ("BRL", "USD", "JPY", "EUR", "KWD", "XAF")
WHATS = [
    message("anomalies.brief.tracking_break"),
    message("anomalies.headline.corrected", count=1234567),
    message("recommendations.alert.campaigns_past_limits", count=48),
    message("health.headline.account_disabled"),
    message("delivery.headline.account_cap_reached", count=1),
    message("delivery.headline.fixed.campaign_cap_low", count=12),
    Name("Minha regra de CPA alto demais para as campanhas de inverno", "cpa"),
]
DAY = message("alerts.since", when=Day(NOW.date(), is_short=True))


def shown(headline, language):
    return translator().render(headline, language)


@pytest.mark.parametrize("language", ["pt", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_a_title_fits_names_its_client_and_cuts_no_figure(name, language):
    for number in range(16):
        chance = random.Random(f"{name!r}{number}")
        money = Money(chance.choice(AMOUNTS), chance.choice(CURRENCIES), is_whole=True)
        stake, what = message("alerts.at_stake_per_day", amount=money), chance.choice(WHATS)
        mark = chance.choice(["", message("alerts.possibly_repeated_mark")])
        title = shown(Headline(Name(name, "conta 1"), what, (stake, DAY), mark), language)
        assert 0 < len(title) <= LONGEST_TITLE and title.replace("\u200d", "").isprintable()
        marked, said = translator().render(mark, language), title.removeprefix(translator().render(mark, language))
        assert title.startswith(marked)
        kept = re.split(r"…?: ", said.strip().removeprefix("…"))[0]
        assert kept and kept in (plain_line(name) or "conta 1")
        for detail in (translator().render(stake, language), translator().render(DAY, language)):
            (figure,) = re.findall(r"\d[\d.,/]*", detail)
            assert detail in title or figure not in re.findall(r"\d[\d.,/]*", said[len(kept) :])
        if not isinstance(what, Name):
            assert translator().render(what, language) in title


def test_all_of_it_stays_where_it_fits():
    stake = message("alerts.at_stake_per_day", amount=Money(Decimal("2100.49"), "BRL", is_whole=True))
    whole = Headline(Name("Loja Ipê", ""), message("anomalies.brief.ctr_collapse"), (stake, DAY))
    assert shown(whole, "pt") == "Loja Ipê: CTR despencou, R$ 2.100/dia em jogo, desde 23/11"
    assert shown(whole, "en") == "Loja Ipê: CTR collapsed, R$2,100/day at stake, since 23 Nov"
    assert from_json(to_json(whole)) == whole


def test_since_when_stays_where_the_money_does_not_fit():
    who, what = Name("Loja Ipê do Centro Comercial", "1"), message("health.headline.account_disabled")
    money, since = Name("R$ 999.999.999,99 em risco por dia", "x"), Name("desde 14:00", "x")
    words = translator()
    shown = words.render(Headline(who, what, (Joined(("R$ 999.999.999,99 em risco por dia, todo dia",)), since)), "pt")
    assert shown.endswith("desde 14:00") and "R$" not in shown and len(shown) <= LONGEST_TITLE
    both = words.render(Headline(who, what, (since, money)), "pt")
    assert "desde 14:00" in both


@pytest.mark.parametrize(
    ("name", "longest", "kept"),
    [
        ("Loja Ipê", 8, "Loja Ipê"),
        ("Loja Ipê Brasil", 10, "Loja Ipê…"),
        ("Promo 12.500,00 já", 10, "Promo…"),
        ("Verão | 2026", 9, "Verão…"),
        ("1015812345678901", 6, "…78901"),
        (f"ab{FAMILY}", 8, "ab…"),
        (f"ab{FAMILY}{FAMILY}", 12, f"ab{FAMILY}…"),
        (ACCENTED * 5, 5, ACCENTED * 2 + "…"),
    ],
)
def test_a_name_is_cut_between_characters_and_not_within_a_number(name, longest, kept):
    short = shortened_name(name, longest)
    assert short == kept and len(short) <= longest


def test_what_people_see_as_one_character_is_one():
    assert graphemes(f"a{FAMILY}{FLAG}{FLAG}{ACCENTED}👍🏽") == ["a", FAMILY, FLAG, FLAG, ACCENTED, "👍🏽"]
    assert all(not unicodedata.combining(one[0]) for one in graphemes(ACCENTED * 9))


def test_names_within_a_sentence_are_shortened_too():
    long = Message("anomalies.alert.campaign", {"number": "1", "campaign": Name("y" * 200, "")})
    assert len(shown(Headline(Name("z" * 200, ""), Joined((long,), "")), "pt")) <= LONGEST_TITLE
