"""Statements over the tables of objects, whose columns are the fields of their typed rows."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from fbads_pipeline.domain.collection.levels import UNKNOWN_STATUS, ObjectKind
from fbads_pipeline.domain.collection.pages import OBJECT_ROWS, ActivityRow, AdCreativeRow, CustomConversionRow


def _table(name: str, columns: tuple[str, ...]) -> sa.TableClause:
    return sa.table(name, *map(sa.column, (*columns, "collected_at")), schema="raw")


def _upsert(table: sa.TableClause, columns: tuple[str, ...]) -> sa.Insert:
    """Returns a row for each object that was new or changed; the first column is the key."""
    key, *others = columns
    adding = insert(table)
    differs = sa.tuple_(*(table.c[name] for name in others)).is_distinct_from(
        sa.tuple_(*(adding.excluded[name] for name in others))
    )
    updated = {name: adding.excluded[name] for name in (*others, "collected_at")}
    return adding.on_conflict_do_update(index_elements=[key], set_=updated, where=differs).returning(table.c[key])


_OBJECTS = {kind: _table(f"{kind}s", row._fields) for kind, row in OBJECT_ROWS.items()}
_ACTIVITIES = _table("activities", ActivityRow._fields)
_CREATIVES = _table("ad_creatives", AdCreativeRow._fields)
_CUSTOM_CONVERSIONS = _table("custom_conversions", CustomConversionRow._fields)

UPSERT_OBJECTS = {kind: _upsert(_OBJECTS[kind], row._fields) for kind, row in OBJECT_ROWS.items()}
UPSERT_CREATIVES = _upsert(_CREATIVES, AdCreativeRow._fields)
UPSERT_CUSTOM_CONVERSIONS = _upsert(_CUSTOM_CONVERSIONS, CustomConversionRow._fields)
# An event never changes.
ADD_ACTIVITIES = insert(_ACTIVITIES).on_conflict_do_nothing().returning(_ACTIVITIES.c.event_id)


def missing_objects(kind: ObjectKind) -> sa.Select[tuple[str]]:
    """Ids of :account that nothing has described yet, or that were left unknown :unknown_before, in order."""
    table, key = _OBJECTS[kind], _OBJECTS[kind].c[f"{kind}_id"]
    was_unknown = sa.and_(
        table.c.effective_status == UNKNOWN_STATUS, table.c.collected_at <= sa.bindparam("unknown_before")
    )
    return (
        sa.select(key)
        .where(table.c.account_id == sa.bindparam("account"))
        .where(sa.or_(table.c.effective_status.is_(None), was_unknown))
        .order_by(key)
    )


def objects_in(kind: ObjectKind) -> sa.Select[tuple[str]]:
    """Ids of :account that have one of :statuses, in order."""
    table, key = _OBJECTS[kind], _OBJECTS[kind].c[f"{kind}_id"]
    is_in = table.c.effective_status.in_(sa.bindparam("statuses", expanding=True))
    return sa.select(key).where(table.c.account_id == sa.bindparam("account"), is_in).order_by(key)


def mark_unknown(kind: ObjectKind) -> sa.Update:
    """Gives :ids of :account that nothing has described the status UNKNOWN, as of :read_at."""
    table = _OBJECTS[kind]
    is_undescribed = sa.or_(table.c.effective_status.is_(None), table.c.effective_status == UNKNOWN_STATUS)
    return (
        sa.update(table)
        .where(table.c.account_id == sa.bindparam("account"), is_undescribed)
        .where(table.c[f"{kind}_id"].in_(sa.bindparam("ids", expanding=True)))
        .values(effective_status=UNKNOWN_STATUS, collected_at=sa.bindparam("read_at"))
    )
