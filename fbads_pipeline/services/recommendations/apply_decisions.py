"""Accepted suggestions are written to Meta, read back, and announced; nothing else ever writes there."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.collection.meta_errors import MetaError, TransientMetaError
from fbads_pipeline.domain.core.messages import message
from fbads_pipeline.domain.recommendations.applied_messages import compose_applied
from fbads_pipeline.domain.recommendations.applying import (
    MOST_PER_DAY,
    AcceptedSuggestion,
    AppliedDecision,
    CampaignStates,
    ChangeRefused,
    FieldChange,
    has_come_true,
    plan,
    plan_moves,
    remaining,
    undone,
)
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.recommendations import AdsWriter, ApprovedChangeQueue


def apply_decisions(
    queue: ApprovedChangeQueue,
    writer: AdsWriter,
    clock: Clock,
    recipients: Sequence[Recipient],
    *,
    most_per_day: int = MOST_PER_DAY,
) -> list[AppliedDecision]:
    """Apply what waits, the oldest first. Where Meta does not answer, the suggestion waits for the next run."""
    done: list[AppliedDecision] = []
    applied: Counter[str] = Counter()
    for accepted in queue.waiting(now=clock.now()):
        try:
            decision = _apply(queue, writer, accepted, most_per_day - applied[accepted.account_id])
        except TransientMetaError:
            continue
        compose = partial(compose_applied, today=clock.now().date())
        queue.finish(decision, compose=compose, recipients=recipients, now=clock.now())
        done.append(decision)
        applied[accepted.account_id] += decision.is_applied
    return done


def _apply(queue: ApprovedChangeQueue, writer: AdsWriter, accepted: AcceptedSuggestion, most: int) -> AppliedDecision:
    """Raises TransientMetaError where Meta does not answer."""
    try:
        if not accepted.is_undo and accepted.applied_today >= most:
            raise ChangeRefused(message("recommendations.refused.daily_limit"))
        changes, to_write = _changes(queue, writer, accepted)
        for change in to_write:
            try:
                writer.write(accepted.account_id, change)
            except TransientMetaError:
                raise
            except MetaError as error:
                return _stopped(accepted, changes, _states(writer, accepted), change, error)
        if not has_come_true(changes, _states(writer, accepted)):
            return AppliedDecision(accepted, False, tuple(changes), message("recommendations.refused.not_shown"))
    except ChangeRefused as refused:
        return AppliedDecision(accepted, False, (), refused.message)
    except TransientMetaError:
        raise
    except MetaError as error:
        return AppliedDecision(accepted, False, (), str(error))
    return AppliedDecision(accepted, True, tuple(changes))


def _stopped(
    accepted: AcceptedSuggestion,
    changes: Sequence[FieldChange],
    found: CampaignStates,
    failed: FieldChange,
    error: MetaError,
) -> AppliedDecision:
    """Meta refused one change: nothing more is written, and what was is named."""
    written = tuple(one for one in changes if has_come_true([one], found))
    if not written:
        return AppliedDecision(accepted, False, (), str(error))
    reason = message(
        "recommendations.refused.in_part",
        object=failed.object_id,
        error=str(error),
        written=", ".join(one.object_id for one in written),
    )
    return AppliedDecision(accepted, False, written, reason)


def _states(writer: AdsWriter, accepted: AcceptedSuggestion) -> CampaignStates:
    """The campaigns of the suggestion as Meta has them now."""
    return CampaignStates(tuple(writer.state(accepted.account_id, one) for one in accepted.campaign_ids))


def _changes(
    queue: ApprovedChangeQueue, writer: AdsWriter, accepted: AcceptedSuggestion
) -> tuple[Sequence[FieldChange], Sequence[FieldChange]]:
    """The changes, and those of them that Meta does not show yet: an earlier attempt may have written some."""
    found = _states(writer, accepted)
    if accepted.is_undo:
        back = undone(accepted.intended)
        return back, remaining(back, found)
    if accepted.intended:
        return accepted.intended, remaining(accepted.intended, found)
    if accepted.moves:
        changes = plan_moves(accepted.moves, found.campaigns)
    else:
        changes = plan(accepted.kind, accepted.factor, accepted.known, found.campaigns[0], accepted.adset_id)
    queue.intend(accepted, changes)
    return changes, changes
