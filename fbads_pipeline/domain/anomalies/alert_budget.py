"""From what the detectors say to what is sent: account-wide shocks in one message, and a budget of alerts a day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from fbads_pipeline.domain.anomalies.findings import Anomaly
from fbads_pipeline.domain.anomalies.settings import DetectionSettings

ACCOUNT = -1
_ORDER = {"critical": 0, "warning": 1, "info": 2}


@dataclass
class Sender:
    """What was sent so far: alerts of the day, and which campaign and metric a recovery may be told of."""

    campaigns: int
    settings: DetectionSettings
    day: date | None = None
    sent_today: int = 0
    told: set[tuple[int, str]] = field(default_factory=set)

    @property
    def budget(self) -> int:
        """Alerts a day, at least one."""
        return max(1, round(self.campaigns * self.settings.alerts_a_day_per_100 / 100))

    def send(self, findings: list[Anomaly]) -> list[Anomaly]:
        """Which findings of one reading go out; what is over the budget waits for the digest."""
        if findings and findings[0].at.date() != self.day:
            self.day, self.sent_today = findings[0].at.date(), 0
        out = []
        for one in sorted(self._grouped(findings), key=_urgency):
            if one.kind == "anomaly":
                if self.sent_today >= self.budget:
                    continue
                self.sent_today += 1
                self.told |= {(campaign, one.metric) for campaign in one.listed or (one.campaign,)}
            elif one.kind == "resolved":
                if (one.campaign, one.metric) not in self.told:
                    continue
                self.told.discard((one.campaign, one.metric))
            out.append(one)
        return out

    def _grouped(self, findings: list[Anomaly]) -> list[Anomaly]:
        """Account-wide findings of one kind become one that lists its campaigns; its money is theirs together."""
        shared = [one for one in findings if any(cause.name == "account_wide" for cause in one.causes)]
        rest = [one for one in findings if one not in shared]
        return rest + ([_together(shared)] if len(shared) > 1 else shared)


def send_all(findings: Iterable[Anomaly], campaigns: int, settings: DetectionSettings) -> Iterator[Anomaly]:
    """`Sender.send` over a replay: findings in the order of time."""
    sender = Sender(campaigns, settings)
    for _, group in groupby(findings, key=lambda one: one.at):
        yield from sender.send(list(group))


def _urgency(one: Anomaly) -> tuple[int, float, float, int]:
    return _ORDER[one.severity], -one.rarity, -one.stake, one.campaign


def _together(shared: list[Anomaly]) -> Anomaly:
    first = min(shared, key=lambda one: one.since)
    return Anomaly(
        campaign=ACCOUNT,
        at=first.at,
        kind="anomaly",
        what="account_shock",
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
