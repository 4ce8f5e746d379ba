"""Why Meta keeps an object from delivering: its answer, as far as it can be said in the reader's language."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fbads_pipeline.domain.core.formatting import plain_line

_LONGEST_NAME, _LONGEST_TEXT, _MOST_REASONS = 80, 300, 5
# Part of Meta's name of a policy → its key under delivery.reason; the first that fits counts.
_POLICIES: Mapping[str, str] = {
    "personal_health": "personal_health",
    "personal_attribute": "personal_attributes",
    "before_and_after": "before_and_after",
    "adult": "adult",
    "nudity": "adult",
    "sexual": "adult",
    "alcohol": "alcohol",
    "tobacco": "tobacco",
    "prescription": "drugs",
    "drug": "drugs",
    "supplement": "supplements",
    "weapon": "weapons",
    "gambling": "gambling",
    "gaming": "gambling",
    "dating": "dating",
    "crypto": "crypto",
    "financial": "financial",
    "credit": "financial",
    "circumvent": "circumventing",
    "unacceptable_business": "business_practices",
    "deceptive": "business_practices",
    "misleading": "misleading",
    "misinformation": "misleading",
    "get_rich": "misleading",
    "low_quality": "low_quality",
    "disruptive": "low_quality",
    "sensational": "sensational",
    "violen": "sensational",
    "discriminat": "discrimination",
    "infringement": "infringement",
    "copyright": "infringement",
    "trademark": "infringement",
    "counterfeit": "infringement",
    "landing_page": "landing_page",
    "non_functional": "landing_page",
    "grammar": "grammar",
    "profanity": "grammar",
    "spyware": "malware",
    "malware": "malware",
    "social_issue": "social_issues",
    "political": "social_issues",
    "payment": "payment",
    "billing": "payment",
}


@dataclass(frozen=True)
class Reason:
    """key: of delivery.reason, None for one that is not known; name, text: as Meta wrote them, on one line."""

    key: str | None
    name: str
    text: str

    def as_json(self) -> dict[str, Any]:
        """Plain values, to be stored."""
        return dict(vars(self))


def policy_key(name: str) -> str | None:
    """The policy that Meta's name means.

    >>> policy_key("PERSONAL_HEALTH"), policy_key("Circumventing Systems"), policy_key("Something new")
    ('personal_health', 'circumventing', None)
    """
    slug = re.sub(r"[^a-z0-9]+", "_", name.lower())
    return next((key for part, key in _POLICIES.items() if part in slug), None)


def reasons_of(feedback: str | None, issues: str | None) -> list[Reason]:
    """Of `ad_review_feedback` and `issues_info` as JSON; what is of another form than Meta's gives none."""
    found = [*_of_feedback(_read(feedback)), *_of_issues(_read(issues))]
    return list({(one.name, one.text): one for one in found}.values())[:_MOST_REASONS]


def _read(stored: str | None) -> Any:
    try:
        return json.loads(stored) if stored else None
    except ValueError:
        return None


def _of_feedback(feedback: Any) -> Iterator[Reason]:
    """`global`: policy → text; `placement_specific`: the same by placement."""
    if not isinstance(feedback, dict):
        return
    parts = [feedback.get("global")]
    by_placement = feedback.get("placement_specific")
    parts += by_placement.values() if isinstance(by_placement, dict) else []
    for part in parts:
        if isinstance(part, dict):
            for name, text in part.items():
                yield _reason(str(name), text)


def _of_issues(issues: Any) -> Iterator[Reason]:
    for one in issues if isinstance(issues, list) else []:
        if isinstance(one, dict):
            yield _reason(str(one.get("error_summary") or one.get("error_code") or ""), one.get("error_message"))


def _reason(name: str, text: Any) -> Reason:
    shown = plain_line(name.replace("_", " "))[:_LONGEST_NAME]
    return Reason(policy_key(name), shown, plain_line(text if isinstance(text, str) else "")[:_LONGEST_TEXT])
