{{ sales_daily('campaign') }}
