"""Bounds that are figures themselves: what another object has ("CPA acima do da Spring Sale"), or the average."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from fbads_pipeline.domain.chat.catalogue import Catalogue
from fbads_pipeline.domain.chat.plan import LEVELS, MOST_ROWS, Plan, Refusal, Threshold
from fbads_pipeline.domain.chat.result import Result, unreported


def computed(plan: Plan) -> list[int]:
    """The places of the plan's bounds that are figures themselves."""
    return [place for place, one in enumerate(plan.thresholds) if one.is_computed]


def refused_bound(plan: Plan, catalogue: Catalogue) -> Refusal | None:
    """Why a bound cannot be computed: an average is one of objects, and people of several objects overlap."""
    for one in (plan.thresholds[place] for place in computed(plan)):
        if not any(each in LEVELS and each != "account" for each in plan.dimensions) and one.is_average:
            return Refusal("average", one.metric)
        if one.metric in catalogue and catalogue[one.metric].needs_one_row and one.is_average:
            return Refusal("not_additive", one.metric)
    return None


def plan_of_object(plan: Plan, bound: Threshold) -> Plan:
    """The figure of the object that is the bound: of the plan's days, hours and parts, and of nothing else."""
    assert bound.of is not None
    return replace(
        _alone(plan, bound),
        dimensions=(),
        objects=(bound.of,),
        excluded=(),
        status=None,
        objective=None,
        currency=None,
    )


def plan_of_average(plan: Plan, bound: Threshold, catalogue: Catalogue) -> Plan:
    """What the average is made of. A ratio: the account's, from its sums; a sum: each row that it is the average of."""
    made = _alone(plan, bound)
    if is_mean(bound, catalogue):
        others = tuple(one for one in plan.dimensions if one != "account")
        return replace(made, dimensions=("account", *others))
    return replace(made, dimensions=("account",))


def is_mean(bound: Threshold, catalogue: Catalogue) -> bool:
    """Whether the average is the mean of the rows' sums; that of a ratio is the ratio of the sums."""
    return "days" in catalogue[bound.metric].additive


def _alone(plan: Plan, bound: Threshold) -> Plan:
    return replace(
        plan,
        metrics=(bound.metric,),
        thresholds=(),
        questioned=(),
        rank=None,
        limit=MOST_ROWS,
        compare=None,
        with_shares=False,
        premise=None,
        period_is_assumed=False,
        mentions=(),
    )


def settled_by_object(bound: Threshold, found: Result, catalogue: Catalogue) -> Threshold | None:
    """The bound with the object's figure, in its currency where it is money; None where it has no such figure."""
    row = found.rows[0] if len(found.rows) == 1 else None
    if row is None or row[bound.metric] is None or row.get(unreported(bound.metric)) is not None:
        return None
    currency = str(row["currency"]) if catalogue[bound.metric].unit == "money" else None
    return replace(bound, value=Decimal(str(row[bound.metric])), currency=currency)


def settled_by_average(bound: Threshold, found: Result) -> Threshold | None:
    """The bound with the average of each account that has one; None where no account has any."""
    rows = [one for one in found.rows if one[bound.metric] is not None and one.get(unreported(bound.metric)) is None]
    values = tuple((str(one["account"]), Decimal(str(one[bound.metric]))) for one in rows)
    return replace(bound, values=values) if values else None


def with_bound(plan: Plan, place: int, bound: Threshold) -> Plan:
    """The plan with a bound in the place of the one that was to be computed."""
    bounds: Sequence[Threshold] = plan.thresholds
    return replace(plan, thresholds=(*bounds[:place], bound, *bounds[place + 1 :]))
