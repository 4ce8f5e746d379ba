"""Words of the product as people read them, in each language."""

from collections.abc import Mapping

from fbads_pipeline.adapters.translation.translator import translator
from fbads_pipeline.domain.core.formatting import Language

WORDS = (
    "not_reported",
    "not_read",
    "coverage",
    "provisional",
    "goal",
    "anomaly",
    "suggestion",
    "score",
    "pacing",
    "landing",
    "balance",
    "target",
    "client",
    "creative",
)


def glossary(language: Language) -> Mapping[str, str]:
    """Word → what it means here."""
    t = translator().localizer(language)
    return {t(f"mcp.word_{name}"): t(f"mcp.meaning_{name}") for name in WORDS}
