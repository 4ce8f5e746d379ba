"""The metric registry is checked when it is read, and everything that is written from it is up to date."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from fbads_pipeline.adapters.dbt.metric_registry import RegistryError, outdated_files, read_registry
from fbads_pipeline.domain.metrics.declared import METRICS, ORDER_METRICS, RAW_FIELDS
from fbads_pipeline.domain.metrics.registry import RawField, sum_reported


def test_every_written_file_is_up_to_date() -> None:
    assert list(outdated_files()) == [], "run `make metrics`"


def test_the_declared_metrics_are_those_of_the_file() -> None:
    assert read_registry().by_name() == {**METRICS, **ORDER_METRICS}
    assert RawField("inline_link_clicks", "bigint") in RAW_FIELDS


def test_a_ratio_is_a_sum_divided_by_a_sum() -> None:
    clicks, spend, impressions = (sum_reported(name) for name in ("clicks", "spend", "impressions"))
    assert impressions == "case when count(*) = count(impressions) then sum(impressions) end"
    assert METRICS["ctr"].expression == f"({clicks})::numeric / nullif({impressions}, 0)"
    assert METRICS["cpm"].expression == f"1000 * ({spend}) / nullif({impressions}, 0)"
    assert METRICS["cpm"].parts == (f"1000 * ({spend})", impressions)
    assert (METRICS["reach"].expression, METRICS["reach"].needs_one_row) == ("max(reach)", True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"unit": "furlongs"}, r"is wrong at metrics\.0\.unit"),
        ({"ratio": {"numerator": "a", "denominator": "b"}}, "a metric is raw, events, ratio or taxed"),
        (
            {"raw": None, "ratio": {"numerator": "spend", "denominator": "reach"}},
            "divides spend, which is not declared",
        ),
        ({"raw": None, "events": {"measure": "count"}}, "those of a family or of an action_type"),
        ({"name": "reach"}, "reach is declared twice"),
        ({"colour": "red"}, r"metrics\.0\.colour"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    path = tmp_path / "metrics.yml"
    registry = yaml.safe_load((Path(__file__).parents[2] / "dbt_project" / "metrics.yml").read_text(encoding="utf-8"))
    registry["metrics"][0] |= change
    path.write_text(yaml.safe_dump(registry))
    with pytest.raises(RegistryError, match=reason):
        read_registry(path)


def test_a_file_that_is_no_registry_is_named(tmp_path: Path) -> None:
    path = tmp_path / "metrics.yml"
    for content, reason in (("metrics: 7", "is wrong at"), ("[]", "is wrong at"), ("{", "cannot be read")):
        path.write_text(content)
        with pytest.raises(RegistryError, match=reason):
            read_registry(path)
    with pytest.raises(RegistryError, match="cannot be read"):
        read_registry(tmp_path / "missing.yml")
