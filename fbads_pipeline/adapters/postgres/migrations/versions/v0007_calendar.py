"""Calendars, as they were read, and where each reading goes on."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# ends_on is the last day itself. A private title is stored as busy; attendees are not stored at all.
CALENDARS = """
create table raw.calendar_events (
    calendar text not null,
    event_id text not null,
    starts_on date not null,
    ends_on date not null,
    title_pt text not null,
    title_en text not null,
    kind text not null check (kind in ('holiday', 'optional', 'commercial', 'own', 'busy')),
    country text,
    read_at timestamptz not null,
    removed boolean not null,
    primary key (calendar, event_id),
    check (starts_on <= ends_on)
);
create index calendar_events_days on raw.calendar_events (starts_on, ends_on) where not removed;
create table raw.calendar_states (
    calendar text primary key,
    sync_token text,
    read_at timestamptz not null,
    full_read_at timestamptz not null,
    covers_until date not null
);
"""


def upgrade() -> None:
    op.execute(CALENDARS)


def downgrade() -> None:
    op.execute("drop table raw.calendar_states, raw.calendar_events")
