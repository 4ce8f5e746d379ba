import sys
import time
from datetime import timedelta
from types import SimpleNamespace

import numpy as np

from fbads_pipeline.domain.suggestions import suggest
from fbads_pipeline_tests.evaluation_decisions.simulator import *


def ours(history, today, target):
    return suggest(history, today=today, target_cpa=target)


def plain(history, today, target):
    out = []
    last = (
        history[history["date"] >= today - timedelta(days=7)]
        .groupby("campaign_id")[["impressions", "clicks", "spend", "conversions"]]
        .sum()
    )
    for one, row in last.iterrows():
        if row.spend >= 3 * target and (row.conversions == 0 or row.spend / row.conversions > target):
            out.append(SimpleNamespace(campaign_id=one, factor=0.0, effect=(0, 0), p_better=1, action="PAUSE"))
    return out


def oracle(account, today):
    options = np.array([1.0, 1.2, 0.8, 0.0])
    b = account.budgets[:, today]
    gains = np.stack([account.profit(b * f, today) for f in options])
    return options[gains.argmax(axis=0)]


def run(world, policy):
    account = simulate(world)
    rng = np.random.default_rng(world.seed + 1)
    total = 0.0
    rows = []
    for week in range(world.weeks):
        today = world.past_days + 7 * week
        factors = np.ones(world.campaigns)
        alive = account.active[:, today]
        if policy == "oracle":
            factors = oracle(account, today)
        elif policy != "nothing":
            b = account.budgets[:, today]
            base = account.profit(b, today)
            for s in policy(account.history(today), FIRST_DAY + timedelta(days=today), account.target_cpa):
                i = int(s.campaign_id) - 120_000
                factors[i] = s.factor
                true = (account.profit(b * s.factor, today) - base)[i]
                rows.append((s.action, true, s.effect[0], s.effect[1], s.p_better))
        account.decide(today, factors)
        account.live(today, today + 7, rng)
        total += (account.profit(account.budgets[:, today], today) * account.active[:, today]).sum()
    return total, rows


def main(first, count):
    out = {}
    start = time.time()
    for w in worlds(range(first, first + count)):
        best, _ = run(w, "oracle")
        none, _ = run(w, "nothing")
        for name, p in (("plain", plain), ("posterior", ours)):
            got, rows = run(w, p)
            out.setdefault(name, []).append(((best - got) / (best - none) * 100, rows, best - got, best - none, w))
    for name, res in out.items():
        reg = np.array([r[0] for r in res])
        rows = [x for r in res for x in r[1]]
        print(
            name,
            "mean regret %.1f median %.1f (%.1f-%.1f) pooled %.1f"
            % (
                reg.mean(),
                np.median(reg),
                np.quantile(reg, 0.1),
                np.quantile(reg, 0.9),
                100 * sum(r[2] for r in res) / sum(r[3] for r in res),
            ),
        )
        for a in ("PAUSE", "BUDGET_UP", "BUDGET_DOWN", None):
            x = np.array([r[1:] for r in rows if a in (None, r[0])])
            if len(x):
                print(
                    "   %-12s n=%d harmful %.1f%% covered %.1f%% mean p %.3f"
                    % (
                        a,
                        len(x),
                        100 * (x[:, 0] < 0).mean(),
                        100 * ((x[:, 0] >= x[:, 1]) & (x[:, 0] <= x[:, 2])).mean(),
                        x[:, 3].mean(),
                    )
                )
    for r in out["posterior"]:
        w = r[4]
        print(
            "   seed %d n=%d e=%.2f d=%.1f drift=%.3f fast=%.2f tau=%.1f tf=%.1f %s edits %.1f regret %.1f"
            % (
                w.seed,
                w.campaigns,
                w.elasticity,
                w.dispersion,
                w.drift,
                w.fast_share,
                w.delay_days,
                w.target_factor,
                w.curve,
                w.edits,
                r[0],
            )
        )
    print("%.0fs" % (time.time() - start))


main(int(sys.argv[1]), int(sys.argv[2]))
