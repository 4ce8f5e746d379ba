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
    ChangeRefused,
    FieldChange,
    has_come_true,
    plan,
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
            writer.write(accepted.account_id, change)
        if not has_come_true(changes, writer.state(accepted.account_id, accepted.campaign_id)):
            return AppliedDecision(accepted, False, tuple(changes), message("recommendations.refused.not_shown"))
    except ChangeRefused as refused:
        return AppliedDecision(accepted, False, (), refused.message)
    except TransientMetaError:
        raise
    except MetaError as error:
        return AppliedDecision(accepted, False, (), str(error))
    return AppliedDecision(accepted, True, tuple(changes))


def _changes(
    queue: ApprovedChangeQueue, writer: AdsWriter, accepted: AcceptedSuggestion
) -> tuple[Sequence[FieldChange], Sequence[FieldChange]]:
    """The changes, and those of them that Meta does not show yet: an earlier attempt may have written some."""
    found = writer.state(accepted.account_id, accepted.campaign_id)
    if accepted.is_undo:
        back = undone(accepted.intended)
        return back, remaining(back, found)
    if accepted.intended:
        return accepted.intended, remaining(accepted.intended, found)
    changes = plan(accepted.kind, accepted.factor, accepted.known, found)
    queue.intend(accepted, changes)
    return changes, changes
