"""Answers that list what is no figure of a mart: objects, budgets, anomalies, suggestions, scores, freshness."""

from collections.abc import Sequence

from fbads_pipeline.domain.anomalies.learning import AccountLearning
from fbads_pipeline.domain.chat.answers.cells import Row, bullet, cell, group, status_label
from fbads_pipeline.domain.chat.answers.figures import cut_off
from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import Level, Plan
from fbads_pipeline.domain.chat.result import ChatAccount, Result
from fbads_pipeline.domain.core.messages import (
    Count,
    Day,
    Days,
    Instant,
    Joined,
    Message,
    Name,
    Value,
    from_json,
    lines,
    message,
)

_LEARNING = 5
# Why a budget that is active has no pace, where its figures do not say so.
_NO_PACE = (
    *("account_cap_reached", "campaign_cap_reached", "adset_cap_reached"),
    *("hours_of_viewers", "before_its_hours", "no_hours_today", "ended", "not_begun"),
)
_NOT_SCORED = ("not enough data", "tracking is broken", "not reported", "not read")


def list_answer(plan: Plan, result: Result, catalogue: Catalogue) -> Value:
    """The rows of a list, one a line."""
    match plan.intent:
        case "objects":
            return _objects(plan, result)
        case "pacing":
            return _pacing(result, catalogue)
        case "anomalies":
            return _anomalies(result)
        case "suggestions":
            return _suggestions(result)
        case "scores":
            return _scores(result, catalogue)
        case "targets":
            return _targets(result, catalogue)
        case "freshness":
            return _freshness(result)
    raise ValueError(f"{plan.intent} is no list")


def learning_notes(learned: Sequence[AccountLearning], accounts: Sequence[ChatAccount]) -> list[Value]:
    """Of each account what its detectors do not judge yet; of several accounts with its name."""
    names = {one.account_id: Name(one.name, one.account_id) for one in accounts}
    notes = [(one.account_id, one.note()) for one in learned if one.account_id in names]
    said: list[Value] = [
        note if len(names) == 1 else bullet(Joined((names[account_id], note), ": "))
        for account_id, note in notes
        if note is not None
    ]
    left = len(said) - _LEARNING
    return said[:_LEARNING] + ([bullet(message("chat.more_learning", accounts=str(left)))] if left > 0 else [])


def stored_text(row: Row, name: str) -> Value:
    """The message that the row stores under that name."""
    return from_json(row[name])


def _listed(head: Value, rows: Sequence[Value], result: Result) -> Value:
    return lines(head, *(bullet(row) for row in rows), *cut_off(result))


def _objects(plan: Plan, result: Result) -> Value:
    level: Level = plan.dimensions[0]  # type: ignore[assignment]
    kind: Value = message(f"chat.heading_{level}")
    if plan.status:
        kind = message(f"chat.heading_{plan.status.lower()}", objects=kind)
    rows = [Joined((group(level, row), " (", status_label(str(row["status"])), ")"), "") for row in result.rows]
    return _listed(Joined((kind, Count(result.groups)), ": "), rows, result)


def _pacing(result: Result, catalogue: Catalogue) -> Value:
    if not result.rows:
        return message("chat.no_budget")
    rows = [Joined((_budget(row), _month(row, result, catalogue)), ": ") for row in result.rows]
    return _listed(message("chat.pacing"), rows, result)


def _budget(row: Row) -> Value:
    """The budget's name; the row without a name is the sum of its currency's budgets."""
    everything: Message = message("chat.all_budgets", currency=str(row["currency"]))
    return everything if row["name"] is None else Name(row["name"], everything)


def _month(row: Row, result: Result, catalogue: Catalogue) -> Value:
    shown = {column.name: cell(column, row, catalogue) for column in result.query.columns if column.unit}
    month = message(
        "chat.budget_of_month",
        spent=shown["spent_month"],
        planned=shown["planned_month"],
        left=shown["left_month"],
        projected=shown["projected_month"],
        pacing=shown["pacing_month"],
    )
    parts: list[Value] = [month]
    if row["daily_budget"] is not None:
        parts.append(message("chat.daily_budget", budget=shown["daily_budget"]))
    if row.get("why_no_pace") in _NO_PACE:
        parts.append(message(f"chat.no_pace_{row['why_no_pace']}"))
    return Joined(tuple(parts), "; ")


def _anomalies(result: Result) -> Value:
    if not result.rows:
        return message("chat.no_anomaly")
    rows = [
        Joined(("[", message(f"chat.severity_{row['severity']}"), "] ", stored_text(row, "message")), "")
        for row in result.rows
    ]
    return _listed(message("chat.anomalies", found=Count(result.groups)), rows, result)


def _suggestions(result: Result) -> Value:
    if not result.rows:
        return message("chat.no_suggestion")
    rows = [_suggestion(row) for row in result.rows]
    return _listed(message("chat.suggestions", found=Count(result.groups)), rows, result)


def _suggestion(row: Row) -> Value:
    campaign = Name(row["campaign_name"], str(row["campaign"]))
    kind = message(f"chat.suggested_{row['kind'].lower()}", campaign=campaign)
    return Joined((kind, ": ", stored_text(row, "reason"), f" (/suggestions/{row['suggestion_id']})"), "")


def _scores(result: Result, catalogue: Catalogue) -> Value:
    if not result.rows:
        return message("chat.no_scores")
    columns = {column.name: column for column in result.query.columns}
    rows: list[Value] = []
    for row in result.rows:
        name = group("campaign", row)
        if row["score"] is None:
            rows.append(message("chat.not_scored", campaign=name, reason=_why_not(row["why_not"])))
            continue
        score, low, high = (cell(columns[one], row, catalogue) for one in ("score", "low", "high"))
        rows.append(Joined((name, ": ", score, " (", low, "–", high, "), ", Day(row["day"])), ""))
    return _listed(message("chat.scores"), rows, result)


def _targets(result: Result, catalogue: Catalogue) -> Value:
    """How many campaigns cost more than they may and how many do not, and each one's cost beside its target."""
    if not result.rows:
        return message("chat.no_targets")
    columns = {column.name: column for column in result.query.columns}
    above, within = (int(result.rows[0][name]) for name in ("above", "inside"))
    rows: list[Value] = []
    for row in result.rows:
        shown = {name: cell(columns[name], row, catalogue) for name in ("target_cpa", "spend", "conversions")}
        known = {} if row["cpa"] is None else {"cpa": cell(columns["cpa"], row, catalogue)}
        key = row["state"].replace(" ", "_") + ("_without_conversion" if row["state"] == "above" and not known else "")
        rows.append(Message(f"chat.target_{key}", {"campaign": group("campaign", row), **shown, **known}))
    days = Days(result.rows[0]["first_day"], result.rows[0]["day"])
    head = message("chat.targets", above=Count(above), within=Count(within), days=days)
    return _listed(head, rows, result)


def _why_not(reason: str) -> Value:
    """Why a campaign has no score, as it is stored with the score."""
    return message(f"chat.not_scored_{reason.replace(' ', '_')}") if reason in _NOT_SCORED else reason


def _freshness(result: Result) -> Value:
    rows: list[Value] = []
    for row in result.rows:
        state: Value = message("chat.no_data")
        if row["as_of"] is not None:
            zone = row["timezone_name"] or "UTC"
            read_at = Instant(row["as_of"], zone)
            state = message("chat.read_until", day=Day(row["last_day"]), read_at=read_at, zone=zone)
        rows.append(Joined((group("account", row), state), ": "))
    return lines(message("chat.last_reading"), *(bullet(row) for row in rows))
