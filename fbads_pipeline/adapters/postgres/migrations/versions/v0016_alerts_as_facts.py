"""Alerts, incidents and calendar titles are facts that are rendered when read; deliveries keep what was sent.

Alerts from before keep their texts, one per language, in a form that the same reader renders.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SENT_TEXTS = """
alter table ops.deliveries add column title text, add column body text;
alter table ops.deliveries drop constraint deliveries_language_check;
alter table ops.users drop constraint users_language_check;
alter table ops.report_requests drop constraint report_requests_language_check;
update ops.deliveries as delivery
set
    title = case delivery.language when 'en' then alert.title_en else alert.title end,
    body = case delivery.language when 'en' then alert.body_en else alert.body end
from ops.alerts as alert
where alert.alert_id = delivery.alert_id and delivery.state in ('sent', 'unknown')
"""
FACTS = """
alter table ops.alerts
    alter column title type jsonb using jsonb_build_object(
        'kind', 'legacy', 'texts', jsonb_build_object('pt', title, 'en', title_en)
    ),
    alter column body type jsonb using jsonb_build_object(
        'kind', 'legacy', 'texts', jsonb_build_object('pt', body, 'en', body_en)
    );
alter table ops.alerts drop column title_en, drop column body_en
"""
# What has no text per language is shown as its stored facts: the catalogues are not in the database.
TEXTS = """
alter table ops.alerts add column title_en text, add column body_en text;
update ops.alerts set
    title_en = coalesce(title #>> '{texts,en}', title #>> '{}'),
    body_en = coalesce(body #>> '{texts,en}', body #>> '{}');
alter table ops.alerts
    alter column title_en set not null,
    alter column body_en set not null,
    alter column title type text using coalesce(title #>> '{texts,pt}', title #>> '{}'),
    alter column body type text using coalesce(body #>> '{texts,pt}', body #>> '{}')
"""


CALENDAR_TITLES = """
alter table raw.calendar_events add column title jsonb;
update raw.calendar_events set title = case
    when title_pt = title_en then to_jsonb(title_pt)
    else jsonb_build_object('kind', 'legacy', 'texts', jsonb_build_object('pt', title_pt, 'en', title_en))
end;
alter table raw.calendar_events alter column title set not null, drop column title_pt, drop column title_en
"""
CALENDAR_TEXTS = """
alter table raw.calendar_events add column title_pt text, add column title_en text;
update raw.calendar_events set
    title_pt = coalesce(title #>> '{texts,pt}', title #>> '{}'),
    title_en = coalesce(title #>> '{texts,en}', title #>> '{}');
alter table raw.calendar_events
    alter column title_pt set not null, alter column title_en set not null, drop column title
"""


def upgrade() -> None:
    op.execute(SENT_TEXTS)
    op.execute(FACTS)
    op.execute("alter table ops.incidents alter column reason type jsonb using to_jsonb(reason)")
    op.execute(CALENDAR_TITLES)


def downgrade() -> None:
    op.execute(CALENDAR_TEXTS)
    op.execute("alter table ops.incidents alter column reason type text using reason #>> '{}'")
    op.execute(TEXTS)
    op.execute("alter table ops.deliveries drop column title, drop column body")
    for table in ("deliveries", "users", "report_requests"):
        op.execute(f"update ops.{table} set language = 'en' where language not in ('pt', 'en')")
        op.execute(f"alter table ops.{table} add constraint {table}_language_check check (language in ('pt', 'en'))")
