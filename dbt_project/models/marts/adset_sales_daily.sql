{{ sales_daily('adset') }}
