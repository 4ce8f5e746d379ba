"""What kind of actor an event of the change log is of."""

import pytest

from fbads_pipeline.domain.collection.actors import actor_kind


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (("1", "Maria", "Ads Manager"), "person"),
        (("1", "Maria", "Gerenciador de Anúncios"), "person"),
        (("1", "Maria", None), "person"),
        (("1", "Maria", "Automated Rules"), "rule"),
        (("1", "Maria", "Agency Planner"), "api"),
        (("0", None, None), "meta"),
        (("9", "Meta", None), "meta"),
        ((None, None, None), None),
    ],
)
def test_the_tool_counts_before_the_name(given, kind):
    assert actor_kind(*given, "update_campaign_budget") == kind


def test_an_event_of_a_rule_is_of_a_rule():
    assert actor_kind("1", "Maria", "Ads Manager", "automated_rule_executed") == "rule"
