select
    source,
    account_id,
    campaign_id,
    adset_id,
    ad_id,
    day,
    currency,
    unattributed_reason,
    count(*) as orders,
    sum(purchases) as real_purchases,
    {{ sum_reported('value') }} as real_purchase_value,
    sum(refunded) as refunded,
    max(received_at) as received_at
from {{ ref('orders') }}
group by source, account_id, campaign_id, adset_id, ad_id, day, currency, unattributed_reason
