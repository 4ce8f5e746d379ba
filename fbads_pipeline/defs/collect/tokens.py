"""Once a day: does each token still work, and until when?"""

import dagster as dg

from fbads_pipeline.adapters.meta_ads.inspector import GraphInspector
from fbads_pipeline.adapters.postgres.collection.tokens import PostgresTokens
from fbads_pipeline.defs.resources import named_tokens, transport_of
from fbads_pipeline.defs.shared.tables import markdown_table
from fbads_pipeline.domain.collection.tokens import TokenCheck
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.services.collection.check_tokens import check_tokens
from fbads_pipeline.settings import Settings

TOKEN_CHECKS = dg.AssetKey(["ops", "token_checks"])
_HEADER = ("token", "valid", "expires", "data access ends", "scopes", "error")


@dg.asset(key=TOKEN_CHECKS, group_name="tokens", kinds={"python", "postgres"}, owners=["team:data"])
def token_checks(
    tokens: dg.ResourceParam[PostgresTokens], clock: dg.ResourceParam[Clock], settings: dg.ResourceParam[Settings]
) -> dg.MaterializeResult[None]:
    """One row per token and check: valid or not, until when, with which permissions. Never the token."""
    inspector = GraphInspector(lambda token: transport_of(settings, token))
    checks, unanswered = check_tokens(named_tokens(settings, tokens), inspector, tokens, clock)
    return dg.MaterializeResult(
        metadata={
            "tokens": len(checks),
            "unanswered": dg.MetadataValue.json(unanswered),
            "table": markdown_table(_HEADER, [_row(one) for one in checks]),
        }
    )


@dg.asset_check(asset=TOKEN_CHECKS, description="Every token works.")
def every_token_works(tokens: dg.ResourceParam[PostgresTokens]) -> dg.AssetCheckResult:
    wrong = [
        f"token {one.name}: {one.facts.error or 'not valid'}" for one in tokens.last_checks() if not one.facts.is_valid
    ]
    return dg.AssetCheckResult(passed=not wrong, description="; ".join(wrong) or "every token works")


token_job = dg.define_asset_job(
    "check_tokens",
    selection=dg.AssetSelection.groups("tokens"),
    executor_def=dg.in_process_executor,
    description="Asks Meta of each token whether it works, and until when.",
)
every_day = dg.ScheduleDefinition(
    name="every_day",
    job=token_job,
    cron_schedule="17 6 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="The tokens, once a day.",
)


def _row(check: TokenCheck) -> tuple[object, ...]:
    facts = check.facts
    ends = [f"{one:%Y-%m-%d}" if one else "never" for one in (facts.expires_at, facts.data_access_expires_at)]
    shown = ends if facts.is_valid else ["", ""]
    return (check.name, facts.is_valid, *shown, ", ".join(facts.scopes), facts.error)
