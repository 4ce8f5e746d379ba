"""raw → staging → intermediate → marts: every dbt model, seed and test in the lineage, built by one dbt command."""

from collections.abc import Collection, Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject, dbt_assets

from fbads_pipeline.adapters.dbt.invocation import DbtOutcome, NodeOutcome
from fbads_pipeline.adapters.dbt.project import fresh_manifest, read_manifest
from fbads_pipeline.adapters.dbt.runner import Dbt
from fbads_pipeline.adapters.postgres.clients.targets import PostgresTargets
from fbads_pipeline.adapters.postgres.clients.taxes import PostgresTaxes
from fbads_pipeline.defs.shared.partitions import ACCOUNT_DAYS, BACKFILL
from fbads_pipeline.ports.core import Clock

MANIFEST = read_manifest(fresh_manifest())
_KINDS = ("model", "seed", "snapshot")
_NODES: Mapping[str, Mapping[str, Any]] = {
    unique_id: node for unique_id, node in MANIFEST["nodes"].items() if node["resource_type"] in (*_KINDS, "test")
}
# Orders come from shops at any time, not with the days of insights.
_OF_SHOPS = frozenset({"orders_daily"})
_ON_THE_WAY = ("stg_insights", "int_insight_measures", "stg_breakdown_insights", "int_breakdown_measures")
_ORDER = tuple(TopologicalSorter({name: MANIFEST["parent_map"][name] for name in _NODES}).static_order())


class Lineage(DagsterDbtTranslator):
    """Days for the daily models and for what lies between them and raw.insights, so that a backfill reaches them.

    No days for the others: Dagster would write an event per asset and day for each of them too.
    """

    def get_partitions_def(self, dbt_resource_props: Mapping[str, Any]) -> dg.PartitionsDefinition | None:
        name = str(dbt_resource_props["name"])
        is_of_days = name.endswith("_daily") and name not in _OF_SHOPS
        return ACCOUNT_DAYS if is_of_days or name in _ON_THE_WAY else None

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """A check says whose it is, and whether a wrong answer keeps the marts from being published."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        if spec is None:
            return None
        effect = "keeps the marts from being published" if spec.blocking else "warns"
        return dg.AssetCheckSpec(
            name=spec.name,
            asset=spec.asset_key,
            description=f"{spec.name.replace('_', ' ').capitalize()}; a row that says otherwise {effect}.",
            additional_deps=spec.additional_deps,
            blocking=spec.blocking,
            metadata={
                **spec.metadata,
                "owner": ", ".join(asset_spec.owners),
                "severity": "ERROR" if spec.blocking else "WARN",
            },
        )


# The readings of an object are written with the object: both tables are one asset of collect.
TRANSLATOR = Lineage(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))


@dbt_assets(manifest=MANIFEST, name="dbt_models", dagster_dbt_translator=TRANSLATOR, backfill_policy=BACKFILL)
def models(
    context: dg.AssetExecutionContext,
    dbt: dg.ResourceParam[Dbt],
    taxes: dg.ResourceParam[PostgresTaxes],
    target_store: dg.ResourceParam[PostgresTargets],
    clock: dg.ResourceParam[Clock],
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """What changed in raw since the last build, modelled and tested; the run's own days where raw is not part of it."""
    # Costs follow the countries that were just read, and the file of rates.
    taxes.refresh()
    # Campaigns that are new count by the targets that match their names, all by those that hold today.
    target_store.refresh_goals(clock.now())
    names = _chosen_names(context)
    outcome = dbt.build(names, variables=_variables(context))
    for node in outcome.nodes:
        if node.failed or node.status == "warn":
            context.log.warning(f"{node.unique_id}: {node.message}")
    for node in _in_order(outcome, names):
        yield from _dagster_results(context, node)
    if any(node.failed and not node.unique_id.startswith("test.") for node in outcome.nodes) or (
        not outcome.succeeded and not outcome.nodes
    ):
        raise dg.Failure(f"dbt: {outcome.error}", allow_retries=False)


def _in_order(outcome: DbtOutcome, names: Collection[str]) -> list[NodeOutcome]:
    """The outcomes of the project's nodes, parents before children.

    Views and seeds that needed no build are among them, where they were asked for (names: empty for all) and nothing
    failed below them.
    """
    found = {node.unique_id: node for node in outcome.nodes}
    if outcome.views_are_current:
        failed = {unique_id for unique_id, node in found.items() if node.failed}
        held = failed | {_NODES[one]["attached_node"] for one in failed if _NODES[one]["resource_type"] == "test"}
        for unique_id in _ORDER:
            node = _NODES.get(unique_id, {})
            if held & set(MANIFEST["parent_map"][unique_id]):
                held.add(unique_id)
            elif _needs_no_build(node) and (not names or node["name"] in names):
                found[unique_id] = NodeOutcome(unique_id, "success", 0.0, "unchanged")
    return [found[unique_id] for unique_id in _ORDER if unique_id in found]


def _needs_no_build(node: Mapping[str, Any]) -> bool:
    return bool(node) and (node["resource_type"] == "seed" or node["config"]["materialized"] == "view")


def asset_key(node: Mapping[str, Any]) -> dg.AssetKey:
    """marts/campaign_daily for a node of the manifest, as dagster-dbt names it too."""
    return dg.AssetKey([node["config"]["schema"], node["name"]])


def _chosen_names(context: dg.AssetExecutionContext) -> list[str]:
    """Names of the nodes that the run selects; empty where it selects them all."""
    assets, checks = context.selected_asset_keys, context.selected_asset_check_keys
    names, left_out = [], 0
    for node in _NODES.values():
        if node["resource_type"] == "test":
            attached = _NODES[node["attached_node"]]
            is_chosen = dg.AssetCheckKey(asset_key(attached), node["name"]) in checks
        else:
            is_chosen = asset_key(node) in assets
        if is_chosen:
            names.append(node["name"])
        else:
            left_out += 1
    return names if left_out else []


def _variables(context: dg.AssetExecutionContext) -> dict[str, Any]:
    """A run without any raw asset is a wish to build its days anew; one without any model looks at every row."""
    if not context.selected_asset_keys:
        return {"check_everything": True}
    asked = context.run.asset_selection
    if not asked or any(key.path[0] == "raw" for key in asked) or not context.has_partition_key_range:
        return {}
    keys = context.partition_key_range
    return {"rebuild_from": keys.start, "rebuild_to": keys.end}


def _dagster_results(
    context: dg.AssetExecutionContext, outcome: NodeOutcome
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    node = _NODES.get(outcome.unique_id)
    if node is None or outcome.status == "skipped":
        return
    metadata: dict[str, Any] = {"seconds": outcome.seconds, "dbt": outcome.message or outcome.status}
    if node["resource_type"] in _KINDS:
        if not outcome.failed:
            rows = {} if outcome.rows is None else {"rows_written": outcome.rows}
            yield dg.MaterializeResult(asset_key=asset_key(node), metadata={**metadata, **rows})
        return
    key = dg.AssetCheckKey(asset_key(_NODES[node["attached_node"]]), node["name"])
    if key in context.selected_asset_check_keys:
        is_warning = outcome.status == "warn" or node["config"]["severity"].lower() == "warn"
        yield dg.AssetCheckResult(
            asset_key=key.asset_key,
            check_name=key.name,
            passed=outcome.status == "pass",
            severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
            description=outcome.message or None,
            metadata={**metadata, "failed_rows": outcome.failures or 0},
        )
