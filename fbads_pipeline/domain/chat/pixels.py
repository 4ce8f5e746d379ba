"""Which events of a pixel a metric counts."""

from collections.abc import Mapping

from fbads_pipeline.domain.chat.plan import RelativePeriod

# A metric → the names of its standard event of a pixel.
PIXEL_EVENTS: Mapping[str, tuple[str, ...]] = {
    "purchases": ("Purchase",),
    "leads": ("Lead",),
    "add_to_carts": ("AddToCart",),
    "registrations": ("CompleteRegistration",),
    "landing_page_views": ("PageView",),
    "subscriptions": ("Subscribe",),
    "trials": ("StartTrial",),
    "contacts": ("Contact",),
    "appointments": ("Schedule",),
    "applications": ("SubmitApplication",),
    "donations": ("Donate",),
    "location_searches": ("FindLocation",),
    "product_customizations": ("CustomizeProduct",),
}
# The days that are shown where the question names none.
LATEST = RelativePeriod("days_with_today", 2)
