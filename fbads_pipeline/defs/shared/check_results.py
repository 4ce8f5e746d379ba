"""The result of a check that looks for what is wrong: a sentence, and the whole list as metadata."""

from collections.abc import Sequence

import dagster as dg

_MOST_NAMED = 5


def check_result(
    wrong: Sequence[str],
    *,
    problem: str,
    otherwise: str,
    subject: str = "campaigns",
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
    metadata: dict[str, int] | None = None,
) -> dg.AssetCheckResult:
    """Passed where nothing is wrong. problem: what the named ones have in common; subject: the metadata's key."""
    more = " …" if len(wrong) > _MOST_NAMED else ""
    return dg.AssetCheckResult(
        passed=not wrong,
        severity=severity,
        description=f"{problem}: {'; '.join(wrong[:_MOST_NAMED])}{more}" if wrong else otherwise,
        metadata={subject: dg.MetadataValue.json(list(wrong)), **(metadata or {})},
    )
