-- name: add
insert into ops.webhook_receipts
values (:source, :receipt, :now)
on conflict do nothing;

-- name: forget
delete from ops.webhook_receipts
where received_at < :before;

-- name: settle_whatsapp
-- https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components#statuses-object
update ops.deliveries set
    state = case when :status = 'failed' then 'failed' else 'sent' end,
    last_error = case when :status = 'failed' then 'WhatsApp could not deliver it' else last_error end,
    settled_at = clock_timestamp()
where
    channel = 'whatsapp'
    and provider_id = :message
    and :status in ('sent', 'delivered', 'read', 'failed');
