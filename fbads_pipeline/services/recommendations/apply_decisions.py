"""Applying: an accepted suggestion is written to Meta, read back, and told; nothing else ever writes there."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from fbads_pipeline.domain.alerts.routing import Recipient
from fbads_pipeline.domain.collection.meta_errors import MetaError, TransientMetaError
from fbads_pipeline.domain.recommendations.applying import (
    MOST_PER_DAY,
    Accepted,
    Carried,
    Change,
    Refused,
    has_come_true,
    plan,
    remaining,
    undone,
)
from fbads_pipeline.domain.recommendations.decision_messages import compose_carried
from fbads_pipeline.ports.core import Clock
from fbads_pipeline.ports.recommendations import AdsWriter, ApprovedChangeQueue


def apply_decisions(
    book: ApprovedChangeQueue,
    writer: AdsWriter,
    clock: Clock,
    recipients: Sequence[Recipient],
    *,
    most_per_day: int = MOST_PER_DAY,
) -> list[Carried]:
    """Carry out what waits, the oldest first. What Meta does not answer stays, and is tried again by the next run."""
    done: list[Carried] = []
    applied: Counter[str] = Counter()
    for accepted in book.waiting(now=clock.now()):
        try:
            carried = _carry_out(book, writer, accepted, most_per_day - applied[accepted.account_id])
        except TransientMetaError:
            continue
        compose = partial(compose_carried, today=clock.now().date())
        book.finish(carried, compose=compose, recipients=recipients, now=clock.now())
        done.append(carried)
        applied[accepted.account_id] += carried.is_applied
    return done


def _carry_out(book: ApprovedChangeQueue, writer: AdsWriter, accepted: Accepted, most: int) -> Carried:
    """Raises TransientMetaError where Meta does not answer."""
    try:
        if not accepted.is_undo and accepted.applied_today >= most:
            raise Refused("as many changes of this account as a day may see have been applied")
        changes, to_write = _changes(book, writer, accepted)
        for change in to_write:
            writer.write(accepted.account_id, change)
        if not has_come_true(changes, writer.state(accepted.account_id, accepted.campaign_id)):
            return Carried(accepted, False, tuple(changes), "Meta took the change and does not show it")
    except Refused as refused:
        return Carried(accepted, False, (), str(refused))
    except TransientMetaError:
        raise
    except MetaError as error:
        return Carried(accepted, False, (), str(error))
    return Carried(accepted, True, tuple(changes))


def _changes(
    book: ApprovedChangeQueue, writer: AdsWriter, accepted: Accepted
) -> tuple[Sequence[Change], Sequence[Change]]:
    """What carries it out, and what of that Meta does not show yet: an attempt that died may have written some."""
    found = writer.state(accepted.account_id, accepted.campaign_id)
    if accepted.is_undo:
        back = undone(accepted.intended)
        return back, remaining(back, found)
    if accepted.intended:
        return accepted.intended, remaining(accepted.intended, found)
    changes = plan(accepted.kind, accepted.factor, accepted.known, found)
    book.intend(accepted, changes)
    return changes, changes
