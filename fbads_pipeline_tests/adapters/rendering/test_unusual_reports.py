"""Reports of accounts that are not like others, in every format."""

import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from fbads_pipeline.adapters.rendering.renderers import RENDERERS
from fbads_pipeline_tests.adapters.rendering.test_formats import rendered
from fbads_pipeline_tests.support.fake_reports import FakeContent, FakeReportFacts, a_builder


class TestUnusualAccounts:
    """Every format of every kind, without a figure that is not there."""

    def all_formats(self, facts, kind="weekly", language="pt"):
        builder = replace(a_builder(facts), content=FakeContent())
        report = builder.of_account(kind, facts.known[0])
        return {name: render(report, language) for name, render in RENDERERS.items()}

    def test_a_month_in_which_the_currency_changed_says_what_is_left_out(self):
        facts = FakeReportFacts()
        builder = replace(a_builder(facts), content=FakeContent("USD"))
        page = rendered("html", builder.of_account("monthly", facts.known[0])).decode()
        assert "os dias em USD não entram em nenhum número, todos em BRL" in page.partition('class="figures"')[0]

    @pytest.mark.parametrize("kind", ["daily", "weekly", "monthly"])
    def test_an_account_without_any_figure(self, kind):
        facts = FakeReportFacts()
        facts.empty = {"1"}
        made = self.all_formats(facts, kind)
        page = made["html"].decode()
        assert "Nenhuma campanha" in page and "R$" not in page and made["pdf"].startswith(b"%PDF-")
        assert openpyxl.load_workbook(io.BytesIO(made["xlsx"])).sheetnames[0] == "Resumo"

    def test_a_week_of_zeros_divides_by_nothing_and_compares_with_nothing(self):
        class Zeros(FakeReportFacts):
            def figures(self, account_id, period, metrics):
                found = super().figures(account_id, period, metrics)
                none = {name: None if name in ("ctr", "cpm", "cpa", "roas") else Decimal(0) for name in metrics}
                days = tuple(replace(one, figures=none) for one in found.days)
                campaigns = tuple(replace(one, figures=none) for one in found.campaigns)
                return replace(found, total=none, days=days, campaigns=campaigns)

        made = self.all_formats(Zeros())
        page = made["html"].decode().replace("\xa0", " ")
        assert "Investimento de R$ 0,00." in page and "Nenhuma conversão até agora." in page
        assert "%" not in page.partition('<div class="figures">')[2].partition("</div></div>")[0]
        assert "NaN" not in page and "inf" not in page.partition("<body>")[2].lower().replace("informa", "")

    def test_two_thousand_campaigns_are_in_the_workbook_and_forty_on_the_page(self):
        facts = FakeReportFacts(names=[f"Campanha {n}" for n in range(2000)])
        builder = replace(a_builder(facts), content=FakeContent())
        report = builder.of_account("weekly", facts.known[0])
        page, book = rendered("html", report).decode(), openpyxl.load_workbook(io.BytesIO(rendered("xlsx", report)))
        assert page.count("Campanha ") < 100 and "mais 1.960 linhas" in page
        assert book["Todas as campanhas"].max_row == 2001
        assert book["Todas as campanhas"].page_setup.fitToHeight == 3
