"""Which findings become alerts: account-wide ones together, and a budget of alerts a day."""

from dataclasses import dataclass, field
from datetime import date

from fbads_pipeline.domain.anomalies.findings import METRIC_OF, Finding
from fbads_pipeline.domain.anomalies.settings import DetectionSettings

ACCOUNT = -1
_ORDER = {"critical": 0, "warning": 1, "info": 2}


@dataclass
class AlertBudget:
    """Alerts selected so far.

    Attributes
    ----------
    campaigns
        Their number; the budget is per 100 of them.
    day, selected_today
        The account-local day, and its alerts so far.
    announced
        Campaigns and metrics with an alert whose end is announced too.
    """

    campaigns: int
    settings: DetectionSettings
    day: date | None = None
    selected_today: int = 0
    announced: set[tuple[int, str]] = field(default_factory=set)

    @property
    def per_day(self) -> int:
        """Alerts a day, at least one."""
        return max(1, round(self.campaigns * self.settings.alerts_a_day_per_100 / 100))

    def select(self, findings: list[Finding]) -> list[Finding]:
        """Return the findings of one reading that become alerts; what is over the budget waits for the digest."""
        if findings and findings[0].at.date() != self.day:
            self.day, self.selected_today = findings[0].at.date(), 0
        out = []
        for one in sorted(self._grouped(findings), key=_urgency):
            if one.kind == "anomaly":
                if self.selected_today >= self.per_day:
                    continue
                self.selected_today += 1
                self.announced |= {(campaign, one.metric) for campaign in one.listed or (one.campaign,)}
            elif one.kind == "resolved":
                if (one.campaign, one.metric) not in self.announced:
                    continue
                self.announced.discard((one.campaign, one.metric))
            out.append(one)
        return out

    def _grouped(self, findings: list[Finding]) -> list[Finding]:
        """Account-wide findings of one metric become one that lists its campaigns; its money is theirs together."""
        shared: dict[str, list[Finding]] = {}
        rest: list[Finding] = []
        for one in findings:
            is_shared = any(cause.name == "account_wide" for cause in one.causes)
            (shared.setdefault(one.metric, []) if is_shared else rest).append(one)
        return rest + [_together(alike) if len(alike) > 1 else alike[0] for alike in shared.values()]


def _urgency(one: Finding) -> tuple[int, float, float, int]:
    return _ORDER[one.severity], -one.rarity, -one.stake, one.campaign


def _together(shared: list[Finding]) -> Finding:
    first = min(shared, key=lambda one: one.since)
    return Finding(
        campaign=ACCOUNT,
        at=first.at,
        kind="anomaly",
        what="account_shock" if first.metric == METRIC_OF["account_shock"] else first.what,
        severity="critical",
        since=first.since,
        hours=first.hours,
        observed=sum(one.observed for one in shared),
        expected=sum(one.expected for one in shared),
        low=sum(one.low for one in shared),
        high=sum(one.high for one in shared),
        score=min((one.score for one in shared), key=lambda score: -abs(score)),
        stake=sum(one.stake for one in shared),
        causes=first.causes,
        used={"campaigns": float(len(shared))},
        rarity=max(one.rarity for one in shared),
        listed=tuple(one.campaign for one in shared),
    )
