"""What an answer says of days that were not read: how many in its first sentence, below it how to read them."""

from fbads_pipeline.domain.chat.answers.cells import bullet
from fbads_pipeline.domain.chat.coverage import AnswerCoverage
from fbads_pipeline.domain.chat.plan import Plan
from fbads_pipeline.domain.collection.levels import Level
from fbads_pipeline.domain.core.days import last_months
from fbads_pipeline.domain.core.messages import Count, Days, Instant, Joined, Name, Value, lines, message

_ACCOUNTS = 3
# How far back Meta answers for totals.
MONTHS_KEPT = 37
BACKFILL = "fbads backfill --from {since} --to {until}"
# Backfills leave breakdowns out.
SYNC = "fbads sync --from {since} --to {until}"


def with_coverage(heading: Value, coverage: AnswerCoverage) -> Value:
    """The heading, and "9 de 28 dias lidos" where days lack."""
    note = coverage.now.note()
    return heading if note is None else Joined((heading, note), ", ")


def unread_answer(heading: Value, plan: Plan, coverage: AnswerCoverage, *, not_collected: Level | None = None) -> Value:
    """Instead of figures: that no day was read, or that a change cannot be computed; and the command that reads them.

    not_collected: the level of the answer where the settings leave it out: no backfill would read it.
    """
    if coverage.is_unread and not_collected:
        return Joined((heading, message("chat.level_not_collected", level=not_collected)), ": ")
    if coverage.is_unread:
        said: Value = message("chat.no_day_read_in_full" if coverage.is_begun else "chat.no_day_read")
        return lines(Joined((heading, said), ": "), *backfill(coverage))
    return lines(Joined((with_coverage(heading, coverage), "."), ""), *coverage_notes(plan, coverage))


def coverage_notes(plan: Plan, coverage: AnswerCoverage) -> list[Value]:
    """Below the figures. plan: as it was asked, so that a comparison that is left out is said."""
    found = _accounts(coverage)
    if not coverage.is_complete and plan.compare is not None:
        found.append(_no_comparison(coverage))
    if not coverage.is_complete and plan.per_day:
        found.append(message("chat.no_daily_average"))
    found += backfill(coverage)
    if coverage.doubtful:
        found.append(message("chat.doubtful_days", days=Count(coverage.doubtful)))
    return found + read_until(coverage)


def read_until(coverage: AnswerCoverage) -> list[Value]:
    """Until when today is read, where the days hold it."""
    if coverage.today_read_at is None:
        return []
    read_at, zone = coverage.today_read_at
    return [message("chat.today_until", read_at=Instant(read_at, zone), zone=zone)]


def backfill(coverage: AnswerCoverage) -> list[Value]:
    """The command that reads the days that lack; of days that Meta has no longer, that it has not."""
    if coverage.gap is None:
        return []
    kept = last_months(max(one.account.today for one in coverage.days), MONTHS_KEPT)
    gap = coverage.gap.clip(kept)
    if gap is None:
        return [message("chat.too_old", months=str(MONTHS_KEPT))]
    command = SYNC if coverage.is_of_breakdown else BACKFILL
    return [message("coverage.backfill", command=command.format(since=gap.since, until=gap.until))]


def unread_list(plan: Plan, coverage: AnswerCoverage, *, is_empty: bool) -> list[Value]:
    """Below a list, or instead of an empty one: that it says nothing of days that were not read."""
    note = coverage.now.note()
    assert note is not None
    kind = f"chat.no_{plan.intent}_known" if is_empty else f"chat.not_all_{plan.intent}"
    return [message(kind, note=note), *_accounts(coverage), *backfill(coverage)]


def _accounts(coverage: AnswerCoverage) -> list[Value]:
    """Of several accounts which ones lack days, and which days."""
    if len(coverage.days) < 2:
        return []
    lacking = [one for one in coverage.days if one.missing]
    shown: list[Value] = []
    for one in lacking[:_ACCOUNTS]:
        note = one.coverage.note()
        assert note is not None
        shown.append(bullet(Joined((Name(one.account.name, one.account.account_id), note), ": ")))
    if len(lacking) > _ACCOUNTS:
        shown.append(bullet(message("chat.more_accounts", accounts=str(len(lacking) - _ACCOUNTS))))
    return shown


def _no_comparison(coverage: AnswerCoverage) -> Value:
    """Why nothing is compared, with the days before where it is they that lack."""
    note = coverage.before.note() if coverage.before is not None else None
    reason: Value = message("coverage.no_comparison")
    if note is None:
        return reason
    first = min(one.days.since for one in coverage.days_before)
    last = max(one.days.until for one in coverage.days_before)
    days = Days(first, last, begins_sentence=True)
    return Joined((reason, message("chat.coverage_of_days", days=days, note=note)), " ")
