"""Hours of days, two days until the same clock, some days of the week, and pixels, over the graded world."""

from datetime import date

import pytest

from evaluation.chat.world import MINE, NOW
from fbads_pipeline.domain.chat.plan import Objects, Plan, RelativePeriod
from fbads_pipeline.services.chat.answer_question import answer_plan
from fbads_pipeline_tests.services.chat.conftest import AURORA, EVERY, World

_ZONE = "(select timezone_name from marts.accounts a where a.account_id = i.account_id)"
_HOUR = f"extract(hour from from_at at time zone {_ZONE})::integer"


@pytest.fixture
def hours(whole_world: World):
    """The world; whatever a test does to its hours and pixels is undone."""
    tables = ("campaign_intraday", "pixels", "pixel_events_hourly")
    for table in tables:
        whole_world.run(f"create table kept.{table} as table marts.{table}")
    yield whole_world
    for table in tables:
        whole_world.run(f"truncate marts.{table}")
        whole_world.run(f"insert into marts.{table} table kept.{table}")
        whole_world.run(f"drop table kept.{table}")


def test_hours_are_those_of_the_account_and_only_of_days_read_from_end_to_end(hours: World):
    def by_hour(first: str, last: str, day: str = "true") -> dict[int, int]:
        where = f"account_id = '100001' and day between '{first}' and '{last}' and {day}"
        rows = hours.value(
            f"select jsonb_object_agg(h, n) from (select {_HOUR} h, sum(clicks) n from marts.campaign_intraday i"
            f" where {where} group by 1) x"
        )
        return {int(hour): clicks for hour, clicks in rows.items()}

    made = hours.ask("cliques por hora na semana passada")
    assert {row["hour"]: row["clicks"] for row in made.tables[0].rows} == by_hour("2026-11-16", "2026-11-22")
    assert "dias de conta" not in made.text and "12:00" in made.text
    best = hours.ask("em que hora tivemos mais cliques na semana passada?")
    known = by_hour("2026-11-16", "2026-11-22")
    assert known[best.tables[0].rows[0]["hour"]] == max(known.values()) and len(best.tables[0].rows) == 1
    hours.run("update marts.campaign_intraday set minutes = 240 where account_id = '100001' and day = '2026-11-18'")
    made = hours.ask("cliques por hora na semana passada")
    without = by_hour("2026-11-16", "2026-11-22", "day <> '2026-11-18'")
    assert {row["hour"]: row["clicks"] for row in made.tables[0].rows} == without, (
        "a long step tells nothing of an hour"
    )
    assert "6 de 7 dias de conta" in made.text
    today = hours.ask("clicks by hour today")
    assert {row["hour"] for row in today.tables[0].rows} == set(range(12)), "what there is of the day that runs"
    hours.run("delete from marts.campaign_intraday where account_id = '100001'")
    made = hours.ask("cliques por hora ontem")
    assert "nenhum desses dias foi lido de hora em hora" in made.text and not made.tables[0].rows


def test_a_night_belongs_to_the_day_that_it_begins_on_and_is_known_whole_or_not_at_all(hours: World):
    def clicks(*days: int) -> int:
        nights = " or ".join(
            f"(from_at >= timestamp '2026-11-{day} 22:00' at time zone {_ZONE} and"
            f" until_at <= timestamp '2026-11-{day + 1} 02:00' at time zone {_ZONE})"
            for day in days
        )
        where = f"account_id = '100001' and ({nights})"
        return hours.value(f"select sum(clicks) from marts.campaign_intraday i where {where}")

    for question in ("cliques das 22h de sábado até as 2h de domingo", "clicks from 10pm Saturday to 2am Sunday"):
        made = hours.ask(question)
        assert [row["clicks"] for row in made.tables[0].rows] == [clicks(21)]
    assert "from 22:00 to 02:00 of the next day" in made.text
    week = hours.ask("cliques das 22h às 2h por dia na semana passada").tables[0].rows
    assert {row["day"].day: row["clicks"] for row in week} == {day: clicks(day) for day in range(16, 23)}
    (last,) = hours.ask("cliques de ontem das 22h às 2h").tables[0].rows
    assert last["clicks"] == clicks(22), "today was read past two"
    hours.run("update marts.campaign_intraday set minutes = 240 where account_id = '100001' and day = '2026-11-18'")
    made = hours.ask("cliques das 22h às 2h na semana passada")
    assert [row["clicks"] for row in made.tables[0].rows] == [clicks(16, 19, 20, 21, 22)]
    assert "5 de 7 dias de conta" in made.text
    hours.run("delete from marts.campaign_intraday where account_id = '100001' and day = '2026-11-23'"
              f" and {_HOUR.replace('i.account_id', 'campaign_intraday.account_id')} >= 1")  # fmt: skip
    unread = hours.ask("cliques de ontem das 22h às 2h")
    assert "nenhum desses dias foi lido de hora em hora" in unread.text, "the night was not read to its end"


@pytest.mark.parametrize(
    "question", ["alcance por hora ontem", "gasto por hora por idade ontem", "cliques por anúncio por hora ontem"]
)
def test_what_steps_between_readings_do_not_have_is_not_shown_by_hour(whole_world: World, question: str):
    assert whole_world.ask(question).kind == "not_by_hour"


def test_today_is_compared_until_its_clock_and_the_whole_day_stands_beside_it(hours: World):
    def clicks(day: str, until: str) -> int:
        where = (
            f"account_id = '100001' and day = '{day}' and until_at <= ('{day} {until}'::timestamp at time zone {_ZONE})"
        )
        return hours.value(f"select sum(clicks) from marts.campaign_intraday i where {where}")

    made = hours.ask("cliques de hoje vs ontem")
    (row,) = made.tables[0].rows
    assert (row["clicks"], row["clicks_before"]) == (clicks("2026-11-23", "12:00"), clicks("2026-11-22", "12:00"))
    whole = hours.value("select clicks from marts.account_daily where account_id = '100001' and day = '2026-11-22'")
    assert "até 12:00" in made.text and f"O dia inteiro: Cliques, em 22/11/2026: {whole}" in made.text
    assert str(whole) in made.text and "Hoje ainda não acabou" not in made.text
    hours.run("delete from marts.campaign_intraday where day = '2026-11-22' and account_id = '100001' and"
              f" {_HOUR.replace('i.account_id', 'campaign_intraday.account_id')} between 9 and 14")  # fmt: skip
    assert "Hoje ainda não acabou" in hours.ask("cliques de hoje vs ontem").text, "no reading near that clock"
    asked = hours.ask("cliques de hoje vs ontem neste mesmo horário")
    assert "não foram lidos no mesmo horário" in asked.text and "Mudança" not in asked.text
    every = hours.ask("cliques até agora vs ontem neste horário", user=EVERY)
    assert "Sem Loja Aurora" in every.text and "Northwind Store: 10:00" in every.text


def test_days_of_the_week_limit_both_sides_and_the_days_that_are_asked_for(world: World):
    made = world.ask("média de cliques por dia nos fins de semana de outubro")
    wanted = (
        "account_id = '100001' and day between '2026-10-01' and '2026-10-31' and extract(isodow from day) in (6, 7)"
    )
    assert float(made.tables[0].rows[0]["clicks"]) == pytest.approx(
        float(world.value(f"select sum(clicks) / 9.0 from marts.account_daily where {wanted}"))
    )
    assert "só sábado, domingo" in made.text
    world.unread(date(2026, 10, 5), date(2026, 10, 9))
    assert "dias lidos" not in world.ask("cliques nos fins de semana de outubro").text, "those days were not asked for"
    world.unread(date(2026, 10, 10), date(2026, 10, 10))
    assert "8 de 9 dias lidos" in world.ask("cliques nos fins de semana de outubro").text


def test_parts_left_out_and_states_turned_around_are_those_of_the_figures(whole_world: World):
    (row,) = whole_world.ask("cliques de ontem tirando Instagram e Facebook").tables[0].rows
    where = "account_id = '100001' and day = '2026-11-22' and breakdown like 'publisher%'"
    left = f"{where} and publisher_platform not in ('instagram', 'facebook')"
    assert row["clicks"] == whole_world.value(f"select sum(clicks) from marts.campaign_breakdown_daily where {left}")
    (row,) = whole_world.ask("cliques das campanhas que não estão ativas em outubro").tables[0].rows[:1]
    listed = whole_world.ask("quais campanhas não estão ativas?")
    assert listed.kind == "objects" and {one["status"] for one in listed.tables[0].rows} == {"PAUSED"}
    goal = answer_plan(
        whole_world.chat,
        Plan("objects", dimensions=("campaign",), objective="AWARENESS",
             excluded=(Objects("campaign", ("100003004",), "x"),)),
        user=EVERY, now=NOW,
    )  # fmt: skip
    assert [one["campaign_name"] for one in goal.tables[0].rows] == ["Dia das Mães"]


def test_a_pixel_says_when_it_fired_what_it_received_and_what_is_not_known(hours: World):
    made = hours.ask("o pixel está disparando?")
    assert (made.kind, made.text.splitlines()[0]) == ("pixels", "Pixel Loja Aurora: último evento em 23/11/2026 11:00.")
    count = hours.value("select sum(events) from marts.pixel_events_hourly where account_id = '100001' and"
                        " event = 'Purchase' and day = '2026-11-22'")  # fmt: skip
    made = hours.ask("quantas compras o pixel recebeu ontem?")
    assert f"Purchase: {count} em 22/11/2026" in made.text and "AddToCart" not in made.text
    assert hours.ask("quantos cliques o pixel recebeu ontem?").kind == "lost"
    hours.run("update marts.pixels set events_refused = 'no permission' where account_id = '100001'")
    assert "a Meta não responde" in hours.ask("o pixel está disparando?").text
    hours.run("update marts.pixels set events_refused = null, events_known_until = null, events_known_since = null,"
              " last_fired_at = null where account_id = '100001'")  # fmt: skip
    made = hours.ask("o pixel está disparando?")
    assert "nunca disparou" in made.text and "ainda não foram lidos" in made.text
    assert hours.ask("o pixel está disparando?", user=EVERY).text.count("Pixel ") == 2
    hours.run("delete from marts.pixels")
    assert hours.ask("is the pixel firing?").text == "No pixel of these accounts was read."


def test_a_comparison_of_today_until_a_clock_is_of_one_day_alone(whole_world: World):
    plan = Plan(
        "figures",
        metrics=("clicks",),
        period=RelativePeriod("week", 1),
        compare=RelativePeriod("week", 2),
        same_time=True,
    )
    assert answer_plan(whole_world.chat, plan, user=AURORA, now=NOW).kind == "not_by_hour"
    assert MINE[0] in AURORA.account_ids
