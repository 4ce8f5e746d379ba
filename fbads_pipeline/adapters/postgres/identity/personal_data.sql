-- What is stored about one user: a statement per part of the export, named `export_<part>`, and what erasing changes.

-- name: export_identity
select
    user_id,
    email,
    name,
    role,
    language,
    timezone,
    sees_all_accounts,
    created_at,
    disabled_at
from ops.users
where user_id = :user_id;

-- name: export_accounts
select
    account_id,
    granted_at
from ops.account_grants
where user_id = :user_id
order by account_id;

-- name: export_preferences
select
    channels,
    least_severity,
    quiet_from,
    quiet_until,
    reports,
    money
from ops.preferences
where user_id = :user_id;

-- name: export_column_sets
select
    name,
    columns,
    kept_at
from ops.column_sets
where user_id = :user_id
order by name;

-- name: export_sessions
select
    created_at,
    expires_at,
    revoked_at
from ops.sessions
where user_id = :user_id
order by created_at;

-- name: export_keys
select
    key_id,
    name,
    scopes,
    created_at,
    expires_at,
    revoked_at,
    last_used_at
from ops.api_keys
where user_id = :user_id
order by created_at;

-- name: export_feedback
select
    subject,
    subject_id,
    kind,
    is_useful,
    marked_at
from ops.feedback
where user_id = :user_id
order by marked_at;

-- name: export_conversations
select
    session_id,
    turn,
    outcome,
    question,
    at
from ops.conversations
where user_id = :user_id
order by at;

-- name: export_decisions
select
    suggestion_id,
    version,
    action,
    reason,
    via,
    decided_at
from ops.decisions
where user_id = :user_id
order by decided_at;

-- name: export_deliveries
select
    alert_id,
    title,
    state,
    sent_at
from ops.deliveries
where
    lower(recipient) in (
        select unnest(array[email, lower(slack_id)])
        from ops.users
        where user_id = :user_id
    )
order by delivery_id;

-- name: export_reports
select
    kind,
    account_id,
    state,
    asked_at
from ops.report_requests
where user_id = :user_id
order by asked_at;

-- name: export_audit
select
    at,
    action,
    subject,
    details
from ops.audit_log
where actor = any(:pseudonyms) or subject = any(:pseudonyms)
order by seq;

-- name: export_consents
select
    document,
    version,
    state,
    at,
    via
from ops.consents
where user_id = :user_id
order by consent_id;

-- name: person
select
    role,
    email,
    name,
    slack_id
from ops.users
where user_id = :user_id;

-- name: not_erased
select user_id
from ops.users
where user_id = any(:user_ids) and email <> 'erased-' || user_id || '@erased.invalid'
order by user_id;

-- name: forget_unsent
-- Nothing is sent any more to somebody who was erased.
delete from ops.deliveries
where lower(recipient) = any(:recipients) and state in ('pending', 'unknown');

-- name: erase_recipients
-- One of its own for each row: an alert may have gone to two spellings of one address.
update ops.deliveries set recipient = 'erased-' || :user_id || '-' || delivery_id
where lower(recipient) = any(:recipients);

-- name: erase_user
update ops.users set
    email = :replacement,
    name = null,
    password_hash = null,
    totp_secret = null,
    totp_step = null,
    slack_id = null,
    disabled_at = coalesce(disabled_at, :now)
where user_id = :user_id and email <> :replacement;

-- name: phones
-- Of whoever is the contact of a client under that address.
select distinct contact_phone
from ops.clients
where lower(contact_email) = lower(:email) and contact_phone is not null;

-- name: forget_contact
-- The contact of a client goes as a whole: a telephone that is none could not be read again.
update ops.clients set
    contact_name = null,
    contact_email = null,
    contact_phone = null
where lower(contact_email) = any(:recipients) or contact_phone = any(:recipients);

-- name: forget_channels
update ops.clients as of_contact set
    channels = coalesce(
        (
            select jsonb_agg(one.entry)
            from jsonb_array_elements(of_contact.channels) as one (entry)
            where lower(one.entry ->> 'address') <> all(:recipients)
        ),
        '[]'
    )
where exists (
    select 1
    from jsonb_array_elements(of_contact.channels) as one (entry)
    where lower(one.entry ->> 'address') = any(:recipients)
);

-- name: empty_originals
-- What entries said before persons in them became pseudonyms: an erasure takes what names the person.
update ops.audit_originals set actor = null, subject = null, details = null
where actor = any(:persons) or subject = any(:persons) or cast(details as text) ~* :pattern;

-- name: reports_naming
-- Files of reports whose comment names the person.
select written.entry ->> 'name' as file_name
from ops.reports
cross join lateral jsonb_array_elements(reports.files) as written (entry)
where reports.comment ~* :pattern;

-- name: shared_copies
select
    link_id,
    page,
    document
from ops.report_links
where page is not null;

-- name: end_link
update ops.report_links set revoked_at = :now, page = null, document = null
where link_id = :link_id;
