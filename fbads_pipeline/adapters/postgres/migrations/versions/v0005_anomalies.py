"""What the detectors said, and what they remember between two runs.

An anomaly has one row for its whole life, under an id made of what it is about, so that no reading tells it twice. A
state is the detectors' memory of one account, packed; another version of it is made anew from the stored readings.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# is_alert: chosen for a message of its own; the rest waits for the digest. Notices are closed when they are written.
ANOMALIES = """
create table analysis.anomalies (
    anomaly_id text primary key,
    account_id text not null,
    campaign_id text not null,
    kind text not null,
    metric text not null,
    severity text not null check (severity in ('info', 'warning', 'critical')),
    status text not null check (status in ('OPEN', 'CLOSED')),
    since timestamptz not null,
    said_at timestamptz not null,
    observed double precision not null,
    expected double precision not null,
    low double precision not null,
    high double precision not null,
    money_at_stake_per_day double precision not null,
    currency text not null,
    causes jsonb not null,
    message_pt text not null,
    message_en text not null,
    data_used jsonb not null,
    detector_version text not null,
    is_alert boolean not null,
    closed_at timestamptz,
    resolution text check (resolution in ('recovered', 'new_usual', 'paused', 'notice')),
    recovery_pt text,
    recovery_en text,
    told_alert_id text references ops.alerts (alert_id),
    recovery_alert_id text references ops.alerts (alert_id),
    updated_at timestamptz not null,
    check ((status = 'CLOSED') = (closed_at is not null)),
    check ((closed_at is null) = (resolution is null))
);
create unique index one_open_anomaly on analysis.anomalies (account_id, campaign_id, metric) where status = 'OPEN';
create index anomalies_newest on analysis.anomalies (account_id, said_at desc);
create index anomalies_untold on analysis.anomalies (account_id) where is_alert and recovery_alert_id is null;
"""
STATES = """
create table analysis.detector_states (
    account_id text primary key,
    version text not null,
    state bytea not null,
    read_until timestamptz not null
);
alter table analysis.detector_states alter column state set storage external;
"""


def upgrade() -> None:
    op.execute(ANOMALIES)
    op.execute(STATES)


def downgrade() -> None:
    op.execute("drop table analysis.detector_states, analysis.anomalies")
