"""What must be true of `raw` after a reading."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg

from fbads_pipeline.adapters.postgres.server.database import Database
from fbads_pipeline.adapters.quality.expectations import EXPECTATIONS
from fbads_pipeline.adapters.quality.raw_rows import check_raw_rows_in_subprocess
from fbads_pipeline.adapters.quality.raw_rows_sql import check_raw_rows_in_sql
from fbads_pipeline.defs.collect.jobs import days_of_tags
from fbads_pipeline.domain.collection.control_totals import sentences_of
from fbads_pipeline.ports.collection import RawStore
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.collection.plan_sync import is_longer_than_a_tick
from fbads_pipeline.settings import Settings

FRESH_WITHIN = timedelta(hours=2)
INSIGHTS = dg.AssetKey(["raw", "insights"])


@dg.asset_check(asset=INSIGHTS, description="Every account of the run was read completely.")
def every_account_was_read(
    context: dg.AssetCheckExecutionContext, raw: dg.ResourceParam[RawStore]
) -> dg.AssetCheckResult:
    failed = {
        row["account_id"]: f"{row['status']}: {row['error']}" for row in raw.reports(context.run.run_id) if row["error"]
    }
    sentence = "; ".join(f"account {key} {value}" for key, value in failed.items()) or "every account was read"
    return dg.AssetCheckResult(
        passed=not failed, description=sentence, metadata={"accounts": dg.MetadataValue.json(failed)}
    )


@dg.asset_check(asset=INSIGHTS, description="Meta answered all that the run asked of it.")
def nothing_was_left_out(
    context: dg.AssetCheckExecutionContext, raw: dg.ResourceParam[RawStore]
) -> dg.AssetCheckResult:
    """A warning: the figures that were read are complete without it."""
    notes = {row["account_id"]: list(row["notes"]) for row in raw.reports(context.run.run_id) if row["notes"]}
    sentence = "; ".join(f"account {key}: {'; '.join(value)}" for key, value in notes.items())
    return dg.AssetCheckResult(
        passed=not notes,
        severity=dg.AssetCheckSeverity.WARN,
        description=sentence or "nothing was left out",
        metadata={"notes": dg.MetadataValue.json(notes)},
    )


@dg.asset_check(asset=INSIGHTS, description="Every known account was read within the last two hours.")
def every_account_is_fresh(raw: dg.ResourceParam[RawStore], clock: dg.ResourceParam[Clock]) -> dg.AssetCheckResult:
    """A warning: what is stale here is named as failed where it was tried, and may lie outside of this run."""
    stale = {key: str(at or "never") for key, at in raw.stale_accounts(clock.now() - FRESH_WITHIN).items()}
    sentence = "; ".join(f"account {key} was last read at {at}" for key, at in stale.items())
    return dg.AssetCheckResult(
        passed=not stale,
        severity=dg.AssetCheckSeverity.WARN,
        description=sentence or "every account was read within two hours",
        metadata={"stale": dg.MetadataValue.json(stale)},
    )


@dg.asset_check(
    asset=INSIGHTS, description="What the account, its campaigns, ad sets and ads report of a day is the same."
)
def campaigns_add_up_to_the_account(
    context: dg.AssetCheckExecutionContext,
    raw: dg.ResourceParam[RawStore],
    clock: dg.ResourceParam[Clock],
    settings: dg.ResourceParam[Settings],
) -> dg.AssetCheckResult:
    """A sentence per account and day; a figure that only a level below reports is named with both numbers."""
    wrong = raw.control_mismatches(context.run.run_id, clock.now(), settings.attribution_windows)
    sentences = list(sentences_of(wrong))
    return dg.AssetCheckResult(
        passed=not wrong,
        description=" · ".join(sentences[:5]) or "the levels of every account agree",
        metadata={"days": dg.MetadataValue.json(sentences[:50])},
    )


@dg.multi_asset_check(
    name="raw_row_expectations",
    specs=[
        dg.AssetCheckSpec(one.name, asset=dg.AssetKey(["raw", one.table]), description=one.description)
        for one in EXPECTATIONS
    ],
)
def raw_row_expectations(
    context: dg.AssetCheckExecutionContext, database: dg.ResourceParam[Database]
) -> Iterator[dg.AssetCheckResult]:
    """One check per expectation on the rows that the run read: by Great Expectations, and in a tick by SQL."""
    days = days_of_tags(context.run.tags)
    is_tick = days is not None and not is_longer_than_a_tick(days)
    check = check_raw_rows_in_sql if is_tick else check_raw_rows_in_subprocess
    for result in check(database.owner, context.run.run_id):
        one = result.expectation
        sentence = result.error or f"{result.failed} of {result.rows} rows break it"
        yield dg.AssetCheckResult(
            check_name=one.name,
            asset_key=dg.AssetKey(["raw", one.table]),
            passed=result.passed,
            severity=dg.AssetCheckSeverity.ERROR if one.severity == "error" else dg.AssetCheckSeverity.WARN,
            description=one.description if result.passed else f"{one.description} {sentence}",
            metadata={"rows": result.rows, "failed": result.failed, "sample": dg.MetadataValue.json(result.sample)},
        )
