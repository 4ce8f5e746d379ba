"""The metric catalogue says what the daily marts hold: no metric without columns, no number without a metric."""

import pytest

from fbads_pipeline.adapters.dbt.project import fresh_manifest, read_manifest
from fbads_pipeline.domain.metrics.declared import GRAINS, METRICS
from fbads_pipeline.domain.metrics.registry import Metric
from fbads_pipeline_tests.support.model_warehouse import DAILY_MARTS, Warehouse


def columns_of(mart: str) -> dict[str, str]:
    node = read_manifest(fresh_manifest())["nodes"][f"model.fbads.{mart}"]
    return {name: column["data_type"] for name, column in node["columns"].items()}


@pytest.mark.parametrize("mart", DAILY_MARTS)
def test_every_number_of_a_daily_mart_is_a_metric(mart: str) -> None:
    numbers = {name for name, kind in columns_of(mart).items() if kind in ("numeric", "bigint", "integer")}
    assert numbers == set(METRICS)
    assert mart in GRAINS


@pytest.mark.parametrize("metric", METRICS.values(), ids=list(METRICS))
def test_a_metric_says_everything_about_itself(metric: Metric) -> None:
    assert set(metric.columns) <= set(columns_of("ad_daily"))
    assert columns_of("ad_daily")[metric.name] == metric.data_type
    assert metric.unit in ("count", "people", "ratio", "money", "per_person")
    assert metric.good in ("up", "down", "none")
    assert metric.additive <= {"objects", "days"}
    for language in ("pt", "en"):
        assert metric.labels[language]
        assert metric.synonyms[language]


@pytest.mark.parametrize("language", ["pt", "en"])
def test_no_word_means_two_metrics(language: str) -> None:
    meanings: dict[str, set[str]] = {}
    for name, metric in METRICS.items():
        for word in (name, metric.labels[language], *metric.synonyms[language]):
            meanings.setdefault(word.lower(), set()).add(name)
    assert {word: names for word, names in meanings.items() if len(names) > 1} == {}


def test_an_expression_over_one_row_is_the_marts_own_number(warehouse: Warehouse) -> None:
    for name, metric in METRICS.items():
        differing = warehouse.rows(
            f"select ad_id, day from marts.ad_daily group by ad_id, day"
            f" having trim_scale(({metric.expression})::numeric) is distinct from trim_scale(max({name})::numeric)"
        )
        assert differing == [], name


def test_every_model_and_column_is_described_and_every_description_ends_with_the_grain() -> None:
    nodes = read_manifest(fresh_manifest())["nodes"].values()
    for node in nodes:
        if node["resource_type"] not in ("model", "seed"):
            continue
        assert "One row per" in node["description"].strip().split(". ")[-1], node["name"]
        assert node["columns"], node["name"]
        for column in node["columns"].values():
            assert column["description"], f"{node['name']}.{column['name']}"


def test_the_descriptions_name_exactly_the_columns_that_exist(warehouse: Warehouse) -> None:
    for node in read_manifest(fresh_manifest())["nodes"].values():
        if node["resource_type"] in ("model", "seed"):
            stored = warehouse.rows(
                "select column_name from information_schema.columns where table_schema = :s and table_name = :t",
                s=node["schema"],
                t=node["alias"],
            )
            assert {name for (name,) in stored} == set(node["columns"]), node["name"]
