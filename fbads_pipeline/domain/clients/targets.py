"""Targets: what a client's campaigns are assessed against, per account, overridden per campaign, from a day on.

Three scopes, the narrower before the wider: one campaign by its id, campaigns by a pattern of their names, the whole
account; where none says anything, the settings' default. Each field is taken from the narrowest scope that has it. A
monthly budget belongs to its scope as a whole: that of a pattern is for the campaigns that match it together.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from fbads_pipeline.domain.core.errors import WrongUse
from fbads_pipeline.domain.core.messages import Day, Message, message

Goal = Literal["cpa", "roas"]
PRIOR_CONVERSIONS = 5
_LONGEST_PATTERN, _MOST_STARS = 200, 5


class UnusableTarget(WrongUse):
    """A target that cannot be kept. message: what to change, one sentence without its full stop."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.key)
        self.message: Message = why


@dataclass(frozen=True)
class Target:
    """What holds for one scope from a day on.

    campaign_id, name_pattern: at most one of them; neither: the whole account. A pattern is compared with whole names,
    whatever the case; `*` matches any text. cpa: the highest cost per conversion; roas: the lowest value per unit
    spent; margin: the share of the value that is left to pay for advertising (0 to 1), which is the ROAS 1 / margin
    that breaks even; at most one of the three. goal_family: what conversions count. monthly_budget: per calendar month,
    of the whole scope. Amounts are in major units of `currency` (ISO 4217), the account's. valid_until: the last day,
    None for open. A target without any value ends what held before.
    """

    account_id: str
    currency: str
    valid_from: date
    valid_until: date | None = None
    campaign_id: str | None = None
    name_pattern: str | None = None
    goal_family: str | None = None
    cpa: Decimal | None = None
    roas: Decimal | None = None
    monthly_budget: Decimal | None = None
    margin: Decimal | None = None

    def __post_init__(self) -> None:
        problem = _problem_of(self)
        if problem:
            raise UnusableTarget(problem)

    @property
    def scope(self) -> tuple[str, str]:
        """What it is for, as a key: the kind of the scope and its text."""
        if self.campaign_id is not None:
            return "campaign", self.campaign_id
        return ("pattern", self.name_pattern.casefold()) if self.name_pattern is not None else ("account", "")

    def holds_on(self, day: date) -> bool:
        """Whether the day is one of its days."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def is_for(self, campaign_id: str, name: str | None) -> bool:
        """Whether the campaign lies in its scope."""
        if self.campaign_id is not None:
            return campaign_id == self.campaign_id
        return self.name_pattern is None or _matches(self.name_pattern, name or "")


@dataclass(frozen=True)
class EffectiveTarget:
    """What a campaign (or an account as a whole) is assessed against on a day; None: nothing was set.

    is_default: whether the CPA is the settings' default. monthly_budget: of exactly the campaign, or of the account.
    """

    currency: str
    goal_family: str | None = None
    cpa: Decimal | None = None
    roas: Decimal | None = None
    monthly_budget: Decimal | None = None
    is_default: bool = False
    margin: Decimal | None = None

    @property
    def goal(self) -> Goal | None:
        """By which of the two the campaign is assessed; a margin is a ROAS."""
        return "roas" if self.lowest_roas is not None else "cpa" if self.cpa is not None else None

    @property
    def lowest_roas(self) -> Decimal | None:
        """The ROAS that has to be reached: the one that was set, or the one that breaks even at that margin."""
        return break_even_roas(self.margin) if self.margin is not None else self.roas


@dataclass(frozen=True)
class Conflict:
    """A campaign that several patterns match with different values.

    wins: the pattern that is taken; is_contradiction: whether another one is as narrow, so that nothing says which is
    meant.
    """

    campaign_id: str
    patterns: tuple[str, ...]
    wins: str
    is_contradiction: bool = False


class Targets:
    """The targets of one account, in the order in which they were set: for one scope and day the last one counts."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._by_scope: dict[tuple[str, str], list[Target]] = {}
        for target in targets:
            self._by_scope.setdefault(target.scope, []).append(target)

    def of_campaign(
        self, campaign_id: str, name: str | None, day: date, *, currency: str, default_cpa: Decimal | None = None
    ) -> EffectiveTarget:
        """What the campaign is assessed against on that day. default_cpa: the settings' limit in that currency. A
        target in another currency than the account's is not applied: its amounts say nothing here."""
        scopes = [one for one in self._on(day) if one.currency == currency and one.is_for(campaign_id, name)]
        scopes.sort(key=_narrowest_first)
        return _merged(scopes, currency, default_cpa, budget_of="campaign")

    def goals(self, names: Mapping[str, str | None], day: date) -> dict[str, str]:
        """Campaign → its goal, of those (id → name) for which a narrower target than the account's names one."""
        narrow = [one for one in self._on(day) if one.scope[0] != "account" and one.goal_family is not None]
        narrow.sort(key=_narrowest_first)
        found = {}
        for campaign_id, name in names.items() if narrow else ():
            family = next((one.goal_family for one in narrow if one.is_for(campaign_id, name)), None)
            if family is not None:
                found[campaign_id] = family
        return found

    def monthly_budgets(self, day: date, *, currency: str) -> list[Target]:
        """The targets of that day that name a monthly budget for some campaigns: patterns and single ones."""
        found = [one for one in self._on(day) if one.scope[0] != "account" and one.currency == currency]
        return sorted((one for one in found if one.monthly_budget is not None), key=_narrowest_first, reverse=True)

    def of_account(self, day: date, *, currency: str, default_cpa: Decimal | None = None) -> EffectiveTarget:
        """What holds for the account as a whole on that day."""
        scopes = [one for one in self._on(day) if one.currency == currency and one.scope[0] == "account"]
        return _merged(scopes, currency, default_cpa, budget_of="account")

    def in_other_currency(self, day: date, currency: str) -> list[Target]:
        """Targets of that day that are not applied, since the account's currency is another one by now."""
        return [one for one in self._on(day) if one.currency != currency]

    def conflicts(self, names: Mapping[str, str | None], day: date) -> list[Conflict]:
        """Campaigns (id → name) that several patterns match with different values, ordered by id."""
        patterns = [one for one in self._on(day) if one.name_pattern is not None]
        found = []
        for campaign_id, name in sorted(names.items()):
            matching = sorted((one for one in patterns if one.is_for(campaign_id, name)), key=_narrowest_first)
            if len({_values(one) for one in matching}) > 1:
                shown = tuple(str(one.name_pattern) for one in matching)
                equal = [one for one in matching if _literal_length(one) == _literal_length(matching[0])]
                is_contradiction = len({_values(one) for one in equal}) > 1
                found.append(Conflict(campaign_id, shown, shown[0], is_contradiction))
        return found

    def _on(self, day: date) -> list[Target]:
        """The target of each scope that counts on that day."""
        return [held[-1] for some in self._by_scope.values() if (held := [one for one in some if one.holds_on(day)])]


class ValuePerConversion:
    """What a conversion brings. reported: campaign → conversions and their value over some weeks, in one currency.

    A campaign's own value counts as far as it has conversions; PRIOR_CONVERSIONS of the account's are added to them, so
    that one large order does not decide.
    """

    def __init__(self, reported: Mapping[str, tuple[Decimal, Decimal]]) -> None:
        self._reported = reported
        conversions = sum((one for one, _ in reported.values()), Decimal(0))
        amount = sum((one for _, one in reported.values()), Decimal(0))
        self._of_account = amount / conversions if conversions > 0 and amount > 0 else None

    def of(self, campaign_id: str) -> Decimal | None:
        """In the currency of the amounts; None where the account has no conversions with a value."""
        if self._of_account is None:
            return None
        conversions, amount = self._reported.get(campaign_id, (Decimal(0), Decimal(0)))
        return (amount + PRIOR_CONVERSIONS * self._of_account) / (conversions + PRIOR_CONVERSIONS)


def break_even_roas(margin: Decimal) -> Decimal:
    """The ROAS at which what is left of the value pays for the advertising, to a ten-thousandth: 1 / margin.

    >>> break_even_roas(Decimal("0.4"))
    Decimal('2.5000')
    """
    return (1 / margin).quantize(Decimal("0.0001"))


def cpa_for_roas(roas: Decimal, value: Decimal) -> Decimal:
    """The highest CPA with which a conversion of that value still reaches the ROAS; to a ten-thousandth."""
    return (value / roas).quantize(Decimal("0.0001"))


def parse_amount(text: str) -> Decimal:
    """An amount as people type it: 30, 12.5, 12,5, 1.234,56 or 1,234.56. Raises UnusableTarget."""
    plain = text.strip()
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]+|[0-9]+,[0-9]+", plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]+", plain):
        plain = plain.replace(",", "")
    if not re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,6})?", plain) or re.fullmatch(r"[0-9]{1,3}\.[0-9]{3}", plain):
        raise UnusableTarget(message("clients.target.no_number", text=text[:20]))
    return Decimal(plain)


def parse_margin(text: str) -> Decimal:
    """A margin as people type it, in per cent: 40, 12,5 or 40 %. Raises UnusableTarget."""
    return parse_amount(text.strip().removesuffix("%")) / 100


def _merged(scopes: Sequence[Target], currency: str, default_cpa: Decimal | None, *, budget_of: str) -> EffectiveTarget:
    goal = next((one for one in scopes if (one.cpa, one.roas, one.margin) != (None, None, None)), None)
    family = next((one.goal_family for one in scopes if one.goal_family is not None), None)
    budget = next((one.monthly_budget for one in scopes if one.scope[0] == budget_of), None)
    if goal is None:
        return EffectiveTarget(currency, family, default_cpa, None, budget, is_default=default_cpa is not None)
    return EffectiveTarget(currency, family, goal.cpa, goal.roas, budget, margin=goal.margin)


def _narrowest_first(target: Target) -> tuple[int, int, str]:
    """By scope; of patterns the one with more literal characters first."""
    kind, text = target.scope
    return ("campaign", "pattern", "account").index(kind), -_literal_length(target), text


def _literal_length(target: Target) -> int:
    return len(target.scope[1].replace("*", ""))


def _values(target: Target) -> tuple[object, ...]:
    return target.goal_family, target.cpa, target.roas, target.margin


def _matches(pattern: str, name: str) -> bool:
    """Whether the pattern is the whole name: its parts between the stars, one after the other."""
    first, *others = (part.casefold() for part in pattern.split("*"))
    text = name.casefold()
    if not others:
        return text == first
    if not text.startswith(first):
        return False
    position = len(first)
    for part in others[:-1]:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return text.endswith(others[-1]) and len(text) - len(others[-1]) >= position


def _problem_of(target: Target) -> Message | None:
    """What is wrong with a target, None where nothing is."""
    return _scope_problem(target) or _value_problem(target)


def _scope_problem(target: Target) -> Message | None:
    campaign_id, pattern = target.campaign_id, target.name_pattern
    if campaign_id is not None and pattern is not None:
        return message("clients.target.two_scopes")
    if campaign_id is not None and not (campaign_id.isascii() and campaign_id.isdigit()):
        return message("clients.target.no_campaign_id", text=campaign_id[:40])
    is_wide = pattern is not None and not pattern.strip("* ")
    if pattern is not None and (is_wide or len(pattern) > _LONGEST_PATTERN or pattern.count("*") > _MOST_STARS):
        longest, stars = str(_LONGEST_PATTERN), str(_MOST_STARS)
        return message("clients.target.pattern", pattern=pattern[:40], longest=longest, stars=stars)
    return None


def _value_problem(target: Target) -> Message | None:
    if sum(one is not None for one in (target.cpa, target.roas, target.margin)) > 1:
        return message("clients.target.two_goals")
    for value in (target.cpa, target.roas, target.margin, target.monthly_budget):
        if value is not None and not (value.is_finite() and value > 0):
            return message("clients.target.not_above_zero", value=str(value))
    if target.margin is not None and target.margin > 1:
        return message("clients.target.margin", value=str(target.margin * 100))
    if not re.fullmatch(r"[A-Z]{3}", target.currency):
        return message("clients.target.no_currency", text=target.currency[:10])
    if target.valid_until is not None and target.valid_until < target.valid_from:
        return message("clients.target.backwards", first=Day(target.valid_from), last=Day(target.valid_until))
    return None
