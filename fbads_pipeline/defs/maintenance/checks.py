"""What must be true of tokens."""

import dagster as dg

from fbads_pipeline.adapters.postgres.collection.tokens import PostgresTokens
from fbads_pipeline.defs.maintenance.assets import TOKEN_CHECKS


@dg.asset_check(asset=TOKEN_CHECKS, description="Every token works.")
def every_token_works(tokens: dg.ResourceParam[PostgresTokens]) -> dg.AssetCheckResult:
    wrong = [
        f"token {one.name}: {one.facts.error or 'not valid'}" for one in tokens.last_checks() if not one.facts.is_valid
    ]
    return dg.AssetCheckResult(passed=not wrong, description="; ".join(wrong) or "every token works")
