"""The grid over marts in which every sum can be seen: totals, order, filters, pages, files, and what is not known."""

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import openpyxl
import pytest
import sqlalchemy as sa

from fbads_pipeline.api.pages.metrics.grid_view import spark_of
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.domain.core.formatting import plain_name
from fbads_pipeline.domain.metrics.grid import MOST_COLUMNS, MOST_SETS, OWN_COLUMNS
from fbads_pipeline_tests.api.conftest import HOSTILE
from fbads_pipeline_tests.support.analytics_marts import fill
from fbads_pipeline_tests.support.people import People

OBJECTS = """
create table marts.adsets (adset_id text, account_id text, campaign_id text, name text, effective_status text,
    currency text, daily_budget numeric, lifetime_budget numeric);
create table marts.ads (ad_id text, account_id text, campaign_id text, adset_id text, name text, effective_status text,
    currency text);
insert into marts.ads values ('301', '42', '101', '201', :hostile, 'ACTIVE', 'BRL'),
    ('302', '42', '102', '202', 'Segundo', 'ADSET_PAUSED', 'BRL');
create table marts.ad_daily as select daily.*, case campaign_id when '101' then '301' else '302' end as ad_id
    from marts.campaign_daily as daily;
insert into marts.campaigns (campaign_id, account_id, name, effective_status, currency, timezone_name)
    values ('201', '43', 'Only one', 'ACTIVE', 'USD', 'UTC');
update marts.campaigns set name = :hostile where campaign_id = '101';
update marts.campaign_daily set cost = spend / (1 - 0.1215), purchase_value = spend * 2 where currency = 'BRL';
"""
NAME = plain_name(HOSTILE, "")
PERIOD = {"from": "2026-11-03", "to": "2026-11-04"}


class Grid(HTMLParser):
    """The cells of the grid's rows: totals, then objects."""

    def __init__(self, text):
        super().__init__()
        self.rows, self._in_grid, self._cell = [], False, None
        self.feed(text.replace("\xa0", " "))
        self.totals = [row for row in self.rows if row[0].startswith(("Total", "Total of"))]
        self.objects = [row for row in self.rows if row not in self.totals]
        self.names = [row[0].partition(" ↗")[0] for row in self.objects]

    def handle_starttag(self, tag, attrs):
        self._in_grid |= dict(attrs).get("class") == "grid"
        if self._in_grid and tag == "tr":
            self.rows.append([])
        if self._in_grid and tag == "td":
            self.rows[-1].append("")
            self._cell = len(self.rows[-1]) - 1

    def handle_endtag(self, tag):
        self._cell = None if tag == "td" else self._cell
        if tag == "table":
            self._in_grid, self.rows = False, [row for row in self.rows if row]

    def handle_data(self, data):
        if self._in_grid and self._cell is not None:
            self.rows[-1][self._cell] += data


@pytest.fixture
def marts(database):
    fill(database.owner)
    with database.owner.begin() as connection:
        connection.execute(sa.text(OBJECTS), {"hostile": HOSTILE})
    return database.owner


@pytest.fixture
def run(marts):
    def execute(statement):
        with marts.begin() as connection:
            connection.exec_driver_sql(statement)

    return execute


@pytest.fixture
def grid(client, marts):
    client.cookies.set("fbads_language", "pt")

    def read(**params):
        answer = client.get("/campaigns", **{**PERIOD, **params})
        assert answer.status_code == 200, answer.text
        return Grid(answer.text)

    return read


class TestKeptColumns:
    def test_columns_are_kept_under_a_name_for_their_user_alone(self, app, database, marts):
        people = People(app, database)
        owner, other = people.logged_in("viewer"), people.logged_in("admin")

        def post(client, **fields):
            data = {"csrf": client.headers["x-csrf-token"], "back": "/campaigns?period=30d", **fields}
            return client.send("POST", "/campaigns/columns", data=data)

        answer = post(owner, name="  <b>Funil</b> ", cols="ctr,mood,link_ctr")
        assert answer.status_code == 303 and answer.headers["location"] == "/campaigns?period=30d"
        page = owner.get("/campaigns", **PERIOD).text
        assert "cols=ctr%2Clink_ctr" in page and "&lt;b&gt;Funil&lt;/b&gt;" in page
        assert "Funil" not in other.get("/campaigns", **PERIOD).text
        assert post(owner, name="<b>Funil</b>", cols="cpm").status_code == 303
        assert "cols=cpm" in owner.get("/campaigns", **PERIOD).text, "the same name is written anew"
        assert post(other, name="<b>Funil</b>", action="remove").status_code == 404
        for wrong in ({"name": " ", "cols": "ctr"}, {"name": "x", "cols": "mood"}, {"name": "x"}):
            assert post(owner, **wrong).status_code == 422
        for number in range(MOST_SETS):
            last = post(owner, name=f"set {number}", cols="ctr").headers["location"]
        assert last == "/campaigns?period=30d&full=yes" and "set 11" not in owner.get("/campaigns").text
        assert post(owner, name="<b>Funil</b>", action="remove").status_code == 303
        assert "Funil" not in owner.get("/campaigns").text
        token = owner.headers.pop("x-csrf-token")
        assert owner.send("POST", "/campaigns/columns", data={"name": "y", "cols": "ctr"}).status_code in (401, 403)
        assert token

    def test_without_a_login_nothing_is_kept(self, client, grid):
        grid()
        assert 'action="/campaigns/columns"' not in client.get("/campaigns", cols="ctr").text
        answer = client.send("POST", "/campaigns/columns", data={"name": "x", "cols": "ctr"})
        assert answer.status_code in (401, 403, 404)


class TestParts:
    def test_a_campaign_has_its_parts_beneath_it_the_dearest_first(self, grid, client, run):
        run("update marts.campaign_breakdown_daily set conversions = null where age = '25-34' and spend = 40")
        found = grid(by="age")
        at = next(n for n, row in enumerate(found.rows) if row[0].startswith(NAME))
        dearest, other = found.rows[at + 1], found.rows[at + 2]
        assert (dearest[0], other[0]) == ("25-34", "35-44") and "R$ 40,00" in dearest and "R$ 10,00" in other
        assert dearest.count("não informado") == 2, "conversions, and CPA with them: a part has its three states"
        assert found.totals == grid().totals, "parts are in no total"
        assert not [row for row in grid(by="country").rows if row[0] == "25-34"]
        page = client.get("/campaigns", **PERIOD, by="age").text
        assert "Idade: 0 de 4 " in page.replace("\xa0", " "), "which days were read by age is said"

    def test_ads_are_not_broken_down_and_unknown_parts_are_refused(self, grid, client):
        assert grid(level="ad", by="age").rows == grid(level="ad").rows
        assert client.get("/campaigns", **PERIOD, by="mood").status_code == 400

    def test_the_file_has_what_is_seen(self, client, grid):
        grid()
        text = client.get("/campaigns/export", **PERIOD, by="age", format="csv").content.decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(text), delimiter=";"))
        parts = [(one["Detalhe"], one["Investimento (sem imposto)"]) for one in lines if one["id"] == "101"]
        assert parts == [("", "50"), ("25-34", "40"), ("35-44", "10")]
        table = openpyxl.load_workbook(
            io.BytesIO(client.get("/campaigns/export", **PERIOD, by="age", format="xlsx").content)
        ).active
        assert [cell.value for cell in next(table.iter_rows()) if cell.value == "Detalhe"], "the sheet too"


def money(text):
    return Decimal(text.removeprefix("R$").strip().replace(".", "").replace(",", "."))


class TestGroups:
    """Campaigns together by what their names say."""

    @pytest.fixture
    def named(self, marts, run):
        run(
            "create table marts.campaign_names as select account_id, campaign_id, case campaign_id when '101' then"
            " 'Shoes' when '102' then 'Shoes' end as product, null::text as audience, null::text as stage"
            " from marts.campaigns"
        )
        run(
            "insert into ops.naming_rules (scope, scope_id, pattern, regex, dimensions, parameters, set_by, set_at)"
            " values ('account', '42', '{product}', '(.+)', array['product'], '{}', 'x', now())"
        )

    def test_figures_of_a_group_are_strict_sums_over_its_campaigns_and_the_totals_stay(self, grid, named, run):
        found = grid(group="product")
        assert found.totals == grid().totals
        shoes = next(row for row in found.objects if row[0].startswith("Shoes"))
        others = [row for row in found.objects if row[0].startswith("fora do padrão")]
        assert "2 campanhas" in shoes[0] and others, "names that fit no pattern are a group of their own"
        apart = [row for row in grid().objects if row[0].startswith((NAME, "Campanha 102"))]
        assert money(shoes[2]) == sum(money(row[2]) for row in apart) > 0
        run("update marts.campaign_daily set impressions = null where campaign_id = '102'")
        shoes = next(row for row in grid(group="product", columns="delivery").objects if row[0].startswith("Shoes"))
        assert "não informado" in shoes[4], "one campaign that does not report it makes the sum unknown"

    def test_only_dimensions_that_a_pattern_reads_are_offered(self, client, named):
        page = client.get("/campaigns", **PERIOD).text
        assert "group=product" in page and "group=stage" not in page
        assert "group=" not in client.get("/campaigns", **PERIOD, level="ad").text
        assert client.get("/campaigns", **PERIOD, group="colour").status_code == 400

    def test_the_file_has_what_is_seen(self, client, named):
        text = client.get("/campaigns/export", **PERIOD, group="product", format="csv").content.decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(text), delimiter=";"))
        assert [one["Produto"] for one in lines if one["Moeda"] == "BRL"][0] == "Shoes"
        sheet = client.get("/campaigns/export", **PERIOD, group="product", format="xlsx").content
        assert openpyxl.load_workbook(io.BytesIO(sheet)).active["A1"].value


class TestFigures:
    def test_totals_are_ratios_of_sums_within_one_currency(self, grid):
        found = grid(columns="all")
        assert [row[0] for row in found.totals] == ["Total de 7 (BRL)", "Total de 1 (USD)"]
        brl, usd = found.totals
        assert "R$ 70,00" in brl and "R$ 17,50" in brl, "70 spent, 4 conversions; not the USD day of a BRL account"
        assert "0,78%" in brl, "70 clicks of 9000 impressions, no mean of rates"
        assert "US$ 7,00" in usd and not any("999" in cell for row in found.rows for cell in row)

    def test_what_meta_left_out_of_one_row_is_in_no_total_and_says_so(self, grid, run):
        run("update marts.campaign_daily set conversions = null where campaign_id = '102' and day = '2026-11-03'")
        found = grid()
        assert found.totals[0].count("não informado") == 2, "conversions, and CPA with them"
        second = next(row for row in found.objects if row[0].startswith("Campanha 102"))
        assert second.count("não informado") == 2 and "R$ 20,00" in second

    def test_a_cost_without_a_known_rate_is_never_the_spend(self, grid, run):
        run("update marts.campaign_daily set cost = null where campaign_id = '101'")
        assert "alíquota desconhecida" in grid().totals[0]

    def test_an_object_without_rows_has_zeros_where_it_was_read_and_none_where_it_was_not(self, grid, run):
        campaign = "Campanha 103"
        rest = next(row for row in grid(state="all").objects if row[0].startswith(campaign))
        assert "R$ 0,00" in rest and "não lido" not in rest
        run("delete from marts.day_coverage where account_id = '42'")
        found = grid(state="all")
        rest = next(row for row in found.objects if row[0].startswith(campaign))
        assert "R$ 0,00" not in rest and "não lido" in rest

    def test_different_goals_have_no_common_conversions(self, grid, run):
        run("update marts.accounts set currency = 'BRL', goal_family = 'lead' where account_id = '43'")
        run("update marts.campaigns set currency = 'BRL', goal_family = 'lead' where account_id = '43'")
        run("update marts.campaign_daily set currency = 'BRL', conversion_goal = 'lead' where account_id = '43'")
        (total,) = grid().totals
        assert "R$ 77,00" in total and total.count("–") == 2, "spend adds up; conversions and CPA do not"

    def test_whoever_reads_money_with_tax_sees_cpa_with_tax(self, client, grid):
        assert "R$ 17,50" in grid().totals[0]
        client.cookies.set("fbads_money", "cost")
        assert "R$ 19,92" in grid().totals[0], "70 ÷ (1 − 0.1215) ÷ 4"


class TestOrder:
    def test_any_column_sorts_and_what_is_missing_stands_last(self, grid):
        assert grid(account="42").names[:2] == [NAME, "Campanha 102"]
        assert grid(account="42", sort="spend").names[:2] == ["Campanha 102", NAME]
        assert grid(account="42", sort="-impressions", columns="delivery").names[0] == "Campanha 102"
        assert grid(account="42", sort="name", state="all").names[0].startswith("=HYPERLINK")

    def test_amounts_of_two_currencies_are_listed_apart(self, grid, run):
        run("update marts.campaign_daily set spend = 1000 where account_id = '43'")
        assert grid().names[-1] == "Only one", "US$ 1000 is not compared with R$ 50"

    def test_filters_and_choices_narrow_rows_and_totals_alike(self, grid):
        assert grid(q="campanha 102").names == ["Campanha 102"]
        assert grid(q="campanha 102").totals[0][0] == "Total de 1 (BRL)"
        assert grid(account="43").names == ["Only one"] and grid(q="c_mpanha").names == []
        assert all("pausada" in row[0] for row in grid(state="paused").objects)

    def test_pages_hold_each_row_once(self, grid, run):
        run(
            "insert into marts.campaigns (campaign_id, account_id, name, effective_status, currency, timezone_name)"
            " select (1000 + n)::text, '42', 'C' || n, 'ACTIVE', 'BRL', 'UTC' from generate_series(1, 120) n"
        )
        seen = [name for page in ("1", "2", "3") for name in grid(account="42", sort="name", page=page).names]
        assert (len(seen), len(set(seen))) == (127, 126), "two have the same name"
        assert grid(account="42", page="9").names == []

    def test_ads_lead_to_their_page_and_to_ads_manager(self, client, grid):
        text = client.get("/campaigns", level="ad", **PERIOD).text
        assert 'href="/campaigns/101/ads/301"' in text and "selected_ad_ids=301" in text
        page = client.get("/campaigns/101/ads/301", **PERIOD).text.replace("\xa0", " ")
        assert "R$ 50,00" in page and "R$ 12,50" in page and "<script>" not in page
        assert client.get("/campaigns/102/ads/301").status_code == 404, "an ad of another campaign"

    @pytest.mark.parametrize(
        "params", [{"account": "99"}, {"client": "5"}, {"account": "x"}], ids=["account", "client", "nonsense"]
    )
    def test_what_is_not_there_is_not_all(self, client, marts, params):
        assert client.get("/campaigns", **params).status_code == 404

    @pytest.mark.parametrize("params", [{"level": "x"}, {"sort": "a;b"}, {"page": "0"}, {"state": "x"}])
    def test_nonsense_is_refused(self, client, marts, params):
        assert client.get("/campaigns", **params).status_code == 400


class TestFiles:
    def test_the_csv_is_what_is_seen_with_why_a_cell_is_empty(self, client, grid, run):
        run("update marts.campaign_daily set conversions = null where campaign_id = '102' and day = '2026-11-03'")
        wanted = {**PERIOD, "sort": "spend", "account": "42", "state": "all"}
        answer = client.get("/campaigns/export", format="csv", **wanted)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
        shown = grid(**wanted).names
        assert [plain_name(row["Campanhas"].lstrip("'"), "") for row in rows] == shown and len(rows) > 5
        hostile = next(row for row in rows if row["id"] == "101")
        assert hostile["Campanhas"].startswith("'=HYPERLINK") and hostile["Investimento (sem imposto)"] == "50"
        lacking = next(row for row in rows if row["id"] == "102")
        assert lacking["Conversões"] == "" and "Conversões: não informado" in lacking["observação"]
        assert (lacking["De"], lacking["Até"], lacking["Moeda"]) == ("2026-11-03", "2026-11-04", "BRL")

    def test_the_workbook_has_numbers_and_no_formula(self, client, marts):
        answer = client.get("/campaigns/export", format="xlsx", **PERIOD)
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not any(cell.data_type == "f" for cell in cells)
        assert any(cell.value == 50 for cell in cells) and any(str(cell.value).startswith("=HYPER") for cell in cells)

    def test_unread_accounts_have_empty_cells(self, client, run):
        run("delete from marts.day_coverage")
        answer = client.get("/campaigns/export", format="csv", state="all", account="42", **PERIOD)
        row = next(one for one in answer.content.decode("utf-8-sig").splitlines() if "Campanha 103" in one)
        assert ";0;" not in row and "não lido" in row


def test_queries_are_as_many_for_ten_campaigns_as_for_thousands(client, marts, run):
    counted = []
    sa.event.listen(marts, "before_cursor_execute", lambda *_: counted.append(1))
    client.get("/campaigns", **PERIOD)
    few = len(counted)
    run(
        "insert into marts.campaigns (campaign_id, account_id, name, effective_status, currency, timezone_name)"
        " select (1000 + n)::text, '42', 'C' || n, 'ACTIVE', 'BRL', 'UTC' from generate_series(1, 3000) n"
    )
    counted.clear()
    client.get("/campaigns", **PERIOD)
    assert 0 < len(counted) == few


class TestOwnColumns:
    def test_ticked_boxes_become_an_address_that_shows_them_in_their_order(self, client, marts):
        answer = client.get("/campaigns", metric=["ctr", "spend", "nonsense", "ctr"], **PERIOD)
        assert answer.status_code == 303 and "cols=ctr%2Cspend" in answer.headers["location"]
        shown = client.get("/campaigns", cols="ctr,spend", **PERIOD).text
        heads = re.findall(r'<th scope="col"[^>]*><a[^>]*>([^<▼▲]+)', shown)
        assert [one.strip() for one in heads[2:]] == ["CTR", "Investimento (sem imposto)"]
        assert 'value="ctr" checked' in shown and 'value="clicks" checked' not in shown
        assert "cols=ctr%2Cspend" in re.search(r'href="(/campaigns/export[^"]*)"', shown)[1]
        for wrong in ("nonsense", "", ",,,"):
            assert 'value="roas" checked' in client.get("/campaigns", cols=wrong, **PERIOD).text, wrong
        assert client.get("/campaigns", cols="drop table", **PERIOD).status_code == 400

    def test_every_offered_column_can_be_read_and_sorted_by(self, client, marts):
        for first in range(0, len(OWN_COLUMNS), MOST_COLUMNS):
            some = OWN_COLUMNS[first : first + MOST_COLUMNS]
            answer = client.get("/campaigns", cols=",".join(some), sort=f"-{some[-1]}", **PERIOD)
            assert answer.status_code == 200 and answer.text.count('<th scope="col"') == len(some) + 2


class TestSparks:
    DAYS = DayRange(date(2026, 11, 1), date(2026, 11, 14))

    def test_what_is_not_known_is_a_dot_and_what_was_not_spent_is_the_lowest_bar(self):
        spends = {self.DAYS.since + timedelta(days=n): Decimal(10 * n) for n in range(10)}
        spends[date(2026, 11, 3)] = None
        bars = spark_of(self.DAYS, spends, [DayRange(date(2026, 11, 13), date(2026, 11, 14))])
        assert len(bars) == 14 and bars[0] == bars[10] == bars[11], "no row on a day that was read: nothing was spent"
        assert bars[2] == bars[12] == bars[13] and bars[2] not in bars[3:12], "not reported, and not read"

    def test_each_row_has_the_spend_of_its_own_days(self, client, marts, run):
        first = client.get("/campaigns", **PERIOD).text
        assert first.count('class="spark"') >= 1
        run("delete from marts.day_coverage")
        assert 'class="spark"' not in client.get("/campaigns", state="all", **PERIOD).text
