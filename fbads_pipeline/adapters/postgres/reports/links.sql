-- name: forget
update ops.report_links set page = null, document = null
where expires_at <= cast(:now as timestamptz) and page is not null;

-- name: add
insert into ops.report_links (
    link_id,
    secret_digest,
    report_id,
    kind,
    account_ids,
    name,
    language,
    made_by,
    made_at,
    expires_at,
    has_document,
    page,
    document
)
values (
    :link_id,
    :secret_digest,
    :report_id,
    :kind,
    :account_ids,
    :name,
    :language,
    :made_by,
    :made_at,
    :expires_at,
    :has_document,
    :page,
    :document
);

-- name: links
select
    link_id,
    report_id,
    kind,
    account_ids,
    name,
    language,
    made_by,
    made_at,
    expires_at,
    has_document,
    revoked_at,
    views,
    downloads
from ops.report_links
where cast(:link_id as text) is null or link_id = cast(:link_id as text)
order by made_at desc, link_id asc
limit :last;

-- name: revoke
update ops.report_links set revoked_at = :now, page = null, document = null
where link_id = :link_id and revoked_at is null;

-- name: page
select
    link_id,
    secret_digest,
    page
from ops.report_links
where secret_digest = :digest and revoked_at is null and expires_at > cast(:now as timestamptz);

-- name: document
select
    link_id,
    secret_digest,
    name,
    document
from ops.report_links
where secret_digest = :digest and revoked_at is null and expires_at > cast(:now as timestamptz);

-- name: count_view
update ops.report_links set views = views + 1
where link_id = :link_id;

-- name: count_download
update ops.report_links set downloads = downloads + 1
where link_id = :link_id;
