"""The one frozen configuration of the day-level detectors."""

from dataclasses import dataclass

from fbads_pipeline.domain.anomalies.learning import DAYS_NEEDED


@dataclass(frozen=True)
class DaySettings:
    """Days, counts and standard scores; measured in docs/reference/evaluation/anomalies.md.

    A day is assessed by the window of days that ends with it; the three days before it teach no baseline, so that an
    incident does not become its own usual.
    """

    days_needed: int = DAYS_NEEDED
    assessed_days: int = 7
    baseline_days: int = 42
    untaught_days: int = 3
    least_baseline_days: int = 8
    learning_days: int = 7
    half_life_days: float = 10.0
    rate_half_life_days: float = 20.0

    windows: tuple[int, ...] = (1, 2, 3)
    conversion_windows: tuple[int, ...] = (1, 2, 3, 5)

    # From which standard score on a window is a finding.
    # Days vary downwards more heavily: a budget that runs out, a pause nobody noted.
    spend_low_z: tuple[float, ...] = (5.6, 5.6, 5.6)
    spend_high_z: tuple[float, ...] = (4.8, 4.9, 5.0)
    ctr_z: tuple[float, ...] = (4.4, 4.2, 4.0)
    link_z: tuple[float, ...] = (4.6, 4.4, 4.2)
    page_z: tuple[float, ...] = (5.0, 4.8, 4.6)
    cpm_z: tuple[float, ...] = (5.5, 5.4, 5.3)
    roas_z: tuple[float, ...] = (5.0, 4.8, 4.7)
    conversions_z: tuple[float, ...] = (3.7, 3.6, 3.5, 3.4)
    tracking_probability: float = 6e-4
    account_stop_probability: float = 5e-4
    calm_z: float = 2.0
    false_discovery_rate: float = 0.05

    least_impressions: float = 200.0
    least_clicks: float = 12.0
    least_conversions: float = 5.0

    # The least relative change that is reported.
    spend_change: float = 0.5
    ctr_change: float = 0.25
    link_change: float = 0.35
    page_change: float = 0.4
    cpm_change: float = 0.35
    conversion_change: float = 0.35
    roas_change: float = 0.4

    # A day's own variation, never taken as smaller; how many days the account's counts as.
    spend_floor: float = 0.12
    ctr_floor: float = 0.10
    cpm_floor: float = 0.08
    roas_floor: float = 0.15
    conversion_floor: float = 0.2
    conversion_cv: float = 0.35
    prior_days: float = 10.0

    edit_silence_days: int = 3
    new_level_days: int = 7
    shock_share: float = 0.3
    shock_campaigns: int = 5
    shock_z: float = 3.0
    alerts_a_day_per_100: float = 1.0
