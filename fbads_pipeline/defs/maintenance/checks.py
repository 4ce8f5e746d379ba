"""What must be true of tokens and of the API's version."""

import dagster as dg

from fbads_pipeline.adapters.postgres.collection.tokens import PostgresTokens
from fbads_pipeline.defs.maintenance.assets import TOKEN_CHECKS
from fbads_pipeline.domain.collection.api_versions import end_of, newest_version, version_state
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.settings import Settings


@dg.asset_check(asset=TOKEN_CHECKS, description="Every token works.")
def every_token_works(tokens: dg.ResourceParam[PostgresTokens]) -> dg.AssetCheckResult:
    wrong = [
        f"token {one.name}: {one.facts.error or 'not valid'}" for one in tokens.last_checks() if not one.facts.is_valid
    ]
    return dg.AssetCheckResult(passed=not wrong, description="; ".join(wrong) or "every token works")


@dg.asset_check(asset=TOKEN_CHECKS, description="The version of the Marketing API in use does not end within 60 days.")
def api_version_is_current(settings: dg.ResourceParam[Settings], clock: dg.ResourceParam[Clock]) -> dg.AssetCheckResult:
    """By the calendar of this release; a warning before the end, an error after it."""
    version, today = settings.api_version, clock.now().date()
    state, newest = version_state(version, today), newest_version(today)
    ends_on = str(end_of(version) or "not known")
    return dg.AssetCheckResult(
        passed=state in ("current", "not listed"),
        severity=dg.AssetCheckSeverity.ERROR if state == "ended" else dg.AssetCheckSeverity.WARN,
        description=f"{version} is {state}; its end is {ends_on}, the newest version is {newest}",
        metadata={"version": version, "state": state, "ends_on": ends_on, "newest": newest},
    )
