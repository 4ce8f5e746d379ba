"""Graph API → raw. One graph: plan the shards, read each, say what became of every account."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import dagster as dg

from fbads_pipeline.adapters.allocator import little_memory
from fbads_pipeline.adapters.quality.raw_rows import prepare_subprocess
from fbads_pipeline.defs.shared.executors import count_shards, is_one_process
from fbads_pipeline.defs.shared.partitions import ACCOUNT_DAYS, BACKFILL
from fbads_pipeline.domain.core.accounts import Account
from fbads_pipeline.domain.core.days import DayRange
from fbads_pipeline.ports.collection import AdsApi, RawStore
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.collection.plan_sync import (
    LONGEST_RUN_SECONDS,
    LONGEST_TICK_SECONDS,
    SyncPlan,
    is_longer_than_a_tick,
    list_accounts,
    pick_accounts,
    shards_of,
)
from fbads_pipeline.services.collection.sync_ads import Progress, sync_ads
from fbads_pipeline.settings import Settings

TABLES = ("accounts", "campaigns", "adsets", "ads", "insights")
_DESCRIPTIONS = {
    "accounts": "One row per ad account: currency, time zone, status.",
    "campaigns": "One row per campaign as Meta shows it now, archived and deleted ones included.",
    "adsets": "One row per ad set as Meta shows it now.",
    "ads": "One row per ad as Meta shows it now.",
    "insights": "One row per account, level, object and account-local day, exactly as Meta reported it.",
}


class CollectConfig(dg.Config):
    """accounts: ids to read, empty for all; only_due: read what each account needs now, within the partitions asked;
    breakdown_days: of how many of the newest days the settings' breakdowns are read too, None for all; days: first and
    last, where there are more of them than partitions in the run."""

    accounts: list[str] = []
    days: list[str] = []
    only_due: bool = False
    breakdown_days: int | None = None


def collect_config(
    accounts: list[str], *, only_due: bool, breakdown_days: int | None = None, days: DayRange | None = None
) -> dict[str, Any]:
    """Run config of the collecting part; days: others than the run's partitions."""
    config: dict[str, Any] = {"accounts": accounts, "only_due": only_due, "breakdown_days": breakdown_days}
    if days:
        config["days"] = [str(days.since), str(days.until)]
    return {"ops": {"collect": {"ops": {"plan_shards": {"config": config}}}}}


@dg.op(out=dg.DynamicOut())
def plan_shards(
    context: dg.OpExecutionContext,
    config: CollectConfig,
    ads: dg.ResourceParam[AdsApi],
    raw: dg.ResourceParam[RawStore],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.DynamicOutput[dict[str, Any]]]:
    """The accounts to read, in as many shards as there are workers to read them."""
    days = _days_of(context, config)
    if is_one_process() and is_longer_than_a_tick(days):
        prepare_subprocess()
    seen = list_accounts(ads, raw, clock, settings.account_ids)
    accounts = pick_accounts(seen, config.accounts, settings.account_ids)
    for number, shard in enumerate(shards_of(accounts, count_shards(settings.shards))):
        shared = {"days": days, "only_due": config.only_due, "breakdown_days": config.breakdown_days}
        yield dg.DynamicOutput({"accounts": shard, **shared}, f"shard_{number}")


def _days_of(context: dg.OpExecutionContext, config: CollectConfig) -> DayRange:
    keys = context.partition_key_range
    first, last = (config.days[0], config.days[-1]) if config.days else (keys.start, keys.end)
    return DayRange(date.fromisoformat(first), date.fromisoformat(last))


@dg.op
def collect_shard(
    context: dg.OpExecutionContext,
    shard: dict[str, Any],
    ads: dg.ResourceParam[AdsApi],
    raw: dg.ResourceParam[RawStore],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
    progress: dg.ResourceParam[Progress],
) -> list[dict[str, Any]]:
    """Read the shard's accounts, side by side; a failed account is a row of the answer, never an exception."""
    accounts: list[Account] = shard["accounts"]
    plan = SyncPlan(
        run_id=context.run_id,
        levels=settings.levels,
        days=None if shard["only_due"] else shard["days"],
        breakdowns=settings.breakdowns,
        breakdown_days=shard["breakdown_days"],
        restatement_days=settings.restatement_days,
        concurrency=settings.concurrency,
        account_concurrency=settings.account_concurrency,
        longest_wait_seconds=settings.longest_wait_seconds,
        run_seconds=LONGEST_TICK_SECONDS if shard["only_due"] else LONGEST_RUN_SECONDS,
    )
    with little_memory():
        reports = sync_ads(ads, raw, clock, accounts, plan, progress)
    for report in reports:
        for said in [*report.notes, *([report.error] if report.error else [])]:
            context.log.warning(f"account {report.account_id}: {said}")
        if report.traffic.waited_seconds >= 1:
            context.log.info(f"account {report.account_id} waited {report.traffic.waited_seconds:.0f} s for its quota")
    return [report.as_row() for report in reports]


@dg.op(out={table: dg.Out(dg.Nothing) for table in TABLES})
def land(reports: list[list[dict[str, Any]]]) -> Iterator[dg.Output[None]]:
    """The five raw tables, with what each account's reading did to them."""
    rows = sorted((row for shard in reports for row in shard), key=lambda row: str(row["account_id"]))
    for table in TABLES:
        yield dg.Output(None, table, metadata=_metadata(rows) if table == "insights" else {"accounts": len(rows)})


@dg.graph_multi_asset(
    name="collect",
    group_name="collect",
    outs={
        table: dg.AssetOut(
            key=["raw", table],
            description=_DESCRIPTIONS[table],
            kinds={"python", "postgres"},
            owners=["team:data"],
        )
        for table in TABLES
    },
    partitions_def=ACCOUNT_DAYS,
    backfill_policy=BACKFILL,
)
def collect() -> Mapping[str, Any]:
    """What Meta says now: accounts, objects and insights of the days asked for."""
    reports = plan_shards().map(collect_shard)
    landed = land(reports.collect())
    return {table: getattr(landed, table) for table in TABLES}


def _metadata(rows: list[dict[str, Any]]) -> Mapping[str, Any]:
    of_rows = ("rows_read", "rows_changed", "rows_removed", "rows_quarantined", "rows_doubtful")
    counted = ("calls", "bytes", *of_rows, "retries")
    totals = {key: sum(row[key] for row in rows) for key in (*counted, "waited_seconds")}
    table = "\n".join([_HEADER, "|---" * _HEADER.count("|", 1) + "|", *map(_line, rows)])
    failed = sum(1 for row in rows if row["status"] != "done")
    return {**totals, "accounts": len(rows), "failed_accounts": failed, "by_account": dg.MetadataValue.md(table)}


_HEADER = "| account | status | days | calls | bytes | rows read | changed | removed | waited s | retries | said |"


def _line(row: Mapping[str, Any]) -> str:
    said = "; ".join([*([row["error"]] if row["error"] else []), *row["notes"]])
    return (
        "| {account_id} | {status} | {days} | {calls} | {bytes} | {rows_read} | {rows_changed} | {rows_removed} |"
        " {waited_seconds:.1f} | {retries} | {said} |"
    ).format(**row, said=_cell(said))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
