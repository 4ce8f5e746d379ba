"""Targets in the chat: each campaign's CPA beside what it may cost, by one query; nothing where that is not known."""

import pytest

from evaluation.chat.world import MINE
from fbads_pipeline_tests.services.chat.conftest import World

SCORES = """
insert into analysis.scores (account_id, campaign_id, day, efficiency, trend, attention, delivery, health, conversions,
    certainty, why_not, target_cpa, currency, model_version, marts_version, scored_at)
select campaigns.account_id, campaigns.campaign_id, :day, 0.5, 0.5, 0.5, 0.5, 0.5, 0, 0, 'not enough data',
    round(sums.cpa * case when campaigns.campaign_id = :above then 0.5 else 2 end, 2), campaigns.currency, 'm', 1, now()
from marts.campaigns as campaigns
inner join (
    select campaign_id, sum(spend) / sum(conversions) as cpa from marts.campaign_daily
    where day > cast(:day as date) - 7 and day <= :day group by campaign_id having sum(conversions) > 0
) as sums on campaigns.campaign_id = sums.campaign_id
where campaigns.account_id = :account and campaigns.effective_status = 'ACTIVE'
"""


@pytest.fixture
def targets(world: World):
    day = world.value("select max(day) from marts.campaign_daily where account_id = :account", account=MINE[0])
    above = world.value(
        "select daily.campaign_id from marts.campaign_daily as daily inner join marts.campaigns using (campaign_id)"
        " where daily.account_id = :account and day = :day and effective_status = 'ACTIVE' and conversions > 0"
        " order by spend desc limit 1",
        account=MINE[0],
        day=day,
    )
    world.run(SCORES, day=day, above=above, account=MINE[0])
    yield above
    world.run("delete from analysis.scores")


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("Quais campanhas estão acima da meta de CPA?", ": acima da meta: CPA "),
        ("Which campaigns are above target?", ": above the target: CPA "),
    ],
)
def test_the_campaign_that_costs_more_than_it_may_comes_first(world: World, targets, question, says):
    answer = world.ask(question)
    name = world.value("select name from marts.campaigns where campaign_id = :id", id=targets)
    lines = [line for line in answer.text.splitlines() if line.startswith("- ")]
    assert lines[0].startswith(f"- {name}{says}"), answer.text
    assert answer.text.count(says) == 1 and len(lines) > 1
    assert "1 acima" in answer.text or "1 above" in answer.text


def test_without_a_target_or_a_reported_figure_nothing_is_compared(world: World, targets):
    world.not_reported("conversions", "campaign", where=f"campaign_id = '{targets}'")
    answer = world.ask("Quais campanhas estão acima da meta?")
    assert "acima da meta: CPA" not in answer.text
    assert "conversões não informadas pela Meta neste nível" in answer.text
    world.run("delete from analysis.scores")
    assert "Nenhuma campanha foi comparada com uma meta ainda" in world.ask("Quais as metas?").text
