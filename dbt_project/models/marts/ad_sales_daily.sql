{{ sales_daily('ad') }}
