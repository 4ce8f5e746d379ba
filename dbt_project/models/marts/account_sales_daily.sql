{{ sales_daily('account') }}
