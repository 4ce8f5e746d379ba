"""What a question is about where it names no metric: an object's facts, or how things go."""

from dataclasses import replace
from datetime import date, timedelta

from fbads_pipeline.domain.chat.periods.phrases import FoundPeriod
from fbads_pipeline.domain.chat.periods.resolution import resolve
from fbads_pipeline.domain.chat.pixels import LATEST, PIXEL_EVENTS
from fbads_pipeline.domain.chat.plan import LEVELS, SEGMENTS, Fact, Intent, Level, Objects, Plan, Rank, RelativePeriod
from fbads_pipeline.domain.chat.understanding.figures.bounds import metric_tags
from fbads_pipeline.domain.chat.understanding.figures.groups import is_budget_spent
from fbads_pipeline.domain.chat.understanding.figures.plans import status_said
from fbads_pipeline.domain.chat.understanding.question import ParsedQuestion

OVERVIEW_METRICS = ("spend", "conversions", "cpa", "ctr")
# Lists of their own, beside figures.
SUBJECTS: tuple[Intent, ...] = ("pixels", "anomalies", "suggestions", "scores", "pacing", "targets", "freshness")
LISTED = 10
# Subjects that a metric beside them makes no question of figures: the CPA that is above its target.
_WITH_METRIC = ("anomalies", "targets", "pixels")
_LONG_OVER = timedelta(days=200)
_NOW = (RelativePeriod("day", 0), RelativePeriod("month", 0))
_FACTS: tuple[Fact, ...] = ("status", "budget", "currency", "id", "objective", "schedule", "changes", "account")


def facts(parsed: ParsedQuestion, objects: tuple[Objects, ...], last: Plan | None) -> Plan | None:
    """What an object is: its state, budget, currency, id, objective, schedule or changes; None of another question."""
    if parsed.has("intent", "pixels"):
        return None
    asked = _facts_said(parsed)
    if asked == ("currency",) and {tag.said for tag in metric_tags(parsed)} <= parsed.vocabulary.words["billed_words"]:
        parsed.tags = [tag for tag in parsed.tags if tag.kind != "metric"]  # "em que moeda ela é cobrada"
    if not asked and objects and not parsed.periods and not parsed.has("rank") and not parsed.has("dimension"):
        said = {tag.said for tag in metric_tags(parsed)}
        if said and said <= parsed.vocabulary.words["objective_words"]:
            asked = ("objective",)
            parsed.tags = [tag for tag in parsed.tags if tag.kind != "metric"]  # "tem qual objetivo"
    if not asked or parsed.has("metric") or parsed.has("goal_cost") or parsed.has("rank") or parsed.amounts:
        return None
    if parsed.excluded or any(one.period not in _NOW for one in parsed.periods if "schedule" not in asked):
        return None
    named = objects or _referred(parsed, last)
    levels = {tag.value for tag in parsed.of("dimension") if tag.value in LEVELS}
    levels -= {"account"} if "account" in asked else set()
    if not named or levels - {one.level for one in named}:
        return None
    is_of_accounts = all(one.level == "account" for one in named)
    if is_of_accounts and parsed.has("status") and (parsed.has("intent", "objects") or _are_several(parsed)):
        return None  # "lista as pausadas da Loja Aurora"
    if asked == ("budget",) and all(one.level == "account" for one in named):
        return None  # an account has the budgets of its campaigns
    status = status_said(parsed) if asked == ("status",) and not parsed.has("fact", "status") else None
    return Plan("facts", objects=named, facts=asked, period=None, status=status)


def overview(parsed: ParsedQuestion, said: Plan, *, goes_on: bool) -> Plan | None:
    """How things go: fixed metrics of what is named; None where the question names a metric, a bound or an order.

    goes_on: whether the question can go on from the one before, so that two stretches alone ask for nothing new.
    """
    several = _compared(said.objects)
    if said.metrics or said.thresholds or parsed.limit or parsed.has("intent", "why"):
        return None
    parts = said.dimensions[:1] if said.dimensions and said.dimensions[0] in SEGMENTS and parsed.of("segment") else ()
    sets_side_by_side = (several or parts) and (parsed.has("comparison", "pair") or parsed.has("rank"))
    sets_apart = not goes_on and said.compare is not None and parsed.has("comparison", "pair")
    if not parsed.has("intent", "overview") and not sets_side_by_side and not sets_apart:
        return None
    if parsed.has("rank") and not several and not parts:
        return None
    levels = [one for one in said.dimensions if one in LEVELS]
    if several:
        levels = [several.level]
    if not levels and not said.dimensions and said.objects:
        levels = [said.objects[-1].level]
    dimensions = said.dimensions if levels or said.dimensions else ("account",)
    return replace(
        said,
        intent="overview",
        metrics=OVERVIEW_METRICS,
        dimensions=tuple(dict.fromkeys((*levels, *dimensions))),
        rank=None,
        limit=LISTED,
    )


def _compared(objects: tuple[Objects, ...]) -> Objects | None:
    """The objects that are named one by one, to be set side by side."""
    return next((one for one in objects if ", " in one.name and len(one.ids) > 1), None)


def _facts_said(parsed: ParsedQuestion) -> tuple[Fact, ...]:
    said = {tag.value for tag in parsed.of("fact")}
    intents = {tag.value: tag.said for tag in parsed.of("intent")}
    words = parsed.vocabulary.words
    if "pacing" in intents and intents["pacing"] in words["budget_words"]:
        said.add("budget")
    if parsed.has("status") or intents.get("objects") in words["status_words"]:
        said.add("status")
    if parsed.has("dimension", "objective"):
        said.add("objective")
    if _asks_which_account(parsed):
        said.add("account")
    billed = {tag.said for tag in metric_tags(parsed)} <= words["billed_words"]
    if parsed.has("currency") and billed and not parsed.periods:  # "does it bill in dollars or reais"
        said.add("currency")
    if parsed.has("comparison", "moved") and parsed.vocabulary.has("changed", parsed.text):
        said.add("changes")
    if "pacing" in intents and intents["pacing"] not in words["budget_words"]:
        if "changes" not in said or intents["pacing"].split()[-1] not in words["budget_words"]:
            return ()
        said.add("budget")  # "mexeram no orçamento": which budget was changed
    return tuple(one for one in _FACTS if one in said)


def _are_several(parsed: ParsedQuestion) -> bool:
    """Whether the objects of a state are asked for: "pausadas", "quem tá pausado"."""
    return parsed.vocabulary.has("which_one", parsed.text) or any(tag.said.endswith("s") for tag in parsed.of("status"))


def _asks_which_account(parsed: ParsedQuestion) -> bool:
    """ "De qual conta é a Spring Sale?": the account that something named belongs to."""
    if not any(one.objects[0].level != "account" for one in parsed.named):
        return False
    tags = [tag for tag in parsed.of("dimension") if tag.value == "account"]
    before = [parsed.text[: parsed.place(tag)] for tag in tags]
    return any(parsed.vocabulary.expression(r"\b(?:{which_one_of}) $").search(one) is not None for one in before)


def _referred(parsed: ParsedQuestion, last: Plan | None) -> tuple[Objects, ...]:
    """The objects of the turn before, where the question points back at them: "qual o orçamento dela?"."""
    if last is None or not parsed.vocabulary.has("refers_back", parsed.text):
        return ()
    return last.objects


def is_forecast(parsed: ParsedQuestion, today: date) -> bool:
    """Whether the question is about days that have not come: it says so, and names no day that is over."""
    if not parsed.vocabulary.has("future", parsed.text) or parsed.vocabulary.has("advice", parsed.text):
        return False
    # "On Friday" of a question about what will be is the Friday to come, unless it is said to be over.
    ahead = [one for one in parsed.periods if one.kind == "weekday" and not _is_over(parsed, one)]
    ends = [resolve(one.period, today)[1] for one in parsed.periods if one not in ahead]
    # "In December" of a question about what will be is the next one, where the last is long over.
    return all(last >= today or today - last > _LONG_OVER for last in ends)


def _is_over(parsed: ParsedQuestion, period: FoundPeriod) -> bool:
    """Whether a day of the week is said to be one that is over: "last Friday", "sexta passada"."""
    return parsed.vocabulary.has("over_already", parsed.text[period.start : period.end])


def asks_for_another_forecast(parsed: ParsedQuestion) -> bool:
    """Whether it is not where the spend of this month lands that the question asks for."""
    others = {tag.value for tag in metric_tags(parsed)} - {"spend"}
    if parsed.amounts or parsed.vocabulary.has("when_word", parsed.text):
        return True
    this_month = all(one.period == RelativePeriod("month", 0) for one in parsed.periods)
    return bool(others) or not this_month or parsed.vocabulary.has("later", parsed.text)


def levels_of(parsed: ParsedQuestion) -> tuple[Level, ...]:
    return tuple(tag.value for tag in parsed.of("dimension") if tag.value in LEVELS)  # type: ignore[misc]


def subject_of(parsed: ParsedQuestion) -> Intent | None:
    """What is asked about other than figures, where no metric claims the question."""
    said = {tag.value for tag in parsed.of("intent")}
    if "why" in said:
        return None
    for subject in SUBJECTS:
        if subject in said and (subject == "pacing" or not parsed.has("metric") or subject in _WITH_METRIC):
            if subject == "pacing" and parsed.has("metric") and not _is_pacing(parsed):
                continue
            return None if subject == "pacing" and is_budget_spent(parsed) else subject
    return None


def _is_pacing(parsed: ParsedQuestion) -> bool:
    """ "vou estourar o orçamento?" mentions spend and still asks about the budget."""
    others = {tag.value for tag in parsed.of("metric")} - {"spend"}
    return not others and not parsed.has("rank") and not parsed.has("comparison", "pair")


def about(subject: Intent, parsed: ParsedQuestion, objects: tuple[Objects, ...]) -> Plan:
    if parsed.hours is not None:  # "any red flags this morning?": of lists only days are known, which the answer says
        parsed.hours, parsed.asides = None, (*parsed.asides, parsed.said_hours)
    period = parsed.periods[0].period if parsed.periods else None
    dimensions = levels_of(parsed)[:1]
    descending = not (parsed.has("rank", "worst") or parsed.has("rank", "least"))
    made = Plan(
        subject,
        objects=objects,
        period=period,
        dimensions=dimensions,
        status=status_said(parsed),
        limit=parsed.limit or LISTED,
    )
    if subject == "pixels":
        parsed.tags = [tag for tag in parsed.tags if tag.kind != "status"]  # whether it works is what the list says
        made = replace(made, status=None)
        events = tuple(tag.value for tag in metric_tags(parsed) if tag.value in PIXEL_EVENTS)
        return replace(made, period=period or LATEST, metrics=events, period_is_assumed=period is None)
    if parsed.has("rank") and subject == "scores":
        made = replace(made, rank=Rank("score", descending))
    return made
