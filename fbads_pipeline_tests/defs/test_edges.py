"""Every edge that data takes is declared: what an asset's SQL really reads is among the parents of the asset."""

import re
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

from fbads_pipeline.bootstrap import core
from fbads_pipeline.definitions import defs
from fbads_pipeline_tests.support.stored_home import StoredHome, copy_of

# Tables that are no asset of their own → the asset whose data they hold; None for what people and channels own.
PART_OF = {
    "raw.reading_runs": "raw/insights",
    "raw.changed_days": "raw/insights",
    "raw.account_money_readings": "raw/accounts",
    "raw.ad_creatives": "raw/ads",
    **dict.fromkeys(
        ("raw.recommendation_readings", "raw.opportunity_scores", "raw.meta_recommendations"), "raw/accounts"
    ),
    **dict.fromkeys(("raw.pixels", "raw.pixel_readings", "raw.pixel_events", "raw.pixel_quality"), "raw/accounts"),
    "raw.insight_readings": "raw/insights",
    "raw.activities": "raw/insights",
    "raw.calendar_states": "raw/calendar_events",
    "ops.collect_runs": "raw/insights",
    "analysis.detector_states": "analysis/anomalies",
    "analysis.day_watches": "analysis/anomalies",
    "analysis.reviews": "analysis/breaches",
    "analysis.trends": "analysis/scores",
    "analysis.verdicts": "analysis/scores",
    "analysis.adset_scores": "analysis/scores",
    "analysis.withheld_verdicts": "analysis/scores",
    "analysis.observations": "ops/suggestions",
    "analysis.hit_rates": "analysis/suggestion_outcomes",
    "ops.decisions": "ops/suggestions",
    **dict.fromkeys(
        ("ops.mutes", "ops.users", "ops.account_grants", "ops.preferences", "ops.tokens", "ops.account_tokens",
         "ops.api_warnings", "ops.job_outcomes", "ops.reports", "ops.idempotency_keys", "ops.audit_log", "ops.is_muted",
         "ops.audit_keys",
         "ops.report_requests", "ops.targets", "ops.user_accounts", "ops.clients", "ops.client_accounts",
         "ops.client_budgets", "ops.feedback", "ops.client_logos", "ops.tax_periods", "ops.naming_of_accounts",
         "ops.report_links", "ops.report_templates", "ops.campaign_goals", "ops.unsubscribed")
    ),
}  # fmt: skip
# Edges that would close a circle: the review reads what earlier runs of later assets left.
LOOKS_BACK = {
    "analysis/scores": {"ops/suggestions"},
    "analysis/breaches": {"ops/suggestions"},
    "analysis/models": {"ops/suggestions", "analysis/anomalies", "analysis/scores"},
    "analysis/suggestion_outcomes": {"analysis/models", "analysis/anomalies", "analysis/scores"},
    "analysis/anomalies": {"ops/alerts", "ops/delivery_problems"},
    "ops/suggestions": {"ops/alerts"},
    **{f"report/{kind}": {"ops/alerts"} for kind in ("daily", "weekly", "monthly", "executive")},
}
ASSETS = (
    "analysis/anomalies", "analysis/breaches", "analysis/scores", "analysis/models", "analysis/suggestion_outcomes",
    "ops/suggestions", "ops/rule_hits", "ops/alerts", "ops/deliveries", "ops/incidents", "ops/delivery_problems",
    "ops/creative_pictures", "ops/link_checks",
    "report/daily", "report/weekly", "report/monthly", "report/executive",
)  # fmt: skip
_READ = re.compile(
    r"\b(?:from|join|using)\s+(?:lateral\s+)?(?:only\s+)?((?:raw|marts|analysis|ops)\.[a-z_]+)", re.IGNORECASE
)


@pytest.fixture(scope="module")
def stored(postgres: Any, home_after: StoredHome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The process's settings and database are those of a copy of the stored home."""
    home = tmp_path_factory.mktemp("edges")
    with pytest.MonkeyPatch.context() as environment, copy_of(postgres, home_after) as url:
        environment.setenv("FBADS_DATABASE_URL", url)
        environment.setenv("FBADS_HOME", str(home))
        environment.setenv("FBADS_NOW", "2026-11-30T15:00:00+00:00")  # a Monday on which every report is due
        core.process_settings.cache_clear()
        core.process_database.cache_clear()
        core.process_settings()
        yield
        core.process_database().close()
        core.process_settings.cache_clear()
        core.process_database.cache_clear()


@pytest.mark.parametrize("name", ASSETS)
def test_an_asset_reads_what_it_declares(name: str, stored: None) -> None:
    statements: list[str] = []

    def record(connection, cursor, statement, parameters, context, many):
        statements.append(statement)

    key = dg.AssetKey(name.split("/"))
    repository = defs.get_repository_def()
    for made in (core.process_database().owner, core.process_database().analyst):
        sa.event.listen(made, "before_cursor_execute", record)
    job = repository.get_implicit_job_def_for_assets([key])
    assert job is not None
    result = job.execute_in_process(asset_selection=[key], raise_on_error=True)
    assert result.success
    read = {table for statement in statements for table in _READ.findall(statement)}
    assert read, "the asset read nothing: this test proves nothing"
    parents = {one.to_user_string() for one in repository.asset_graph.get(key).parent_keys}
    allowed = parents | {name} | LOOKS_BACK.get(name, set())
    found = {PART_OF.get(table, table.replace(".", "/")) for table in read} - {None}
    assert sorted(found - allowed) == []
