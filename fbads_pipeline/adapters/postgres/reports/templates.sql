-- name: newest
select
    client_id,
    version,
    document,
    set_by,
    set_at
from ops.report_templates
where client_id = :client_id
order by version desc;

-- name: set
insert into ops.report_templates (client_id, version, document, set_by, set_at)
select
    clients.client_id,
    coalesce(
        (
            select max(known.version)
            from ops.report_templates as known
            where known.client_id = clients.client_id
        ),
        0
    ) + 1 as version,
    cast(:document as jsonb) as document,
    :actor as set_by,
    cast(:now as timestamptz) as set_at
from ops.clients as clients
where clients.client_id = :client_id
returning version;

-- name: of_account
select
    clients.client_id,
    clients.name,
    clients.agency_name,
    clients.primary_color,
    clients.accent_color,
    logos.content,
    logos.media_type,
    logos.width,
    logos.height,
    (
        select templates.document
        from ops.report_templates as templates
        where templates.client_id = clients.client_id
        order by templates.version desc
        limit 1
    ) as document
from ops.client_accounts as belonging
inner join ops.clients as clients on belonging.client_id = clients.client_id
left join ops.client_logos as logos on clients.client_id = logos.client_id
where belonging.account_id = :account_id;
