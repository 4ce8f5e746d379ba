"""Questions about the orders of shops: their own figures, from the sales marts, never Meta's and never zero."""

import pytest

from fbads_pipeline.adapters.postgres.chat.groups import mart_of
from fbads_pipeline.domain.chat.answers.cells import cell, metric_label
from fbads_pipeline.domain.chat.plan import Refusal
from fbads_pipeline.domain.chat.result import ResultColumn, unreported
from fbads_pipeline.domain.chat.validator import validate
from fbads_pipeline_tests.support.asking import CATALOGUE, planned


@pytest.mark.parametrize(
    ("question", "metrics", "mart"),
    [
        ("vendas reais por campanha nos últimos 7 dias", ("real_purchases",), "campaign_sales_daily"),
        ("qual o ROAS real do mês?", ("real_roas",), "account_sales_daily"),
        ("receita real por anúncio ontem", ("real_purchase_value",), "ad_sales_daily"),
        ("compare o ROAS real com o ROAS", ("real_roas", "roas"), "account_sales_daily"),
        ("campanhas com CPA real acima de 50", ("real_cpa",), "campaign_sales_daily"),
        ("real roas by campaign last 7 days", ("real_roas",), "campaign_sales_daily"),
        ("vendas ontem", ("purchases",), "account_daily"),
    ],
)
def test_real_sales_are_read_from_the_sales_marts(question, metrics, mart):
    plan = planned(question)
    assert (plan.metrics, mart_of(plan)) == (metrics, mart)


def test_nobody_knows_of_which_country_an_order_is():
    plan = planned("vendas reais por país nos últimos 7 dias")
    refused = validate(plan, CATALOGUE, [], breakdowns=("country",))
    assert isinstance(refused, Refusal) and refused.kind == "not_collected"


def test_orders_that_are_not_here_are_not_metas_silence():
    column = ResultColumn("real_roas", "value", "real_roas", "ratio")
    row = {"real_roas": None, unreported("real_roas"): "real_purchase_value"}
    assert cell(column, row, CATALOGUE).key == "chat.no_orders"
    assert metric_label("spend_per_real_purchases").key == "chat.cost_per"
