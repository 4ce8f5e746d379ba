"""Who changed a campaign, in an answer: the kind of actor and the tool, never a person."""

from datetime import date

from fbads_pipeline.adapters.postgres.chat.list_queries import compile_actors
from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.chat.answers.facts import facts_answer
from fbads_pipeline.domain.chat.result import Result
from fbads_pipeline_tests.support.asking import CATALOGUE, planned

FACTS = {"campaign": "1000012", "campaign_name": "Back to School", "daily_budget": None, "lifetime_budget": None}
EVENT = {"campaign_id": "1000012", "campaign_name": "Back to School", "day": date(2026, 11, 9)}


def test_the_answer_names_the_kind_of_actor_and_the_tool():
    plan = planned("quem mudou o orçamento da Back to School?")
    query = compile_actors(plan, [], date(2026, 9, 1), date(2026, 11, 23))
    assert query.source == "raw.activities" and query.parameters["campaign_ids"] == ["1000012"]
    rows = (
        {**EVENT, "event_type": "update_campaign_budget", "actor_kind": "rule", "tool": "Automated Rules"},
        {**EVENT, "event_type": "update_campaign_run_status", "actor_kind": "person", "tool": None},
    )
    empty = Result(query, (), groups=0)
    answer = facts_answer(plan, Result(query, (FACTS,), groups=1), empty, CATALOGUE, Result(query, rows, groups=2))
    text = translator().render(answer, "pt")
    assert "update campaign budget, por uma regra automatizada (Automated Rules)" in text
    assert text.splitlines()[-1].endswith("update campaign run status, por uma pessoa")
