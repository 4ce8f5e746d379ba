"""What the services need of delivery problems."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from fbads_pipeline.domain.alerts.alerts import Alert
from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.delivery.facts import DeliveryFacts
from fbads_pipeline.domain.delivery.funds import MoneyFacts
from fbads_pipeline.domain.delivery.links import LinkAnswer, LinkCheck
from fbads_pipeline.domain.delivery.messages import Announcement
from fbads_pipeline.domain.delivery.pictures import Picture
from fbads_pipeline.domain.delivery.problems import ProblemChanges, StoredProblem


class Pictures(Protocol):
    """Pictures of creatives, from Meta's own addresses alone."""

    def fetch(self, url: str) -> Picture:
        """Raises PictureRefused where there is none that may be kept."""


class Creatives(Protocol):
    """Creatives of ads, and the pictures that are kept of them."""

    def without_picture(self, *, tried_before: datetime, most: int) -> list[tuple[str, str, str]]:
        """Account, key and address of those that have none and were not tried since then."""

    def keep(self, account_id: str, key: str, found: Picture | str, *, now: datetime) -> None:
        """Keep the picture, or why there is none."""


class LandingPageCheck(Protocol):
    """Pages of the public internet, asked once."""

    def ask(self, url: str) -> LinkAnswer:
        """What came back; never raises for what the other side does."""


class Links(Protocol):
    """Distinct links of active ads, and how they were found."""

    def due(self, *, checked_before: datetime, most: int) -> list[str]:
        """Those that were not looked at since then."""

    def keep(self, url: str, check: LinkCheck, *, now: datetime) -> None:
        """How it was found; `since` stays where the state is the same."""


class DeliveryProblems(Protocol):
    """Problems of delivery: at most one open per kind and entity. The same facts a second time write nothing."""

    def facts(self, *, now: datetime) -> DeliveryFacts:
        """What is known now."""

    def money(self, accounts: frozenset[str] | None, *, now: datetime) -> list[MoneyFacts]:
        """The newest reading of each account's money; accounts: None for all."""

    def update(self, evaluate: Callable[[DeliveryFacts], ProblemChanges], *, now: datetime) -> tuple[int, int]:
        """Evaluate the facts and store the changes, in one transaction; returns how many were opened and ended."""

    def announce(
        self, *, compose: Callable[[Announcement], Alert], recipients: Sequence[Recipient], now: datetime
    ) -> int:
        """An alert with its deliveries for what is not announced yet. Returns how many alerts were written: none
        without recipients, so that all of it waits for some."""

    def unannounced(self) -> int:
        """How many alerts `announce` would write now."""

    def listed(
        self, accounts: frozenset[str] | None, *, ended_since: datetime, problem_id: str | None = None
    ) -> list[StoredProblem]:
        """Open ones, the gravest first, then those that ended since; of these accounts, None for all."""

    def acknowledge(self, problem_id: str, *, actor: str, now: datetime) -> bool:
        """Note that somebody takes care of it; False where it is not open."""
