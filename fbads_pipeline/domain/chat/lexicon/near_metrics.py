"""What the metric catalogue holds instead of a metric that people ask for and it does not hold."""

NEAR_METRICS = {
    "roi": ("roas", "purchase_value", "spend"),
    "profit": ("roas", "purchase_value", "spend"),
    "ltv": ("average_order_value", "purchase_value"),
    "cac": ("cpa", "spend", "conversions"),
    "bounce rate": ("conversion_rate", "link_ctr"),
    "quality": ("ctr", "conversion_rate", "hook_rate"),
    "impression share": ("impressions", "reach"),
    "engagement": ("clicks", "ctr", "video_views"),
    "sessions": ("link_clicks", "clicks"),
    "video completion": ("video_views", "hook_rate"),
    "checkout": ("add_to_carts", "purchases"),
    "churn": ("purchases", "purchase_value"),
    "customers": ("purchases", "conversions"),
    "quality of leads": ("leads", "cpa"),
    "bid": ("cpc", "cpm", "cpa"),
    "cpv": ("video_views", "hook_rate", "spend"),
    "cost per": ("cpc", "cpm", "cpa"),
}
