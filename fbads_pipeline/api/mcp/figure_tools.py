"""Tools of figures: one metric over a period, compared, split, by day, and why it changed."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Annotated, Literal

from pydantic import Field

from fbads_pipeline.api.mcp.arguments import (
    AccountId,
    CampaignId,
    Cursor,
    FirstDay,
    LanguageCode,
    LastDay,
    MetricName,
    Rows,
    ToolRefused,
    adds_up,
    language_of,
    needed_period,
    page_of,
    period_of,
)
from fbads_pipeline.api.mcp.caller import Caller
from fbads_pipeline.api.mcp.schemas import (
    AccountValue,
    CampaignValue,
    ChatAnswered,
    DayValue,
    LowerFigure,
    MetricValues,
)
from fbads_pipeline.api.routes import analytics
from fbads_pipeline.api.schemas.analytics import Breakdown, Comparison, Summary, TrendSeries
from fbads_pipeline.api.schemas.chat import answer_json
from fbads_pipeline.api.schemas.coverage import coverage_schema
from fbads_pipeline.domain.chat.plan import Objects, Plan, RelativePeriod
from fbads_pipeline.domain.identity.users import Principal
from fbads_pipeline.domain.metrics.declared import METRICS
from fbads_pipeline.domain.metrics.states import known_figure, with_parts
from fbads_pipeline.domain.reports.facts import Below, DayFigures, Figures, ReportAccount
from fbads_pipeline.domain.reports.report import Period, days_of
from fbads_pipeline.domain.reports.unreported import unread_days
from fbads_pipeline.services.chat.answer_question import answer, answer_plan
from fbads_pipeline.services.chat.turn import Answer, ChatUser

Split = Literal["age_gender", "country", "placement"]
_ROWS_OF_ANSWERS = 100


class FigureTools:
    """Every value is null where its state says why: not_reported, not_read, incomplete, undefined; null is no zero."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def query_metric(
        self,
        metric: MetricName,
        first_day: Annotated[str, Field(description="First account-local day, such as 2026-11-01.")],
        last_day: Annotated[str, Field(description="Last account-local day, included, such as 2026-11-07.")],
        account_id: AccountId = None,
        campaigns_of_each: Annotated[int, Field(ge=0, le=200, description="Campaigns of each account.")] = 50,
        limit: Annotated[int, Field(ge=1, le=20, description="Accounts of a page.")] = 10,
        cursor: Cursor = None,
    ) -> MetricValues:
        """One metric over account-local days (both included): each account in all, by day and by campaign.

        Ratios are sums divided by sums. Accounts of two currencies are never added. A value is null where its `state`
        says why: not_reported (Meta left it out at this level; `below` is what the ads or ad sets have of it), not_read
        (the day was never read, which is not zero), incomplete, undefined (no denominator). `coverage`: how many of the
        days were read; a total over missing days is of the days that were read.
        """
        self._caller.who()
        name, period = self._caller.metric(metric), needed_period(first_day, last_day)
        accounts = self._accounts(self._caller.account(account_id))
        page, following = page_of(accounts, limit, cursor)
        answered = [self._of_account(one, name, period, campaigns_of_each) for one in page]
        return MetricValues(
            metric=name,
            first_day=period.first,
            last_day=period.last,
            accounts=answered,
            total=len(accounts),
            next_cursor=following,
        )

    def summarize_accounts(
        self, account_id: AccountId = None, first_day: FirstDay = None, last_day: LastDay = None
    ) -> Summary:
        """The main metrics of each account in a period (without one the 28 complete days before today) and in as many
        days before it, with changes, states and the days that were read. Nothing is summed over accounts."""
        period = period_of(first_day, last_day)
        return analytics.summary(self._caller.figures(), self._caller.account(account_id), *_ends(period))

    def compare_periods(
        self,
        account_id: AccountId = None,
        first_day: FirstDay = None,
        last_day: LastDay = None,
        against_first_day: FirstDay = None,
        against_last_day: LastDay = None,
        limit: Rows = 50,
    ) -> Comparison:
        """Campaigns in two periods, the biggest spenders of each account first; without the other period it is as many
        days before the first. Where days of one were not read there is no change (`no_comparison`)."""
        period = period_of(first_day, last_day)
        other = period_of(against_first_day, against_last_day, names=("against_first_day", "against_last_day"))
        if other is not None and period is None:
            raise ToolRefused(
                "give first_day and last_day too: against_first_day and against_last_day are the other period"
            )
        account = self._caller.account(account_id)
        return analytics.compare(self._caller.figures(), account, *_ends(period), *_ends(other), limit)

    def metric_by_day(
        self,
        metric: MetricName,
        account_id: AccountId = None,
        campaign_id: CampaignId = None,
        first_day: FirstDay = None,
        last_day: LastDay = None,
    ) -> TrendSeries:
        """One metric by day, of each account or of one campaign, with the review's word on where it is heading. Days
        that were not read have no value."""
        account = self._caller.account(account_id)
        campaign = self._caller.campaign(campaign_id, account)
        return analytics.trends(
            self._caller.figures(),
            self._caller.campaigns,
            self._caller.metrics,
            adds_up(METRICS[self._caller.metric(metric)]),
            account,
            None if campaign is None else campaign["campaign_id"],
            *_ends(period_of(first_day, last_day)),
        )

    def breakdown(
        self,
        by: Annotated[Split, Field(description="What splits the whole.")],
        metric: MetricName = "spend",
        account_id: AccountId = None,
        campaign_id: CampaignId = None,
        first_day: FirstDay = None,
        last_day: LastDay = None,
        limit: Rows = 50,
    ) -> Breakdown:
        """One metric by age and gender, by country, or by placement, the dearest parts first; only what is collected
        with that breakdown. What Meta hides of small groups is in no part."""
        account = self._caller.account(account_id)
        campaign = self._caller.campaign(campaign_id, account)
        return analytics.breakdowns(
            self._caller.figures(),
            self._caller.metrics,
            by,
            adds_up(METRICS[self._caller.metric(metric)]),
            account,
            None if campaign is None else campaign["campaign_id"],
            *_ends(period_of(first_day, last_day)),
            limit,
        )

    def explain_change(
        self,
        metric: MetricName,
        first_day: Annotated[str, Field(description="First day of the changed period.")],
        last_day: Annotated[str, Field(description="Last day of it, included.")],
        account_id: AccountId = None,
        campaign_id: CampaignId = None,
        language: LanguageCode = "en",
    ) -> ChatAnswered:
        """Why a metric changed against as many days before: what it is made of, which campaigns and placements carry
        the change, edits, anomalies and calendar days of the same days. They coincide: no cause is proven."""
        who, period = self._caller.who(), needed_period(first_day, last_day)
        account = self._caller.account(account_id)
        campaign = self._caller.campaign(campaign_id, account)
        named = RelativePeriod("between", first=period.first, last=period.last)
        objects = []
        if account is not None:
            objects.append(Objects("account", (account,), account))
        if campaign is not None:
            objects.append(Objects("campaign", (campaign["campaign_id"],), str(campaign["name"] or account)))
        plan = Plan(
            "why",
            (self._caller.metric(metric),),
            objects=tuple(objects),
            period=named,
            compare=RelativePeriod("between", first=period.first, last=period.last, back=1),
            language=language_of(language),
        )
        return _answered(answer_plan(self._caller.chat(), plan, user=_user(who), now=self._caller.clock.now()))

    def ask(
        self,
        question: Annotated[str, Field(min_length=1, max_length=500, description="In Portuguese or English.")],
        language: Annotated[str | None, Field(description="pt or en; without it the question's own.")] = None,
    ) -> ChatAnswered:
        """The chat's answer to a question in words, for what no other tool has; every number comes from a query."""
        who = self._caller.who("chat:use")
        code = None if language is None else language_of(language)
        made = answer(self._caller.chat(), question, user=_user(who), language=code, now=self._caller.clock.now())
        return _answered(made)

    def _accounts(self, digits: str | None) -> list[ReportAccount]:
        seen = self._caller.who().accounts
        wanted = [digits] if digits is not None else None if seen is None else sorted(seen)
        found = self._caller.reports.builder.facts.accounts(wanted, now=self._caller.clock.now())
        if not found:
            raise ToolRefused(
                f"account {digits} has no figures yet: it is there after the next collection (fbads sync)"
                if digits
                else "no account has figures yet: they are there after the first collection (fbads sync)"
            )
        return found

    def _of_account(self, account: ReportAccount, metric: str, period: Period, most: int) -> AccountValue:
        facts = self._caller.reports.builder.facts
        names = list(dict.fromkeys([*with_parts([metric], METRICS), "spend"]))
        found, coverage = facts.figures(account.account_id, period, names), facts.coverage(account, period)
        unread = unread_days(coverage)
        known = partial(known_figure, METRICS[metric])
        several = account.has_several_goals
        by_day = {one.day: one for one in found.days}
        is_read = coverage.read > 0
        total, state = known(found.total if found.days else None, is_read=is_read, has_several_goals=several)
        days = []
        for day in (one for one in days_of(period) if one <= account.today):
            value, of_day = known(_figures(by_day, day), is_read=day not in unread, has_several_goals=several)
            is_provisional = by_day[day].is_provisional if day in by_day else None
            days.append(DayValue(day=day, value=value, state=of_day, is_provisional=is_provisional))
        campaigns = []
        for one in found.campaigns[:most]:
            value, of_campaign = known(one.figures, is_read=True)
            below = _below(one.below, metric)
            campaigns.append(
                CampaignValue(campaign_id=one.campaign_id, name=one.name, value=value, state=of_campaign, below=below)
            )
        return AccountValue(
            **{name: getattr(account, name) for name in ("account_id", "name", "currency", "timezone_name")},
            as_of=found.as_of,
            coverage=coverage_schema("campaign", coverage),
            total=total,
            state=state,
            below=_below(found.below, metric),
            days=days,
            campaigns=campaigns,
            campaigns_left_out=max(0, len(found.campaigns) - most),
        )


def _ends(period: Period | None) -> tuple[date | None, date | None]:
    return (None, None) if period is None else (period.first, period.last)


def _figures(by_day: Mapping[date, DayFigures], day: date) -> Figures | None:
    return by_day[day].figures if day in by_day else None


def _below(below: Below, metric: str) -> LowerFigure | None:
    """What a lower level has of a figure that was not reported; None where there is none."""
    found = below.get(metric)
    return None if found is None else LowerFigure(level=found.level, value=found.value)


def _user(who: Principal) -> ChatUser:
    return ChatUser(who.user_id, None if who.accounts is None else tuple(sorted(who.accounts)))


def _answered(made: Answer) -> ChatAnswered:
    shown = answer_json(made)
    tables = [{**one, "rows": one["rows"][:_ROWS_OF_ANSWERS]} for one in shown["tables"]]
    sources = list(dict.fromkeys(one.source for one in made.citations))
    kept = {name: shown[name] for name in ("outcome", "kind", "language", "text", "choices", "coverage")}
    return ChatAnswered(**kept, tables=tables, sources=sources)
