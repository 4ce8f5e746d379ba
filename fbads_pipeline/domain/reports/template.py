"""What a client's reports contain: sections in their order, metrics, a comment, and whether a person approves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.formatting import Language
from fbads_pipeline.domain.core.messages import Message, message
from fbads_pipeline.domain.metrics.declared import METRICS

# In the order of a report without a template; the first three open it in this order wherever a template has them.
OPENING = ("highlights", "figures", "charts")
SECTIONS = (
    *OPENING,
    *(
        "funnel",
        "ranking",
        "creatives",
        "audience",
        "placement",
        "country",
        "anomalies",
        "suggestions",
        "targets",
        "hit_rate",
    ),
    *("days", "campaigns", "next_steps", "glossary"),
)
FIGURES = ("spend", "conversions", "cpa", "roas", "ctr", "cpm")
SCHEDULABLE = ("daily", "weekly", "monthly")
SCHEDULED = ("daily", "weekly")
# Of the catalogue: what adds up over days, and ratios of such; not what only shops know.
OFFERED_METRICS = tuple(name for name, one in METRICS.items() if not one.needs_one_row and not one.reads_orders)
_MOST_METRICS, _LONGEST_COMMENT = 10, 2000


class UnusableTemplate(WrongUse):
    """One sentence about the first thing that is wrong."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.key)
        self.message: Message = why


@dataclass(frozen=True)
class ReportTemplate:
    """sections: those that a report has, in their order; metrics: the figures at the top, and columns of its tables;
    comment: stands at the beginning, in the agency's words; language: of its files, None: every one that there is;
    needs_approval: a scheduled report waits until a person lets it go; kinds: which are made on schedule."""

    sections: tuple[str, ...] = SECTIONS
    metrics: tuple[str, ...] = FIGURES
    comment: str = ""
    language: Language | None = None
    needs_approval: bool = False
    kinds: tuple[str, ...] = SCHEDULED

    def __post_init__(self) -> None:
        _require_known(self.sections, SECTIONS, "reports.template.no_section")
        _require_known(self.kinds, SCHEDULABLE, "reports.template.no_kind")
        if not self.sections:
            raise UnusableTemplate(message("reports.template.empty"))
        if not 1 <= len(self.metrics) <= _MOST_METRICS:
            raise UnusableTemplate(message("reports.template.metric_count", most=str(_MOST_METRICS)))
        require_comment(self.comment)

    def has(self, section: str) -> bool:
        """Whether reports have that section."""
        return section in self.sections

    def require_metrics(self, offered: Collection[str], languages: Collection[Language]) -> None:
        """Raises UnusableTemplate for a metric that reports cannot show, or a language without a catalogue."""
        _require_known(self.metrics, offered, "reports.template.no_metric")
        if self.language is not None and self.language not in languages:
            raise UnusableTemplate(message("reports.template.no_language", text=self.language[:20]))


@dataclass(frozen=True)
class TemplateVersion:
    """A template as it was set. number: 1 for the first."""

    number: int
    template: ReportTemplate
    set_by: str
    set_at: datetime


def require_comment(text: str) -> None:
    """Raises UnusableTemplate for a comment that is too long, or holds control characters."""
    is_plain = all(one.isprintable() or one == "\n" for one in text)
    if len(text) > _LONGEST_COMMENT or not is_plain:
        raise UnusableTemplate(message("reports.template.no_comment", longest=str(_LONGEST_COMMENT)))


def template_document(template: ReportTemplate) -> dict[str, Any]:
    """As it is stored."""
    return asdict(template)


def template_of(document: Mapping[str, Any]) -> ReportTemplate:
    """As it was stored; what a later version no longer knows is left out."""
    sections = tuple(one for one in document.get("sections", SECTIONS) if one in SECTIONS)
    return ReportTemplate(
        sections or SECTIONS,
        tuple(document.get("metrics", FIGURES)),
        document.get("comment", ""),
        document.get("language"),
        bool(document.get("needs_approval", False)),
        tuple(document.get("kinds", SCHEDULED)),
    )


def ordered_sections(places: Mapping[str, str]) -> tuple[str, ...]:
    """Sections by the numbers that a form gives them; those without one, or with 0, are left out. Raises
    UnusableTemplate for what is no number."""
    wanted = []
    for index, name in enumerate(SECTIONS):
        text = places.get(name, "").strip()
        if not text:
            continue
        if not text.isdecimal() or len(text) > 3:
            raise UnusableTemplate(message("reports.template.no_place", text=text[:20]))
        if int(text):
            wanted.append((int(text), index, name))
    return tuple(name for *_, name in sorted(wanted))


def _require_known(given: Sequence[str], known: Collection[str], key: str) -> None:
    strange = next((one for one in given if one not in known), None)
    if strange is not None:
        raise UnusableTemplate(message(key, text=strange[:40]))
    if len(set(given)) < len(given):
        raise UnusableTemplate(message("reports.template.twice"))


DEFAULT_TEMPLATE = ReportTemplate()
