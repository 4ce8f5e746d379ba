"""What a model sees of a question, and what its answer can become."""

import pytest

from fbads_pipeline.domain.chat.masking import mask, plan_schema, unmask
from fbads_pipeline.domain.chat.plan import Plan, Refusal
from fbads_pipeline_tests.support.asking import CATALOGUE, context

QUESTION = "campeonato de CPA acima de R$ 50 da campanha Coleção Verão | Prospecting | 01 semana passada"


def masked():
    made = mask(QUESTION, context(QUESTION))
    assert made is not None
    return made


def test_a_model_sees_neither_names_nor_amounts():
    text = masked().text
    assert "verao" not in text and "prospecting" not in text and "50" not in text
    assert {"C1", "P1", "V1"} <= set(text.split())


def test_an_answer_in_placeholders_is_a_plan_of_the_question_s_own_values():
    plan = unmask(
        {
            "intent": "figures",
            "metrics": ["cpa"],
            "dimensions": ["ad"],
            "objects": ["C1"],
            "period": "P1",
            "thresholds": [{"metric": "cpa", "comparison": "above", "value": "V1"}],
            "order": "worst",
        },
        masked(),
        CATALOGUE,
    )
    assert isinstance(plan, Plan)
    assert plan.objects[0].ids == ("1000010",)
    assert str(plan.thresholds[0].value) == "50"
    assert plan.rank is not None and plan.rank.descending


def test_an_invented_metric_is_refused():
    refused = unmask({"intent": "figures", "metrics": ["profit"], "dimensions": []}, masked(), CATALOGUE)
    assert isinstance(refused, Refusal) and refused.kind == "unknown_metric"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"intent": "none", "metrics": [], "dimensions": []},
        {"intent": "drop", "metrics": ["cpa"], "dimensions": []},
        {"intent": "figures", "metrics": ["cpa"], "dimensions": ["password"]},
        {"intent": "figures", "metrics": ["cpa"], "dimensions": [], "objects": ["C9"]},
        {"intent": "figures", "metrics": ["cpa"], "dimensions": [], "period": "2026-01-01"},
        {
            "intent": "figures",
            "metrics": ["cpa"],
            "dimensions": [],
            "thresholds": [{"metric": "cpa", "comparison": "above", "value": 12}],
        },
        {"intent": "figures", "metrics": [], "dimensions": []},
    ],
)
def test_an_answer_outside_of_the_vocabulary_is_none(said):
    assert unmask(said, masked(), CATALOGUE) is None


def test_the_schema_holds_every_metric_and_nothing_free():
    schema = plan_schema(CATALOGUE)
    assert schema["properties"]["metrics"]["items"]["enum"] == list(CATALOGUE.metrics)
    assert schema["additionalProperties"] is False
