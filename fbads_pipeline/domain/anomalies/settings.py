"""The one frozen configuration of the detectors."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DetectionSettings:
    """Hours, days, counts and standard scores; measured in docs/reference/evaluation/anomalies.md."""

    # Baselines
    half_life_days: float = 10.0
    rate_half_life_days: float = 20.0
    learning_days: float = 7.0
    known_days: int = 5
    baseline_days: float = 2.5
    weekday_shrinkage: float = 0.7
    own_weekend_shrinkage: float = 2.0
    profile_shrinkage: float = 2.0

    # How long the tests look back, in hours (spend, CTR, CPM) or days (conversions, today included)
    spend_hours: tuple[float, ...] = (1.5, 3.0, 6.0, 12.0, 24.0)
    spike_hours: tuple[float, ...] = (2.0, 3.0, 4.0, 6.0, 10.0)
    ctr_hours: tuple[float, ...] = (2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 24.0, 36.0, 48.0)
    cpm_hours: tuple[float, ...] = (3.0, 12.0, 24.0)
    conversion_days: tuple[int, ...] = (1, 2, 3, 4, 5)
    tracking_hours: tuple[float, ...] = (6.0, 12.0, 18.0, 24.0, 36.0, 48.0)

    # From which standard score on a test is a finding, per window. Two readings of one day share most of a long window,
    # so that a long window is tested less often than a short one and needs less.
    # Spend rises more easily than it falls; its shortest window is there for stops alone.
    spend_low_z: tuple[float, ...] = (8.4, 5.9, 5.45, 5.25, 5.25)
    spend_high_z: tuple[float, ...] = (9.0, 6.4, 5.6, 4.9, 4.6)
    spike_z: tuple[float, ...] = (5.75, 5.35, 5.15, 4.95, 4.95)
    ctr_z: tuple[float, ...] = (3.9, 3.8, 3.7, 3.65, 3.25, 3.2, 3.15, 3.1, 3.3, 3.25, 3.1, 2.95)
    # Over the root of the expected clicks, added to ctr_z: at one score few clicks tell less of a fall than many.
    ctr_few_clicks_z: float = 3.6
    # All of it times sqrt(1 + this / days of the baseline): what is known from few days needs more.
    ctr_few_days: float = 2.0
    # A tail of scores that is longer by so much holds the falls that are looked for, and no wilder account.
    ctr_scale_slack: float = 1.15
    # An edit of the budget, the ads or the audience may change who sees what: for a day less is enough. Below the
    # threshold, but at this share of it, a CTR is watched: said in the digest and on the campaign's page, never as an
    # alert.
    ctr_edited_less: float = 0.6
    ctr_edited_least_z: float = 3.2
    ctr_edited_hours: float = 24.0
    ctr_watch_share: float = 0.85
    cpm_z: tuple[float, ...] = (5.0, 4.7, 4.6)
    conversions_z: tuple[float, ...] = (3.2, 3.05, 2.9, 2.75, 2.65)
    # Over the root of the expected conversions, added to conversions_z, for the same reason as with clicks; and the
    # least that many need, also where an account has one campaign and no discovery rate holds it back.
    few_conversions_z: float = 3.5
    conversions_least_z: float = 3.1
    # Scores are divided by an account's scale, never by less than one: a short tail is not evidence.
    conversions_scale_slack: float = 1.0
    # Two days of seven teach what a weekend is like: on them everything needs more, but what is certain.
    weekend_factor: float = 1.15
    stop_probability: float = 1e-6
    tracking_probability: float = 1e-4
    least_impressions: float = 30.0
    least_clicks: float = 8.0
    least_conversions: float = 5.0
    false_discovery_rate: float = 0.05
    rate_discovery_rate: float = 0.15

    # The least relative change that is reported
    spend_change: float = 0.35
    ctr_change: float = 0.33
    cpm_change: float = 0.25
    conversion_change: float = 0.3

    # Own variation: never taken as smaller than this
    spend_floor: float = 0.10
    ctr_floor: float = 0.07
    cpm_floor: float = 0.05
    conversion_cv: float = 0.35

    # One alert per incident
    rearm_z: float = 2.0
    calm_hours: float = 2.0
    cooldown_hours: float = 72.0
    edit_silence_hours: float = 48.0
    stale_hours: float = 2.0
    new_level_days: float = 7.0
    alerts_a_day_per_100: float = 1.0

    # Account-wide
    shock_share: float = 0.3
    shock_campaigns: int = 5

    # Fatigue
    fatigue_history_days: int = 28
    fatigue_days: tuple[int, ...] = (21, 14, 10)
    fatigue_drop: float = 0.15
    fatigue_z: tuple[float, ...] = (3.0, 3.3, 3.6)
