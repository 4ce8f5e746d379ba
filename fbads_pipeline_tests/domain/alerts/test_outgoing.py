"""What channels lay out: whole lines, whole figures, the page that has the rest."""

from dataclasses import replace

import pytest

from fbads_pipeline.domain.alerts.outgoing import alert_link, cut_between_words, outgoing, whole_lines
from fbads_pipeline_tests.support.fakes import a_delivery, an_alert


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("breaches", "/suggestions?account=1"),
        ("anomalies.over", "/anomalies?account=1"),
        ("digest", "/anomalies?account=1"),
        ("delivery.fixed.ad_rejected", "/delivery?account=1"),
        ("budget", "/budgets?account=1"),
        ("report.weekly", "/reports?account=1"),
        ("incident.stale", "/readings?account=1"),
        ("rule.cpa-alto", "/alerts?account=1"),
    ],
)
def test_each_leads_to_its_page(rule, path):
    alert = an_alert(rule=rule)
    assert alert_link(alert, "https://ads.example/") == "https://ads.example" + path
    assert alert_link(alert, None) is None
    assert "?" not in alert_link(replace(alert, account_id=None), "https://ads.example")


def test_without_a_brief_it_is_the_body():
    assert outgoing(a_delivery(alert=an_alert(body="a\n\n b\nc\nd"))).text_lines == ["a", "b", "c", "d"]


def test_lines_are_whole_and_what_is_cut_is_marked():
    assert whole_lines(["aaa", "bbb", "ccc"], 11) == "aaa\nbbb\nccc"
    assert whole_lines(["aaa", "bbb", "ccc"], 10) == "aaa\nbbb\n…"
    assert whole_lines(["aaa bbb", "c"], 5) == "aaa…"
    assert all(len(whole_lines(["gasto 12", "b" * 9, "c" * 30], most)) <= most for most in range(1, 60))


@pytest.mark.parametrize(
    ("most", "kept"),
    [(50, "gastou R$ 2.100,50 em 28 dias"), (28, "gastou R$ 2.100,50 em…"), (17, "gastou…"), (12, "gastou…")],
)
def test_no_figure_and_no_unit_is_cut(most, kept):
    text = "gastou R$ 2.100,50 em 28 dias"
    if kept == "gastou R$ 2.100,50 em…":
        assert "28" not in cut_between_words(text, most)
    else:
        assert cut_between_words(text, most) == kept
